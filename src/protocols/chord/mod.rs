//! Chord: Stoica, Morris, Karger, Kaashoek, Balakrishnan, *Chord: A Scalable Peer-to-peer Lookup Service for Internet
//! Applications*, SIGCOMM 2001; and with Liben-Nowell and Dabek, IEEE/ACM Transactions on Networking 11(1), 2003 (ToN).
//!
//! | here | the paper |
//! | --- | --- |
//! | [`Node`], its `successors` and `fingers` | ToN, Table I |
//! | `find_successor`, `closest_preceding_node` | ToN, Fig. 5 (recursive form) |
//! | `search`, `step`, `closer` | the iterative form, SIGCOMM 2001, section 6.1 |
//! | `join`, `stabilize`, `notify`, `fix_fingers`, `check_predecessor` | ToN, Fig. 6 |
//! | `neighbours`: the successor list is the successor's, shifted by one | ToN, section IV-E.3 |
//! | `leave`: keys go to the successor, neighbours learn of each other | ToN, section IV-E.4 |
//! | `store`: copies on the next nodes of the list | ToN, section IV-E.3 |
//! | `caching` | Dabek et al., *Wide-area cooperative storage with CFS*, SOSP 2001, section 5.2: caching along the path |
//! | `words` | Reynolds, Vahdat, *Efficient Peer-to-Peer Keyword Searching*, Middleware 2003: lists of words, intersected |
//! | virtual nodes: several [`Node`]s in one peer | ToN, section IV-B |
//!
//! A node that has joined looks its fingers up at once instead of waiting for `fix_fingers`, and one that learns of a closer
//! successor asks that one at once instead of in the next round of `stabilize`. Published are references to
//! the holders of an object, which age and are published again; the object itself stays where it is.
//!
//! Left out: locality (server selection by latency), authentication, and the merging of rings that have parted, but for
//! those whose nodes see that theirs is shorter than a successor list (`look_beyond`).

mod caching;
mod message;
mod node;
mod params;
mod search;
mod tables;
mod words;

use std::mem::offset_of;
use std::ops::Range;

use self::message::apart;
pub use self::message::{Message, Say};
pub use self::node::Node;
pub use self::params::{FingerRule, Params, Plan, Routing, Shared};
pub use self::tables::{Fingers, NodeRef};
pub use super::index::Entry;
use crate::sim::{
    Context, Lookup, ObjectId, Online, PeerId, Protocol, Routine, Setup, Site, Span, Textbook, Violation,
};
use crate::stats::quantile_sorted;

/// One peer of a Chord ring: a node, or several where hosts have virtual nodes.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Chord {
    node: Node,
    #[expect(clippy::box_collection, reason = "eight bytes in every peer instead of 16 for what few have")]
    more: Option<Box<Vec<Node>>>,
}

// With what the engine keeps beside it, a peer takes seven cache lines.
#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Chord>() <= 416);

/// What a peer waits for.
#[derive(Clone, Copy, Debug)]
pub enum Timer {
    /// n.stabilize() is due.
    Stabilize,
    /// n.fix_fingers() is due.
    FixFingers,
    /// n.check_predecessor() is due.
    CheckPredecessor,
    /// What the peer shares is to be published again.
    Republish,
    /// Joining failed: try again.
    Retry,
}

impl Protocol for Chord {
    const NAME: &'static str = "chord";
    const PAPER: &'static str = "Stoica et al., SIGCOMM 2001 and IEEE/ACM ToN 11(1), 2003";
    const TITLE: &'static str = "a ring with fingers: structured";
    const TEXTBOOK: Textbook = Textbook { messages: "O(log n)", hops: "O(log n)", state: "O(log n)" };
    const WORDS: bool = true;
    type Params = Params;
    type Shared = Shared;
    type Message = Message;
    type Timer = Timer;
    type Plan = Plan;

    fn shared(setup: &Setup<'_>, params: &Params) -> Result<Shared, String> {
        Shared::new(setup, params)
    }

    fn new(me: PeerId, shared: &Shared) -> Chord {
        Chord::of(me, shared, |node| Node::new(node, shared))
    }

    fn plan(setup: &Setup<'_>, shared: &Shared) -> Plan {
        Plan::new(setup, shared)
    }

