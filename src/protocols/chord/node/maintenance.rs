//! How a node joins, keeps its ring in order, and leaves it.

use super::{Ctx, Node};
use crate::protocols::chord::message::{Say, neighbourhood};
use crate::protocols::chord::params::Shared;
use crate::protocols::chord::search::Goal;
use crate::protocols::chord::tables::{NodeRef, Successors};
use crate::sim::{Parcel, PeerId};

impl Node {
    /// n.join(n'): its successor is the owner of its own identifier (ToN, Fig. 6).
    pub(in crate::protocols::chord) fn join(&mut self, ctx: &mut Ctx<'_>, contact: Option<NodeRef>) {
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
    pub(in crate::protocols::chord) fn stabilize(&mut self, ctx: &mut Ctx<'_>) {
        self.wary = false;
        self.ask_successor(ctx);
    }

    /// The successor is silent: on with the next one, and what that one says of its predecessor, who may be the silent
    /// one, is taken with care until the next round.
    pub(in crate::protocols::chord) fn stabilize_again(&mut self, ctx: &mut Ctx<'_>) {
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
    pub(in crate::protocols::chord) fn neighbours(
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
    pub(in crate::protocols::chord) fn adopt(&mut self, ctx: &mut Ctx<'_>, node: NodeRef) {
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
    pub(in crate::protocols::chord) fn notify(&mut self, ctx: &mut Ctx<'_>, from: NodeRef) {
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
    pub(in crate::protocols::chord) fn fix_fingers(&mut self, ctx: &mut Ctx<'_>) {
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
    pub(in crate::protocols::chord) fn first_finger(&self, shared: &Shared) -> u32 {
        let lowest = 64 - shared.ring.bits();
        // 2^k > span, so k > log2(span).
        (self.span.ilog2() + 1).max(lowest)
    }

    /// n.check_predecessor().
    pub(in crate::protocols::chord) fn check_predecessor(&mut self, ctx: &mut Ctx<'_>) {
        if let Some(predecessor) = self.predecessor {
            self.ask(ctx, predecessor, Say::Ping);
        }
    }

    /// `peer` does not answer: forget it. Repair is maintenance.
    pub(in crate::protocols::chord) fn forget(&mut self, ctx: &mut Ctx<'_>, peer: PeerId) {
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
    pub(in crate::protocols::chord) fn leave(&mut self, ctx: &mut Ctx<'_>) {
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
    pub(in crate::protocols::chord) fn leaving(
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
    pub(in crate::protocols::chord) fn tell_neighbours(&mut self, ctx: &mut Ctx<'_>, from: NodeRef) {
        if !self.joined {
            return;
        }
        let (predecessor, nodes) = neighbourhood(self.predecessor, self.successors.iter());
        self.reply(ctx, from, Say::Neighbours { predecessor, nodes });
    }
}
