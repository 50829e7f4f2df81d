//! A set of peers: one bit each.

/// A set of numbers below a fixed bound.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits {
    words: Vec<u64>,
    /// How many numbers are in the set.
    count: u32,
}

impl Bits {
    /// The empty set, for numbers below `bound`.
    pub(super) fn none(bound: u32) -> Bits {
        Bits { words: vec![0; bound.div_ceil(64) as usize], count: 0 }
    }

    /// All numbers below `bound`.
    pub(super) fn all(bound: u32) -> Bits {
        let mut words = vec![u64::MAX; bound.div_ceil(64) as usize];
        if let Some(last) = words.last_mut().filter(|_| !bound.is_multiple_of(64)) {
            *last = (1 << (bound % 64)) - 1;
        }
        Bits { words, count: bound }
    }

    /// How many numbers are in the set.
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    #[inline]
    pub(super) fn contains(&self, number: u32) -> bool {
        self.words[(number / 64) as usize] >> (number % 64) & 1 == 1
    }

    /// Puts `number` in, and says whether that is new.
    pub(super) fn insert(&mut self, number: u32) -> bool {
        let (word, bit) = (&mut self.words[(number / 64) as usize], 1 << (number % 64));
        let new = *word & bit == 0;
        *word |= bit;
        if new {
            self.count += 1;
        }
        new
    }

    /// Takes `number` out, and says whether it was in.
    pub(super) fn remove(&mut self, number: u32) -> bool {
        let (word, bit) = (&mut self.words[(number / 64) as usize], 1 << (number % 64));
        let was = *word & bit != 0;
        *word &= !bit;
        // Not `-= u32::from(was)`: rustc 1.95 loses that, optimising, where two calls follow each other.
        if was {
            self.count -= 1;
        }
        was
    }

    /// The numbers in the set, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().zip(0u32..).flat_map(|(&word, index)| {
            let mut left = word;
            std::iter::from_fn(move || {
                (left != 0).then(|| {
                    let bit = left.trailing_zeros();
                    left &= left - 1;
                    index * 64 + bit
                })
            })
        })
    }

    /// The number at place `place`, counted from 0 in ascending order.
    pub(super) fn nth(&self, place: u32) -> Option<u32> {
        let mut left = place;
        for (&word, index) in self.words.iter().zip(0u32..) {
            if left < word.count_ones() {
                let rest = (0..left).fold(word, |rest, _| rest & (rest - 1));
                return Some(index * 64 + rest.trailing_zeros());
            }
            left -= word.count_ones();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_counts_lists_and_selects() {
        let mut set = Bits::none(200);
        assert_eq!(set.nth(0), None);
        for number in [199, 0, 64, 63, 0] {
            set.insert(number);
        }
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 63, 64, 199]);
        assert_eq!(
            (0..5).map(|place| set.nth(place)).collect::<Vec<_>>(),
            [Some(0), Some(63), Some(64), Some(199), None]
        );
        assert!(set.remove(63) && !set.remove(63) && !set.contains(63));
        assert_eq!(set.count(), 3);
        for bound in [0, 1, 63, 64, 65] {
            assert!(Bits::all(bound).iter().eq(0..bound));
        }
    }
}
