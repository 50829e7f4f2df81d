//! The event queue: pending events come out by (time, sender's rank, sender's counter), whatever order they went in.
//!
//! [`Wheel`] is what runs use; [`Heap`], the standard library's binary heap, is the oracle that tests compare the order
//! of every event with, and the yardstick of `peerlab bench`.

mod heap;
mod pool;
mod ring;
mod sort;
#[cfg(test)]
mod tests;
mod wheel;

pub use heap::Heap;
pub use wheel::Wheel;

/// The place of an event in the one order of a run.
///
/// No two events of a run have equal keys: `rank` identifies the sender, and `seq` counts what it has sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Nanoseconds since the start of the run.
    pub time: u64,
    /// The sender's place in the keyed permutation of senders.
    pub rank: u32,
    /// The sender's own counter.
    pub seq: u32,
}

/// What can wait in a queue.
///
/// # Safety
/// As long as an event waits, [`key`](Self::key) must give the same answer: places are counted by it, and then filled.
pub unsafe trait Keyed {
    /// The event's place in the order.
    fn key(&self) -> Key;
}

/// Which queue a run uses. Results do not depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QueueKind {
    /// The bucketed wheel.
    #[default]
    Wheel,
    /// The standard library's binary heap.
    Heap,
}

/// A queue of either kind behind one interface.
#[derive(Debug)]
pub enum EventQueue<E> {
    /// The bucketed wheel.
    Wheel(Box<Wheel<E>>),
    /// The binary heap.
    Heap(Heap<E>),
}

impl<E: Keyed> EventQueue<E> {
    /// An empty queue.
    pub fn new(kind: QueueKind) -> EventQueue<E> {
        match kind {
            QueueKind::Wheel => EventQueue::Wheel(Box::default()),
            QueueKind::Heap => EventQueue::Heap(Heap::new()),
        }
    }

    /// Adds the event that `make` makes, due at `time` (nanoseconds). It must not lie before the last event popped, nor
    /// before a limit at which [`pop_before`](Self::pop_before) has answered `None`.
    #[inline(always)]
    pub fn push_with(&mut self, time: u64, make: impl FnOnce() -> E) {
        match self {
            EventQueue::Wheel(wheel) => wheel.push_with(time, make),
            EventQueue::Heap(heap) => heap.push(make()),
        }
    }

    /// As [`push_with`](Self::push_with), where `fill` writes the event to its place.
    ///
    /// # Safety
    /// `fill` must write all of the event, and its time must be `time`.
    #[inline(always)]
    pub(in crate::sim) unsafe fn push_raw(&mut self, time: u64, fill: impl FnOnce(*mut E)) {
        match self {
            // SAFETY: by the contract.
            EventQueue::Wheel(wheel) => unsafe { wheel.push_raw(time, fill) },
            EventQueue::Heap(heap) => {
                let mut event = std::mem::MaybeUninit::uninit();
                fill(event.as_mut_ptr());
                // SAFETY: by the contract.
                heap.push(unsafe { event.assume_init() });
            }
        }
    }

    /// The first event, if its time lies before `limit` (nanoseconds).
    pub fn pop_before(&mut self, limit: u64) -> Option<E> {
        let place = self.pop_place(limit);
        // SAFETY: it is moved out once, before the queue is asked for anything else.
        (!place.is_null()).then(|| unsafe { place.read() })
    }

    /// Where the first event lies, if its time lies before `limit` (nanoseconds), else null. It counts as popped: it is the
    /// caller's to move out, once, and lies there until the next call for an event; pushes leave it alone.
    #[inline(always)]
    pub(in crate::sim) fn pop_place(&mut self, limit: u64) -> *mut E {
        match self {
            EventQueue::Wheel(wheel) => wheel.pop_place(limit),
            EventQueue::Heap(heap) => heap.pop_place(limit),
        }
    }

    /// The events whose turn comes next, as far as the queue knows. A hint for prefetching: nothing may depend on it.
    #[inline]
    pub fn upcoming(&self) -> &[E] {
        match self {
            EventQueue::Wheel(wheel) => wheel.upcoming(),
            EventQueue::Heap(_) => &[],
        }
    }

    /// How many of the events that were once [`upcoming`](Self::upcoming) have been popped.
    #[inline]
    pub fn popped(&self) -> usize {
        match self {
            EventQueue::Wheel(wheel) => wheel.popped(),
            EventQueue::Heap(_) => 0,
        }
    }

    /// How many events are pending.
    pub fn len(&self) -> usize {
        match self {
            EventQueue::Wheel(wheel) => wheel.len(),
            EventQueue::Heap(heap) => heap.len(),
        }
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
