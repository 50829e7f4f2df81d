//! Chunks of 64 events, chained into buckets and taken from one free list.
//!
//! The free list is last in, first out, so that a chunk which was just emptied, and still lies in cache, is the next to
//! be filled. Chunks never move; slabs of them are large allocations for which huge pages are asked.
//!
//! This is one of the few places with `unsafe`. The slots of a chunk are written and read without a tag saying which are
//! filled: the bucket says so.

use std::mem::MaybeUninit;

use crate::sim::memory;

pub(super) const CHUNK: usize = 64;
/// Chunks in a slab.
const SLAB: usize = 8192;
/// Events in a slab.
const ROOM: usize = SLAB * CHUNK;
/// A queue with fewer chunks than this does without huge pages.
const SMALL: u32 = 512;
const NONE: u32 = u32::MAX;

/// A list of chunks, of which all but the last one taken are full.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    /// Where the next event goes: chunk number times [`CHUNK`] plus slot. Slot 0 means that a chunk is to be taken first:
    /// the last one, of the number before, is full, or there is none.
    end: u32,
    count: u32,
}

impl Bucket {
    pub(super) const EMPTY: Bucket = Bucket { end: 0, count: 0 };

    #[inline]
    pub(super) fn len(self) -> usize {
        self.count as usize
    }

    /// The last chunk taken, and how many of its slots are filled. The bucket is not empty.
    #[inline]
    fn last(self) -> (u32, usize) {
        let place = self.end - 1;
        (place / CHUNK as u32, place as usize % CHUNK + 1)
    }
}

/// The chunks of all buckets of one queue.
pub(super) struct Pool<E> {
    slabs: Vec<Box<[MaybeUninit<E>]>>,
    /// By chunk: the next one of its bucket or of the free list.
    next: Vec<u32>,
    free: u32,
}

impl<E> Pool<E> {
    pub(super) fn new() -> Pool<E> {
        Pool { slabs: Vec::new(), next: Vec::new(), free: NONE }
    }

    #[inline]
    fn place(&self, at: u32) -> *const MaybeUninit<E> {
        // SAFETY: places lie in chunks that `take_fresh` gave, and it made sure of their slab.
        unsafe { self.slabs.get_unchecked(at as usize / ROOM).as_ptr().add(at as usize % ROOM) }
    }

    #[inline]
    fn place_mut(&mut self, at: u32) -> *mut MaybeUninit<E> {
        // SAFETY: as in `place`.
        unsafe { self.slabs.get_unchecked_mut(at as usize / ROOM).as_mut_ptr().add(at as usize % ROOM) }
    }

    /// Takes a chunk for `bucket` and gives its first place; the bucket learns of it when that is filled.
    #[inline(never)]
    fn extend(&mut self, bucket: Bucket) -> u32 {
        let chunk = if self.free == NONE { self.take_fresh() } else { self.free };
        let next = &mut self.next[chunk as usize];
        if chunk == self.free {
            self.free = *next;
        }
        *next = if bucket.count == 0 { NONE } else { bucket.last().0 };
        chunk * CHUNK as u32
    }

    #[cold]
    fn take_fresh(&mut self) -> u32 {
        let chunk = self.next.len();
        // Places are 32-bit, and none is the last.
        assert!(chunk < u32::MAX as usize / CHUNK, "more than four billion pending events");
        if chunk / SLAB == self.slabs.len() {
            self.slabs.push(Box::new_uninit_slice(ROOM));
        }
        if chunk == SMALL as usize || chunk > SMALL as usize && chunk.is_multiple_of(SLAB) {
            memory::ask_for_huge_pages(&self.slabs[chunk / SLAB]);
        }
        self.next.push(NONE);
        chunk as u32
    }

    #[inline]
    fn release(&mut self, chunk: u32) {
        self.next[chunk as usize] = self.free;
        self.free = chunk;
    }

    /// Appends to `bucket` the event that `fill` writes to its place.
    ///
    /// # Safety
    /// `fill` must write all of it.
    #[inline(always)]
    pub(super) unsafe fn push_raw(&mut self, bucket: &mut Bucket, fill: impl FnOnce(*mut E)) {
        let mut end = bucket.end;
        if end.is_multiple_of(CHUNK as u32) {
            end = self.extend(*bucket);
        }
        // The chunk belongs to this bucket alone, and the place is not filled yet.
        let place = self.place_mut(end).cast::<E>();
        fill(place);
        // The next line will be wanted when this bucket's turn to be appended to comes again.
        memory::prefetch(place.wrapping_add(2));
        // Only now: if `fill` has panicked, a chunk is lost, and nothing unfilled is taken for filled.
        *bucket = Bucket { end: end + 1, count: bucket.count + 1 };
    }

    /// Calls `visit` with every event of `bucket`.
    #[inline]
    pub(super) fn for_each(&self, bucket: Bucket, mut visit: impl FnMut(&E)) {
        if bucket.count == 0 {
            return;
        }
        let (mut chunk, mut filled) = bucket.last();
        loop {
            let next = self.next[chunk as usize];
            self.prefetch(next);
            let first = self.place(chunk * CHUNK as u32);
            for slot in 0..filled {
                // SAFETY: the first `filled` slots of each chunk of a bucket are filled, by `push_raw`; and a chunk lies in
                // one slab.
                visit(unsafe { (*first.add(slot)).assume_init_ref() });
            }
            if next == NONE {
                return;
            }
            (chunk, filled) = (next, CHUNK);
        }
    }

    /// Asks for the beginning of a chunk; the machine foresees the rest.
    #[inline]
    fn prefetch(&self, chunk: u32) {
        if chunk != NONE {
            let start = self.place(chunk * CHUNK as u32).cast::<u8>();
            (0..4).for_each(|line| memory::prefetch(start.wrapping_add(64 * line)));
        }
    }

    /// Hands `visit` the place of every event of `bucket`, from where it moves that out, and gives the chunks back one by one.
    ///
    /// # Safety
    /// `visit` must move each event out, once, before anything else is pushed to the pool.
    #[inline]
    pub(super) unsafe fn drain(&mut self, bucket: Bucket, mut visit: impl FnMut(&mut Self, *const E)) {
        if bucket.count == 0 {
            return;
        }
        let (mut chunk, mut filled) = bucket.last();
        loop {
            let first = self.place(chunk * CHUNK as u32);
            for slot in 0..filled {
                // SAFETY: as in `for_each`; by the contract each filled slot is read once, and then forgotten with its bucket.
                visit(self, unsafe { first.add(slot) }.cast());
            }
            let next = self.next[chunk as usize];
            self.release(chunk);
            if next == NONE {
                return;
            }
            (chunk, filled) = (next, CHUNK);
        }
    }
}