    fn settled(plan: &Plan, shared: &Shared, me: PeerId) -> Chord {
        Chord::of(me, shared, |node| Node::settled(node, plan, shared))
    }

    fn routines(shared: &Shared) -> Vec<Routine<Timer>> {
        let params = &shared.params;
        let duties = [
            (Timer::Stabilize, params.stabilize),
            (Timer::FixFingers, params.fix_fingers),
            (Timer::CheckPredecessor, params.check_predecessor),
            (Timer::Republish, params.republish),
        ];
        let wanted = duties.into_iter().filter(|&(_, period)| period > Span::ZERO);
        wanted.map(|(timer, period)| Routine { timer, period }).collect()
    }

    fn on_join(&mut self, ctx: &mut Context<'_, Self>, contact: Option<PeerId>) {
        self.join(ctx, contact);
    }

    fn on_leave(&mut self, ctx: &mut Context<'_, Self>) {
        for node in self.nodes_mut() {
            node.leave(ctx);
        }
    }

    fn on_lookup(&mut self, ctx: &mut Context<'_, Self>, lookup: Lookup) {
        if ctx.shared().words.is_some() {
            self.node.look_up_words(ctx, lookup.object);
            return;
        }
        let key = ctx.shared().key(lookup.object);
        self.node.look_up(ctx, key);
    }

    #[inline]
    fn on_message(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, message: Message) {
        let Some(n) = self.at_mut(message.at) else { return };
        // Most of what is said, taken apart where it lies: moved as a whole first, it would stall.
        if let Say::FindSuccessor { key, origin } = message.say
            && ctx.shared().params.cache == 0
        {
            n.find_successor(ctx, key, origin);
        } else {
            n.hear(ctx, NodeRef { peer: from, index: message.from }, message.say);
        }
    }

    fn on_silence(&mut self, ctx: &mut Context<'_, Self>, to: PeerId, asked: Message) {
        if let Some(n) = self.at_mut(asked.from) {
            n.silent(ctx, NodeRef { peer: to, index: asked.at }, asked.say);
        }
    }

    fn on_timer(&mut self, ctx: &mut Context<'_, Self>, timer: Timer) {
        match timer {
            Timer::Stabilize => self.nodes_mut().for_each(|n| n.stabilize(ctx)),
            Timer::FixFingers => self.nodes_mut().for_each(|n| n.fix_fingers(ctx)),
            Timer::CheckPredecessor => self.nodes_mut().for_each(|n| n.check_predecessor(ctx)),
            Timer::Republish => {
                self.nodes_mut().for_each(|n| n.expire(ctx));
                self.node.publish_all(ctx);
            }
            Timer::Retry => {
                let contact = ctx.bootstrap();
                self.join(ctx, contact);
            }
        }
    }

    fn links(&self) -> impl Iterator<Item = PeerId> {
        let mut peers: Vec<PeerId> = self.nodes().flat_map(Node::contacts).map(|node| node.peer).collect();
        peers.sort_unstable();
        peers.dedup();
        let me = self.node.me.peer;
        peers.into_iter().filter(move |&peer| peer != me)
    }

    fn entries(&self) -> usize {
        self.nodes().map(Node::entries).sum()
    }

    #[inline(always)]
    fn wire_size(shared: &Shared, message: &Message) -> u32 {
        message.say.wire_size(shared)
    }

    fn measures(network: &[&Self], online: &Online<'_>, _shared: &Shared) -> Vec<(&'static str, f64)> {
        keys_per_peer(network, online)
    }

    fn invariants(network: &[&Self], online: &Online<'_>, shared: &Shared) -> Result<(), Violation> {
        ring_is_whole(network, online, shared)
    }

    fn sites(&self, shared: &Shared) -> Vec<Site> {
        self.nodes().map(|node| shared.site(node.id())).collect()
    }

    fn site_of(shared: &Shared, object: ObjectId) -> Option<Site> {
        Some(shared.site(shared.key(object)))
    }

    const FORESEES: bool = true;

