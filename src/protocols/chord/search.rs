//! Iterative lookups: the origin asks node after node, and remembers the ones it found dead.

use super::message::{Say, SearchId};
use super::node::{Ctx, Node};
use super::params::Shared;
use super::tables::{NodeRef, Successors};
use super::words::Question;
use crate::protocols::index::Entry;
use crate::sim::{ObjectId, Parcel, PeerId, Span};
use crate::space::ring::Id;

/// What the owner of a key is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// To be asked who provides the key.
    Get,
    /// To store a reference.
    Put,
    /// To store a reference to this object, in the list of a word.
    List(ObjectId),
    /// To intersect the list of a word with what the question brings.
    Word,
    /// To be our successor.
    Join,
    /// To be the finger with this exponent.
    Finger(u8),
    /// The same, and then the next lower one: a node that has just joined fills its table.
    FirstFinger(u8),
}

/// The searches of one node.
#[derive(Clone, Debug, Default)]
pub struct Searches {
    /// How many there have been: each has a number of its own, so that late answers to one are not taken for answers to
    /// another.
    named: u32,
    under_way: Vec<Search>,
}

/// One search under way, at its origin.
#[derive(Clone, Debug)]
pub struct Search {
    number: SearchId,
    pub(super) key: Id,
    goal: Goal,
    /// Nodes to ask, the best last.
    candidates: Vec<NodeRef>,
    /// Owners to turn to once they are known, the best last.
    owners: Vec<NodeRef>,
    dead: Vec<PeerId>,
    /// What most searches do without.
    aside: Option<Box<Aside>>,
    /// An owner has been asked who provides the key.
    getting: bool,
}

/// What only searches with caches, or for words, have.
#[derive(Clone, Debug, Default)]
struct Aside {
    /// Where a cached answer is of use: who has been asked the way and did not know one, the last at the end.
    path: Vec<NodeRef>,
    /// The question, if the key is a word of one.
    question: Option<Question>,
}

impl Node {
    /// Looks for the owner of `key`, starting from what the node knows itself.
    pub(super) fn search(&mut self, ctx: &mut Ctx<'_>, key: Id, goal: Goal) {
        let shared = ctx.shared();
        let mut nodes = self.closest_preceding_nodes(key, shared.params.alternatives, shared);
        nodes.reverse();
        if self.joined && key.in_half_open(self.id, shared.id(self.successor())) {
            let mut owners: Vec<NodeRef> = self.owners(shared.params.replication);
            owners.reverse();
            let search = Search {
                number: SearchId::default(),
                key,
                goal,
                candidates: Vec::new(),
                owners,
                dead: Vec::new(),
                aside: None,
                getting: false,
            };
            self.finish(ctx, search);
        } else {
            self.search_from(ctx, key, goal, nodes);
        }
    }

    /// Looks for the owner of the word `key` of a question.
    pub(super) fn search_word(&mut self, ctx: &mut Ctx<'_>, key: Id, question: Question) {
        let shared = ctx.shared();
        let mut candidates = self.closest_preceding_nodes(key, shared.params.alternatives, shared);
        candidates.reverse();
        let searches = self.searches.get_or_insert_default();
        searches.named = searches.named.wrapping_add(1);
        let (dead, goal, getting) = (Vec::new(), Goal::Word, false);
        let (number, owners) = (SearchId(searches.named), self.owners(shared.params.replication));
        let aside = Some(Box::new(Aside { path: Vec::new(), question: Some(question) }));
        let mut search = Search { number, key, goal, candidates, owners, dead, aside, getting };
        if self.joined && key.in_half_open(self.id, shared.id(self.successor())) {
            search.owners.reverse();
            self.finish(ctx, search);
        } else {
            search.owners.clear();
            self.step(ctx, search);
        }
    }

    /// Looks for the owner of `key` by way of `candidates`, the best last.
    pub(super) fn search_from(&mut self, ctx: &mut Ctx<'_>, key: Id, goal: Goal, candidates: Vec<NodeRef>) {
        let searches = self.searches.get_or_insert_default();
        searches.named = searches.named.wrapping_add(1);
        let number = SearchId(searches.named);
        let (owners, dead, aside, getting) = (Vec::new(), Vec::new(), None, false);
        let search = Search { number, key, goal, candidates, owners, dead, aside, getting };
        self.step(ctx, search);
    }

