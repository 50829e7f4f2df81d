//! A small CAN to look at: its zones, who is whose neighbour, and the route that a lookup really takes.

use super::one_lookup::OneLookup;
use crate::protocols::can::{Can, GivenZone, Metric, Params};
use crate::sim::Span;

/// The most zones that are shown.
const MOST: usize = 1024;

/// What is to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Square {
    /// How many units a side has: a power of two.
    pub side: u64,
    /// The peers' names and zones.
    pub zones: Vec<(u64, GivenZone)>,
    /// Whether the square wraps around, and so is a torus.
    pub wraps: bool,
    /// How far it is from a point to a zone.
    pub metric: Metric,
}

/// What there is to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpaceView {
    /// By peer, in the order given: the names of its neighbours, ascending.
    pub neighbours: Vec<Vec<u64>>,
    /// The peers that the lookup visits, from its origin to the point's owner.
    pub route: Option<Vec<u64>>,
}

impl Square {
    /// The square of the lecture: 8 × 8 units, ten peers, distances along the axes, no way round.
    pub fn textbook() -> Square {
        let zones = [
            (1, [0, 4], [2, 8]),
            (2, [2, 4], [4, 8]),
            (3, [4, 6], [6, 8]),
            (4, [6, 6], [8, 8]),
            (5, [4, 4], [8, 6]),
            (6, [0, 2], [4, 4]),
            (7, [0, 0], [4, 2]),
            (8, [4, 0], [6, 2]),
            (9, [4, 2], [8, 4]),
            (10, [6, 0], [8, 2]),
        ];
        let zone = |(name, low, high): (u64, [u64; 2], [u64; 2])| {
            (name, GivenZone { low: low.to_vec(), high: high.to_vec() })
        };
        Square { side: 8, zones: zones.map(zone).to_vec(), wraps: false, metric: Metric::Manhattan }
    }

    /// Builds the settled network and runs a lookup of point `key` from peer `from`, with the real protocol on the real
    /// kernel.
    ///
    /// # Errors
    /// What is wrong with the arguments, in a sentence.
    pub fn view(&self, from: u64, key: Option<[u64; 2]>) -> Result<SpaceView, String> {
        if self.zones.is_empty() || self.zones.len() > MOST {
            return Err(format!("a space to be shown has 1 to {MOST} zones, not {}", self.zones.len()));
        }
        let names: Vec<u64> = self.zones.iter().map(|&(name, _)| name).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        if let Some(twice) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!("peer {} stands twice", twice[0]));
        }
        let Some(origin) = names.iter().position(|&name| name == from) else {
            let near = names.iter().min_by_key(|name| name.abs_diff(from)).copied().unwrap_or(0);
            return Err(format!("there is no peer {from}; the nearest name is {near}"));
        };
        let params = Params {
            side: self.side,
            zones: self.zones.iter().map(|(_, zone)| zone.clone()).collect(),
            keys: vec![key.unwrap_or([0, 0]).to_vec()],
            wraps: self.wraps,
            metric: self.metric,
            update: Span::ZERO,
            republish: Span::ZERO,
            lifetime: Span::ZERO,
            ..Params::default()
        };
        let seen = OneLookup::<Can>::new(names.len() as u32, key.map(|_| origin as u32), &params)?;
        let neighbours = (0..names.len() as u32).map(|number| {
            let contacts = seen.engine.peer(number).table().contacts().iter();
            let mut neighbours: Vec<u64> = contacts.map(|contact| names[contact.peer.index()]).collect();
            neighbours.sort_unstable();
            neighbours
        });
        let neighbours = neighbours.collect();
        let route = seen.route(from, names);
        Ok(SpaceView { neighbours, route: key.map(|_| route) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_textbook_s_square() {
        let square = Square::textbook();
        let seen = square.view(2, Some([7, 1])).expect("the textbook's square can be built");
        assert_eq!(seen.neighbours[1], [1, 3, 5, 6]);
        assert_eq!(seen.route, Some(vec![2, 5, 9, 10]));
        for (i, neighbours) in seen.neighbours.iter().enumerate() {
            let name = square.zones[i].0;
            assert!(neighbours.iter().all(|&other| seen.neighbours[other as usize - 1].contains(&name)));
        }
        // Round the edge it is nearer: over 4, at the top, lies the bottom row.
        let torus = Square { wraps: true, ..square.clone() };
        let round = torus.view(3, Some([7, 0])).expect("the same as a torus").route.expect("a route");
        assert_eq!(round, [3, 4, 10]);
        assert_eq!(square.view(10, Some([7, 1])).expect("the owner asks").route, Some(vec![10]));
        assert_eq!(square.view(1, None).expect("no lookup").route, None);
    }

    #[test]
    fn wrong_squares() {
        let square = Square::textbook();
        square.view(11, None).unwrap_err();
        square.view(2, Some([8, 0])).unwrap_err();
        Square { zones: square.zones[1..].to_vec(), ..square.clone() }.view(2, None).unwrap_err();
        Square { side: 16, ..square.clone() }.view(2, None).unwrap_err();
        Square { side: 7, ..square.clone() }.view(2, None).unwrap_err();
        Square { zones: Vec::new(), ..square.clone() }.view(2, None).unwrap_err();
        let mut twice = square;
        twice.zones[0].0 = 2;
        twice.view(2, None).unwrap_err();
    }
}
