//! What a run leaves behind.

use std::collections::BTreeMap;

use super::ledger::{Account, LookupRecord};
use super::time::{Span, Time};

/// Messages and bytes sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Messages, lost ones included.
    pub messages: u64,
    /// Their bytes on the wire.
    pub bytes: u64,
}

/// Counts of one run. Those of the first block start when the warm-up ends; the others cover the whole run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// By account, by its number; eight places, so that the number needs no check.
    pub(super) traffic: [Traffic; 8],
    /// Peers that came online.
    pub joins: u64,
    /// Replicas whose publishing began.
    pub published: u64,
    /// Nanoseconds that peers were online, summed over peers.
    pub peer_nanos: u128,
    /// Lookups issued and measured.
    pub lookups: u64,

    /// Downloads completed, and how long they took in nanoseconds, summed.
    pub timed: u64,
    /// Their nanoseconds.
    pub fetch_nanos: u128,
    /// The longest of them.
    pub fetch_longest: Span,
    /// When the last of them was complete.
    pub fetch_last: Time,

    /// Downloads begun.
    pub fetches: u64,
    /// Downloads completed.
    pub fetched: u64,
    /// Downloads begun of which no provider has been named that can be reached past firewalls.
    pub unreachable: u64,
    /// Messages that ask a provider behind a firewall to connect.
    pub pushes: u64,
    /// Messages that never left: taken back by their sender, or queued when it went offline.
    pub withdrawn: u64,
    /// Events handled, messages and timers.
    pub events: u64,
    /// Messages sent.
    pub sent: u64,
    /// Messages that reached a peer in the session they were meant for.
    pub delivered: u64,
    /// Messages lost on the way.
    pub lost: u64,
    /// Messages that reached a peer offline or in a later session.
    pub dropped: u64,
    /// Messages still on the way at the end.
    pub in_flight: u64,
    /// A hash over delivered messages of the protocol (time, sender, counter, receiver), whatever the order of adding.
    pub fingerprint: u64,
    /// Downloads that the engine has had served, by provider's number.
    pub served: BTreeMap<u32, u64>,
}

impl Tally {
    /// The traffic on `account`.
    pub fn on(&self, account: Account) -> Traffic {
        self.traffic[account as usize]
    }

    /// A download is complete that began at `since`.
    pub(super) fn fetched(&mut self, since: Time, now: Time) {
        let span = now.since(since);
        self.fetched += 1;
        self.timed += 1;
        self.fetch_last = now;
        self.fetch_nanos += u128::from(span.nanos());
        self.fetch_longest = self.fetch_longest.max(span);
    }

    /// Starts the first block anew.
    pub(super) fn measure(&mut self) {
        *self = Tally {
            events: self.events,
            sent: self.sent,
            delivered: self.delivered,
            lost: self.lost,
            dropped: self.dropped,
            in_flight: self.in_flight,
            fingerprint: self.fingerprint,
            fetches: self.fetches,
            fetched: self.fetched,
            unreachable: self.unreachable,
            pushes: self.pushes,
            withdrawn: self.withdrawn,
            served: std::mem::take(&mut self.served),
            ..Tally::default()
        };
    }
}

/// What a run leaves behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Peers, not counting servers.
    pub peers: u32,
    /// Measured lookups, by number.
    pub lookups: Vec<LookupRecord>,
    /// Counts.
    pub tally: Tally,
    /// Messages that each participant handled while costs were measured.
    pub loads: Vec<u32>,
    /// State entries of the participants that are online at the end, with their numbers.
    pub entries: Vec<(u32, u64)>,
    /// What the protocol measures of its network, by column ([`Protocol::measures`](super::Protocol::measures)).
    pub measures: Vec<(&'static str, f64)>,
    /// Messages that arrived while costs were measured, whether anybody was there or not, by kind; none unless they were
    /// counted ([`Engine::count_kinds`](super::Engine::count_kinds)).
    pub kinds: BTreeMap<&'static str, u64>,
    /// Simulated seconds during which costs were measured.
    pub measured_s: f64,
}
