//! Which peers hold which objects.

use std::ops::Range;

use rand::RngExt;

use super::filter::Filter;
use crate::sim::random::{Purpose, Stream, stream};
use crate::sim::{ObjectId, table};
use crate::world::bits::Bits;
use crate::world::population::{GiverSettings, givers, sample};

/// Who holds what, both ways, in compact rows.
#[derive(Debug)]
pub(super) enum Placed {
    /// Object i is held by peer i alone.
    Identities { numbers: Vec<u32>, objects: Vec<ObjectId> },
    /// Row `i` of the holders is `holders[object_rows[i]..object_rows[i + 1]]`, ascending; likewise what peers hold.
    Rows {
        object_rows: Vec<u32>,
        holders: Vec<u32>,
        peer_rows: Vec<u32>,
        objects: Vec<ObjectId>,
        filter: Filter,
    },
}

impl Placed {
    pub(super) fn identities(peers: u32) -> Placed {
        let (mut numbers, mut objects) = (table(peers as usize), table(peers as usize));
        numbers.extend(0..peers);
        objects.extend((0..peers).map(ObjectId::new));
        Placed::Identities { numbers, objects }
    }

    /// `counts[i]` replicas of object `i` on that many peers, uniformly at random within each tier, in linear time.
    ///
    /// Each object has a stream of its own: other objects and further replicas leave its holders in place.
    pub(super) fn at_random(counts: &[u32], tiers: Tiers, peers: u32, seed: u64) -> Placed {
        let object_rows = row_starts(counts.iter().copied());
        let mut holders = Vec::with_capacity(object_rows[counts.len()] as usize);
        let (mut givers, mut others) = (Tier::new(tiers.givers), Tier::new(tiers.others));
        for (object, &count) in (0u32..).zip(counts) {
            let mut stream = stream(seed, Purpose::Placement, 1 + u64::from(object));
            let start = holders.len();
            let given = match givers.members.len() as u32 {
                0 => 0,
                room => {
                    // A part of a replica is one with that probability.
                    let given = (f64::from(count) * tiers.answers + stream.random::<f64>()) as u32;
                    given.min(count).min(room).max(count.saturating_sub(others.members.len() as u32))
                }
            };
            givers.choose(object, given, &mut stream, &mut holders);
            others.choose(object, count - given, &mut stream, &mut holders);
            holders[start..].sort_unstable();
        }
        let (peer_rows, objects) = transposed(&object_rows, &holders, peers);
        let mut filter = Filter::new(counts.len(), holders.len());
        for object in 0..counts.len() {
            let row = places(&object_rows, object);
            holders[row.clone()].iter().for_each(|&number| filter.insert(object, &row, number));
        }
        Placed::Rows { object_rows, holders, peer_rows, objects, filter }
    }

    #[inline]
    pub(super) fn holders(&self, object: u32) -> &[u32] {
        let object = object as usize;
        match self {
            Placed::Identities { numbers, .. } => numbers.get(object..object + 1).unwrap_or_default(),
            Placed::Rows { object_rows, holders, .. } => row(object_rows, holders, object),
        }
    }

    /// Whether peer `number` holds it.
    #[inline]
    pub(super) fn holds(&self, number: u32, object: u32) -> bool {
        match self {
            Placed::Identities { numbers, .. } => number == object && (number as usize) < numbers.len(),
            Placed::Rows { object_rows, holders, filter, .. } => {
                let row = places(object_rows, object as usize);
                !row.is_empty()
                    && filter.may_contain(object as usize, &row, number)
                    && holders[row].binary_search(&number).is_ok()
            }
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

/// Those who share: a few that hold a certain share of the replicas, and the others.
#[derive(Debug)]
pub(super) struct Tiers {
    givers: Vec<u32>,
    others: Vec<u32>,
    answers: f64,
}

impl Tiers {
    pub(super) fn all_alike(sharers: Vec<u32>) -> Tiers {
        Tiers { givers: Vec::new(), others: sharers, answers: 0.0 }
    }

    pub(super) fn with_givers(settings: &GiverSettings, sharers: &[u32], peers: u32, seed: u64) -> Tiers {
        let count = sharers.len() as u32;
        let mut stream = stream(seed, Purpose::Placement, GIVERS);
        let chosen = sample(count, givers(settings, peers, count), &mut stream);
        let mut gives = Bits::none(count);
        for place in chosen {
            gives.insert(place);
        }
        let of = |wanted: bool| {
            let places = (0..count).filter(|&place| gives.contains(place) == wanted);
            places.map(|place| sharers[place as usize]).collect()
        };
        Tiers { givers: of(true), others: of(false), answers: settings.answers.0 }
    }
}

/// The stream that draws givers; objects' own come before it.
const GIVERS: u64 = u64::MAX;

/// Peers among whom holders are chosen, all alike.
struct Tier {
    members: Vec<u32>,
    /// The object, counted from 1, that chose each member last.
    chosen_by: Vec<u32>,
}

impl Tier {
    fn new(members: Vec<u32>) -> Tier {
        Tier { chosen_by: vec![0; members.len()], members }
    }

    /// `count` distinct members, at most all, for an object.
    fn choose(&mut self, object: u32, count: u32, stream: &mut Stream, holders: &mut Vec<u32>) {
        let Tier { members, chosen_by } = self;
        let mut choose = || loop {
            let member = stream.random_range(0..members.len());
            if chosen_by[member] != object + 1 {
                chosen_by[member] = object + 1;
                return members[member];
            }
        };
        if count as usize <= members.len() / 2 {
            holders.extend((0..count).map(|_| choose()));
        } else {
            // Rather draw those that go without.
            for _ in count as usize..members.len() {
                choose();
            }
            let chosen = |&(_, &by): &(&u32, &u32)| by != object + 1;
            holders.extend(members.iter().zip(&*chosen_by).filter(chosen).map(|(&member, _)| member));
        }
    }
}

/// Row `index`, empty if there is no such row.
#[inline]
fn row<'a, T>(starts: &[u32], values: &'a [T], index: usize) -> &'a [T] {
    &values[places(starts, index)]
}

/// Where row `index` lies, nowhere if there is no such row.
#[inline]
fn places(starts: &[u32], index: usize) -> Range<usize> {
    match starts.get(index..index + 2) {
        Some(&[start, end]) => start as usize..end as usize,
        _ => 0..0,
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
