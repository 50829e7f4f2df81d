//! One node of the ring: the paper's `n`, with the paper's procedures.

use super::Chord;
use super::message::{Message, Say, neighbourhood};
use super::params::{FingerRule, Plan, Routing, Shared};
use super::search::{Goal, Searches};
use super::tables::{Fingers, Found, NodeRef, Successors};
use crate::protocols::index::{Entry, Index};
use crate::sim::{Context, ObjectId, Parcel, PeerId, Span};
use crate::space::ring::Id;

pub(super) type Ctx<'a> = Context<'a, Chord>;

/// A node: where it is on the ring, whom it knows, and what it keeps for others. In the order in which a lookup touches
/// it.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Node {
    pub(super) id: Id,
    /// Clockwise distance to the first of `successors`.
    pub(super) span: u64,
    /// Clockwise distance to the last of `successors`.
    reach: u64,
    pub(super) me: NodeRef,
    /// Part of the ring: it has a successor, perhaps itself.
    pub(super) joined: bool,
    /// Its successor was silent, and the one that it took instead has not confirmed itself yet.
    wary: bool,
    next: u8,
    /// The first of `successors`, or itself.
    successor: NodeRef,
    pub(super) successors: Successors,
    pub(super) predecessor: Option<NodeRef>,
    pub(super) searches: Option<Box<Searches>>,
    pub(super) index: Index,
    pub(super) fingers: Fingers,
}

impl Node {
    /// A node that knows nobody.
    pub(super) fn new(me: NodeRef, shared: &Shared) -> Node {
        Node {
            id: shared.id(me),
            span: 0,
            reach: 0,
            successor: me,
            joined: false,
            wary: false,
            next: 0,
            successors: Successors::new(std::iter::empty(), 0),
            predecessor: None,
            me,
            searches: None,
            index: Index::default(),
            fingers: Fingers::empty(),
        }
    }

    /// The node as it is when the ring has settled.
    pub(super) fn settled(me: NodeRef, plan: &Plan, shared: &Shared) -> Node {
        let mut node = Node::new(me, shared);
        let id = node.id;
        node.joined = true;
        node.set_successors(plan.successors(id, shared), shared);
        node.predecessor = (plan.size() > 1).then(|| plan.before(id, 1).1);
        node.fingers = plan.fingers(id, shared);
        // It owns the keys after its predecessor, and keeps copies of those of the nodes before it.
        let copies = shared.params.replication.min(plan.size());
        let from = plan.before(id, copies).0;
        let left = shared.params.lifetime;
        for (key, providers) in plan.keys(from, id) {
            let entries = providers.iter().map(|&provider| Entry { key, provider, left, copies: 0 });
            node.index.store(entries, crate::sim::Time::ZERO);
        }
        node
    }

    /// The immediate successor; itself if it is alone or has not joined.
    pub fn successor(&self) -> NodeRef {
        self.successor
    }

    pub(super) fn set_successors(&mut self, list: Successors, shared: &Shared) {
        let span = list.first().map_or(0, |node| self.id.distance(shared.id(node)));
        if self.span != 0 && span > self.span {
            // Fingers before the successor are nodes that have gone; fix_fingers would not look at them again.
            self.fingers.forget_below(span.ilog2() + 1);
        }
        self.span = span;
        self.reach = list.last().map_or(0, |node| self.id.distance(shared.id(node)));
        self.successor = list.first().unwrap_or(self.me);
        self.successors = list;
    }

    /// Whether `key` lies in (n, successor].
    #[inline]
    fn precedes(&self, key: Id) -> bool {
        self.id.distance(key).wrapping_sub(1) <= self.span.wrapping_sub(1)
    }

    /// Whether `key` lies in (predecessor, n], as far as n knows.
    fn owns(&self, key: Id, shared: &Shared) -> bool {
        match self.predecessor {
            Some(predecessor) => key.in_half_open(shared.id(predecessor), self.id),
            None => key == self.id || self.successor() == self.me,
        }
    }

