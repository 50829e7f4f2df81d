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
    pub(super) fn new(count: u32) -> Serial {
        Serial(count << Serial::ROUND_BITS & !OLD)
    }

    /// The number that all rounds have in common.
    pub(super) fn count(self) -> u32 {
        self.0 >> Serial::ROUND_BITS
    }

    /// Which round, from 0.
    pub(super) fn round(self) -> u8 {
        self.0 as u8
    }

    /// The round after this one, of at most 256.
    pub(super) fn next_round(self) -> Option<Serial> {
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
const FEW: usize = 4;
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

    fn is_old(&self) -> bool {
        self.serial & OLD != 0
    }

    /// Where to look for it first in a table of `slots`, a power of two.
    #[inline]
    fn home(&self, slots: usize) -> usize {
        let key = u64::from(self.origin.number()) << 32
            ^ u64::from(self.serial & !OLD)
            ^ u64::from(self.origin.session()) << 59;
        (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & (slots - 1)
    }
}

/// The clock of the memory: steps of 2^24 ns, some 17 ms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ticks(u32);

impl Ticks {
    const SHIFT: u32 = 24;

    fn at(time: Time) -> Ticks {
        Ticks((time.nanos() >> Ticks::SHIFT) as u32)
    }

    /// The ticks of `span`, rounded up.
    pub(super) fn of(span: Span) -> Ticks {
        Ticks(span.nanos().div_ceil(1 << Ticks::SHIFT).min(1 << 30) as u32)
    }
}

/// The memory.
#[derive(Clone)]
pub(super) struct Seen {
    /// When the present generation becomes old.
    until: Ticks,
    store: Store,
}

#[derive(Clone)]
enum Store {
    /// The first `old` of the `len` entries belong to the older generation.
    Few {
        len: u8,
        old: u8,
        entries: [Entry; FEW],
    },
    Many {
        len: u32,
        slots: Box<[Entry]>,
    },
}

impl Store {
    const EMPTY: Store = Store::Few { len: 0, old: 0, entries: [Entry::EMPTY; FEW] };
}

impl Seen {
    pub(super) const EMPTY: Seen = Seen { until: Ticks(0), store: Store::EMPTY };

    /// Remembers that `guid` came from `route`, unless it is known: whether it is new. What is new is remembered for
    /// `memory` at least and twice as long at most.
    #[inline]
    pub(super) fn remember(&mut self, now: Time, memory: Ticks, guid: Guid, route: PeerId) -> bool {
        self.age(Ticks::at(now), memory);
        if self.find(guid).is_some() {
            return false;
        }
        self.insert(Entry { origin: guid.origin, serial: guid.serial.0, route });
        true
    }

    /// From whom `guid` came, if it is remembered.
    pub(super) fn route(&self, guid: Guid) -> Option<PeerId> {
        self.find(guid).map(|entry| entry.route)
    }

    #[inline]
    fn find(&self, guid: Guid) -> Option<&Entry> {
        match &self.store {
            Store::Few { len, entries, .. } => entries[..usize::from(*len)].iter().find(|e| e.is(guid)),
            Store::Many { slots, .. } => {
                let wanted = Entry { origin: guid.origin, serial: guid.serial.0, route: NOBODY };
                let mut at = wanted.home(slots.len());
                loop {
                    let entry = &slots[at];
                    if entry.is(guid) {
                        return Some(entry);
                    }
                    if entry.is_empty() {
                        return None;
                    }
                    at = (at + 1) & (slots.len() - 1);
                }
            }
        }
    }

    #[inline]
    fn insert(&mut self, entry: Entry) {
        match &mut self.store {
            Store::Few { len, entries, .. } if usize::from(*len) < FEW => {
                entries[usize::from(*len)] = entry;
                *len += 1;
            }
            Store::Few { .. } => {
                self.rebuild(LEAST, |_| true);
                self.insert(entry);
            }
            Store::Many { len, slots } if (*len as usize + 1) * 4 > slots.len() * 3 => {
                let twice = slots.len() * 2;
                self.rebuild(twice, |_| true);
                self.insert(entry);
            }
            Store::Many { len, slots } => {
                place(slots, entry);
                *len += 1;
            }
        }
    }

    /// Lets time pass: forgets the older generation if the present one becomes old, and both if long enough nothing came.
    #[inline]
    fn age(&mut self, now: Ticks, memory: Ticks) {
        let late = now.0.wrapping_sub(self.until.0);
        if late < 1 << 31 {
            self.rotate(late >= memory.0);
            self.until = Ticks(now.0.wrapping_add(memory.0));
        }
    }

    #[cold]
    fn rotate(&mut self, forget_all: bool) {
        if forget_all {
            self.store = Store::EMPTY;
            return;
        }
        match &mut self.store {
            Store::Few { len, old, entries } => {
                entries.copy_within(usize::from(*old)..usize::from(*len), 0);
                *len -= *old;
                *old = *len;
            }
            Store::Many { slots, .. } => {
                let young = slots.iter().filter(|e| !e.is_empty() && !e.is_old()).count();
                // Room for as many again at three quarters full.
                self.rebuild((young * 8 / 3).next_power_of_two().max(LEAST), |entry| {
                    let young = !entry.is_old();
                    entry.serial |= OLD;
                    young
                });
            }
        }
    }

    /// Moves what `keep` wants into a table of `slots`.
    fn rebuild(&mut self, slots: usize, mut keep: impl FnMut(&mut Entry) -> bool) {
        let mut table = vec![Entry::EMPTY; slots].into_boxed_slice();
        let mut count = 0;
        let mut carry = |mut entry: Entry| {
            if !entry.is_empty() && keep(&mut entry) {
                place(&mut table, entry);
                count += 1;
            }
        };
        match &self.store {
            Store::Few { len, old, entries } => {
                for (index, entry) in entries[..usize::from(*len)].iter().enumerate() {
                    let mark = if index < usize::from(*old) { OLD } else { 0 };
                    carry(Entry { serial: entry.serial | mark, ..*entry });
                }
            }
            Store::Many { slots, .. } => slots.iter().copied().for_each(carry),
        }
        self.store = Store::Many { len: count, slots: table };
    }
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let remembered = match &self.store {
            Store::Few { len, .. } => u32::from(*len),
            Store::Many { len, .. } => *len,
        };
        f.debug_struct("Seen").field("remembered", &remembered).finish_non_exhaustive()
    }
}

/// Puts an entry that is not there into a table with room.
#[inline]
fn place(slots: &mut [Entry], entry: Entry) {
    let mut at = entry.home(slots.len());
    while !slots[at].is_empty() {
        at = (at + 1) & (slots.len() - 1);
    }
    slots[at] = entry;
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
                    Some(&since) if now - since > 2 * period + (1 << Ticks::SHIFT) => assert!(new, "{id} kept"),
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
        assert!(matches!(seen.store, Store::Few { len: 1, .. }));
    }
}