    /// The successor and, where keys are replicated, the nodes after it.
    fn owners(&self, count: usize) -> Vec<NodeRef> {
        self.successors.iter().take(count.max(1)).collect()
    }

    /// Who comes next on the way to `key`?
    pub(super) fn closest(&mut self, ctx: &mut Ctx<'_>, from: NodeRef, key: Id, search: SearchId) {
        if !self.joined {
            return;
        }
        let successor = self.successor().peer;
        if successor.number() == from.peer.number() && successor != from.peer {
            // Whoever has come back is gone as who it was, and is not to be told of its former self as its successor.
            self.forget(ctx, successor);
        }
        let shared = ctx.shared();
        let say = if key.in_half_open(self.id, shared.id(self.successor())) {
            Say::Owners { search, nodes: Parcel::new(self.owners(shared.params.replication)) }
        } else {
            let mut nodes = self.closest_preceding_nodes(key, shared.params.alternatives, shared);
            if nodes.is_empty() {
                nodes.push(self.successor());
            }
            if shared.params.names_owners {
                nodes.extend(self.listed_from(key, shared));
            }
            Say::Closer { search, nodes: Parcel::new(nodes) }
        };
        self.reply(ctx, from, say);
    }

    /// The successors at and after `key`, nearest first, if the list reaches so far.
    fn listed_from(&self, key: Id, shared: &Shared) -> impl Iterator<Item = NodeRef> {
        let way = self.id.distance(key);
        let far = move |&node: &NodeRef| node != self.me && self.id.distance(shared.id(node)) >= way;
        self.successors.iter().filter(far)
    }

    /// Nodes closer to the key.
    pub(super) fn closer(&mut self, ctx: &mut Ctx<'_>, from: NodeRef, number: SearchId, nodes: &[NodeRef]) {
        let Some(mut search) = self.take_search(number) else { return };
        let shared = ctx.shared();
        let (me, key) = (self.me, search.key);
        // Only progress counts, so that a search ends even among corrupted fingers.
        let at = shared.id(from);
        let closer = nodes.iter().rev().copied();
        let closer = closer.filter(|&node| node != me && shared.id(node).in_open(at, key));
        let dead = std::mem::take(&mut search.dead);
        if shared.params.names_owners {
            let beyond = nodes.iter().rev().copied().filter(|&node| !shared.id(node).in_open(at, key));
            let owners: Vec<NodeRef> = beyond.filter(|node| !dead.contains(&node.peer)).collect();
            if !owners.is_empty() {
                // So near the key, those farther back know no better.
                search.candidates.clear();
                search.owners = owners;
            }
        }
        search.candidates.extend(closer.filter(|node| !dead.contains(&node.peer)));
        search.dead = dead;
        search.passed(shared, from);
        self.step(ctx, search);
    }

    /// The owner of the key, and the nodes after it.
    pub(super) fn owners_found(
        &mut self,
        ctx: &mut Ctx<'_>,
        from: NodeRef,
        number: SearchId,
        nodes: &[NodeRef],
    ) {
        let Some(mut search) = self.take_search(number) else { return };
        let alone = self.joined && self.successor() == self.me;
        if search.goal == Goal::Join && alone && nodes == [from] && from.peer.number() > self.me.peer.number()
        {
            // Of two that are alone, the one with the higher number joins the other: several that join each other at one
            // time might make a ring that winds twice.
            return;
        }
        search.passed(ctx.shared(), from);
        search.owners =
            nodes.iter().rev().copied().filter(|node| !search.dead.contains(&node.peer)).collect();
        self.finish(ctx, search);
    }

    /// Asks the best candidate.
    fn step(&mut self, ctx: &mut Ctx<'_>, mut search: Search) {
        let Some(next) = search.candidates.pop() else {
            if search.owners.is_empty() {
                self.fail(ctx, search);
            } else {
                self.finish(ctx, search);
            }
            return;
        };
        if search.candidates.len() > KEPT {
            search.candidates.drain(..search.candidates.len() - KEPT);
        }
        search.getting = false;
        let (key, number) = (search.key, search.number);
        let say = if search.goal == Goal::Get && ctx.shared().params.cache > 0 {
            Say::Seek { key, search: number }
        } else {
            Say::Closest { key, search: number }
        };
        self.searches.get_or_insert_default().under_way.push(search);
        self.ask(ctx, next, say);
    }