    #[inline]
    fn follows(&self, shared: &Shared, message: &Message, mut fetch: impl FnMut(*const u8)) {
        match message.say {
            Say::Get { .. } => fetch(self.node.index.address()),
            Say::FindSuccessor { key, origin } => {
                let distance = self.node.id.distance(key);
                if shared.is_near(distance) {
                    fetch(self.node.fingers.address(distance));
                }
                if let (true, Some(predecessor)) = (origin == self.node.me, self.node.predecessor) {
                    // A lookup begins: the first question is whether the key is the node's own.
                    fetch(shared.address_of_id(predecessor.peer));
                }
            }
            _ => {}
        }
    }

    #[inline]
    fn consults_for(shared: &Shared, object: ObjectId) -> *const u8 {
        shared.address_of_key(object)
    }

    #[inline]
    fn resembles(shared: &Shared, me: PeerId, object: ObjectId) -> Option<Message> {
        let origin = NodeRef { peer: me, index: 0 };
        Some(Message { at: 0, from: 0, say: Say::FindSuccessor { key: shared.key(object), origin } })
    }

    #[inline]
    fn touches(&self, shared: &Shared, message: &Message) -> Range<usize> {
        let node = offset_of!(Chord, node);
        match message.say {
            // Close to the key the successor list; else the finger for the leading bit of the distance, and the one below.
            Say::FindSuccessor { key, .. } => {
                let distance = self.node.id.distance(key);
                if shared.is_near(distance) {
                    return node..node + offset_of!(Node, predecessor);
                }
                let finger = node + offset_of!(Node, fingers) + Fingers::offset_of(distance);
                finger..finger + 2 * Fingers::FINGER_BYTES
            }
            Say::Get { .. } => node + offset_of!(Node, index)..node + offset_of!(Node, fingers),
            Say::Provider(_) => node + offset_of!(Node, searches)..node + offset_of!(Node, index),
            _ => 0..node + offset_of!(Node, fingers),
        }
    }
}

impl Chord {
    fn of(me: PeerId, shared: &Shared, make: impl Fn(NodeRef) -> Node) -> Chord {
        let node = make(NodeRef { peer: me, index: 0 });
        let more: Vec<Node> = shared.nodes(me).skip(1).map(make).collect();
        Chord { node, more: (!more.is_empty()).then(|| Box::new(more)) }
    }

    /// Those of its nodes that are in no ring join one by way of `contact`. If nobody else is there, the first node founds
    /// a ring, and the others join by way of that one.
    fn join(&mut self, ctx: &mut Context<'_, Self>, contact: Option<PeerId>) {
        let contact = contact.map(|peer| NodeRef { peer, index: 0 });
        let founds = contact.is_none() && !self.node.joined;
        let inside = self.nodes().find(|node| node.joined).map(Node::address);
        if !self.node.joined {
            self.node.join(ctx, contact.or(inside));
        }
        let founder = contact.or(inside).or(Some(self.node.me));
        for node in self.more.iter_mut().flat_map(|more| more.iter_mut()).filter(|node| !node.joined) {
            node.join(ctx, founder);
        }
        if founds {
            // The others publish when they have joined.
            self.node.publish_all(ctx);
        }
    }

    /// The peer's nodes.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        std::iter::once(&self.node).chain(self.more.iter().flat_map(|more| more.iter()))
    }

    /// The peer's nodes, to work on or to meddle with.
    pub fn nodes_mut(&mut self) -> impl Iterator<Item = &mut Node> {
        std::iter::once(&mut self.node).chain(self.more.iter_mut().flat_map(|more| more.iter_mut()))
    }

    #[inline]
    fn at_mut(&mut self, index: u8) -> Option<&mut Node> {
        if index == 0 { Some(&mut self.node) } else { self.more.as_mut()?.get_mut(index as usize - 1) }
    }
}

