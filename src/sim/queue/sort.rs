//! Sorting one bucket that falls due: a counting sort on the high bits of the time, then insertion.

use super::pool::At;

/// A sortable stand-in for an event: its place in the order, relative to its bucket, and where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Item {
    /// Time since the start of the bucket in the high half (a bucket is at most 2^32 ns wide), the sender's rank below.
    pub(super) key: u64,
    /// The sender's counter.
    pub(super) seq: u32,
    /// Where the event lies.
    pub(super) at: At,
}

impl Item {
    #[inline]
    fn order(&self) -> (u64, u32) {
        (self.key, self.seq)
    }
}

/// Most bins that the counting sort uses.
const MAX_BIN_BITS: u32 = 12;
/// Bins longer than this are sorted by the standard library: insertion would be quadratic where a whole bucket carries
/// one instant.
const LONG_BIN: u32 = 32;

/// Scratch space that is kept from bucket to bucket.
#[derive(Debug, Default)]
pub(super) struct Sorter {
    starts: Vec<u32>,
}

impl Sorter {
    /// Sorts `items` (of a bucket `1 << width_bits` nanoseconds wide) into `sorted`, which is overwritten.
    pub(super) fn sort(&mut self, items: &[Item], width_bits: u32, sorted: &mut Vec<Item>) {
        sorted.clear();
        if items.len() <= LONG_BIN as usize {
            sorted.extend_from_slice(items);
            insertion(sorted);
            return;
        }
        let bin_bits = (items.len().ilog2()).min(MAX_BIN_BITS).min(width_bits);
        let shift = 32 + width_bits - bin_bits;
        let bins = 1usize << bin_bits;
        self.starts.clear();
        self.starts.resize(bins + 1, 0);
        for item in items {
            self.starts[(item.key >> shift) as usize + 1] += 1;
        }
        let longest = self.starts.iter().copied().max().unwrap_or(0);
        for bin in 0..bins {
            self.starts[bin + 1] += self.starts[bin];
        }
        sorted.resize(items.len(), items[0]);
        for item in items {
            let place = &mut self.starts[(item.key >> shift) as usize];
            sorted[*place as usize] = *item;
            *place += 1;
        }
        if longest <= LONG_BIN {
            insertion(sorted);
            return;
        }
        // After scattering, starts[bin] is the end of that bin.
        let mut start = 0;
        for &end in &self.starts[..bins] {
            let bin = &mut sorted[start..end as usize];
            if bin.len() > LONG_BIN as usize {
                bin.sort_unstable_by_key(Item::order);
            } else {
                insertion(bin);
            }
            start = end as usize;
        }
    }
}

#[inline]
fn insertion(items: &mut [Item]) {
    for i in 1..items.len() {
        let item = items[i];
        let mut j = i;
        while j > 0 && items[j - 1].order() > item.order() {
            items[j] = items[j - 1];
            j -= 1;
        }
        items[j] = item;
    }
}
