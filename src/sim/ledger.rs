//! Who pays: every event has one account, and messages sent while it is handled inherit it.

use super::peer::ObjectId;
use super::time::{Span, Time};

/// What a cost is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Account {
    /// Keeping the overlay in order: timers and whatever follows from them, repair, leaving.
    Maintenance,
    /// Coming online.
    Join,
    /// Uploading an index, storing references.
    Publish,
    /// Downloads after an answer.
    Transfer,
    /// Answering a question.
    Lookup,
}

impl Account {
    /// All accounts, in the order of their numbers.
    pub const ALL: [Account; 5] =
        [Account::Maintenance, Account::Join, Account::Publish, Account::Transfer, Account::Lookup];

    /// The word for it in results.
    pub fn name(self) -> &'static str {
        match self {
            Account::Maintenance => "maintenance",
            Account::Join => "join",
            Account::Publish => "publish",
            Account::Transfer => "transfer",
            Account::Lookup => "lookup",
        }
    }
}

/// An account, and for lookups the ledger's slot, in four bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cause(u32);

const SLOT_BITS: u32 = 29;

impl Cause {
    pub(super) const MAINTENANCE: Cause = Cause::of(Account::Maintenance);
    pub(super) const JOIN: Cause = Cause::of(Account::Join);
    pub(super) const PUBLISH: Cause = Cause::of(Account::Publish);
    pub(super) const TRANSFER: Cause = Cause::of(Account::Transfer);

    const fn of(account: Account) -> Cause {
        Cause((account as u32) << SLOT_BITS)
    }

    #[inline]
    pub(super) fn lookup(slot: u32) -> Cause {
        debug_assert!(slot < 1 << SLOT_BITS);
        Cause((Account::Lookup as u32) << SLOT_BITS | slot)
    }

    #[inline]
    pub(super) fn account(self) -> Account {
        Account::ALL[(self.0 >> SLOT_BITS) as usize % Account::ALL.len()]
    }

    /// The account's number, below 8.
    #[inline]
    pub(super) fn number(self) -> usize {
        (self.0 >> SLOT_BITS) as usize
    }

    /// The ledger's slot, if a lookup pays.
    #[inline]
    pub(super) fn slot(self) -> Option<u32> {
        (self.0 >= (Account::Lookup as u32) << SLOT_BITS).then_some(self.0 & ((1 << SLOT_BITS) - 1))
    }
}

/// What one lookup cost and brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookupRecord {
    /// Its number in the workload.
    pub number: u32,
    /// The peer that asked.
    pub origin: u32,
    /// What it asked for.
    pub object: ObjectId,
    /// When.
    pub issued: Time,
    /// The first answer, if one came before the deadline.
    pub answer: Option<FirstAnswer>,
    /// Messages sent on its account, lost ones included.
    pub messages: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Distinct holders that answers named before the deadline.
    pub providers: u32,
    /// Holders, other than the origin, that were online when it was issued.
    pub online_holders: u32,
    /// Peers that say they have looked for the object (`Context::visited`).
    pub visited: u32,
    /// One-way latency below, from the origin to the provider named first.
    pub direct: Span,
    /// Requests on its account that got no answer in time.
    pub timeouts: u32,
}

/// The first answer to a lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstAnswer {
    /// From issue to answer.
    pub latency: Span,
    /// Forwards of the request on the way to the peer whose answer this is.
    pub hops: u16,
    /// Whether the provider named was online and held the object.
    pub correct: bool,
}

/// A lookup under way: what changes rarely.
pub(super) struct Entry {
    pub(super) record: LookupRecord,
    pub(super) deadline: Time,
    pub(super) measured: bool,
    /// Which holders have been named, a bit each by their index among the holders.
    named: Vec<u64>,
}

/// What changes with every message of a lookup, apart from the rest so that many of them share a cache line.
#[derive(Clone, Copy, Default)]
struct Meter {
    /// Events on its account that are still to be handled. 0 marks a free slot.
    outstanding: u32,
    visited: u32,
    messages: u64,
    bytes: u64,
}

