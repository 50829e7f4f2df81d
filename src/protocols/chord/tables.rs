//! What a Chord node remembers of others: its successor list and its fingers, flat and inline.

use std::mem::size_of;

use crate::sim::{MAX_PEERS, Parcel, PeerId};
use crate::space::ring::Id;

/// One node of the ring: the host, and which of its virtual nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(Rust, packed)]
pub struct NodeRef {
    /// The host.
    pub peer: PeerId,
    /// Which of its virtual nodes, from 0.
    pub index: u8,
}

/// The leading 24 bits of an identifier, which settle almost every comparison without a look at the identifier itself.
#[derive(Clone, Copy, Debug, Default)]
struct Lead([u8; 3]);

/// Identifiers that share their leading 24 bits span this much of the ring.
const CELL: u64 = 1 << 40;

/// What leading bits say.
enum Judged {
    /// Inside, and at least so far clockwise.
    Inside(u64),
    Outside,
    Unclear,
}

impl Lead {
    fn of(id: Id) -> Lead {
        let [a, b, c, ..] = id.aligned().to_be_bytes();
        Lead([a, b, c])
    }

    /// Whether an identifier that begins so lies in the open interval (`from`, `to`).
    #[inline(always)]
    fn in_open(self, from: Id, to: Id) -> Judged {
        let [a, b, c] = self.0;
        let lead = Id::from_aligned(u64::from_be_bytes([a, b, c, 0, 0, 0, 0, 0]));
        // It lies at least `near` and less than `far` clockwise from `from`, if its cell does not contain that.
        let (near, wanted) = (from.distance(lead), from.distance(to));
        let Some(far) = near.checked_add(CELL) else { return Judged::Unclear };
        if near != 0 && far <= wanted {
            Judged::Inside(near)
        } else if wanted != 0 && near >= wanted {
            Judged::Outside
        } else {
            Judged::Unclear
        }
    }
}

/// Entries of a successor list that are kept inline.
const INLINE: usize = 12;

/// The nodes that follow on the ring, nearest first. Up to twelve inline, longer lists on the heap.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Successors {
    inline: [NodeRef; INLINE],
    len: u8,
    /// Of those inline, once [`note_leads`](Self::note_leads) has seen their identifiers.
    leads: [Lead; INLINE],
    /// What does not fit. Alignment 1, so that a node stays within seven cache lines.
    longer: Option<Parcel<NodeRef>>,
}

impl Successors {
    /// The first `wanted` of `nodes`.
    pub fn new(nodes: impl Iterator<Item = NodeRef>, wanted: usize) -> Successors {
        let nobody = NodeRef { peer: PeerId::new(0), index: 0 };
        let leads = [Lead::default(); INLINE];
        let mut list = Successors { inline: [nobody; INLINE], len: 0, leads, longer: None };
        let mut longer = Vec::new();
        for node in nodes.take(wanted) {
            if (list.len as usize) < INLINE {
                list.inline[list.len as usize] = node;
                list.len += 1;
            } else {
                longer.push(node);
            }
        }
        list.longer = (!longer.is_empty()).then(|| Parcel::new(longer));
        list
    }

    /// The nearest.
    #[inline]
    pub fn first(&self) -> Option<NodeRef> {
        (self.len > 0).then_some(self.inline[0])
    }

    /// The farthest.
    pub fn last(&self) -> Option<NodeRef> {
        self.iter().next_back()
    }

