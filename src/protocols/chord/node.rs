//! One node of the ring: the paper's `n`, with the paper's procedures.

mod maintenance;

use super::Chord;
use super::message::{Message, Say};
use super::params::{FingerRule, Plan, Routing, Shared};
use super::search::{Goal, Searches};
use super::tables::{Fingers, Found, NodeRef, Successors};
use crate::protocols::cache::Cache;
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
    pub(super) me: NodeRef,
    /// Part of the ring: it has a successor, perhaps itself.
    pub(super) joined: bool,
    /// Its successor was silent, and the one that it took instead has not confirmed itself yet.
    wary: bool,
    next: u8,
    pub(super) successors: Successors,
    pub(super) predecessor: Option<NodeRef>,
    pub(super) searches: Option<Box<Searches>>,
    pub(super) index: Index,
    pub(super) fingers: Fingers,
    /// Answers that lookups left here on their way.
    pub(super) cache: Option<Box<Cache<Id>>>,
}

impl Node {
    /// A node that knows nobody.
    pub(super) fn new(me: NodeRef, shared: &Shared) -> Node {
        Node {
            id: shared.id(me),
            span: 0,
            joined: false,
            wary: false,
            next: 0,
            successors: Successors::new(std::iter::empty(), 0),
            predecessor: None,
            me,
            searches: None,
            index: Index::default(),
            fingers: Fingers::empty(),
            cache: None,
        }
    }

    /// The node as it is when the ring has settled.
    pub(super) fn settled(me: NodeRef, plan: &Plan, shared: &Shared) -> Node {
        let mut node = Node::new(me, shared);
        let id = node.id;
        let place = plan.place(id);
        node.joined = true;
        let wanted = shared.params.successors;
        let list = Successors::new(plan.after(place, wanted).map(|(_, node)| node), wanted);
        let mut ways = plan.after(place, wanted).map(|(other, _)| id.distance(other));
        node.take_list(list, |_| ways.next().unwrap_or(0));
        node.predecessor = (plan.size() > 1).then(|| plan.before(place, 1).1);
        node.fingers = plan.fingers(place, shared);
        // It owns the keys after its predecessor, and keeps copies of those of the nodes before it.
        let copies = shared.params.replication.min(plan.size());
        let from = plan.before(place, copies).0;
        let left = shared.params.lifetime;
        if let Some(lists) = plan.lists() {
            node.index.fill(lists.after(from, id, left), crate::sim::Time::ZERO);
            return node;
        }
        for (key, providers) in plan.keys(from, id) {
            let entries = providers.iter().map(|&provider| Entry {
                key,
                object: ObjectId::default(),
                provider,
                left,
                copies: 0,
            });
            node.index.store(entries, crate::sim::Time::ZERO);
        }
        node
    }

    /// The immediate successor; itself if it is alone or has not joined.
    #[inline]
    pub fn successor(&self) -> NodeRef {
        self.successors.first().unwrap_or(self.me)
    }

    pub(super) fn set_successors(&mut self, list: Successors, shared: &Shared) {
        let id = self.id;
        self.take_list(list, |node| id.distance(shared.id(node)));
    }

    /// Takes over a successor list; `distance` is asked about each node in it, nearest first.
    fn take_list(&mut self, mut list: Successors, distance: impl FnMut(NodeRef) -> u64) {
        let span = list.measure(distance);
        if self.span != 0 && span > self.span {
            // Fingers before the successor are nodes that have gone; fix_fingers would not look at them again.
            self.fingers.forget_below(span.ilog2() + 1);
        }
        self.span = span;
        self.successors = list;
    }

    /// Whether `key` lies in (n, successor].
    #[inline]
    fn precedes(&self, key: Id) -> bool {
        self.id.distance(key).wrapping_sub(1) <= self.span.wrapping_sub(1)
    }

    /// Whether `key` lies in (predecessor, n], as far as n knows.
    pub(super) fn owns(&self, key: Id, shared: &Shared) -> bool {
        match self.predecessor {
            Some(predecessor) => key.in_half_open(shared.id(predecessor), self.id),
            None => key == self.id || self.successor() == self.me,
        }
    }

