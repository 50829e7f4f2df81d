//! The bucketed wheel: unsorted appends, one sort a bucket, and foreknowledge of whose turn comes next.
//!
//! Pending events lie in buckets of `1 << shift` nanoseconds. Two epochs of buckets form the near ring; later epochs are
//! one bucket each in the far ring and are moved down once, when their turn is an epoch away; what lies beyond the far
//! ring goes to a spill list. The bucket that falls due is sorted once; what is then still pushed into its time goes to
//! a small side heap. The width tunes itself to [`TARGET`] of the pending events a bucket, so that a bucket fits the
//! second-level cache. None of this can be seen in the order of events, which is that of their keys.

use std::mem::MaybeUninit;

use super::Keyed;
use super::heap::Heap;
use super::pool::Pool;
use super::ring::Ring;
use super::sort::Sorter;

const EPOCH_BITS: u32 = 9;
const NEAR: usize = 2 << EPOCH_BITS;
const FAR: usize = 1024;
/// A bucket should hold this share of all pending events…
const TARGET: usize = 64;
/// …but not fewer or more than this.
const FEWEST: usize = 64;
const MOST: usize = 8_192;
/// So many events are compared with the side heap at a time.
const LOOK: usize = 64;
/// When no more than so many events of the run are left, the next bucket is sorted behind them, so that [`Wheel::upcoming`]
/// never ends at a bucket's end.
const AHEAD: usize = 16;
/// 131 µs until measured; at most 4.3 s.
const FIRST_SHIFT: u32 = 17;
const MAX_SHIFT: u32 = 32;
const MIN_SHIFT: u32 = 3;

/// A queue of events in time buckets.
pub struct Wheel<E> {
    pool: Pool<E>,
    shift: u32,
    /// The first bucket that has not been loaded: what is pushed before it goes to the side heap.
    frontier: u64,
    /// How many buckets the near ring holds from there on.
    reach: u64,
    /// The near ring holds the buckets of `epoch` and `epoch + 1`.
    epoch: u64,
    near: Ring<NEAR>,
    far: Ring<FAR>,
    spill: Vec<E>,
    spill_first: u64,
    /// The bucket being run, and perhaps the next one: sorted items, and how many of them have been popped.
    run: Vec<MaybeUninit<E>>,
    cursor: usize,
    /// How many have been popped from runs before.
    popped: usize,
    /// As far as this, events of the run come before all in the side heap.
    sure: usize,
    side: Heap<E>,
    sorter: Sorter,
    len: usize,
    watch: Watch,
}

/// What tuning goes by: counts since the width was last looked at.
#[derive(Default)]
struct Watch {
    buckets: usize,
    events: usize,
    side: usize,
    /// Looks at the width that changed nothing: each doubles the time to the next.
    calm: u32,
}

impl<E: Keyed> Wheel<E> {
    /// An empty wheel.
    pub fn new() -> Wheel<E> {
        Wheel {
            pool: Pool::new(),
            shift: FIRST_SHIFT,
            frontier: 0,
            reach: NEAR as u64,
            epoch: 0,
            near: Ring::new(),
            far: Ring::new(),
            spill: Vec::new(),
            spill_first: u64::MAX,
            run: Vec::new(),
            cursor: 0,
            popped: 0,
            sure: 0,
            side: Heap::new(),
            sorter: Sorter::default(),
            len: 0,
            watch: Watch::default(),
        }
    }

    /// How many events are pending.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds the event that `make` makes, due at `time`, which must not lie before the last one popped.
    ///
    /// The event is made in its place instead of being made first and then copied. A profile showed stalls on that copy;
    /// whole runs in pairs showed no difference.
    #[inline(always)]
    pub fn push_with(&mut self, time: u64, make: impl FnOnce() -> E) {
        let number = time >> self.shift;
        if number.wrapping_sub(self.frontier) < self.reach {
            self.near.push_with(&mut self.pool, number, make);
        } else {
            self.place_elsewhere(number, make());
        }
        self.len += 1;
    }

