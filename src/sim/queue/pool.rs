//! Chunks of 64 events, chained into buckets and taken from one free list.
//!
//! The free list is last in, first out, so that a chunk which was just emptied, and still lies in cache, is the next to
//! be filled. Chunks never move; slabs of them are large allocations for which huge pages are asked.
//!
//! This is one of the few places with `unsafe`. The slots of a chunk are written and read without a tag saying which are
//! filled: the bucket's count says so. What safe buckets in its place (`Vec<Vec<E>>`) would cost has not been measured yet.

use std::mem::MaybeUninit;

use crate::sim::memory;

pub(super) const CHUNK: usize = 64;
const SLAB: usize = 8192;
/// A queue with fewer chunks than this does without huge pages.
const SMALL: u32 = 512;
const NONE: u32 = u32::MAX;

/// A chunk of events and the next one of its bucket or of the free list.
#[repr(C)]
struct Chunk<E> {
    events: [MaybeUninit<E>; CHUNK],
    next: u32,
}

/// A list of chunks. All but the first are full; `count` says how full the first is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    head: u32,
    count: u32,
}

impl Bucket {
    pub(super) const EMPTY: Bucket = Bucket { head: NONE, count: 0 };

    #[inline]
    pub(super) fn len(self) -> usize {
        self.count as usize
    }
}

/// Where an event lies: chunk number times [`CHUNK`] plus slot.
pub(super) type At = u32;

/// The chunks of all buckets of one queue.
pub(super) struct Pool<E> {
    slabs: Vec<Box<[MaybeUninit<Chunk<E>>]>>,
    free: u32,
    fresh: u32,
}

impl<E> Pool<E> {
    pub(super) fn new() -> Pool<E> {
        Pool { slabs: Vec::new(), free: NONE, fresh: 0 }
    }

    #[inline]
    fn chunk(&self, chunk: u32) -> *const Chunk<E> {
        // SAFETY: chunk numbers are those that `take_fresh` gave, and it made sure of their slab.
        unsafe {
            self.slabs.get_unchecked(chunk as usize / SLAB).get_unchecked(chunk as usize % SLAB).as_ptr()
        }
    }

    #[inline]
    fn chunk_mut(&mut self, chunk: u32) -> *mut Chunk<E> {
        // SAFETY: as in `chunk`.
        unsafe {
            self.slabs
                .get_unchecked_mut(chunk as usize / SLAB)
                .get_unchecked_mut(chunk as usize % SLAB)
                .as_mut_ptr()
        }
    }

    #[inline]
    fn take(&mut self) -> u32 {
        if self.free == NONE {
            return self.take_fresh();
        }
        let chunk = self.free;
        // SAFETY: a chunk on the free list was handed out before, so its `next` is initialised.
        self.free = unsafe { (*self.chunk(chunk)).next };
        chunk
    }

    #[cold]
    fn take_fresh(&mut self) -> u32 {
        let chunk = self.fresh;
        // Places are 32-bit: chunk * 64 + slot.
        assert!((chunk as usize) < u32::MAX as usize / CHUNK, "more than four billion pending events");
        if chunk as usize / SLAB == self.slabs.len() {
            self.slabs.push(Box::new_uninit_slice(SLAB));
        }
        if chunk == SMALL || chunk > SMALL && (chunk as usize).is_multiple_of(SLAB) {
            memory::ask_for_huge_pages(&self.slabs[chunk as usize / SLAB]);
        }
        self.fresh += 1;
        chunk
    }

    #[inline]
    fn release(&mut self, chunk: u32) {
        let free = self.free;
        // SAFETY: `chunk` was handed out by `take`, so it lies in a slab; writing `next` initialises it.
        unsafe { (*self.chunk_mut(chunk)).next = free };
        self.free = chunk;
    }

