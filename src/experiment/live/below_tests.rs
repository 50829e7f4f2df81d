//! Links and ways on a line, where every latency is known.

use super::*;
use crate::sim::{ObjectId, Span};

/// Peers on a line, a millisecond from each to the next.
struct Line(u32);

impl World for Line {
    fn peers(&self) -> u32 {
        self.0
    }

    fn seed(&self) -> u64 {
        1
    }

    fn latency(&self, from: u32, to: u32, _stamp: u64) -> Span {
        Span::millis(u64::from(from.abs_diff(to)))
    }

    fn floor(&self) -> Span {
        Span::millis(1)
    }

    fn objects(&self) -> u32 {
        0
    }

    fn holders(&self, _object: ObjectId) -> &[u32] {
        &[]
    }

    fn shares(&self, _number: u32) -> &[ObjectId] {
        &[]
    }

    fn object_size(&self, _object: ObjectId) -> u64 {
        0
    }

    fn neighbours(&self, _number: u32) -> Option<&[u32]> {
        None
    }
}

/// Sorted links, both ways.
fn both(pairs: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let mut links: Vec<(u32, u32)> = pairs.iter().flat_map(|&(a, b)| [(a, b), (b, a)]).collect();
    links.sort_unstable();
    links
}

#[test]
fn ways_along_the_line_are_direct() {
    let peers: Vec<u32> = (0..10).collect();
    let links = both(&peers.windows(2).map(|pair| (pair[0], pair[1])).collect::<Vec<_>>());
    let stretch = Stretch::of(&Ways::new(&links), &peers, &Line(10), 1).expect("all are reached");
    assert_eq!((stretch.ratio, stretch.error), (1.0, Some(0.0)));
}

/// All peers around a hub at the one end: from a to b it is a + b, directly |a - b|.
#[test]
fn ways_through_a_hub_are_detours() {
    let n = 20u64;
    let peers: Vec<u32> = (0..n as u32).collect();
    let links = both(&(1..n as u32).map(|peer| (0, peer)).collect::<Vec<_>>());
    let stretch = Stretch::of(&Ways::new(&links), &peers, &Line(n as u32), 1).expect("all are reached");
    let (mut through, mut direct) = (0, 0);
    for a in 0..n {
        for b in (0..n).filter(|&b| b != a) {
            (through, direct) = (through + a + b, direct + a.abs_diff(b));
        }
    }
    assert!((stretch.ratio - through as f64 / direct as f64).abs() < 1e-12, "{stretch:?}");
    // Twenty peers are fewer than the sources asked for: nothing is left to chance.
    assert_eq!(stretch.error, Some(0.0));
}

/// A link leads one way: from the lower to the higher, nobody finds back.
#[test]
fn links_are_directed_and_dead_ends_are_left_out() {
    let ways = Ways::new(&[(0, 1), (0, 3), (1, 2)]);
    let best = ways.quickest(0, &Line(5));
    let ms = |n: u64| Some(n * 1_000_000);
    assert_eq!(best[..4], [ms(0), ms(1), ms(2), ms(3)]);
    assert_eq!(ways.quickest(2, &Line(5))[..2], [None, None]);
    assert_eq!(ways.from(4), [0u32; 0]);
    assert!(Stretch::of(&Ways::new(&[]), &[0, 1], &Line(2), 1).is_none());
}

/// The standard error covers what another sample of sources would give.
#[test]
fn the_error_is_that_of_the_sample() {
    let n = 400;
    let peers: Vec<u32> = (0..n).collect();
    let links = both(&(1..n).map(|peer| (0, peer)).collect::<Vec<_>>());
    let ways = Ways::new(&links);
    let samples: Vec<Stretch> =
        (0..200).map(|seed| Stretch::of(&ways, &peers, &Line(n), seed).expect("reached")).collect();
    let mean = samples.iter().map(|s| s.ratio).sum::<f64>() / 200.0;
    let spread = libm::sqrt(samples.iter().map(|s| (s.ratio - mean).powi(2)).sum::<f64>() / 199.0);
    let said = samples.iter().map(|s| s.error.expect("several sources")).sum::<f64>() / 200.0;
    assert!((said / spread - 1.0).abs() < 0.2, "said {said}, found {spread}");
}

#[test]
fn pairs_are_of_two_different_peers() {
    assert_eq!(pairs(&[3], &Line(5), 1), None);
    assert_eq!(pairs(&[1, 4], &Line(5), 1), Some(3.0));
    let mean = pairs(&[0, 1, 2], &Line(5), 1).expect("three peers");
    assert!((mean - 4.0 / 3.0).abs() < 0.01, "{mean}");
}