    /// As [`push_with`](Self::push_with), where `fill` writes the event to its place.
    ///
    /// # Safety
    /// `fill` must write all of the event, and its time must be `time`.
    #[inline(always)]
    pub(super) unsafe fn push_raw(&mut self, time: u64, fill: impl FnOnce(*mut E)) {
        let number = time >> self.shift;
        if number.wrapping_sub(self.frontier) < self.reach {
            // SAFETY: by the contract.
            unsafe { self.near.push_raw(&mut self.pool, number, fill) };
        } else {
            let mut event = MaybeUninit::uninit();
            fill(event.as_mut_ptr());
            // SAFETY: by the contract.
            self.place_elsewhere(number, unsafe { event.assume_init() });
        }
        self.len += 1;
    }

    fn place(&mut self, event: E) {
        let number = event.key().time >> self.shift;
        if number.wrapping_sub(self.frontier) < self.reach {
            self.near.push_with(&mut self.pool, number, || event);
        } else {
            self.place_elsewhere(number, event);
        }
    }

    #[inline(never)]
    fn place_elsewhere(&mut self, number: u64, event: E) {
        if number < self.frontier {
            self.watch.side += 1;
            self.side.push(event);
            self.sure = self.cursor;
        } else {
            self.place_far(number >> EPOCH_BITS, event);
        }
    }

    fn place_far(&mut self, epoch: u64, event: E) {
        if epoch <= self.epoch + 1 + FAR as u64 {
            self.far.push_with(&mut self.pool, epoch, || event);
        } else {
            self.spill_first = self.spill_first.min(epoch);
            self.spill.push(event);
        }
    }

    /// Where the first event lies, if its time lies before `limit`, else null: the caller moves it out, once, before the next
    /// call. After null, nothing may be pushed before `limit`.
    #[inline(always)]
    pub(super) fn pop_place(&mut self, limit: u64) -> *mut E {
        if self.cursor < self.sure { self.advance(limit) } else { self.pop_slowly(limit) }
    }

    /// The place of the event at the cursor, if its time lies before `limit`, else null. The cursor moves on; it is below
    /// `sure`.
    #[inline(always)]
    fn advance(&mut self, limit: u64) -> *mut E {
        // SAFETY: `sure`, and so the cursor, is below the length of the run, and events from there on have not been moved out.
        let place: *mut E = unsafe { self.run.as_mut_ptr().add(self.cursor) }.cast();
        if unsafe { &*place }.key().time >= limit {
            return std::ptr::null_mut();
        }
        self.cursor += 1;
        self.len -= 1;
        place
    }

    /// Finds out how far the run may be followed without another look, and takes the first event.
    #[inline(never)]
    fn pop_slowly(&mut self, limit: u64) -> *mut E {
        let left = self.run.len() - self.cursor;
        if left == 0 && self.side.is_empty() {
            if !self.load_next(limit) {
                return std::ptr::null_mut();
            }
        } else if left <= AHEAD {
            self.load_adjacent();
        }
        let upcoming = self.upcoming();
        // The last ones only when nothing could be sorted behind them.
        let most = if upcoming.len() > AHEAD { upcoming.len() - AHEAD } else { upcoming.len() };
        let sure = match self.side.peek().map(Keyed::key) {
            None => most,
            Some(beside) => upcoming[..most.min(LOOK)].partition_point(|event| event.key() < beside),
        };
        self.sure = self.cursor + sure;
        if sure > 0 {
            return self.advance(limit);
        }
        let place = self.side.pop_place(limit);
        if !place.is_null() {
            self.len -= 1;
        }
        place
    }

    /// The events whose turn comes next, in their order, as far as it is known and unless others come in between.
    #[inline]
    pub fn upcoming(&self) -> &[E] {
        let upcoming = &self.run[self.cursor..];
        // SAFETY: events at or after the cursor are there, and have not been moved out.
        unsafe { std::slice::from_raw_parts(upcoming.as_ptr().cast(), upcoming.len()) }
    }

