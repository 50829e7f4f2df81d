//! The oracle: a plain binary heap.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::Keyed;

/// The standard library's binary heap as an event queue.
pub struct Heap<E> {
    events: BinaryHeap<Earliest<E>>,
    /// The place of the event popped last: an allocation of its own, of length 0, as the event is the caller's.
    popped: Vec<E>,
}

impl<E: Keyed> Heap<E> {
    /// An empty heap.
    pub fn new() -> Heap<E> {
        Heap { events: BinaryHeap::new(), popped: Vec::with_capacity(1) }
    }

    /// Adds an event.
    #[inline]
    pub fn push(&mut self, event: E) {
        self.events.push(Earliest(event));
    }

    /// The first event, if its time lies before `limit`.
    #[inline]
    pub fn pop_before(&mut self, limit: u64) -> Option<E> {
        if self.peek()?.key().time < limit { self.events.pop().map(|Earliest(event)| event) } else { None }
    }

    /// As [`pop_before`](Self::pop_before), in a place from where the caller moves it out, once; null for none.
    #[inline]
    pub(super) fn pop_place(&mut self, limit: u64) -> *mut E {
        let Some(event) = self.pop_before(limit) else { return std::ptr::null_mut() };
        let place = self.popped.as_mut_ptr();
        // SAFETY: there is room for one, and what was there has been moved out.
        unsafe { place.write(event) };
        place
    }

    /// The first event.
    #[inline]
    pub fn peek(&self) -> Option<&E> {
        self.events.peek().map(|Earliest(event)| event)
    }

    /// How many events are pending.
    #[inline]
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}

impl<E: Keyed> Default for Heap<E> {
    fn default() -> Self {
        Heap::new()
    }
}

impl<E> std::fmt::Debug for Heap<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Heap").field("len", &self.events.len()).finish_non_exhaustive()
    }
}

/// An event ordered so that the earliest is the greatest, as the standard heap wants it.
#[derive(Debug)]
struct Earliest<E>(E);

impl<E: Keyed> Ord for Earliest<E> {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        other.0.key().cmp(&self.0.key())
    }
}

impl<E: Keyed> PartialOrd for Earliest<E> {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E: Keyed> PartialEq for Earliest<E> {
    fn eq(&self, other: &Self) -> bool {
        self.0.key() == other.0.key()
    }
}

impl<E: Keyed> Eq for Earliest<E> {}
