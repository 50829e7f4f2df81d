//! Where identifiers lie in a long sorted list of evenly spread ones: in constant time, with two looks at memory where
//! bisection takes twenty.

use std::ops::Range;

use super::ring::Id;

/// An index over a sorted list of identifiers: by leading bits, about as many different ones as there are identifiers, where
/// those begin that begin so. Right for any list, and fast for those that are spread evenly, as digests are.
#[derive(Debug)]
pub struct Places {
    starts: Vec<u32>,
    shift: u32,
}

impl Places {
    /// The index over `ids`, which ascend.
    ///
    /// # Panics
    /// If there are 2^32 or more.
    pub fn of(ids: impl ExactSizeIterator<Item = Id>) -> Places {
        let count = u32::try_from(ids.len()).expect("fewer than 2^32 identifiers");
        let bits = count.max(2).ilog2();
        let shift = 64 - bits;
        let mut starts = Vec::with_capacity((1 << bits) + 1);
        for (place, id) in (0..).zip(ids) {
            let lead = (id.aligned() >> shift) as usize;
            if starts.len() <= lead {
                starts.resize(lead + 1, place);
            }
        }
        starts.resize((1 << bits) + 1, count);
        Places { starts, shift }
    }

    /// Where those identifiers lie that begin like `id`: all before are below it, and all after are above.
    #[inline]
    pub fn around(&self, id: Id) -> Range<usize> {
        let lead = (id.aligned() >> self.shift) as usize;
        self.starts[lead] as usize..self.starts[lead + 1] as usize
    }

    /// How many of the identifiers lie below `id`, where `at` names the one at a place.
    #[inline]
    pub fn below(&self, id: Id, at: impl Fn(usize) -> Id) -> usize {
        let Range { start: mut low, end: mut high } = self.around(id);
        while low < high {
            let middle = low.midpoint(high);
            if at(middle) < id {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(crate::properties::fixed_cases(256))]

        #[test]
        fn as_by_bisection(mut ids: Vec<u64>, few in prop::collection::vec(0u64..200, 0..50), wanted: u64, clustered: bool) {
            if clustered {
                ids = few;
            }
            ids.sort_unstable();
            let places = Places::of(ids.iter().map(|&id| Id::from_aligned(id)));
            for wanted in ids.iter().copied().flat_map(|id| [id, id.wrapping_add(1)]).chain([wanted, 0, u64::MAX]) {
                let place = places.below(Id::from_aligned(wanted), |place| Id::from_aligned(ids[place]));
                prop_assert_eq!(place, ids.partition_point(|&id| id < wanted));
            }
        }
    }
}