    /// All of them, nearest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = NodeRef> + '_ {
        let longer = self.longer.iter().flat_map(|longer| longer.as_slice().iter().copied());
        self.inline[..self.len as usize].iter().copied().chain(longer)
    }

    /// The one at `place`, 0 for the nearest.
    #[inline]
    pub fn get(&self, place: usize) -> Option<NodeRef> {
        let beyond = || self.longer.as_ref()?.as_slice().get(place - INLINE).copied();
        if place < INLINE { self.inline[..self.len as usize].get(place).copied() } else { beyond() }
    }

    /// Notes how identifiers begin, for [`in_open`](Self::in_open).
    pub fn note_leads(&mut self, id: impl Fn(NodeRef) -> Id) {
        for (lead, &node) in self.leads.iter_mut().zip(&self.inline).take(self.len as usize) {
            *lead = Lead::of(id(node));
        }
    }

    /// The one at `place`, if it lies in the open interval (`from`, `to`) — judged by its leading bits where they suffice,
    /// else by its identifier, which `id` looks up.
    #[inline]
    pub fn in_open(&self, place: usize, from: Id, to: Id, id: impl Fn(NodeRef) -> Id) -> Option<Found> {
        let node = self.get(place)?;
        let judged = self.leads.get(place).map_or(Judged::Unclear, |lead| lead.in_open(from, to));
        match judged {
            Judged::Inside(at_least) => Some(Found { node, at_least }),
            Judged::Outside => None,
            Judged::Unclear => found_by_id(node, from, to, id),
        }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.len as usize + self.longer.as_ref().map_or(0, |longer| longer.as_slice().len())
    }

    /// Forgets every node of `peer`, keeping `wanted` at most.
    pub fn without(&self, peer: PeerId) -> Successors {
        Successors::new(self.iter().filter(|node| node.peer != peer), usize::MAX)
    }
}

/// A finger: a node, and how its identifier begins.
#[derive(Clone, Copy, Debug)]
#[repr(Rust, packed)]
struct Finger {
    /// [`NOBODY`] where the finger is unknown.
    node: NodeRef,
    lead: Lead,
}

/// Nobody's address: the highest number, which no run gives.
const NOBODY: NodeRef = NodeRef { peer: PeerId::new(MAX_PEERS - 1), index: u8::MAX };

/// A finger that was looked for.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// The node.
    pub node: NodeRef,
    /// It lies at least so far clockwise.
    pub at_least: u64,
}

impl Found {
    /// The one of two that lies farther clockwise from `from`, again by their identifiers only where leading bits do not
    /// suffice.
    #[inline]
    pub fn farther(self, other: Found, from: Id, id: impl Fn(NodeRef) -> Id) -> Found {
        if self.node == other.node || self.at_least >= other.at_least.saturating_add(CELL) {
            self
        } else if other.at_least >= self.at_least.saturating_add(CELL)
            || from.distance(id(other.node)) >= from.distance(id(self.node))
        {
            other
        } else {
            self
        }
    }
}

/// Where leading bits do not suffice: out of its way, so that no identifier is loaded in vain.
#[cold]
#[inline(never)]
fn found_by_id(node: NodeRef, from: Id, to: Id, id: impl Fn(NodeRef) -> Id) -> Option<Found> {
    let id = id(node);
    id.in_open(from, to).then(|| Found { node, at_least: from.distance(id) })
}

/// The fingers of one node, by exponent: finger k is the first node at or after n + 2^k, in left-aligned bits k = 0 to
/// 63.
///
/// A ring of N nodes has some log2 N different fingers, those of the highest exponents. So 26 of them lie
/// inline, and lower ones, which nearly always are the successor itself, only where they are not.
#[derive(Clone, Debug)]
pub struct Fingers {
    high: [Finger; INLINE_FINGERS],
    low: Option<Box<[Option<NodeRef>; LOW]>>,
}

const INLINE_FINGERS: usize = 26;
const LOW: usize = 64 - INLINE_FINGERS;

impl Fingers {
    /// What one finger takes.
    pub const FINGER_BYTES: usize = size_of::<Finger>();

    /// No finger at all.
    pub fn empty() -> Fingers {
        Fingers { high: [Finger { node: NOBODY, lead: Lead::default() }; INLINE_FINGERS], low: None }
    }

    /// Finger `k`, in left-aligned exponents; `None` where it is unknown, or is the immediate successor.
    #[inline]
    pub fn get(&self, k: u32) -> Option<NodeRef> {
        let place = 63 - k as usize;
        if place < INLINE_FINGERS {
            let node = self.high[place].node;
            return (node != NOBODY).then_some(node);
        }
        self.get_low(k)
    }

