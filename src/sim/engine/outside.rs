//! What happens to the network from outside: peers come and go, users ask.

use rand::RngExt;

use super::{Cell, Engine};
use crate::sim::context::Context;
use crate::sim::event::{Body, Hops};
use crate::sim::ledger::{Cause, LookupRecord};
use crate::sim::protocol::{Lookup, Protocol};
use crate::sim::random::{PeerStream, derive_peer};
use crate::sim::time::Span;
use crate::sim::trace::Happened;
use crate::sim::world::{Happening, PlannedLookup};

impl<P: Protocol> Engine<P> {
    pub(super) fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Join(number) => self.join(number, false),
            Happening::Arrive(number) => self.join(number, true),
            Happening::Leave(number) => self.leave(number, true),
            Happening::Crash(number) => self.leave(number, false),
            Happening::Strike(strike) => {
                let victims = self.victims(strike);
                victims.iter().for_each(|&number| self.leave(number, false));
                self.director.struck(&victims);
            }
            Happening::Part(cut) => {
                self.core.cuts.push(cut);
                self.core.unreliable = true;
            }
            Happening::Heal(number) => {
                self.core.cuts.retain(|cut| cut.number != number);
                self.core.unreliable = self.core.loss > 0 || !self.core.cuts.is_empty();
            }
            Happening::Lookup(planned) => self.look_up(planned),
            Happening::Measure => self.measure(),
        }
    }

    /// A peer comes online: in its first session as it was made, later as a new session of the same peer, or, if it comes
    /// `anew`, as one that knows nothing.
    fn join(&mut self, number: u32, anew: bool) {
        self.count_presence();
        let Cell { head, peer } = &mut self.cells[number as usize];
        if head.online {
            return;
        }
        if head.seq > 0 {
            head.me = head.me.next_session();
            head.rank = self.core.precedence.rank(head.me);
            let shared = &self.core.shared;
            *peer = if anew { P::new(head.me, shared) } else { peer.on_return(head.me, shared) };
        }
        head.online = true;
        head.since = head.seq;
        self.changed = true;
        let core = &mut self.core;
        core.tally.joins += 1;
        let roster = core.presence.roster();
        let mut stream = PeerStream { key: derive_peer(core.peer_key, number), drawn: &mut head.drawn };
        let contact = (!roster.is_empty()).then(|| roster[stream.random_range(0..roster.len())]);
        core.presence.arrive(head.me);
        let mut ctx = Context { core, head, now: self.now, cause: Cause::JOIN, hops: 0, token: 0 };
        peer.on_join(&mut ctx, contact);
        self.start_routines(number);
    }

    fn leave(&mut self, number: u32, graceful: bool) {
        self.count_presence();
        let Cell { head, peer } = &mut self.cells[number as usize];
        if !head.online {
            return;
        }
        let core = &mut self.core;
        if graceful {
            let mut ctx = Context { core, head, now: self.now, cause: Cause::MAINTENANCE, hops: 0, token: 0 };
            peer.on_leave(&mut ctx);
        }
        head.online = false;
        // Even a peer that has sent nothing is somebody new when it returns.
        head.seq = head.seq.max(1);
        core.waiting.clear(&mut head.waiting);
        core.clear_uplink(number);
        core.presence.depart(head.me);
        self.changed = true;
    }

    fn look_up(&mut self, planned: PlannedLookup) {
        let PlannedLookup { number, origin, object, measured } = planned;
        let Cell { head, peer } = &mut self.cells[origin as usize];
        debug_assert!(head.online, "the director issues lookups from peers that are online");
        let core = &mut self.core;
        let online_holders = core.online_holders(object, origin);
        let record = LookupRecord {
            number,
            origin,
            object,
            issued: self.now,
            answer: None,
            messages: 0,
            bytes: 0,
            providers: 0,
            online_holders,
            visited: 0,
            direct: Span::ZERO,
            timeouts: 0,
        };
        core.tally.lookups += u64::from(measured);
        let slot = core.ledger.open(record, self.now + self.director.deadline(), measured);
        let cause = Cause::lookup(slot);
        core.trace_message(
            self.now,
            Happened::Issued,
            head.me,
            head.me,
            cause,
            Hops::new(0, false),
            &Body::Alarm,
        );
        let mut ctx = Context { core, head, now: self.now, cause, hops: 0, token: 0 };
        peer.on_lookup(&mut ctx, Lookup { number, object });
        self.core.ledger.handled(slot);
    }

    fn measure(&mut self) {
        self.count_presence();
        self.core.tally.measure();
        if let Some(kinds) = self.core.kinds.as_mut() {
            kinds.clear();
        }
        self.measured_since = self.now;
        for cell in &mut self.cells {
            cell.head.handled = 0;
        }
    }

    /// Adds up the time that peers have been online since the last time.
    pub(super) fn count_presence(&mut self) {
        let span = self.now.since(self.counted_until).nanos();
        self.core.tally.peer_nanos += u128::from(span) * self.core.presence.roster().len() as u128;
        self.counted_until = self.now;
    }

    /// Starts the periodic duties of a participant that is online, each at a random phase.
    pub(super) fn start_routines(&mut self, number: u32) {
        let head = &mut self.cells[number as usize].head;
        if !head.online {
            return;
        }
        for (index, routine) in self.routines.iter().enumerate() {
            let key = derive_peer(self.core.peer_key, number);
            let phase =
                PeerStream { key, drawn: &mut head.drawn }.random_range(0..routine.period.nanos().max(1));
            self.core.schedule(head, self.now + Span(phase), Body::Routine(index as u8));
        }
    }
}
