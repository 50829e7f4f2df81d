//! What a peer remembers of descriptors that passed: which it has seen, and from whom, which is the way back.
//!
//! Entries age in two generations: what has been remembered for one period becomes old, and is forgotten one period
//! later at the latest. The clock moves on whenever something is remembered, so no timer is needed and remembering costs
//! amortised O(1). A few entries lie inside the peer, more in a boxed table with open addressing.

use std::fmt;

use crate::sim::{MAX_PEERS, PeerId, Span, Time};

/// Names a descriptor: its origin's address and the origin's own count, which together stand for the 16 bytes on the
/// wire. Alignment 1, so that messages pack tightly.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(Rust, packed)]
pub struct Guid {
    /// Who sent it first. A peer uses this only to recognise its own; where the variant at hand has the origin's address in
    /// the descriptor (direct hits, walkers that check), it is this one.
    pub origin: PeerId,
    /// What the origin calls it.
    pub serial: Serial,
}

/// A count of one origin and, below it, the number of a round or an attempt. 31 bits. Alignment 1.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(Rust, packed)]
pub struct Serial(u32);

impl Serial {
    const ROUND_BITS: u32 = 8;

    /// The first round of whatever has the number `count`, which counts modulo 2^23.
    pub(in crate::protocols) fn new(count: u32) -> Serial {
        Serial(count << Serial::ROUND_BITS & !OLD)
    }

    /// The number that all rounds have in common.
    pub(in crate::protocols) fn count(self) -> u32 {
        self.0 >> Serial::ROUND_BITS
    }

    /// Which round, from 0.
    pub(in crate::protocols) fn round(self) -> u8 {
        self.0 as u8
    }

    /// The round after this one, of at most 256.
    pub(in crate::protocols) fn next_round(self) -> Option<Serial> {
        (self.round() < u8::MAX).then_some(Serial(self.0 + 1))
    }
}

impl fmt::Debug for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.count(), self.round())
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{:?}", { self.origin }, { self.serial })
    }
}

/// So many entries lie inside the peer.
const FEW: usize = 6;
/// The least table.
const LEAST: usize = 16;
/// Marks an entry of the older generation, in its serial.
const OLD: u32 = 1 << 31;
/// No participant has this number.
const NOBODY: PeerId = PeerId::new(MAX_PEERS - 1);

#[derive(Clone, Copy)]
#[repr(Rust, packed)]
struct Entry {
    origin: PeerId,
    serial: u32,
    route: PeerId,
}

impl Entry {
    const EMPTY: Entry = Entry { origin: NOBODY, serial: 0, route: NOBODY };

    #[inline]
    fn is(&self, guid: Guid) -> bool {
        self.origin == guid.origin && self.serial & !OLD == guid.serial.0
    }

    #[inline]
    fn is_empty(&self) -> bool {
        self.origin == NOBODY
    }

    fn guid(&self) -> Guid {
        Guid { origin: self.origin, serial: Serial(self.serial & !OLD) }
    }

    fn is_old(&self) -> bool {
        self.serial & OLD != 0
    }

    /// The same, of the older generation.
    fn aged(self) -> Entry {
        Entry { serial: self.serial | OLD, ..self }
    }
}

/// The clock of the memory: steps of 2^24 ns, some 17 ms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::protocols) struct Ticks(u32);

impl Ticks {
    const SHIFT: u32 = 24;

    fn at(time: Time) -> Ticks {
        Ticks((time.nanos() >> Ticks::SHIFT) as u32)
    }

    /// The ticks of `span`, rounded up.
    pub(in crate::protocols) fn of(span: Span) -> Ticks {
        Ticks(span.nanos().div_ceil(1 << Ticks::SHIFT).min(1 << 30) as u32)
    }
}