    /// Turns to the owner.
    fn finish(&mut self, ctx: &mut Ctx<'_>, mut search: Search) {
        let Some(owner) = search.owners.pop() else {
            self.fail(ctx, search);
            return;
        };
        let key = search.key;
        match search.goal {
            Goal::Get | Goal::Put if owner == self.me => {
                // Only a ring of one, or keys that have come to us while we were looking.
                match search.goal {
                    Goal::Put => {
                        let entry = self.entry(ctx, key);
                        self.store(ctx, vec![entry]);
                    }
                    Goal::Get
                    | Goal::List(_)
                    | Goal::Word
                    | Goal::Join
                    | Goal::Finger(_)
                    | Goal::FirstFinger(_) => self.get(ctx, key, self.me),
                }
            }
            Goal::Get => {
                let say = Say::Get { key, origin: self.me };
                search.getting = true;
                // Other owners are turned to if this one is silent.
                self.searches.get_or_insert_default().under_way.push(search);
                self.ask(ctx, owner, say);
            }
            Goal::Put => {
                let entry = self.entry(ctx, key);
                self.ask(ctx, owner, Say::Store(Parcel::new(vec![entry])));
            }
            Goal::List(object) if owner == self.me => {
                let entry = Entry { object, ..self.entry(ctx, key) };
                self.store(ctx, vec![entry]);
            }
            Goal::List(object) => {
                let entry = Entry { object, ..self.entry(ctx, key) };
                self.ask(ctx, owner, Say::Store(Parcel::new(vec![entry])));
            }
            Goal::Word => {
                if let Some(question) = search.aside.and_then(|aside| aside.question) {
                    self.hand_to(ctx, owner, question);
                }
            }
            Goal::Join => self.joined(ctx, owner),
            Goal::Finger(k) => self.set_finger(ctx, k, owner),
            Goal::FirstFinger(k) => {
                self.set_finger(ctx, k, owner);
                self.fill_fingers(ctx, k.checked_sub(1));
            }
        }
    }

    /// The owner of our own identifier is our successor: we are in.
    fn joined(&mut self, ctx: &mut Ctx<'_>, successor: NodeRef) {
        if successor == self.me {
            return;
        }
        let shared = ctx.shared();
        if self.joined && self.successor() != self.me {
            if shared.id(successor).in_open(self.id, shared.id(self.successor())) {
                // Two rings that had parted meet.
                self.adopt(ctx, successor);
            }
            return;
        }
        self.joined = true;
        self.set_successors(Successors::new(std::iter::once(successor), 1), shared);
        // Stabilise at once: the successor learns of us and hands over our keys, and we take over its list.
        self.ask(ctx, successor, Say::Stabilize);
        self.fill_fingers(ctx, Some(63));
        self.publish_all(ctx);
    }

    /// Publishes what the peer shares; once a peer, whatever its number of virtual nodes.
    pub(super) fn publish_all(&mut self, ctx: &mut Ctx<'_>) {
        if self.me.index == 0 {
            for object in ctx.shares().to_vec() {
                self.publish(ctx, object);
            }
        }
    }

    /// Looks up finger `k` and then those below, down to the successor.
    fn fill_fingers(&mut self, ctx: &mut Ctx<'_>, k: Option<u8>) {
        let Some(k) = k.filter(|&k| self.span > 0 && u32::from(k) >= self.first_finger(ctx.shared())) else {
            return;
        };
        self.search(ctx, self.id.plus(1 << k), Goal::FirstFinger(k));
    }

    fn set_finger(&mut self, ctx: &mut Ctx<'_>, k: u8, node: NodeRef) {
        let distance = self.id.distance(ctx.shared().id(node));
        self.fingers.set(u32::from(k), (node != self.me).then_some(node), distance);
    }

    /// Nobody left to ask.
    fn fail(&mut self, ctx: &mut Ctx<'_>, search: Search) {
        match search.goal {
            // The user waits until the deadline; a reference is published again; a finger is looked up again.
            Goal::Get | Goal::Put | Goal::List(_) | Goal::Word | Goal::Finger(_) => {}
            Goal::FirstFinger(k) => self.fill_fingers(ctx, k.checked_sub(1)),
            Goal::Join if self.joined => {}
            Goal::Join => {
                let patience = Span(ctx.shared().params.timeout.nanos().saturating_mul(2));
                ctx.deadline(patience, super::Timer::Retry);
            }
        }
    }