    /// How many of the events that were once [`upcoming`](Self::upcoming) have been popped.
    #[inline]
    pub fn popped(&self) -> usize {
        self.popped.wrapping_add(self.cursor)
    }

    /// Loads the next bucket that holds events before `limit`, if there are any: whether there are. The current run is exhausted
    /// and the side heap empty.
    fn load_next(&mut self, limit: u64) -> bool {
        self.drop_popped();
        self.tune();
        if !self.side.is_empty() {
            // Of the buckets that are wider now, the first may have begun before the frontier: what it held comes first.
            return true;
        }
        let Some(number) = self.find_next(limit) else { return false };
        self.load(number);
        true
    }

    /// Sorts the bucket at the frontier behind what is left of the run, if it is not empty. Farther ones wait: until their
    /// time has come, nearer events may yet be pushed.
    fn load_adjacent(&mut self) {
        self.drop_popped();
        self.tune();
        let (number, middle) = (self.frontier, (self.epoch + 1) << EPOCH_BITS);
        let near = self.epoch << EPOCH_BITS..(self.epoch + 2) << EPOCH_BITS;
        if !near.contains(&number) || self.near.bucket(number).len() == 0 {
            return;
        }
        if number >= middle {
            self.enter(self.epoch + 1);
        }
        self.load(number);
    }

    /// Moves what is left of the run to its beginning.
    fn drop_popped(&mut self) {
        let left = self.run.len() - self.cursor;
        let start = self.run.as_mut_ptr();
        // SAFETY: both ranges lie in the run. What was before the cursor has been moved out, and nothing is there twice
        // once the end is cut off.
        unsafe {
            std::ptr::copy(start.add(self.cursor), start, left);
            self.run.set_len(left);
        }
        self.popped = self.popped.wrapping_add(self.cursor);
        self.cursor = 0;
        self.sure = 0;
    }

    /// Sorts bucket `number` of the near ring, the first that is not empty, behind the run.
    fn load(&mut self, number: u64) {
        self.frontier = number + 1;
        self.measure_reach();
        let bucket = self.near.take(number);
        self.watch.buckets += 1;
        self.watch.events += bucket.len();
        self.sorter.sort(&mut self.pool, bucket, number << self.shift, self.shift, &mut self.run);
    }

    fn measure_reach(&mut self) {
        self.reach = ((self.epoch + 2) << EPOCH_BITS).saturating_sub(self.frontier);
    }

    /// The next bucket with events, if it starts before `limit`; moves far epochs down on the way.
    fn find_next(&mut self, limit: u64) -> Option<u64> {
        loop {
            let from = self.frontier.max(self.epoch << EPOCH_BITS);
            let middle = (self.epoch + 1) << EPOCH_BITS;
            let end = (self.epoch + 2) << EPOCH_BITS;
            if let Some(number) = self.near.first(from, end) {
                if number << self.shift >= limit {
                    return None;
                }
                if number >= middle {
                    self.enter(self.epoch + 1);
                }
                return Some(number);
            }
            // The near ring is empty: jump to the first epoch that is not.
            let first_far = self.far.first(self.epoch + 2, self.epoch + 2 + FAR as u64);
            let epoch = first_far.unwrap_or(u64::MAX).min(self.spill_first);
            if epoch == u64::MAX || (epoch << EPOCH_BITS) << self.shift >= limit {
                return None;
            }
            self.enter(epoch);
        }
    }

