//! Where everything stands on the page.

use std::f64::consts::{FRAC_PI_2, TAU};

use super::super::radial::{self, places};
use super::{PagePlace, TracePage};

/// The drawing's width and height, and its middle.
const WIDTH: f64 = 1200.0;
const HEIGHT: f64 = 900.0;
const MIDDLE: (f64, f64) = (WIDTH / 2.0, HEIGHT / 2.0);
/// The radius of a ring of identifiers, and how far outside it names stand.
const RING: f64 = 365.0;
const OUTSIDE: [f64; 2] = [42.0, 66.0];
/// Up to so many peers of a ring have their identifiers written beside them.
const NAMED: usize = 64;
/// How far the outermost ring of a network reaches from the middle.
const REACH: (f64, f64) = (560.0, 410.0);
/// The side of a square.
const SIDE: f64 = 860.0;
/// The radius of the largest peer.
const LARGEST: f64 = 24.0;

/// Left, top, width and height of the square.
pub(super) const FRAME: [f64; 4] = [MIDDLE.0 - SIDE / 2.0, MIDDLE.1 - SIDE / 2.0, SIDE, SIDE];

/// A place on the page.
pub(super) type Spot = [f64; 2];

/// Where a peer is drawn.
#[derive(Debug, Clone, Default)]
pub(super) struct Spots {
    pub(super) at: Option<Spot>,
    /// All places of it on a ring, the first one included.
    pub(super) others: Vec<Spot>,
    /// Left, top, width and height of its zones.
    pub(super) boxes: Vec<[f64; 4]>,
    /// Where its name stands.
    pub(super) outside: Option<Spot>,
}

impl Spots {
    pub(super) fn of(places: &[PagePlace]) -> Spots {
        let mut spots = Spots::default();
        for place in places {
            match *place {
                PagePlace::Ring(turn, _) => spots.others.push(round_ring(turn, RING)),
                PagePlace::Square(low, high) => {
                    let (left, bottom) = (MIDDLE.0 - SIDE / 2.0, MIDDLE.1 + SIDE / 2.0);
                    let (width, height) = (SIDE * (high[0] - low[0]), SIDE * (high[1] - low[1]));
                    // As in the books, the second coordinate grows upwards.
                    let corner = (left + SIDE * low[0], bottom - SIDE * high[1]);
                    spots.boxes.push([corner.0, corner.1, width, height].map(rounded));
                }
            }
        }
        let area = |zone: &[f64; 4]| zone[2] * zone[3];
        let largest = spots.boxes.iter().max_by(|a, b| area(a).total_cmp(&area(b)));
        let middle = |zone: &[f64; 4]| [zone[0] + zone[2] / 2.0, zone[1] + zone[3] / 2.0].map(rounded);
        spots.at = largest.map(middle).or_else(|| spots.others.first().copied());
        spots
    }
}

/// Where everything stands.
pub(super) struct Drawing {
    pub(super) shape: &'static str,
    /// The radius of a peer.
    pub(super) size: f64,
    /// Middle and radii of ellipses behind the peers.
    pub(super) guides: Vec<[f64; 4]>,
    /// Where peers are that stand beside their place, which another one has.
    pub(super) ticks: Vec<Spot>,
    /// In the order of the page's peers.
    pub(super) peers: Vec<Spots>,
}

impl Drawing {
    pub(super) fn of(page: &TracePage) -> Drawing {
        let drawn: Vec<usize> = (0..page.peers.len()).filter(|&i| page.peers[i].drawn).collect();
        let place = drawn.iter().find_map(|&i| page.peers[i].places.first());
        let mut peers = vec![Spots::default(); page.peers.len()];
        match place {
            Some(place) => {
                for &i in &drawn {
                    peers[i] = Spots::of(&page.peers[i].places);
                }
                match place {
                    PagePlace::Ring(..) => ring(page, &drawn, peers),
                    PagePlace::Square(..) => {
                        Drawing { shape: "square", size: 10.0, guides: Vec::new(), ticks: Vec::new(), peers }
                    }
                }
            }
            None => network(page, &drawn, peers),
        }
    }
}