/// The memory. In the order of the fields, so that what every descriptor meets lies together.
#[derive(Clone)]
#[repr(C)]
pub(in crate::protocols) struct Seen {
    /// When the present generation becomes old.
    until: Ticks,
    /// How many entries there are.
    len: u32,
    /// A table, once they have outgrown the peer: each at or after its home, at most three quarters full.
    table: Option<Box<[Entry]>>,
    /// Before that, they are here.
    few: [Entry; FEW],
}

impl Seen {
    pub(in crate::protocols) const EMPTY: Seen =
        Seen { until: Ticks(0), len: 0, table: None, few: [Entry::EMPTY; FEW] };

    /// Remembers that `guid` came from `route`, unless it is known: whether it is new. What is new is remembered for
    /// `memory` at least and twice as long at most.
    #[inline]
    pub(in crate::protocols) fn remember(
        &mut self,
        now: Time,
        memory: Ticks,
        guid: Guid,
        route: PeerId,
    ) -> bool {
        self.age(Ticks::at(now), memory);
        let entry = Entry { origin: guid.origin, serial: guid.serial.0, route };
        match &mut self.table {
            Some(slots) => {
                let at = seek(slots, guid);
                if !slots[at].is_empty() {
                    return false;
                }
                slots[at] = entry;
                self.len += 1;
                if self.len as usize * 4 > slots.len() * 3 {
                    let twice = slots.len() * 2;
                    self.table = Some(table(twice, slots.iter().copied().filter(|entry| !entry.is_empty())));
                }
            }
            None => {
                let len = self.len as usize;
                if self.few[..len].iter().any(|known| known.is(guid)) {
                    return false;
                }
                self.len += 1;
                if len < FEW {
                    self.few[len] = entry;
                } else {
                    self.outgrow(entry);
                }
            }
        }
        true
    }

    /// From whom `guid` came, if it is remembered.
    pub(in crate::protocols) fn route(&self, guid: Guid) -> Option<PeerId> {
        let known = match &self.table {
            Some(slots) => Some(&slots[seek(slots, guid)]).filter(|entry| !entry.is_empty()),
            None => self.few[..self.len as usize].iter().find(|entry| entry.is(guid)),
        };
        known.map(|entry| entry.route)
    }

    /// Where it will look for `guid`, if that is outside the peer.
    #[inline]
    pub(in crate::protocols) fn address(&self, guid: Guid) -> *const u8 {
        match &self.table {
            Some(slots) => (&raw const slots[home(guid, slots.len())]).cast(),
            None => std::ptr::null(),
        }
    }

    /// Lets time pass: forgets the older generation if the present one becomes old, and both if long enough nothing came.
    #[inline]
    fn age(&mut self, now: Ticks, memory: Ticks) {
        let late = now.0.wrapping_sub(self.until.0);
        if late < 1 << 31 {
            let forget_all = late >= memory.0;
            let since = if forget_all { now } else { self.until };
            self.until = Ticks(since.0.wrapping_add(memory.0));
            self.rotate(forget_all);
        }
    }

    fn rotate(&mut self, forget_all: bool) {
        if forget_all {
            (self.len, self.table) = (0, None);
        } else if self.table.is_some() {
            self.rotate_table();
        } else {
            let known = std::mem::replace(&mut self.len, 0);
            for place in 0..known as usize {
                self.keep_few(self.few[place]);
            }
        }
    }

    /// Drops the older generation from the table and marks the younger one as old. Few go back inside the peer.
    #[cold]
    fn rotate_table(&mut self) {
        let Some(slots) = self.table.take() else { return };
        let young = || slots.iter().copied().filter(|entry| !entry.is_empty() && !entry.is_old());
        let count = young().count();
        self.len = 0;
        if count <= FEW {
            young().for_each(|entry| self.keep_few(entry));
        } else {
            self.len = count as u32;
            // Room for as many again at three quarters full.
            let size = (count * 8 / 3).next_power_of_two().max(LEAST);
            self.table = Some(table(size, young().map(Entry::aged)));
        }
    }

