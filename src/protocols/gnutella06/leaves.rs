//! What an ultrapeer knows of its leaves: the tables of hashed keywords they have sent.

use super::params::Slot;
use super::{Gnutella06, Message, Query};
use crate::protocols::unstructured::{Claim, Index};
use crate::sim::{Context, PeerId, Time};

/// So many words has the summary of all tables.
const WORDS: usize = 64;

/// The leaves of one ultrapeer.
#[derive(Debug)]
pub(super) struct Leaves {
    /// Hashes of all places that are set in some table: most questions need look no further.
    summary: [u64; WORDS],
    pub(super) index: Index<Slot>,
    /// A leaf was refused since the last keep-alive.
    pub(super) full: bool,
    /// It has heard of an ultrapeer with more leaves, and of one that is fit, since the last keep-alive.
    pub(super) busier: bool,
    pub(super) fitter: bool,
    /// Before that time it stays an ultrapeer, however few leaves it has.
    pub(super) needed_until: Time,
    /// For how many leaves the ultrapeers have room from which it has heard since the last keep-alive.
    pub(super) room: usize,
}

impl Leaves {
    pub(super) fn new() -> Leaves {
        Leaves {
            summary: [0; WORDS],
            index: Index::new(),
            full: false,
            busier: false,
            fitter: false,
            needed_until: Time::ZERO,
            room: 0,
        }
    }

    pub(super) fn admit(&mut self, leaf: PeerId, claim: Claim, now: Time) {
        self.index.admit(leaf, claim, now);
        self.summarise();
    }

    /// Takes the table of a leaf in place of an earlier one; whether it is one of its leaves.
    pub(super) fn list(&mut self, leaf: PeerId, slots: &[Slot]) -> bool {
        let listed = self.index.list(leaf, slots);
        self.summarise();
        listed
    }

    pub(super) fn forget(&mut self, leaf: PeerId) {
        if self.index.forget(leaf) {
            self.summarise();
        }
    }

    pub(super) fn summarise(&mut self) {
        self.summary = [0; WORDS];
        for Slot(slot) in self.index.keys() {
            self.summary[slot as usize / 64 % WORDS] |= 1 << (slot % 64);
        }
    }

    /// Where it will look whether this place may be set.
    #[inline]
    pub(super) fn address(&self, Slot(slot): Slot) -> *const u8 {
        (&raw const self.summary[slot as usize / 64 % WORDS]).cast()
    }

    /// The leaves in whose tables all these places are set.
    fn with_all(&self, slots: &[Slot]) -> Vec<PeerId> {
        let Some((&first, others)) = slots.split_first() else { return Vec::new() };
        if !slots.iter().all(|&slot| self.may_have(slot)) {
            return Vec::new();
        }
        let mut leaves: Vec<PeerId> = self.index.providers(first).collect();
        for &slot in others {
            let also: Vec<PeerId> = self.index.providers(slot).collect();
            leaves.retain(|leaf| also.binary_search(leaf).is_ok());
        }
        leaves
    }

    /// Whether this place may be set in some table.
    #[inline]
    pub(super) fn may_have(&self, Slot(slot): Slot) -> bool {
        self.summary[slot as usize / 64 % WORDS] >> (slot % 64) & 1 == 1
    }
}

impl Gnutella06 {
    /// The last hop: passes a query on to the leaves in whose tables its place is set.
    pub(super) fn ask_leaves(&self, ctx: &mut Context<'_, Self>, from: PeerId, query: Query) {
        let Some(leaves) = &self.leaves else { return };
        let origin = { query.guid.origin };
        if let Some(words) = &ctx.shared().words {
            for leaf in leaves.with_all(&ctx.shared().slots(words, query.object)) {
                if leaf != from && leaf != origin {
                    ctx.send(leaf, Message::Query(Query { ttl: 0, ..query }));
                }
            }
            return;
        }
        for leaf in leaves.index.providers(ctx.shared().slot(query.object)) {
            if leaf != from && leaf != origin {
                ctx.send(leaf, Message::Query(Query { ttl: 0, ..query }));
            }
        }
    }

    pub(super) fn on_table(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, slots: &[Slot]) {
        if !self.leaves.as_mut().is_some_and(|leaves| leaves.list(from, slots)) {
            ctx.maintaining();
            ctx.reply(from, Message::Bye);
        }
    }
}
