//! What peers wait for: deadlines of requests, and timers that can be cancelled.
//!
//! Each peer has a short chain of entries in one slab. Cancelling removes the entry; the alarm that later finds none
//! does nothing. So nothing grows with what was cancelled.

use super::peer::PeerId;
use super::protocol::Protocol;

const NONE: u32 = u32::MAX;

/// Names a timer of one peer, for cancelling. Meaningless to other peers and other sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerId(pub(super) u32);

/// The head of one peer's chain.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chain(u32);

impl Chain {
    pub(super) const EMPTY: Chain = Chain(NONE);
}

/// What an alarm means when it goes off.
pub(super) enum Waiting<P: Protocol> {
    Request { to: PeerId, message: P::Message },
    Timer(P::Timer),
}

struct Entry<P: Protocol> {
    /// The counter of the alarm event.
    alarm: u32,
    /// The token of the request, 0 for timers.
    token: u32,
    next: u32,
    what: Option<Waiting<P>>,
}

/// The slab of all chains.
pub(super) struct WaitingRoom<P: Protocol> {
    entries: Vec<Entry<P>>,
    free: u32,
}

impl<P: Protocol> WaitingRoom<P> {
    pub(super) fn new() -> Self {
        WaitingRoom { entries: Vec::new(), free: NONE }
    }

    pub(super) fn add(&mut self, chain: &mut Chain, alarm: u32, token: u32, what: Waiting<P>) {
        let entry = Entry { alarm, token, next: chain.0, what: Some(what) };
        if self.free == NONE {
            chain.0 = self.entries.len() as u32;
            self.entries.push(entry);
        } else {
            chain.0 = self.free;
            self.free = self.entries[self.free as usize].next;
            self.entries[chain.0 as usize] = entry;
        }
    }

    /// Takes out what waits for the alarm with counter `alarm`, if it has not been cancelled.
    pub(super) fn take_alarm(&mut self, chain: &mut Chain, alarm: u32) -> Option<Waiting<P>> {
        self.take(chain, |entry| entry.alarm == alarm)
    }

    /// Takes out the request that `token` names, if it still waits.
    pub(super) fn take_request(&mut self, chain: &mut Chain, token: u32) -> Option<Waiting<P>> {
        self.take(chain, |entry| entry.token == token)
    }

    /// Forgets everything that a peer waits for.
    pub(super) fn clear(&mut self, chain: &mut Chain) {
        while self.take(chain, |_| true).is_some() {}
    }

    fn take(&mut self, chain: &mut Chain, wanted: impl Fn(&Entry<P>) -> bool) -> Option<Waiting<P>> {
        let mut before = NONE;
        let mut at = chain.0;
        while at != NONE {
            let next = self.entries[at as usize].next;
            if wanted(&self.entries[at as usize]) {
                match before {
                    NONE => chain.0 = next,
                    before => self.entries[before as usize].next = next,
                }
                let entry = &mut self.entries[at as usize];
                entry.next = self.free;
                self.free = at;
                return entry.what.take();
            }
            before = at;
            at = next;
        }
        None
    }
}