    /// Makes `epoch` (a later one, with nothing pending before it) the first of the near ring.
    fn enter(&mut self, epoch: u64) {
        let loaded_until = self.epoch + 1;
        self.epoch = epoch;
        self.measure_reach();
        for down in (loaded_until + 1).max(epoch)..=epoch + 1 {
            let bucket = self.far.take(down);
            let (near, shift) = (&mut self.near, self.shift);
            let move_down = |pool: &mut Pool<E>, event: *const E| {
                // SAFETY: the event is there, and this is the one time that it is moved out.
                let event = unsafe { event.read() };
                near.push_with(pool, event.key().time >> shift, || event);
            };
            // SAFETY: it is moved out first.
            unsafe { self.pool.drain(bucket, move_down) };
        }
        if self.spill_first <= epoch + 1 + FAR as u64 / 2 {
            self.unspill();
        }
    }

    /// Moves what the rings can now hold out of the spill list.
    fn unspill(&mut self) {
        self.spill_first = u64::MAX;
        for event in std::mem::take(&mut self.spill) {
            self.place(event);
        }
    }

    /// Adapts the width of the buckets to what has been seen since the last time.
    fn tune(&mut self) {
        let seen = self.watch.events + self.watch.side;
        let patience = self.len.max(4096) << self.watch.calm.min(4);
        if seen < patience || self.watch.buckets == 0 {
            return;
        }
        let target = (self.len / TARGET).clamp(FEWEST, MOST);
        let average = self.watch.events / self.watch.buckets;
        let aside = self.watch.side * 8 > seen;
        let shift = if average > 2 * target {
            self.shift - (average / target).ilog2().min(self.shift - MIN_SHIFT)
        } else if aside && average > FEWEST {
            (self.shift - 1).max(MIN_SHIFT)
        } else if average < target / 3 && self.watch.side * 64 < seen {
            (self.shift + (target / average.max(1)).ilog2()).min(MAX_SHIFT)
        } else {
            self.shift
        };
        let calm = if shift == self.shift { self.watch.calm + 1 } else { 0 };
        self.watch = Watch { calm, ..Watch::default() };
        if shift != self.shift {
            self.rebuild(shift);
        }
    }

    /// Spreads all events in buckets over buckets of another width.
    fn rebuild(&mut self, shift: u32) {
        let mut buckets = Vec::new();
        for number in 0..NEAR as u64 {
            buckets.push(self.near.take(number));
        }
        for epoch in 0..FAR as u64 {
            buckets.push(self.far.take(epoch));
        }
        let spilled = std::mem::take(&mut self.spill);
        self.spill_first = u64::MAX;
        // The start of the first bucket that is not loaded, rounded up, since what is pushed before the last of the run must
        // not lie in a bucket: what falls in between goes to the side heap.
        self.frontier = (self.frontier << self.shift).div_ceil(1 << shift);
        self.shift = shift;
        self.epoch = self.frontier >> EPOCH_BITS;
        self.measure_reach();
        for bucket in buckets {
            let mut moved = Vec::with_capacity(bucket.len());
            // SAFETY: it is moved out, once.
            unsafe { self.pool.drain(bucket, |_, event| moved.push(event.read())) };
            for event in moved {
                self.place(event);
            }
        }
        for event in spilled {
            self.place(event);
        }
        self.watch.side = 0;
    }
}

impl<E: Keyed> Default for Wheel<E> {
    fn default() -> Self {
        Wheel::new()
    }
}

impl<E> Drop for Wheel<E> {
    fn drop(&mut self) {
        if !std::mem::needs_drop::<E>() {
            return;
        }
        for event in &self.run[self.cursor..] {
            // SAFETY: as in `upcoming`.
            drop(unsafe { event.assume_init_read() });
        }
        for number in 0..NEAR as u64 {
            let bucket = self.near.take(number);
            // SAFETY: as in `rebuild`.
            unsafe { self.pool.drain(bucket, |_, event| drop(event.read())) };
        }
        for epoch in 0..FAR as u64 {
            let bucket = self.far.take(epoch);
            // SAFETY: as in `rebuild`.
            unsafe { self.pool.drain(bucket, |_, event| drop(event.read())) };
        }
    }
}

impl<E> std::fmt::Debug for Wheel<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wheel").field("len", &self.len).field("shift", &self.shift).finish_non_exhaustive()
    }
}
