//! What a Chord node remembers of others: its successor list and its fingers, flat and inline.

use std::mem::size_of;

use crate::sim::{Parcel, PeerId};
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

/// Entries of a successor list that are kept inline.
const INLINE: usize = 12;

/// The nodes that follow on the ring, nearest first. Up to twelve inline, longer lists on the heap.
///
/// How far away those inline are stands beside them, in 16 bits of the way to the farthest, which settle almost every
/// comparison without a look at an identifier.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Successors {
    /// Clockwise distance to the last of them, from the node whose list it is.
    reach: u64,
    /// By place, in units of 2^[`unit`]; [`NO_LEAD`] where nobody is.
    leads: [u16; INLINE],
    inline: [NodeRef; INLINE],
    len: u8,
    /// Each is farther away than the one before, and none is the node itself. Not known before [`measure`](Self::measure).
    ordered: bool,
    /// What does not fit. Alignment 1, so that a node stays within seven cache lines.
    longer: Option<Parcel<NodeRef>>,
}

const NO_LEAD: u16 = u16::MAX;

/// In units of so many bits, a list that reaches so far spans 16 bits.
#[inline]
fn unit(reach: u64) -> u32 {
    48u32.saturating_sub(reach.leading_zeros())
}

impl Successors {
    /// The first `wanted` of `nodes`.
    pub fn new(nodes: impl Iterator<Item = NodeRef>, wanted: usize) -> Successors {
        let nobody = NodeRef { peer: PeerId::new(0), index: 0 };
        let (inline, leads) = ([nobody; INLINE], [NO_LEAD; INLINE]);
        let mut list = Successors { reach: 0, leads, inline, len: 0, ordered: false, longer: None };
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

    /// Notes how far away they are: `distance` is asked about each, nearest first. Returns how far the nearest is, 0 if there
    /// is none.
    pub fn measure(&mut self, mut distance: impl FnMut(NodeRef) -> u64) -> u64 {
        let (mut near, mut count) = ([0; INLINE], 0);
        let (mut reach, mut ordered) = (0, true);
        for node in self.iter() {
            let far = distance(node);
            if let Some(place) = near.get_mut(count) {
                *place = far;
            }
            ordered &= far > reach;
            (reach, count) = (far, count + 1);
        }
        (self.reach, self.ordered) = (reach, ordered);
        let unit = unit(reach);
        self.leads = [NO_LEAD; INLINE];
        for (lead, &far) in self.leads.iter_mut().zip(&near).take(count) {
            // In no order, one may be farther away than the last.
            *lead = u16::try_from(far >> unit).unwrap_or(NO_LEAD);
        }
        near[0]
    }

    /// Clockwise distance to the last of them; 0 if there is none.
    #[inline]
    pub fn reach(&self) -> u64 {
        self.reach
    }

    /// The last of them that lies at most `far` clockwise from `own`, whose list it is, and is not `own` itself.
    #[inline]
    pub fn last_within(&self, far: u64, own: Id, id: impl Fn(NodeRef) -> Id) -> Option<Found> {
        if !self.ordered {
            return self.last_by_id(far, own, id);
        }
        if far >= self.reach {
            return self.last().map(|node| Found { node, at_least: self.reach, at_most: self.reach });
        }
        let unit = unit(self.reach);
        let lead = (far >> unit) as u16;
        let mut place = self.leads.iter().map(|&other| usize::from(other < lead)).sum();
        if place >= INLINE || self.leads[place] == lead {
            place = self.walk_by_id(place, far, own, id);
        }
        let node = self.get(place.checked_sub(1)?)?;
        let at_least = self.leads.get(place - 1).map_or(0, |&lead| u64::from(lead) << unit);
        Some(Found { node, at_least, at_most: far })
    }

    /// The first place from `place` on whose node lies beyond `far`.
    #[cold]
    #[inline(never)]
    fn walk_by_id(&self, mut place: usize, far: u64, own: Id, id: impl Fn(NodeRef) -> Id) -> usize {
        while let Some(node) = self.get(place)
            && own.distance(id(node)) <= far
        {
            place += 1;
        }
        place
    }

    /// As [`last_within`](Self::last_within), in a list that is in no order: the farthest.
    #[cold]
    #[inline(never)]
    fn last_by_id(&self, far: u64, own: Id, id: impl Fn(NodeRef) -> Id) -> Option<Found> {
        let distances = self.iter().map(|node| (own.distance(id(node)), node));
        let (distance, node) = distances.filter(|&(distance, _)| distance != 0 && distance <= far).max()?;
        Some(Found { node, at_least: distance, at_most: distance })
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

/// A finger: a node, and the leading 24 bits of how far away it is, which settle almost every comparison without a look
/// at its identifier. From the lowest bits on: the peer, which of its nodes, the leading bits.
#[derive(Clone, Copy, Debug)]
#[repr(Rust, packed)]
struct Finger(u64);

/// Leading bits leave so much of the ring open.
const CELL: u64 = 1 << 40;

impl Finger {
    /// Where the finger is unknown: the highest address, which no run gives, and farther away than anything.
    const UNKNOWN: Finger = Finger(u64::MAX);

    fn new(node: NodeRef, distance: u64) -> Finger {
        Finger(distance & !(CELL - 1) | u64::from(node.index) << 32 | u64::from(node.peer.bits()))
    }

    #[inline]
    fn node(self) -> NodeRef {
        let Finger(bits) = self;
        NodeRef { peer: PeerId::from_bits(bits as u32), index: (bits >> 32) as u8 }
    }

    #[inline]
    fn known(self) -> Option<NodeRef> {
        (self.node() != Finger::UNKNOWN.node()).then(|| self.node())
    }
}

/// A finger or successor that was looked for.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// The node.
    pub node: NodeRef,
    /// It lies at least so far clockwise…
    pub at_least: u64,
    /// …and at most so far.
    at_most: u64,
}

impl Found {
    /// The one of two that lies farther clockwise from `from`, by their identifiers only where what is known of the way does
    /// not suffice.
    #[inline]
    pub fn farther(self, other: Found, from: Id, id: impl Fn(NodeRef) -> Id) -> Found {
        if self.node == other.node || self.at_least > other.at_most {
            self
        } else if other.at_least > self.at_most
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
fn found_by_id(node: NodeRef, far: u64, own: Id, id: impl Fn(NodeRef) -> Id) -> Option<Found> {
    let distance = own.distance(id(node));
    (distance != 0 && distance <= far).then_some(Found { node, at_least: distance, at_most: distance })
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
        Fingers { high: [Finger::UNKNOWN; INLINE_FINGERS], low: None }
    }

    /// Finger `k`, in left-aligned exponents; `None` where it is unknown, or is the immediate successor.
    #[inline]
    pub fn get(&self, k: u32) -> Option<NodeRef> {
        let place = 63 - k as usize;
        if place < INLINE_FINGERS {
            return self.high[place].known();
        }
        self.get_low(k)
    }

    /// Finger `k`, if it lies at most `far` clockwise from `own`, whose fingers these are, and is not `own` itself.
    #[inline(always)]
    pub fn within(&self, k: u32, far: u64, own: Id, id: impl Fn(NodeRef) -> Id) -> Option<Found> {
        let place = 63 - k as usize;
        let node = if place < INLINE_FINGERS {
            let finger = self.high[place];
            let Finger(bits) = finger;
            let (at_least, limit) = (bits & !(CELL - 1), far & !(CELL - 1));
            // What is unknown counts as farther away than anything.
            if at_least > limit {
                return None;
            }
            if at_least != 0 && at_least < limit {
                return Some(Found { node: finger.node(), at_least, at_most: at_least + (CELL - 1) });
            }
            finger.known()?
        } else {
            self.get_low(k)?
        };
        found_by_id(node, far, own, id)
    }

    /// Finger `k` of those on the heap. Out of the way of the others: a load moved before their branch would fetch a line that
    /// they never need, which halved the rate of lookups.
    #[cold]
    #[inline(never)]
    fn get_low(&self, k: u32) -> Option<NodeRef> {
        self.low.as_ref().and_then(|low| low[63 - k as usize - INLINE_FINGERS])
    }

    /// Sets finger `k` to a node that lies `distance` clockwise.
    pub fn set(&mut self, k: u32, node: Option<NodeRef>, distance: u64) {
        let place = 63 - k as usize;
        if place < INLINE_FINGERS {
            self.high[place] = node.map_or(Finger::UNKNOWN, |node| Finger::new(node, distance));
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
            if finger.node().peer == peer {
                *finger = Finger::UNKNOWN;
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
        self.high.iter_mut().skip(from).for_each(|finger| *finger = Finger::UNKNOWN);
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

    fn node(number: usize) -> NodeRef {
        NodeRef { peer: PeerId::new(number as u32), index: 0 }
    }

    /// Ways around the ring, near and far, so that leading bits often do not suffice.
    fn ways() -> impl Strategy<Value = Vec<u64>> {
        let near = (0u32..64, 0u64..300).prop_map(|(scale, step)| (1u64 << scale).wrapping_add(step));
        prop::collection::vec(prop_oneof![any::<u64>(), near], 1..30)
    }

    proptest! {
        #![proptest_config(crate::properties::fixed_cases(256))]

        #[test]
        fn fingers_are_judged_as_by_their_identifiers(own: u64, ways in ways(), far: u64, k in 40u32..64) {
            let own = Id::from_aligned(own);
            let id = |node: NodeRef| own.plus(ways[node.peer.index()]);
            for far in ways.iter().flat_map(|&way| [way.wrapping_sub(1), way]).chain([far, u64::MAX]) {
                let mut found: Option<Found> = None;
                for (number, &way) in ways.iter().enumerate() {
                    let mut fingers = Fingers::empty();
                    prop_assert!(fingers.within(k, far, own, id).is_none());
                    fingers.set(k, Some(node(number)), way);
                    let judged = fingers.within(k, far, own, id);
                    prop_assert_eq!(judged.map(|found| found.node), (way != 0 && way <= far).then(|| node(number)));
                    found = match (found, judged) {
                        (Some(one), Some(other)) => Some(one.farther(other, own, id)),
                        (one, other) => one.or(other),
                    };
                }
                let farthest = ways.iter().copied().filter(|&way| way != 0 && way <= far).max();
                prop_assert_eq!(found.map(|found| own.distance(id(found.node))), farthest);
            }
        }

        #[test]
        fn the_last_of_a_list_is_found_as_by_identifiers(
            own: u64, mut ways in ways(), far: u64, sorted in prop::bool::ANY, listed in 1usize..30,
        ) {
            if sorted {
                ways.sort_unstable();
                ways.dedup();
            }
            let own = Id::from_aligned(own);
            let id = |node: NodeRef| own.plus(ways[node.peer.index()]);
            let mut list = Successors::new((0..ways.len()).map(node), listed);
            list.measure(|node| own.distance(id(node)));
            let ways = &ways[..list.len()];
            for far in ways.iter().flat_map(|&way| [way.wrapping_sub(1), way]).chain([far, u64::MAX]) {
                let found = list.last_within(far, own, id);
                let last = ways.iter().copied().filter(|&way| way != 0 && way <= far).max();
                prop_assert_eq!(found.map(|found| own.distance(id(found.node))), last);
                prop_assert!(found.is_none_or(|found| (found.at_least..=found.at_most).contains(&last.unwrap_or(0))));
            }
        }
    }
}