    /// n.closest_preceding_node(id): the highest node known in (n, key) (ToN, Fig. 5). `None` if there is none.
    #[inline]
    pub(super) fn closest_preceding_node(&self, key: Id, shared: &Shared) -> Option<NodeRef> {
        // In (n, key) is what lies at most so far clockwise, and is not n: all others, if n is the key.
        let far = self.id.distance(key).wrapping_sub(1);
        let id = |node| shared.id(node);
        let list_routes = shared.params.list_routes;
        let finger = self.closest_finger(far, shared);
        // A finger at or beyond the end of the successor list is at least as far as all of the list.
        if let Some(finger) = finger
            && (finger.at_least >= self.successors.reach() || !list_routes)
        {
            return Some(finger.node);
        }
        if !list_routes {
            return self.successors.first().filter(|_| self.span != 0 && self.span <= far);
        }
        let found = match (self.successors.last_within(far, self.id, id), finger) {
            (Some(listed), Some(finger)) => Some(listed.farther(finger, self.id, id)),
            (listed, finger) => listed.or(finger),
        };
        found.map(|found| found.node)
    }

    /// The highest finger at most `far` clockwise, if any.
    #[inline]
    fn closest_finger(&self, far: u64, shared: &Shared) -> Option<Found> {
        if far == 0 || self.span == 0 {
            return None;
        }
        // Finger k starts at n + 2^k, so that those above log2 of the distance start beyond the key; and those below
        // log2 of the way to the successor are the successor.
        let highest = match (far.checked_add(1), shared.params.fingers) {
            (None, _) => 63,
            (Some(distance), FingerRule::Successor) => distance.ilog2(),
            (Some(distance), FingerRule::Predecessor) => (distance.ilog2() + 1).min(63),
        };
        let lowest = self.span.ilog2();
        let mut k = highest;
        while k >= lowest {
            let found = self.fingers.within(k, far, self.id, |node| shared.id(node));
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
    #[inline(never)]
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
        if ctx.shared().params.cache > 0 && self.answer_from_cache(ctx, key) {
            return;
        }
        match ctx.shared().params.routing {
            Routing::Iterative => self.search(ctx, key, Goal::Get),
            Routing::Recursive | Routing::Successors => self.find_successor(ctx, key, self.me),
        }
    }

    /// n.find_successor(id), recursive form (ToN, Fig. 5): the owner answers the origin.
    #[inline]
    pub(super) fn find_successor(&mut self, ctx: &mut Ctx<'_>, key: Id, origin: NodeRef) {
        let shared = ctx.shared();
        let is_last = self.precedes(key);
        let next = match shared.params.routing {
            Routing::Iterative | Routing::Recursive if !is_last => self.closest_preceding_node(key, shared),
            _ => None,
        };
        let to = next.unwrap_or(self.successor());
        if to == self.me {
            if self.joined {
                self.get(ctx, key, origin); // A ring of one owns every key.
            }
        } else if origin == self.me
            && shared.params.routing == Routing::Recursive
            && shared.params.stabilize > Span::ZERO
        {
            // Silence may come from anywhere on the way, so the origin waits for the whole way.
            let patience = Span(shared.params.timeout.nanos().saturating_mul(8));
            let say = if is_last { Say::Get { key, origin } } else { Say::FindSuccessor { key, origin } };
            ctx.ask(to.peer, Message { at: to.index, from: self.me.index, say }, patience);
        } else if is_last {
            let say = Say::Get { key, origin };
            ctx.send(to.peer, Message { at: to.index, from: self.me.index, say });
        } else {
            let say = Say::FindSuccessor { key, origin };
            ctx.send(to.peer, Message { at: to.index, from: self.me.index, say });
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
        if ctx.shared().words.is_some() {
            self.publish_words(ctx, object);
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
        Entry { key, object: ObjectId::default(), provider: self.me.peer, left: params.lifetime, copies }
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

    /// The owner has answered the lookup.
    pub(super) fn answered(&mut self, ctx: &mut Ctx<'_>, providers: &[PeerId]) {
        if self.searches.is_some()
            && let Some(lookup) = ctx.lookup()
        {
            let key = ctx.shared().key(lookup.object);
            self.close_search(ctx, key, providers);
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
        let distance = node.map_or(0, |node| self.id.distance(shared.id(node)));
        self.fingers.set(k, node, distance);
    }

    /// Everybody it would send to.
    pub(super) fn contacts(&self) -> impl Iterator<Item = NodeRef> + '_ {
        self.successors.iter().chain(self.fingers().map(|(_, node)| node)).chain(self.predecessor)
    }

    /// Different nodes that it knows, and references that it keeps, cached ones included.
    pub(super) fn entries(&self) -> usize {
        let mut known: Vec<NodeRef> = self.contacts().filter(|&node| node != self.me).collect();
        known.sort_unstable();
        known.dedup();
        known.len() + self.index.len() + self.cache.as_ref().map_or(0, |cache| cache.references())
    }
}
