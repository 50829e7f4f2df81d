//! Whose turn comes soon, and what of it to fetch into cache. Nothing here can change a result.

use std::ops::Range;

use super::{Cell, Engine};
use crate::sim::event::{Body, Event};
use crate::sim::memory::{prefetch, prefetch_if_any};
use crate::sim::peer::PeerId;
use crate::sim::protocol::Protocol;
use crate::sim::world::Happening;

/// Events are foreseen in groups: address translations that miss overlap within a group, which they do not where single
/// prefetches lie an event's handling apart.
const GROUP: usize = 4;
/// A lookup from outside is foreseen in steps, so many events apart.
pub(super) const STEP: u32 = 4;

const LINE: usize = 64;

impl<P: Protocol> Engine<P> {
    /// Fetches the state of peers whose turn comes soon, in three steps, each a group of events ahead of the next: what the
    /// shared tables say of them, the state itself, and what that points to.
    #[inline(always)]
    pub(super) fn prefetch(&self) {
        match self.core.queue.progress() {
            1 => {
                // A new order: what comes first has not been foreseen.
                self.prefetch_places(0..3 * GROUP);
                self.prefetch_states(0..2 * GROUP);
            }
            progress if progress % GROUP == 1 => {
                self.prefetch_places(2 * GROUP..3 * GROUP);
                self.prefetch_states(GROUP..2 * GROUP);
                self.prefetch_leads(0..GROUP);
            }
            _ => {}
        }
    }

    /// Where events that come soon will be handled.
    #[inline]
    fn prefetch_places(&self, ahead: Range<usize>) {
        for event in ahead.map_while(|ahead| self.core.queue.upcoming(ahead)) {
            prefetch(self.cells.as_ptr().wrapping_add(event.to.index()));
            if let (true, Body::Message(message)) = (P::FORESEES, &event.body) {
                prefetch_if_any(P::consults(&self.core.shared, event.to, message));
            }
        }
    }

    /// The state that they will be handled in.
    #[inline]
    fn prefetch_states(&self, ahead: Range<usize>) {
        for event in ahead.map_while(|ahead| self.core.queue.upcoming(ahead)) {
            if let Body::Message(message) = &event.body {
                self.prefetch_touched(event.to, message);
            }
            if event.hops.is_answer() {
                self.prefetch_wanted(event);
            }
        }
    }

    /// What that state points to.
    #[inline]
    fn prefetch_leads(&self, ahead: Range<usize>) {
        if P::FORESEES {
            for event in ahead.map_while(|ahead| self.core.queue.upcoming(ahead)) {
                if let Body::Message(message) = &event.body {
                    let peer = &self.cells[event.to.index()].peer;
                    peer.follows(&self.core.shared, message, prefetch_if_any);
                }
            }
        }
    }

    /// The lines that `message` will be handled in, but for the peer's first.
    #[inline(always)]
    fn prefetch_touched(&self, to: PeerId, message: &P::Message) {
        let cell = self.cells.as_ptr().wrapping_add(to.index());
        let touched = P::touches(&self.core.shared, to, message);
        let start = std::mem::offset_of!(Cell<P>, peer);
        let lines = (start + touched.start) / LINE..(start + touched.end).div_ceil(LINE);
        for line in lines.start.max(1)..lines.end {
            prefetch(cell.cast::<u8>().wrapping_add(line * LINE));
        }
    }

    /// An answer that reaches the origin of a lookup is compared with who holds the object.
    #[inline]
    fn prefetch_wanted(&self, event: &Event<P>) {
        if let Some((origin, object)) = event.cause.slot().map(|slot| self.core.ledger.question(slot))
            && origin == event.to.number()
        {
            prefetch(self.core.world.holders(object).as_ptr());
        }
    }

    /// Foresees what happens next from outside, in three steps, `step` 0 as soon as it is known.
    #[inline(never)]
    pub(super) fn foresee(&self, step: u32) {
        let Some(happening) = self.director.peek() else { return };
        let shared = &*self.core.shared;
        match happening {
            Happening::Lookup(planned) => match step {
                0 => {
                    prefetch(self.core.world.holders(planned.object).as_ptr());
                    prefetch_if_any(P::consults_for(shared, planned.object));
                    self.prefetch_start(planned.origin);
                }
                1 => {
                    let origin = PeerId::new(planned.origin);
                    if let Some(message) = P::resembles(shared, origin, planned.object) {
                        self.prefetch_touched(origin, &message);
                    }
                }
                _ => {
                    let Cell { head, peer } = &self.cells[planned.origin as usize];
                    if let Some(message) = P::resembles(shared, head.me, planned.object) {
                        peer.follows(shared, &message, prefetch_if_any);
                    }
                }
            },
            Happening::Join(number)
            | Happening::Arrive(number)
            | Happening::Leave(number)
            | Happening::Crash(number) => {
                if step == 0 {
                    self.prefetch_start(number);
                }
            }
            Happening::Strike(_) | Happening::Part(_) | Happening::Heal(_) | Happening::Measure => {}
        }
    }

    fn prefetch_start(&self, number: u32) {
        let cell = self.cells.as_ptr().wrapping_add(number as usize).cast::<u8>();
        (0..3).for_each(|line| prefetch(cell.wrapping_add(LINE * line)));
    }
}