    /// Appends the event that `make` makes to `bucket`.
    #[inline(always)]
    pub(super) fn push_with(&mut self, bucket: &mut Bucket, make: impl FnOnce() -> E) {
        let slot = bucket.count as usize % CHUNK;
        let mut head = bucket.head;
        if slot == 0 {
            head = self.take();
            // SAFETY: the chunk was just handed out to this bucket alone.
            unsafe { (*self.chunk_mut(head)).next = bucket.head };
        }
        // SAFETY: the head chunk belongs to this bucket, and slot `count % 64` of it is not filled yet.
        let place = unsafe { &mut (*self.chunk_mut(head)).events[slot] };
        place.write(make());
        // The next line will be wanted when this bucket's turn to be appended to comes again.
        memory::prefetch(std::ptr::from_ref(place).wrapping_add(2));
        // Only now: if `make` has panicked, a chunk is lost, and nothing unfilled is taken for filled.
        bucket.head = head;
        bucket.count += 1;
    }

    /// Calls `visit` with the place of every event of `bucket` and the event.
    #[inline]
    pub(super) fn for_each(&self, bucket: Bucket, mut visit: impl FnMut(At, &E)) {
        let mut chunk = bucket.head;
        let mut left = bucket.len();
        while left > 0 {
            let filled = (left - 1) % CHUNK + 1;
            let this = self.chunk(chunk);
            for slot in 0..filled {
                // SAFETY: the first `filled` slots of each chunk of a bucket are filled, by `push`.
                let event = unsafe { (*this).events[slot].assume_init_ref() };
                visit(chunk * CHUNK as u32 + slot as u32, event);
            }
            left -= filled;
            // SAFETY: a chunk in a bucket has its `next` initialised, by `push`.
            chunk = unsafe { (*this).next };
        }
    }

    /// The event at `slot` of the most recently filled chunk of `bucket`, if there is one.
    #[inline]
    pub(super) fn get_recent(&self, bucket: Bucket, slot: usize) -> Option<&E> {
        let filled = if bucket.count == 0 { 0 } else { (bucket.len() - 1) % CHUNK + 1 };
        if slot >= filled {
            return None;
        }
        // SAFETY: as in `for_each`.
        Some(unsafe { (*self.chunk(bucket.head)).events[slot].assume_init_ref() })
    }

    /// Moves every event of `bucket` out, handing each to `visit`, and gives its chunks back one by one.
    pub(super) fn drain(&mut self, bucket: Bucket, mut visit: impl FnMut(&mut Self, E)) {
        let mut chunk = bucket.head;
        let mut left = bucket.len();
        while left > 0 {
            let filled = (left - 1) % CHUNK + 1;
            for slot in 0..filled {
                // SAFETY: as in `for_each`; each filled slot is read once, and then forgotten with its bucket.
                let event = unsafe { (*self.chunk(chunk)).events[slot].assume_init_read() };
                visit(self, event);
            }
            left -= filled;
            // SAFETY: as in `for_each`.
            let next = unsafe { (*self.chunk(chunk)).next };
            self.release(chunk);
            chunk = next;
        }
    }

    /// Gives the chunks of a bucket back whose events have all been moved out by [`read`](Self::read).
    pub(super) fn release_all(&mut self, bucket: Bucket) {
        let mut chunk = bucket.head;
        for _ in 0..bucket.len().div_ceil(CHUNK) {
            // SAFETY: as in `for_each`.
            let next = unsafe { (*self.chunk(chunk)).next };
            self.release(chunk);
            chunk = next;
        }
    }

    /// Moves the event at `at` out.
    ///
    /// # Safety
    /// `at` must come from [`for_each`](Self::for_each) over a bucket that has not been released, and the event there
    /// must not have been moved out before.
    #[inline]
    pub(super) unsafe fn read(&self, at: At) -> E {
        // SAFETY: by the contract, the slot is filled and is read for the last time.
        unsafe { (*self.chunk(at / CHUNK as u32)).events[at as usize % CHUNK].assume_init_read() }
    }
}