/// The lookups under way, and the records of those that are over.
#[derive(Default)]
pub(super) struct Ledger {
    meters: Vec<Meter>,
    entries: Vec<Entry>,
    free: Vec<u32>,
    pub(super) done: Vec<LookupRecord>,
}

impl Ledger {
    /// Opens an entry, with one event outstanding: its issue.
    pub(super) fn open(&mut self, record: LookupRecord, deadline: Time, measured: bool) -> u32 {
        let meter = Meter { outstanding: 1, ..Meter::default() };
        match self.free.pop() {
            Some(slot) => {
                let entry = &mut self.entries[slot as usize];
                entry.record = record;
                entry.deadline = deadline;
                entry.measured = measured;
                entry.named.clear();
                self.meters[slot as usize] = meter;
                slot
            }
            None => {
                self.entries.push(Entry { record, deadline, measured, named: Vec::new() });
                self.meters.push(meter);
                self.entries.len() as u32 - 1
            }
        }
    }

    #[inline]
    pub(super) fn entry(&mut self, slot: u32) -> &mut Entry {
        &mut self.entries[slot as usize]
    }

    /// Who asked for what.
    #[inline]
    pub(super) fn question(&self, slot: u32) -> (u32, ObjectId) {
        let record = &self.entries[slot as usize].record;
        (record.origin, record.object)
    }

    /// A message of `size` bytes was sent; it waits in the queue unless it was lost.
    #[inline]
    pub(super) fn sent(&mut self, slot: u32, size: u32, lost: bool) {
        let meter = &mut self.meters[slot as usize];
        meter.messages += 1;
        meter.bytes += u64::from(size);
        meter.outstanding += u32::from(!lost);
    }

    /// A peer has looked for the object.
    #[inline]
    pub(super) fn visited(&mut self, slot: u32) {
        self.meters[slot as usize].visited += 1;
    }

    /// An event waits in the queue.
    #[inline]
    pub(super) fn queued(&mut self, slot: u32) {
        self.meters[slot as usize].outstanding += 1;
    }

    /// An event was handled or dropped; the last one closes the entry.
    #[inline]
    pub(super) fn handled(&mut self, slot: u32) {
        let meter = &mut self.meters[slot as usize];
        meter.outstanding -= 1;
        if meter.outstanding == 0 {
            self.close(slot);
        }
    }

    fn close(&mut self, slot: u32) {
        let Entry { record, measured, .. } = &self.entries[slot as usize];
        if *measured {
            let Meter { visited, messages, bytes, .. } = self.meters[slot as usize];
            self.done.push(LookupRecord { messages, bytes, visited, ..*record });
        }
        self.free.push(slot);
    }

    /// The record of an entry as it stands, if it is measured.
    fn record(&self, slot: u32) -> Option<LookupRecord> {
        let Entry { record, measured, .. } = &self.entries[slot as usize];
        let Meter { visited, messages, bytes, .. } = self.meters[slot as usize];
        measured.then_some(LookupRecord { messages, bytes, visited, ..*record })
    }

    /// How many lookups are under way.
    pub(super) fn open_entries(&self) -> usize {
        self.entries.len() - self.free.len()
    }

    /// Closes what is still open at the end of the run; returns all records by number.
    pub(super) fn finish(&mut self) -> Vec<LookupRecord> {
        let open = (0..self.entries.len() as u32).filter(|&slot| self.meters[slot as usize].outstanding > 0);
        let open: Vec<LookupRecord> = open.filter_map(|slot| self.record(slot)).collect();
        let mut done = std::mem::take(&mut self.done);
        done.extend(open);
        *self = Ledger::default();
        // A stable sort, since it makes use of the order that there nearly is.
        done.sort_by_key(|record| record.number);
        done
    }
}

impl Entry {
    /// Marks the holder at `index` as named; true the first time.
    pub(super) fn name(&mut self, index: usize) -> bool {
        let (word, bit) = (index / 64, 1u64 << (index % 64));
        if self.named.len() <= word {
            self.named.resize(word + 1, 0);
        }
        let first = self.named[word] & bit == 0;
        self.named[word] |= bit;
        first
    }
}