    /// A node that was asked on the way is silent.
    pub(super) fn silent(&mut self, ctx: &mut Ctx<'_>, to: NodeRef, asked: Say) {
        self.forget(ctx, to.peer);
        match asked {
            Say::Closest { search, .. } | Say::Seek { search, .. } => {
                let Some(mut search) = self.take_search(search) else { return };
                search.dead.push(to.peer);
                search.candidates.retain(|node| node.peer != to.peer);
                search.owners.retain(|node| node.peer != to.peer);
                let exhausted = search.candidates.is_empty() && search.owners.is_empty();
                if exhausted && search.goal != Goal::Join {
                    self.start_again(ctx, search);
                } else {
                    self.step(ctx, search);
                }
            }
            Say::Get { key, .. } => {
                let Some(mut search) = self.take_search_for(key) else { return };
                search.dead.push(to.peer);
                if search.owners.is_empty() {
                    self.start_again(ctx, search);
                } else {
                    self.finish(ctx, search);
                }
            }
            // Somewhere on the way of a recursive lookup: ask node after node instead.
            Say::FindSuccessor { key, .. } => self.search(ctx, key, Goal::Get),
            Say::Stabilize => {
                ctx.maintaining();
                self.stabilize_again(ctx);
            }
            Say::Intersect(question) => self.find_again(ctx, question.into_vec()),
            Say::Store(_) | Say::Ping => {}
            Say::Cached { .. }
            | Say::Remember(_)
            | Say::Matches(_)
            | Say::Provider(_)
            | Say::Providers(_)
            | Say::Closer { .. }
            | Say::Owners { .. }
            | Say::Neighbours { .. }
            | Say::Notify
            | Say::Pong
            | Say::Stored
            | Say::Leaving { .. } => {}
        }
    }

    /// From the beginning, avoiding the dead, as long as that promises anything new.
    fn start_again(&mut self, ctx: &mut Ctx<'_>, mut search: Search) {
        let shared = ctx.shared();
        if search.dead.len() > MOST_DEAD || !self.joined {
            self.fail(ctx, search);
            return;
        }
        let mut nodes = self.closest_preceding_nodes(search.key, shared.params.alternatives, shared);
        nodes.reverse();
        nodes.retain(|node| !search.dead.contains(&node.peer));
        if nodes.is_empty() && self.successor() != self.me {
            search.owners = self.owners(shared.params.replication);
            search.owners.reverse();
            search.owners.retain(|node| !search.dead.contains(&node.peer));
            self.finish(ctx, search);
        } else {
            search.candidates = nodes;
            self.step(ctx, search);
        }
    }

    /// The get has been answered.
    pub(super) fn close_search(&mut self, ctx: &mut Ctx<'_>, key: Id, providers: &[PeerId]) {
        let search = self.take_search_for(key);
        if let Some(search) = search.filter(|_| ctx.shared().params.cache > 0) {
            self.leave_answer(ctx, &search, providers);
        }
    }

    pub(super) fn take_search(&mut self, number: SearchId) -> Option<Search> {
        self.take_search_with(|search| search.number == number)
    }

    /// One that waits for an owner's answer about `key`. Others for the same key may still be on their way; which of
    /// several that wait makes no difference, as what is sent belongs to the lookup that is being handled.
    fn take_search_for(&mut self, key: Id) -> Option<Search> {
        self.take_search_with(|search| search.getting && search.key == key)
    }

    fn take_search_with(&mut self, wanted: impl Fn(&Search) -> bool) -> Option<Search> {
        let searches = &mut self.searches.as_mut()?.under_way;
        let at = searches.iter().position(wanted)?;
        Some(searches.remove(at))
    }
}

impl Search {
    /// `node` has said who comes next.
    fn passed(&mut self, shared: &Shared, node: NodeRef) {
        if shared.params.cache > 0 && self.goal == Goal::Get {
            self.aside.get_or_insert_default().path.push(node);
        }
    }

    /// Who has been asked last.
    pub(super) fn asked_last(&self) -> Option<NodeRef> {
        self.aside.as_ref()?.path.last().copied()
    }
}

/// How many candidates a search remembers, for when better ones turn out dead.
const KEPT: usize = 16;
/// After so many dead ones a search is given up.
const MOST_DEAD: usize = 24;
