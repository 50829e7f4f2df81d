//! Where the nodes of a graph stand whose distances shall look as they are: springs between all pairs, as long as the way
//! from one to the other (Kamada and Kawai 1989), relaxed by majorisation (Gansner, Koren and North 2004).

use super::canvas::Spot;
use super::radial::places;

/// How often all nodes are moved, each to where its springs draw it.
const SWEEPS: usize = 120;

/// Places for the nodes `0..count` of a connected graph, a link being about 1 long; `neighbours` of each. The longer side lies
/// flat. A function of its arguments alone.
pub(crate) fn relaxed(neighbours: &[Vec<usize>]) -> Vec<Spot> {
    let count = neighbours.len();
    let hops: Vec<Vec<f64>> = (0..count).map(|node| hops_from(node, neighbours)).collect();
    let mut spots = start(neighbours);
    for _ in 0..SWEEPS {
        for node in 0..count {
            let (mut x, mut y, mut weights) = (0.0, 0.0, 0.0);
            let at = spots[node];
            for (&(other_x, other_y), &length) in spots.iter().zip(&hops[node]) {
                if length == 0.0 {
                    continue;
                }
                let weight = 1.0 / (length * length);
                let (dx, dy) = (at.0 - other_x, at.1 - other_y);
                let stretch = length / (dx * dx + dy * dy).sqrt().max(1e-9);
                x += weight * (other_x + stretch * dx);
                y += weight * (other_y + stretch * dy);
                weights += weight;
            }
            if weights > 0.0 {
                spots[node] = (x / weights, y / weights);
            }
        }
    }
    flat(&spots)
}

/// How many links each node is away.
fn hops_from(node: usize, neighbours: &[Vec<usize>]) -> Vec<f64> {
    let mut hops = vec![0.0; neighbours.len()];
    let mut seen = vec![false; neighbours.len()];
    let mut queue = std::collections::VecDeque::from([node]);
    seen[node] = true;
    while let Some(at) = queue.pop_front() {
        for &next in neighbours[at].iter() {
            if !seen[next] {
                seen[next] = true;
                hops[next] = hops[at] + 1.0;
                queue.push_back(next);
            }
        }
    }
    hops
}

/// Rings round the best connected node, which no two nodes share a place of.
fn start(neighbours: &[Vec<usize>]) -> Vec<Spot> {
    let best = (0..neighbours.len()).rev().max_by_key(|&node| neighbours[node].len());
    let links: Vec<(usize, usize)> = neighbours
        .iter()
        .enumerate()
        .flat_map(|(node, row)| row.iter().map(move |&other| (node, other)))
        .collect();
    let first: Vec<usize> = best.into_iter().collect();
    let round = places(neighbours.len(), &first, &[], &links).into_iter();
    round
        .map(|place| {
            let angle = std::f64::consts::TAU * place.turn;
            let radius = place.ring as f64;
            (radius * libm::cos(angle), radius * libm::sin(angle))
        })
        .collect()
}

/// Turned so that the direction of the largest spread is the horizontal one.
fn flat(spots: &[Spot]) -> Vec<Spot> {
    let count = spots.len() as f64;
    let (sum_x, sum_y) = spots.iter().fold((0.0, 0.0), |(x, y), spot| (x + spot.0, y + spot.1));
    let (mean_x, mean_y) = (sum_x / count, sum_y / count);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for &(x, y) in spots {
        let (dx, dy) = (x - mean_x, y - mean_y);
        (xx, xy, yy) = (xx + dx * dx, xy + dx * dy, yy + dy * dy);
    }
    let angle = 0.5 * libm::atan2(2.0 * xy, xx - yy);
    let (cos, sin) = (libm::cos(angle), libm::sin(angle));
    let turned = |&(x, y): &Spot| {
        let (dx, dy) = (x - mean_x, y - mean_y);
        (dx * cos + dy * sin, dy * cos - dx * sin)
    };
    spots.iter().map(turned).collect()
}
