//! Whose turn comes soon, and what of it to fetch into cache. Nothing here can change a result.

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

/// Tables of peers that are no larger than this stay in cache by themselves.
const SMALL: usize = 1 << 19;

/// How far events have been foreseen, counted as the queue counts those that have been popped.
#[derive(Debug, Default)]
pub(super) struct Foreseen {
    /// When the next group is to be looked at.
    due: usize,
    places: usize,
    states: usize,
    leads: usize,
}

impl Foreseen {
    /// Nothing yet, in a table of so many bytes.
    pub(super) fn new(bytes: usize) -> Foreseen {
        let due = if bytes <= SMALL { usize::MAX } else { 0 };
        Foreseen { due, places: 0, states: 0, leads: 0 }
    }

    /// Whether anything is foreseen.
    fn is_wanted(&self) -> bool {
        self.due < usize::MAX
    }
}

/// What of `upcoming` has not been foreseen yet, up to `reach` events ahead of the `popped`th; from now on it has.
fn fresh<'a, E>(done: &mut usize, popped: usize, upcoming: &'a [E], reach: usize) -> &'a [E] {
    let start = done.saturating_sub(popped);
    let end = reach.min(upcoming.len()).max(start);
    *done = popped + end;
    upcoming.get(start..end).unwrap_or_default()
}

impl<P: Protocol> Engine<P> {
    /// Fetches the state of peers whose turn comes soon, in three steps, each a group of events ahead of the next: its first
    /// line, what more of it will be needed, and what that points to.
    #[inline(always)]
    pub(super) fn prefetch(&mut self) {
        let popped = self.core.queue.popped();
        if popped >= self.foreseen.due {
            self.prefetch_group(popped);
        }
    }

    #[inline(never)]
    fn prefetch_group(&mut self, popped: usize) {
        let mut foreseen = std::mem::take(&mut self.foreseen);
        let upcoming = self.core.queue.upcoming();
        fresh(&mut foreseen.places, popped, upcoming, 3 * GROUP)
            .iter()
            .for_each(|event| self.prefetch_place(event));
        fresh(&mut foreseen.states, popped, upcoming, 2 * GROUP)
            .iter()
            .for_each(|event| self.prefetch_state(event));
        fresh(&mut foreseen.leads, popped, upcoming, GROUP)
            .iter()
            .for_each(|event| self.prefetch_lead(event));
        foreseen.due = popped + GROUP;
        self.foreseen = foreseen;
    }

    /// Where an event that comes soon will be handled.
    #[inline(always)]
    fn prefetch_place(&self, event: &Event<P>) {
        prefetch(self.cells.as_ptr().wrapping_add(event.to.index()));
    }

    /// The state that it will be handled in.
    #[inline(always)]
    fn prefetch_state(&self, event: &Event<P>) {
        if let Body::Message(message) = &event.body {
            self.prefetch_touched(event.to, message);
        }
        if event.hops.is_answer() {
            self.prefetch_wanted(event);
        }
    }

    /// What that state points to.
    #[inline(always)]
    fn prefetch_lead(&self, event: &Event<P>) {
        if let (true, Body::Message(message)) = (P::FORESEES, &event.body) {
            let peer = &self.cells[event.to.index()].peer;
            peer.follows(&self.core.shared, message, prefetch_if_any);
        }
    }

    /// The lines that `message` will be handled in, but for the peer's first.
    #[inline(always)]
    fn prefetch_touched(&self, to: PeerId, message: &P::Message) {
        let cell = &self.cells[to.index()];
        let touched = cell.peer.touches(&self.core.shared, message);
        let start = std::mem::offset_of!(Cell<P>, peer);
        let lines = (start + touched.start) / LINE..(start + touched.end).div_ceil(LINE);
        for line in lines.start.max(1)..lines.end {
            prefetch(std::ptr::from_ref(cell).cast::<u8>().wrapping_add(line * LINE));
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
        if !self.foreseen.is_wanted() {
            return;
        }
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