impl Node {
    /// n hears something from another node.
    #[inline(never)]
    fn hear(&mut self, ctx: &mut Context<'_, Chord>, from: NodeRef, say: Say) {
        match say {
            Say::FindSuccessor { key, origin } if ctx.shared().params.cache > 0 => {
                self.find_or_recall(ctx, from, key, origin);
            }
            Say::FindSuccessor { key, origin } => self.find_successor(ctx, key, origin),
            Say::Get { key, origin } if ctx.shared().params.cache > 0 => {
                self.get_and_leave(ctx, from, key, origin);
            }
            Say::Get { key, origin } => self.get(ctx, key, origin),
            Say::Provider(peer) => self.answered(ctx, &[peer]),
            Say::Providers(peers) => self.answered(ctx, peers.as_slice()),
            Say::Closest { key, search } => self.closest(ctx, from, key, search),
            Say::Seek { key, search } => self.recall_or_closest(ctx, from, key, search),
            Say::Cached { search, entries } => self.recalled(ctx, from, search, entries.into_vec()),
            Say::Remember(entries) => self.remember(ctx, entries.as_slice()),
            Say::Intersect(question) => self.intersect_for(ctx, from, question.into_vec()),
            Say::Matches(listed) => self.matched(ctx, listed.as_slice()),
            Say::Closer { search, nodes } => self.closer(ctx, from, search, nodes.as_slice()),
            Say::Owners { search, nodes } => self.owners_found(ctx, from, search, nodes.as_slice()),
            Say::Stabilize => self.tell_neighbours(ctx, from),
            Say::Neighbours { predecessor, nodes } => {
                let (predecessor, successors) = apart(predecessor, nodes.as_slice());
                self.neighbours(ctx, from, predecessor, successors);
            }
            Say::Notify => self.notify(ctx, from),
            Say::Ping => self.reply(ctx, from, Say::Pong),
            Say::Store(entries) => self.stored(ctx, from, entries.into_vec()),
            Say::Leaving { predecessor, nodes } => {
                let (predecessor, successors) = apart(predecessor, nodes.as_slice());
                self.leaving(ctx, from, predecessor, successors);
            }
            // The engine has noted the answer.
            Say::Pong | Say::Stored => {}
        }
    }
}

/// How many keys each peer online keeps references for, all its nodes together: percentiles, and the most over the mean.
fn keys_per_peer(network: &[&Chord], online: &Online<'_>) -> Vec<(&'static str, f64)> {
    let present = network.iter().filter(|peer| online.contains(peer.node.me.peer));
    let mut keys: Vec<u64> =
        present.map(|peer| peer.nodes().map(|node| node.keys().count() as u64).sum()).collect();
    keys.sort_unstable();
    let total: u64 = keys.iter().sum();
    let (Some(low), Some(high), Some(most)) =
        (quantile_sorted(&keys, 0.01), quantile_sorted(&keys, 0.99), keys.last())
    else {
        return Vec::new();
    };
    let mean = total as f64 / keys.len() as f64;
    let mut measures = vec![("keys_p1", low as f64), ("keys_p99", high as f64)];
    if total > 0 {
        measures.push(("keys_max_over_mean", *most as f64 / mean));
    }
    measures
}

/// Every node online has joined; its predecessor and its successor list are the nodes before and after it in order of
/// identifiers.
fn ring_is_whole(network: &[&Chord], online: &Online<'_>, shared: &Shared) -> Result<(), Violation> {
    let mut ring: Vec<&Node> = network.iter().flat_map(|peer| peer.nodes()).collect();
    ring.sort_unstable_by_key(|node| node.id());
    let n = ring.len();
    for (i, node) in ring.iter().enumerate() {
        let at = node.address().peer;
        if !online.contains(at) {
            return Err(Violation::at(at, "is taken for online under a former session's address"));
        }
        let expected: Vec<NodeRef> =
            (1..=shared.params.successors.min((n - 1).max(1))).map(|k| ring[(i + k) % n].address()).collect();
        let listed: Vec<NodeRef> = node.successors().collect();
        if listed != expected {
            return Err(Violation::at(at, format!("successors are {listed:?}, and should be {expected:?}")));
        }
        let predecessor = (n > 1).then(|| ring[(i + n - 1) % n].address());
        if node.predecessor() != predecessor {
            let found = node.predecessor();
            return Err(Violation::at(
                at,
                format!("predecessor is {found:?}, and should be {predecessor:?}"),
            ));
        }
        if let Some((k, dead)) = node.fingers().find(|(_, finger)| !online.contains(finger.peer)) {
            return Err(Violation::at(at, format!("finger {k} points to {}, who is gone", dead.peer)));
        }
    }
    Ok(())
}
