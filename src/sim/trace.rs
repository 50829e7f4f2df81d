//! Following one lookup: every event on its account, in order.

use super::ledger::Account;
use super::peer::{ObjectId, PeerId};
use super::time::Time;

/// What happened to a traced lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// The origin was asked to find the object.
    Issued,
    /// A message arrived and is handled.
    Delivered,
    /// A message reached a peer that is offline, or in another session than the one it was meant for.
    Dropped,
    /// A message was lost on the way.
    Lost,
    /// The deadline of a request passed, or a timer on the lookup's account went off.
    Alarm,
    /// The origin has an answer.
    Answered,
}

/// One event of a traced lookup.
#[derive(Clone, Debug)]
pub struct TraceEvent {
    /// When.
    pub time: Time,
    /// What.
    pub happened: Happened,
    /// Who sent it (for an answer: the provider named).
    pub from: PeerId,
    /// Whom it concerns.
    pub to: PeerId,
    /// What is looked for.
    pub object: ObjectId,
    /// Who pays.
    pub account: Account,
    /// Hops so far.
    pub hops: u16,
    /// Whether the message answers, as what is sent with `reply` does.
    pub answer: bool,
    /// The message, as its type prints itself; empty where there is none.
    pub message: String,
}

/// A lookup to follow and what to do with its events.
pub struct Trace {
    pub(super) lookup: u32,
    pub(super) sink: Box<dyn FnMut(TraceEvent) + Send>,
}

impl Trace {
    /// Follows the lookup with this number in the workload.
    pub fn new(lookup: u32, sink: impl FnMut(TraceEvent) + Send + 'static) -> Trace {
        Trace { lookup, sink: Box::new(sink) }
    }
}

impl std::fmt::Debug for Trace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trace").field("lookup", &self.lookup).finish_non_exhaustive()
    }
}