    /// Finger `k`, if it lies in the open interval (`from`, `to`) — judged by its leading bits where they suffice, else by
    /// its identifier, which `id` looks up.
    #[inline(always)]
    pub fn find_in_open(&self, k: u32, from: Id, to: Id, id: impl Fn(NodeRef) -> Id) -> Option<Found> {
        let place = 63 - k as usize;
        let node = if place < INLINE_FINGERS {
            let Finger { node, lead } = self.high[place];
            if node == NOBODY {
                return None;
            }
            match lead.in_open(from, to) {
                Judged::Inside(at_least) => return Some(Found { node, at_least }),
                Judged::Outside => return None,
                Judged::Unclear => {}
            }
            node
        } else {
            self.get_low(k)?
        };
        found_by_id(node, from, to, id)
    }

    /// Finger `k` of those on the heap. Out of the way of the others: a load moved before their branch would fetch a line that
    /// they never need, which halved the rate of lookups.
    #[cold]
    #[inline(never)]
    fn get_low(&self, k: u32) -> Option<NodeRef> {
        self.low.as_ref().and_then(|low| low[63 - k as usize - INLINE_FINGERS])
    }

    /// Sets finger `k`.
    pub fn set(&mut self, k: u32, node: Option<NodeRef>, id: Id) {
        let place = 63 - k as usize;
        if place < INLINE_FINGERS {
            self.high[place] = Finger { node: node.unwrap_or(NOBODY), lead: Lead::of(id) };
        } else if node.is_some() || self.low.is_some() {
            self.low.get_or_insert_with(|| Box::new([None; LOW]))[place - INLINE_FINGERS] = node;
        }
    }

    /// All known fingers that are not the immediate successor, farthest first, with their exponents. Neighbouring ones are
    /// often the same node.
    pub fn iter(&self) -> impl Iterator<Item = (u32, NodeRef)> + '_ {
        (0..64).rev().filter_map(|k| Some((k, self.get(k)?)))
    }

    /// Forgets every finger to `peer`.
    pub fn forget(&mut self, peer: PeerId) {
        for finger in &mut self.high {
            if finger.node.peer == peer {
                finger.node = NOBODY;
            }
        }
        for finger in self.low.iter_mut().flat_map(|low| low.iter_mut()) {
            if finger.is_some_and(|node| node.peer == peer) {
                *finger = None;
            }
        }
    }

    /// Forgets the fingers of exponents below `k`.
    pub fn forget_below(&mut self, k: u32) {
        // Places count from the highest exponent.
        let from = 64 - k as usize;
        self.high.iter_mut().skip(from).for_each(|finger| finger.node = NOBODY);
        let low = self.low.iter_mut().flat_map(|low| low.iter_mut());
        low.skip(from.saturating_sub(INLINE_FINGERS)).for_each(|finger| *finger = None);
    }

    /// The byte offset, within this table, of the finger for the leading bit of `distance`: for prefetching.
    #[inline]
    pub fn offset_of(distance: u64) -> usize {
        (distance.leading_zeros() as usize).min(INLINE_FINGERS) * size_of::<Finger>()
    }

    /// Where that finger lies in memory: for prefetching.
    #[inline]
    pub fn address(&self, distance: u64) -> *const u8 {
        (&raw const self.high).cast::<u8>().wrapping_add(Fingers::offset_of(distance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Near and far, so that leading bits often do not suffice.
        #[test]
        fn the_farther_of_two_is_found_by_leading_bits(
            from: u64, a: u64, b: u64, near in prop::bool::ANY, scale in 0u32..30,
        ) {
            let ids = [a, if near { a.wrapping_add(b >> (20 + scale)) } else { b }].map(Id::from_aligned);
            let from = Id::from_aligned(from);
            let nodes = [1, 2].map(|number| NodeRef { peer: PeerId::new(number), index: 0 });
            let id = |node: NodeRef| ids[node.peer.index() - 1];
            let found = nodes.map(|node| {
                let at_least = match Lead::of(id(node)).in_open(from, from.plus(u64::MAX)) {
                    Judged::Inside(at_least) => at_least,
                    Judged::Outside | Judged::Unclear => from.distance(id(node)),
                };
                Found { node, at_least }
            });
            let farthest = nodes.into_iter().max_by_key(|&node| from.distance(id(node)));
            prop_assert_eq!(Some(found[0].farther(found[1], from, id).node), farthest);
        }
    }
}