    /// n.closest_preceding_node(id): the highest node known in (n, key) (ToN, Fig. 5). `None` if there is none.
    #[inline]
    pub(super) fn closest_preceding_node(&self, key: Id, shared: &Shared) -> Option<NodeRef> {
        let distance = self.id.distance(key);
        let finger = self.closest_finger(key, distance, shared);
        // A finger at or beyond the end of the successor list is at least as far as all of the list.
        if let Some(finger) = finger
            && (finger.at_least >= self.reach || !shared.params.list_routes)
        {
            return Some(finger.node);
        }
        let listed = if shared.params.list_routes { usize::MAX } else { 1 };
        let listed = self.last_listed_before(key, listed, shared);
        listed.into_iter().chain(finger.map(|f| f.node)).max_by_key(|&node| self.id.distance(shared.id(node)))
    }

    /// The last of the first `count` successors that lies in (n, key): as the list is in the order of the ring, looked for
    /// from where it is to be expected.
    #[inline]
    fn last_listed_before(&self, key: Id, count: usize, shared: &Shared) -> Option<NodeRef> {
        let last = self.successors.len().min(count).checked_sub(1)?;
        let before = |&node: &NodeRef| shared.id(node).in_open(self.id, key);
        let mut place = self.expected_place(key).min(last);
        let mut found = self.successors.get(place).filter(before);
        while found.is_none() && place > 0 {
            place -= 1;
            found = self.successors.get(place).filter(before);
        }
        while let Some(next) = self.successors.get(place + 1).filter(|node| place < last && before(node)) {
            place += 1;
            found = Some(next);
        }
        found
    }

    /// Where in the successor list the last node before `key` is, if they lie evenly.
    #[inline]
    fn expected_place(&self, key: Id) -> usize {
        let (distance, reach) = (self.id.distance(key), self.reach.max(1));
        let listed = self.successors.len();
        if distance == 0 || distance >= reach {
            return listed.saturating_sub(1);
        }
        ((distance as f64 / reach as f64 * listed as f64) as usize).saturating_sub(1)
    }