    /// Keeps `entry` inside the peer for one more generation, if it was of the younger one.
    fn keep_few(&mut self, entry: Entry) {
        if !entry.is_old() {
            self.few[self.len as usize] = entry.aged();
            self.len += 1;
        }
    }

    /// Moves everything into a table.
    #[cold]
    fn outgrow(&mut self, entry: Entry) {
        self.table = Some(table(LEAST, self.few.iter().copied().chain([entry])));
    }
}

/// A table of `size` slots, a power of two, with these entries.
fn table(size: usize, entries: impl Iterator<Item = Entry>) -> Box<[Entry]> {
    let mut slots = vec![Entry::EMPTY; size].into_boxed_slice();
    for entry in entries {
        let at = seek(&slots, entry.guid());
        slots[at] = entry;
    }
    slots
}

/// The place of `guid`, or the empty one where it would be.
#[inline]
fn seek(slots: &[Entry], guid: Guid) -> usize {
    let mut at = home(guid, slots.len());
    while !slots[at].is_empty() && !slots[at].is(guid) {
        at = (at + 1) & (slots.len() - 1);
    }
    at
}

/// Where to look for `guid` first in a table of `slots`.
#[inline]
fn home(guid: Guid, slots: usize) -> usize {
    let origin = u64::from(guid.origin.number()) << 32 ^ u64::from(guid.origin.session()) << 59;
    let key = origin ^ u64::from(guid.serial.0);
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & (slots - 1)
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seen").field("remembered", &self.len).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guid(origin: u32, count: u32) -> Guid {
        Guid { origin: PeerId::new(origin), serial: Serial::new(count) }
    }

    #[test]
    fn remembers_once_and_knows_the_way_back() {
        for count in [1, 4, 5, 12, 13, 200] {
            let mut seen = Seen::EMPTY;
            let memory = Ticks::of(Span::secs(10));
            for i in 0..count {
                assert!(seen.remember(Time::ZERO, memory, guid(i, i * 7), PeerId::new(i + 1)));
            }
            for i in 0..count {
                assert!(!seen.remember(Time::ZERO, memory, guid(i, i * 7), PeerId::new(0)));
                assert_eq!(seen.route(guid(i, i * 7)), Some(PeerId::new(i + 1)));
                assert_eq!(seen.route(guid(i, i * 7 + 1)), None);
            }
        }
    }

    /// Against the definition, over a random history: what is younger than the period is known, what is older than two
    /// periods is not.
    #[test]
    fn ages_within_its_bounds() {
        let memory = Ticks::of(Span::secs(10));
        let period = u64::from(memory.0) << Ticks::SHIFT;
        for busy in [1, 5, 50] {
            let mut seen = Seen::EMPTY;
            let mut known = std::collections::BTreeMap::new();
            let mut now = 0u64;
            for step in 0..20_000u64 {
                let bits = crate::sim::random::mix(step);
                now += (bits >> 32) % (period / busy);
                let id = (bits % 4096) as u32;
                let new = seen.remember(Time(now), memory, guid(id, 0), PeerId::new(id));
                match known.get(&id) {
                    Some(&since) if now - since < period => assert!(!new, "{id} forgotten too early"),
                    Some(&since) if now - since > 2 * period + (1 << Ticks::SHIFT) => {
                        assert!(new, "{id} kept")
                    }
                    Some(_) => {}
                    None => assert!(new),
                }
                if new {
                    known.insert(id, now);
                }
            }
        }
    }

    #[test]
    fn a_quiet_peer_gives_its_table_back() {
        let mut seen = Seen::EMPTY;
        let memory = Ticks::of(Span::secs(10));
        for i in 0..1000 {
            seen.remember(Time::ZERO, memory, guid(i, 0), PeerId::new(0));
        }
        seen.remember(Time(30_000_000_000), memory, guid(0, 0), PeerId::new(0));
        assert!(seen.table.is_none() && seen.len == 1);
    }
}
