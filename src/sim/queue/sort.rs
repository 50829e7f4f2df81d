//! Sorting one bucket that falls due: its events are spread by the high bits of their times, then put right by insertion.

use std::mem::MaybeUninit;

use super::Keyed;
use super::pool::{Bucket, Pool};

/// Most bins that events are spread over.
const MAX_BIN_BITS: u32 = 13;
/// Bins longer than this are sorted by the standard library: insertion would be quadratic where a whole bucket carries
/// one instant.
const LONG_BIN: u32 = 32;

/// Scratch space that is kept from bucket to bucket.
#[derive(Debug, Default)]
pub(super) struct Sorter {
    /// By bin: how many events it has, then where the next one of them goes.
    places: Vec<u32>,
}

impl Sorter {
    /// Moves the events of `bucket`, which begins at `start` and is `1 << width_bits` nanoseconds wide, to the end of `run`,
    /// in their order. What is there comes before them.
    pub(super) fn sort<E: Keyed>(
        &mut self,
        pool: &mut Pool<E>,
        bucket: Bucket,
        start: u64,
        width_bits: u32,
        run: &mut Vec<MaybeUninit<E>>,
    ) {
        let before_them = run.len();
        let count = bucket.len();
        let bin_bits = (count.max(1).ilog2() + 1).min(MAX_BIN_BITS).min(width_bits);
        let shift = width_bits - bin_bits;
        let places = &mut self.places;
        places.clear();
        places.resize(1 << bin_bits, 0);
        pool.for_each(bucket, |event| places[((event.key().time - start) >> shift) as usize] += 1);
        let (mut longest, mut before) = (0, 0);
        for place in places.iter_mut() {
            let length = std::mem::replace(place, before);
            longest = longest.max(length);
            before += length;
        }
        run.reserve(count);
        let free = run.spare_capacity_mut().as_mut_ptr();
        // SAFETY: keys stay as they are, so that the bin exists, as it did when it was counted; the places of all bins together
        // are 0 to `count`, for which there is room. Each event is moved as it lies: by way of the stack it would be copied
        // twice.
        unsafe {
            pool.drain(bucket, |_, event| {
                let time = (*event).key().time;
                let place = places.get_unchecked_mut(((time - start) >> shift) as usize);
                std::ptr::copy_nonoverlapping(event.cast(), free.add(*place as usize), 1);
                *place += 1;
            });
        }
        // SAFETY: the places of all bins together are 0 to `count`, and each has been written: every bin got as many
        // events as had been counted, in places of its own.
        unsafe { run.set_len(before_them + count) };
        let run = &mut run[before_them..];
        if longest <= LONG_BIN {
            insertion(run);
            return;
        }
        // By now the place of each bin is its end.
        let mut start = 0;
        for &end in &*places {
            let bin = &mut run[start..end as usize];
            if bin.len() > LONG_BIN as usize {
                bin.sort_unstable_by_key(|event| key(event));
            } else {
                insertion(bin);
            }
            start = end as usize;
        }
    }
}

#[inline(always)]
fn key<E: Keyed>(event: &MaybeUninit<E>) -> super::Key {
    // SAFETY: `sort` looks only at events that it has moved into the run.
    unsafe { event.assume_init_ref() }.key()
}

#[inline]
fn insertion<E: Keyed>(run: &mut [MaybeUninit<E>]) {
    for i in 1..run.len() {
        let [before, moved] = [key(&run[i - 1]), key(&run[i])];
        // Nearly always the whole comparison.
        if before.time < moved.time || before < moved {
            continue;
        }
        let mut place = i;
        while place > 0 && key(&run[place - 1]) > moved {
            run.swap(place - 1, place);
            place -= 1;
        }
    }
}
