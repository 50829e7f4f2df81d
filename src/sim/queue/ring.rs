//! A ring of time buckets: those of N consecutive numbers, each at its number modulo N.

use super::pool::{Bucket, Pool};

/// A ring of buckets and a bitmap of those that are not empty.
pub(super) struct Ring<const N: usize> {
    buckets: Box<[Bucket; N]>,
    occupied: Vec<u64>,
}

impl<const N: usize> Ring<N> {
    pub(super) fn new() -> Ring<N> {
        Ring { buckets: Box::new([Bucket::EMPTY; N]), occupied: vec![0; N / 64] }
    }

    #[inline(always)]
    pub(super) fn push_with<E>(&mut self, pool: &mut Pool<E>, number: u64, make: impl FnOnce() -> E) {
        // SAFETY: all of it is written.
        unsafe { self.push_raw(pool, number, |place| place.write(make())) }
    }

    /// # Safety
    /// As for [`Pool::push_raw`].
    #[inline(always)]
    pub(super) unsafe fn push_raw<E>(&mut self, pool: &mut Pool<E>, number: u64, fill: impl FnOnce(*mut E)) {
        let place = number as usize % N;
        let bucket = &mut self.buckets[place];
        if bucket.len() == 0 {
            self.occupied[place / 64] |= 1 << (place % 64);
        }
        // SAFETY: by the contract.
        unsafe { pool.push_raw(bucket, fill) };
    }

    #[inline]
    pub(super) fn bucket(&self, number: u64) -> Bucket {
        self.buckets[number as usize % N]
    }

    #[inline]
    pub(super) fn take(&mut self, number: u64) -> Bucket {
        let place = number as usize % N;
        self.occupied[place / 64] &= !(1 << (place % 64));
        std::mem::replace(&mut self.buckets[place], Bucket::EMPTY)
    }

    /// The first bucket that is not empty among the numbers `from..to`, at most N of them.
    pub(super) fn first(&self, from: u64, to: u64) -> Option<u64> {
        let mut number = from;
        while number < to {
            let place = number as usize % N;
            let word = self.occupied[place / 64] >> (place % 64);
            if word != 0 {
                let found = number + u64::from(word.trailing_zeros());
                return (found < to).then_some(found);
            }
            number += 64 - (place as u64 % 64);
        }
        None
    }
}
