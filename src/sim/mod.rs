//! The kernel: time, the event queue, peers' streams, the protocol trait, who pays for what, and the loop that drives them.
//!
//! It knows no protocol, no file format and no model of the world: a protocol comes as a [`Protocol`], the world as a
//! [`World`] (facts) and a [`Director`] (what happens from outside, in order).

mod context;
mod engine;
mod event;
mod keywords;
mod ledger;
mod links;
mod memory;
mod outcome;
mod parcel;
mod peer;
mod presence;
mod protocol;
pub mod queue;
pub mod random;
mod time;
mod trace;
mod waiting;
mod walls;
mod world;

/// The size of an event of `P` in bytes: 48 for protocols that pack their messages well.
pub const fn event_size<P: Protocol>() -> usize {
    size_of::<event::Event<P>>()
}

pub use context::Context;
pub use engine::Engine;
pub use keywords::{Keywords, Word, query_text};
pub use ledger::{Account, LookupRecord};
pub(crate) use memory::prefetch;
pub use memory::table;
pub use outcome::{Outcome, Tally, Traffic};
pub use parcel::Parcel;
pub use peer::{MAX_PEERS, ObjectId, PeerId, Precedence};
pub use protocol::{Lookup, Online, Protocol, Routine, Setup, Site, Textbook, UNTOLD, Violation};
pub use queue::QueueKind;
pub use time::{Span, Time};
pub use trace::{Happened, Trace, TraceEvent};
pub use waiting::TimerId;
pub use walls::Push;
pub use world::{Cut, Director, Happening, PlannedLookup, Profile, Role, Strike, World};