    /// The nodes whose identifiers [`closest_preceding_node`](Self::closest_preceding_node) looks at first, if `key` is
    /// near: for prefetching.
    #[inline]
    pub(super) fn listed_about(&self, key: Id) -> impl Iterator<Item = NodeRef> + '_ {
        let place = self.expected_place(key);
        (place.saturating_sub(1)..=place + 1).filter_map(|place| self.successors.get(place))
    }

    /// The highest finger in (n, key), if any.
    #[inline]
    fn closest_finger(&self, key: Id, distance: u64, shared: &Shared) -> Option<Found> {
        if distance == 1 || self.span == 0 {
            return None;
        }
        // Finger k starts at n + 2^k, so that those above log2 of the distance start beyond the key; and those below
        // log2 of the way to the successor are the successor.
        let highest = match distance {
            0 => 63,
            distance => match shared.params.fingers {
                FingerRule::Successor => distance.ilog2(),
                FingerRule::Predecessor => (distance.ilog2() + 1).min(63),
            },
        };
        let lowest = self.span.ilog2();
        let mut k = highest;
        while k >= lowest {
            let found = self.fingers.find_in_open(k, self.id, key, |node| shared.id(node));
            if found.is_some() || k == 0 {
                return found;
            }
            k -= 1;
        }
        None
    }

    /// The nodes known in (n, key), closest to the key first, `count` at most.
    pub(super) fn closest_preceding_nodes(&self, key: Id, count: usize, shared: &Shared) -> Vec<NodeRef> {
        let listed = if shared.params.list_routes { usize::MAX } else { 1 };
        let fingers = self.fingers.iter().map(|(_, node)| node);
        let mut known: Vec<(u64, NodeRef)> = fingers
            .chain(self.successors.iter().take(listed))
            .filter(|&node| shared.id(node).in_open(self.id, key))
            .map(|node| (self.id.distance(shared.id(node)), node))
            .collect();
        known.sort_unstable_by(|a, b| b.cmp(a));
        known.dedup();
        known.into_iter().map(|(_, node)| node).take(count).collect()
    }

    /// Sends to another node.
    pub(super) fn send(&self, ctx: &mut Ctx<'_>, to: NodeRef, say: Say) {
        ctx.send(to.peer, Message { at: to.index, from: self.me.index, say });
    }

    pub(super) fn reply(&self, ctx: &mut Ctx<'_>, to: NodeRef, say: Say) {
        ctx.reply(to.peer, Message { at: to.index, from: self.me.index, say });
    }

    pub(super) fn ask(&self, ctx: &mut Ctx<'_>, to: NodeRef, say: Say) {
        let patience = ctx.shared().params.timeout;
        ctx.ask(to.peer, Message { at: to.index, from: self.me.index, say }, patience);
    }

    /// The user wants `key`.
    pub(super) fn look_up(&mut self, ctx: &mut Ctx<'_>, key: Id) {
        let shared = ctx.shared();
        if self.owns(key, shared) {
            let providers: Vec<PeerId> = self.index.providers(key, ctx.now()).collect();
            ctx.answer(&providers);
            return;
        }
        match shared.params.routing {
            Routing::Iterative => self.search(ctx, key, Goal::Get),
            Routing::Recursive | Routing::Successors => self.find_successor(ctx, key, self.me),
        }
    }

    /// n.find_successor(id), recursive form (ToN, Fig. 5): the owner answers the origin.
    #[inline]
    pub(super) fn find_successor(&mut self, ctx: &mut Ctx<'_>, key: Id, origin: NodeRef) {
        let shared = ctx.shared();
        let (to, say) = if self.precedes(key) {
            (self.successor(), Say::Get { key, origin })
        } else {
            let next = match shared.params.routing {
                Routing::Successors => None,
                Routing::Iterative | Routing::Recursive => self.closest_preceding_node(key, shared),
            };
            (next.unwrap_or_else(|| self.successor()), Say::FindSuccessor { key, origin })
        };
        if to == self.me {
            if self.joined {
                self.get(ctx, key, origin); // A ring of one owns every key.
            }
            return;
        }
        if origin == self.me
            && shared.params.routing == Routing::Recursive
            && shared.params.stabilize > Span::ZERO
        {
            // Silence may come from anywhere on the way, so the origin waits for the whole way.
            let patience = Span(shared.params.timeout.nanos().saturating_mul(8));
            ctx.ask(to.peer, Message { at: to.index, from: self.me.index, say }, patience);
        } else {
            self.send(ctx, to, say);
        }
    }

    /// The node owns `key`: it tells `origin` who provides it.
    pub(super) fn get(&mut self, ctx: &mut Ctx<'_>, key: Id, origin: NodeRef) {
        let mut providers = self.index.providers(key, ctx.now());
        let say = match (providers.next(), providers.next()) {
            (None, _) => Say::Providers(Parcel::new(Vec::new())),
            (Some(provider), None) => Say::Provider(provider),
            (Some(first), Some(second)) => {
                Say::Providers(Parcel::new([first, second].into_iter().chain(providers).collect()))
            }
        };
        if let Say::Providers(none) = &say
            && none.as_slice().is_empty()
            && let Some(predecessor) = self.predecessor
            && !self.owns(key, ctx.shared())
        {
            // The key has gone to somebody who has joined in between, of whom the one that asked does not know yet.
            self.send(ctx, predecessor, Say::Get { key, origin });
            return;
        }
        match say {
            Say::Provider(provider) if origin == self.me => ctx.answer(&[provider]),
            Say::Providers(providers) if origin == self.me => ctx.answer(providers.as_slice()),
            say => self.reply(ctx, origin, say),
        }
    }

    /// Publishes one of the peer's objects: finds the owner of its key and stores a reference there.
    pub(super) fn publish(&mut self, ctx: &mut Ctx<'_>, object: ObjectId) {
        if !self.joined {
            return;
        }
        ctx.publishing(1);
        let key = ctx.shared().key(object);
        if self.owns(key, ctx.shared()) {
            let entry = self.entry(ctx, key);
            self.store(ctx, vec![entry]);
        } else {
            self.search(ctx, key, Goal::Put);
        }
    }

    /// The reference to this peer under `key`, as it is published.
    pub(super) fn entry(&self, ctx: &Ctx<'_>, key: Id) -> Entry {
        let params = &ctx.shared().params;
        let copies = (params.replication - 1).min(255) as u8;
        Entry { key, provider: self.me.peer, left: params.lifetime, copies }
    }

    /// Keeps index entries, and passes copies on along the successor list.
    pub(super) fn store(&mut self, ctx: &mut Ctx<'_>, entries: Vec<Entry>) {
        let onward: Vec<Entry> = entries
            .iter()
            .filter(|entry| entry.copies > 0)
            .map(|entry| Entry { copies: entry.copies - 1, ..*entry })
            .collect();
        self.index.store(entries.into_iter(), ctx.now());
        if !onward.is_empty() && self.successor() != self.me {
            self.send(ctx, self.successor(), Say::Store(Parcel::new(onward)));
        }
    }

    /// Forgets index entries that have aged.
    pub(super) fn expire(&mut self, ctx: &Ctx<'_>) {
        self.index.expire(ctx.now());
    }

    /// n.join(n'): its successor is the owner of its own identifier (ToN, Fig. 6).
    pub(super) fn join(&mut self, ctx: &mut Ctx<'_>, contact: Option<NodeRef>) {
        match contact {
            None => self.create(ctx.shared()),
            Some(contact) => self.search_from(ctx, self.id, Goal::Join, vec![contact]),
        }
    }

    /// n.create(): a ring of one.
    fn create(&mut self, shared: &Shared) {
        self.joined = true;
        self.predecessor = None;
        self.set_successors(Successors::new(std::iter::once(self.me), 1), shared);
    }

    /// n.stabilize(): asks the successor for its predecessor (ToN, Fig. 6).
    pub(super) fn stabilize(&mut self, ctx: &mut Ctx<'_>) {
        self.wary = false;
        self.ask_successor(ctx);
    }

    /// The successor is silent: on with the next one, and what that one says of its predecessor, who may be the silent
    /// one, is taken with care until the next round.
    pub(super) fn stabilize_again(&mut self, ctx: &mut Ctx<'_>) {
        self.wary = true;
        self.ask_successor(ctx);
    }

    fn ask_successor(&mut self, ctx: &mut Ctx<'_>) {
        if !self.joined {
            return;
        }
        self.look_beyond(ctx);
        let successor = self.successor();
        if successor != self.me {
            self.ask(ctx, successor, Say::Stabilize);
        } else if let Some(predecessor) = self.predecessor {
            // A ring of one that somebody has joined: the paper's "successor.predecessor" is its own.
            self.adopt(ctx, predecessor);
        }
    }

    /// A node whose list is not full knows its whole ring. If there is somebody else, its ring has parted from another,
    /// as a node does whose only neighbours have crashed: it looks for its successor over there.
    fn look_beyond(&mut self, ctx: &mut Ctx<'_>) {
        if self.successors.len() < ctx.shared().params.successors
            && let Some(stranger) = ctx.bootstrap()
            && self.successors.iter().all(|node| node.peer != stranger)
        {
            self.join(ctx, Some(NodeRef { peer: stranger, index: 0 }));
        }
    }

    /// The successor's answer: perhaps somebody new stands between; take over its list; notify.
    pub(super) fn neighbours(
        &mut self,
        ctx: &mut Ctx<'_>,
        successor: NodeRef,
        between: Option<NodeRef>,
        after: &[NodeRef],
    ) {
        if successor != self.successor() {
            return;
        }
        let shared = ctx.shared();
        let wanted = shared.params.successors;
        let me = self.me;
        let following = after.iter().copied().take_while(|&node| node != me);
        let list = Successors::new(std::iter::once(successor).chain(following), wanted);
        self.set_successors(list, shared);
        match between {
            Some(node) if node != me && shared.id(node).in_open(self.id, shared.id(successor)) => {
                self.adopt(ctx, node);
            }
            _ => self.send(ctx, successor, Say::Notify),
        }
    }

    /// A closer successor: heads the list. It is asked in turn for its predecessor, so that many who join in one place
    /// find their order at once, not one a round; and notified, when nobody stands between any more.
    pub(super) fn adopt(&mut self, ctx: &mut Ctx<'_>, node: NodeRef) {
        let shared = ctx.shared();
        let me = self.me;
        let rest = self.successors.iter().filter(|&other| other != me && other != node);
        let list = Successors::new(std::iter::once(node).chain(rest), shared.params.successors);
        self.set_successors(list, shared);
        if self.wary {
            self.send(ctx, node, Say::Notify);
        } else {
            self.ask(ctx, node, Say::Stabilize);
        }
    }

    /// n.notify(n'): n' might be our predecessor (ToN, Fig. 6). A new one takes over the keys that are now its own.
    pub(super) fn notify(&mut self, ctx: &mut Ctx<'_>, from: NodeRef) {
        if !self.joined || from == self.me {
            return;
        }
        let shared = ctx.shared();
        let closer = self.predecessor.is_none_or(|old| shared.id(from).in_open(shared.id(old), self.id));
        if !closer {
            return;
        }
        let before = self.predecessor.map_or(self.id, |old| shared.id(old));
        let theirs = shared.id(from);
        self.predecessor = Some(from);
        let keep = shared.params.replication > 1;
        let now = ctx.now();
        let entries = self.index.hand_over(|key| key.in_half_open(before, theirs), keep, now);
        if !entries.is_empty() {
            self.send(ctx, from, Say::Store(Parcel::new(entries)));
        }
    }

    /// n.fix_fingers(): refreshes one finger, those in turn that do not lie at the successor (ToN, Fig. 6).
    pub(super) fn fix_fingers(&mut self, ctx: &mut Ctx<'_>) {
        if !self.joined || self.span == 0 {
            return;
        }
        let lowest = self.first_finger(ctx.shared());
        let mut k = u32::from(self.next);
        if !(lowest..64).contains(&k) {
            k = 63;
        }
        if k < lowest {
            return;
        }
        self.next = (k as u8).wrapping_sub(1);
        self.search(ctx, self.id.plus(1 << k), Goal::Finger(k as u8));
    }

    /// The lowest exponent whose finger may be another node than the successor.
    pub(super) fn first_finger(&self, shared: &Shared) -> u32 {
        let lowest = 64 - shared.ring.bits();
        // 2^k > span, so k > log2(span).
        (self.span.ilog2() + 1).max(lowest)
    }

    /// n.check_predecessor().
    pub(super) fn check_predecessor(&mut self, ctx: &mut Ctx<'_>) {
        if let Some(predecessor) = self.predecessor {
            self.ask(ctx, predecessor, Say::Ping);
        }
    }

    /// `peer` does not answer: forget it. Repair is maintenance.
    pub(super) fn forget(&mut self, ctx: &mut Ctx<'_>, peer: PeerId) {
        let shared = ctx.shared();
        self.fingers.forget(peer);
        if self.predecessor.is_some_and(|node| node.peer == peer) {
            self.predecessor = None;
        }
        if self.successors.iter().all(|node| node.peer != peer) {
            return;
        }
        let mut rest = self.successors.without(peer);
        if rest.len() == 0 {
            // All successors are gone: go on with the nearest finger, or the predecessor, and let stabilize do the rest.
            let nearest =
                self.fingers.iter().last().map(|(_, node)| node).or(self.predecessor).unwrap_or(self.me);
            rest = Successors::new(std::iter::once(nearest), 1);
        }
        self.set_successors(rest, shared);
    }

    /// The peer leaves: hands its keys to the successor and introduces its neighbours to each other.
    pub(super) fn leave(&mut self, ctx: &mut Ctx<'_>) {
        // Other nodes of this host leave in the same instant.
        let mine = self.me.peer;
        let Some(successor) = self.successors.iter().find(|node| self.joined && node.peer != mine) else {
            return;
        };
        let now = ctx.now();
        let entries = self.index.hand_over(|_| true, false, now);
        if !entries.is_empty() {
            self.send(ctx, successor, Say::Store(Parcel::new(entries)));
        }
        let successors: Vec<NodeRef> = self.successors.iter().filter(|node| node.peer != mine).collect();
        let predecessor = self.predecessor.filter(|node| node.peer != mine);
        let goodbye = |successors: Vec<NodeRef>| {
            let (predecessor, nodes) = neighbourhood(predecessor, successors);
            Say::Leaving { predecessor, nodes }
        };
        self.send(ctx, successor, goodbye(Vec::new()));
        if let Some(predecessor) = predecessor.filter(|&node| node != successor) {
            self.send(ctx, predecessor, goodbye(successors));
        } else if predecessor.is_some() {
            // A ring of two: the other is both.
            self.send(ctx, successor, goodbye(vec![successor]));
        }
    }

    /// A neighbour leaves.
    pub(super) fn leaving(
        &mut self,
        ctx: &mut Ctx<'_>,
        from: NodeRef,
        predecessor: Option<NodeRef>,
        successors: &[NodeRef],
    ) {
        let was_predecessor = self.predecessor == Some(from);
        self.fingers.forget(from.peer);
        if was_predecessor {
            self.predecessor = predecessor.filter(|&node| node != self.me && node.peer != from.peer);
        }
        if self.successor() == from && !successors.is_empty() {
            let shared = ctx.shared();
            let (me, wanted) = (self.me, shared.params.successors);
            let following = successors.iter().copied().filter(|&node| node != from && node.peer != from.peer);
            let list = Successors::new(following.take_while(|&node| node != me), wanted);
            let list = if list.len() == 0 { Successors::new(std::iter::once(me), 1) } else { list };
            self.set_successors(list, shared);
        } else {
            self.forget(ctx, from.peer);
        }
    }

    /// The successor's question: who comes before me, and who after?
    pub(super) fn tell_neighbours(&mut self, ctx: &mut Ctx<'_>, from: NodeRef) {
        if !self.joined {
            return;
        }
        let (predecessor, nodes) = neighbourhood(self.predecessor, self.successors.iter());
        self.reply(ctx, from, Say::Neighbours { predecessor, nodes });
    }

    /// The owner has answered the lookup.
    pub(super) fn answered(&mut self, ctx: &mut Ctx<'_>, providers: &[PeerId]) {
        if self.searches.is_some()
            && let Some(lookup) = ctx.lookup()
        {
            let key = ctx.shared().key(lookup.object);
            self.close_search(key);
        }
        ctx.answer(providers);
    }

    /// Entries to keep.
    pub(super) fn stored(&mut self, ctx: &mut Ctx<'_>, from: NodeRef, entries: Vec<Entry>) {
        self.store(ctx, entries);
        self.reply(ctx, from, Say::Stored);
    }

    /// Where it is on the ring.
    pub fn id(&self) -> Id {
        self.id
    }

    /// Its own address.
    pub fn address(&self) -> NodeRef {
        self.me
    }

    /// The node before it, as far as it knows.
    pub fn predecessor(&self) -> Option<NodeRef> {
        self.predecessor
    }

    /// Its successor list, nearest first.
    pub fn successors(&self) -> impl Iterator<Item = NodeRef> + '_ {
        self.successors.iter()
    }

    /// Its fingers that are not the immediate successor, farthest first, with their left-aligned exponents.
    pub fn fingers(&self) -> impl Iterator<Item = (u32, NodeRef)> + '_ {
        self.fingers.iter()
    }

    /// The keys for which it keeps entries.
    pub fn keys(&self) -> impl Iterator<Item = Id> + '_ {
        self.index.keys()
    }

    /// Puts anything into finger `k` (a left-aligned exponent): for tests that corrupt it.
    pub fn corrupt_finger(&mut self, k: u32, node: Option<NodeRef>, shared: &Shared) {
        self.fingers.set(k, node, node.map_or(self.id, |node| shared.id(node)));
    }

    /// Everybody it would send to.
    pub(super) fn contacts(&self) -> impl Iterator<Item = NodeRef> + '_ {
        self.successors.iter().chain(self.fingers().map(|(_, node)| node)).chain(self.predecessor)
    }

    /// Different nodes that it knows, and references that it keeps.
    pub(super) fn entries(&self) -> usize {
        let mut known: Vec<NodeRef> = self.contacts().filter(|&node| node != self.me).collect();
        known.sort_unstable();
        known.dedup();
        known.len() + self.index.len()
    }
}
