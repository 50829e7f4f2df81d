//! Which peers hold which objects.

use rand::RngExt;

use crate::sim::ObjectId;
use crate::sim::random::{Purpose, stream};

/// Who holds what, both ways, in compact rows.
#[derive(Debug)]
pub(super) enum Placed {
    /// Object i is held by peer i alone.
    Identities { numbers: Vec<u32>, objects: Vec<ObjectId> },
    /// Row `i` of the holders is `holders[object_rows[i]..object_rows[i + 1]]`, ascending; likewise what peers hold.
    Rows { object_rows: Vec<u32>, holders: Vec<u32>, peer_rows: Vec<u32>, objects: Vec<ObjectId> },
}

impl Placed {
    pub(super) fn identities(peers: u32) -> Placed {
        Placed::Identities { numbers: (0..peers).collect(), objects: (0..peers).map(ObjectId::new).collect() }
    }

    /// `counts[i]` replicas of object `i` on that many of the `sharers`, uniformly at random, in linear time.
    ///
    /// Each object has a stream of its own: other objects and further replicas leave its holders in place.
    pub(super) fn at_random(counts: &[u32], sharers: &[u32], peers: u32, seed: u64) -> Placed {
        let object_rows = row_starts(counts.iter().copied());
        let mut holders = Vec::with_capacity(object_rows[counts.len()] as usize);
        // The object, counted from 1, that chose each sharer last.
        let mut chosen_by = vec![0u32; sharers.len()];
        for (object, &count) in (0u32..).zip(counts) {
            let mut stream = stream(seed, Purpose::Placement, 1 + u64::from(object));
            let mut choose = || loop {
                let sharer = stream.random_range(0..sharers.len());
                if chosen_by[sharer] != object + 1 {
                    chosen_by[sharer] = object + 1;
                    return sharers[sharer];
                }
            };
            let start = holders.len();
            if count as usize <= sharers.len() / 2 {
                holders.extend((0..count).map(|_| choose()));
                holders[start..].sort_unstable();
            } else {
                // Rather draw those that go without.
                for _ in count as usize..sharers.len() {
                    choose();
                }
                let chosen = |&(_, &by): &(&u32, &u32)| by != object + 1;
                holders.extend(sharers.iter().zip(&chosen_by).filter(chosen).map(|(&sharer, _)| sharer));
            }
        }
        let (peer_rows, objects) = transposed(&object_rows, &holders, peers);
        Placed::Rows { object_rows, holders, peer_rows, objects }
    }

    #[inline]
    pub(super) fn holders(&self, object: u32) -> &[u32] {
        let object = object as usize;
        match self {
            Placed::Identities { numbers, .. } => numbers.get(object..object + 1).unwrap_or_default(),
            Placed::Rows { object_rows, holders, .. } => row(object_rows, holders, object),
        }
    }

    #[inline]
    pub(super) fn shares(&self, number: u32) -> &[ObjectId] {
        let number = number as usize;
        match self {
            Placed::Identities { objects, .. } => objects.get(number..number + 1).unwrap_or_default(),
            Placed::Rows { peer_rows, objects, .. } => row(peer_rows, objects, number),
        }
    }
}

/// Row `index`, empty if there is no such row.
#[inline]
fn row<'a, T>(starts: &[u32], values: &'a [T], index: usize) -> &'a [T] {
    match starts.get(index..index + 2) {
        Some(&[start, end]) => &values[start as usize..end as usize],
        _ => &[],
    }
}

/// Where rows of these lengths start, and where the last one ends.
fn row_starts(lengths: impl Iterator<Item = u32>) -> Vec<u32> {
    let ends = lengths.scan(0, |end, length| {
        *end += length;
        Some(*end)
    });
    std::iter::once(0).chain(ends).collect()
}

/// What each peer holds, ascending.
fn transposed(object_rows: &[u32], holders: &[u32], peers: u32) -> (Vec<u32>, Vec<ObjectId>) {
    let mut held = vec![0u32; peers as usize];
    for &holder in holders {
        held[holder as usize] += 1;
    }
    let peer_rows = row_starts(held.into_iter());
    let mut next = peer_rows.clone();
    let mut objects = vec![ObjectId::default(); holders.len()];
    for (object, bounds) in (0u32..).zip(object_rows.windows(2)) {
        for &holder in &holders[bounds[0] as usize..bounds[1] as usize] {
            let slot = &mut next[holder as usize];
            objects[*slot as usize] = ObjectId::new(object);
            *slot += 1;
        }
    }
    (peer_rows, objects)
}