fn ring(page: &TracePage, drawn: &[usize], mut peers: Vec<Spots>) -> Drawing {
    let size = (0.3 * TAU * RING / drawn.len().max(1) as f64).clamp(3.0, 20.0);
    let turn = |i: usize| match page.peers[i].places.first() {
        Some(PagePlace::Ring(turn, _)) => Some((*turn, i)),
        Some(PagePlace::Square(..)) | None => None,
    };
    let mut round: Vec<(f64, usize)> = drawn.iter().filter_map(|&i| turn(i)).collect();
    round.sort_by(|a, b| a.0.total_cmp(&b.0));
    let turns = apart(round.iter().map(|&(turn, _)| turn).collect(), 2.15 * size / (TAU * RING));
    // Names of near neighbours stand at two distances in turn.
    let (mut before, mut far) = (f64::NEG_INFINITY, false);
    let mut ticks = Vec::new();
    for (&(own, i), &turn) in round.iter().zip(&turns) {
        if (own - turn).abs() * TAU * RING > 1.0 {
            ticks.push(round_ring(own, RING));
        }
        let spot = round_ring(turn, RING);
        peers[i].at = Some(spot);
        peers[i].others[0] = spot;
        if drawn.len() <= NAMED {
            far = (turn - before) * TAU * RING < 58.0 && !far;
            before = turn;
            peers[i].outside = Some(round_ring(turn, RING + OUTSIDE[usize::from(far)]));
        }
    }
    let guides = vec![[MIDDLE.0, MIDDLE.1, RING, RING]];
    Drawing { shape: "ring", size, guides, ticks, peers }
}

/// Shares of a turn, ascending, moved as little as it takes for neighbours to be `least` apart, their order kept.
pub(super) fn apart(mut turns: Vec<f64>, least: f64) -> Vec<f64> {
    let n = turns.len();
    if n < 2 || n as f64 * least > 0.9 {
        return turns;
    }
    for _ in 0..400 {
        let mut moved = false;
        for i in 0..n {
            let next = (i + 1) % n;
            let over = if next == 0 { 1.0 } else { 0.0 };
            let gap = turns[next] + over - turns[i];
            if gap < least - 1e-9 {
                let half = (least - gap) / 2.0;
                (turns[i], turns[next], moved) = (turns[i] - half, turns[next] + half, true);
            }
        }
        if !moved {
            break;
        }
    }
    turns
}

fn network(page: &TracePage, drawn: &[usize], mut peers: Vec<Spots>) -> Drawing {
    let place = |number: &u32| drawn.iter().position(|&i| page.peers[i].number == *number);
    let pair = |(one, other): &(u32, u32)| Some((place(one)?, place(other)?));
    let first: Vec<usize> = page.first.iter().filter_map(place).collect();
    let tree: Vec<_> = page.tree.iter().filter_map(pair).collect();
    let links: Vec<_> = page.links.iter().filter_map(pair).collect();
    let places = places(drawn.len(), &first, &tree, &links);
    let rings = places.iter().map(|place| place.ring).max().unwrap_or(0).max(1);
    let at = |place: &radial::Place| {
        let share = place.ring as f64 / rings as f64;
        let angle = TAU * place.turn - FRAC_PI_2;
        let (x, y) = (share * REACH.0 * libm::cos(angle), share * REACH.1 * libm::sin(angle));
        [MIDDLE.0 + x, MIDDLE.1 + y].map(rounded)
    };
    let spots: Vec<Spot> = places.iter().map(at).collect();
    let mut least = f64::INFINITY;
    for (i, one) in spots.iter().enumerate() {
        for other in &spots[..i] {
            least = least.min(libm::hypot(one[0] - other[0], one[1] - other[1]));
        }
    }
    for (&i, &spot) in drawn.iter().zip(&spots) {
        peers[i] = Spots { at: Some(spot), others: vec![spot], ..Spots::default() };
    }
    let guide = |ring: usize| {
        let share = ring as f64 / rings as f64;
        [MIDDLE.0, MIDDLE.1, rounded(share * REACH.0), rounded(share * REACH.1)]
    };
    let guides = (1..=rings).map(guide).collect();
    Drawing { shape: "network", size: (0.36 * least).clamp(3.0, LARGEST), guides, ticks: Vec::new(), peers }
}

/// Where the key's name stands: inside the ring.
pub(super) fn inside(place: &PagePlace) -> Option<Spot> {
    match place {
        PagePlace::Ring(turn, _) => Some(round_ring(*turn, RING - 44.0)),
        PagePlace::Square(..) => None,
    }
}

fn round_ring(turn: f64, radius: f64) -> Spot {
    let angle = TAU * turn - FRAC_PI_2;
    [MIDDLE.0 + radius * libm::cos(angle), MIDDLE.1 + radius * libm::sin(angle)].map(rounded)
}

pub(super) fn rounded(value: f64) -> f64 {
    (10.0 * value).round() / 10.0
}
