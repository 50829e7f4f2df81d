//! A small settled ring to look at: the tables of its nodes, and the route that a lookup really takes.

use super::one_lookup::OneLookup;
use crate::protocols::chord::{Chord, Params, Routing};
use crate::sim::{Engine, Span};

/// The most nodes that are shown.
const MOST: usize = 1024;

/// What there is to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RingView {
    /// The nodes, in order of their identifiers.
    pub nodes: Vec<NodeView>,
    /// The nodes that the lookup visits, from its origin to the key's owner.
    pub route: Option<Vec<u64>>,
}

/// One node's tables, by identifiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeView {
    /// The node.
    pub id: u64,
    /// The node before it.
    pub predecessor: u64,
    /// The node after it.
    pub successor: u64,
    /// Finger k, for k from 0 to bits − 1.
    pub fingers: Vec<u64>,
}

/// Builds the settled ring of nodes `ids` on 2^`bits` identifiers and runs a lookup for `key` from node `from`, with the
/// real protocol on the real kernel.
///
/// # Errors
/// What is wrong with the arguments, in a sentence.
pub fn view(
    ids: &[u64],
    bits: u32,
    from: u64,
    key: Option<u64>,
    successors_only: bool,
) -> Result<RingView, String> {
    if ids.is_empty() || ids.len() > MOST {
        return Err(format!("a ring to be shown has 1 to {MOST} nodes, not {}", ids.len()));
    }
    let Some(origin) = ids.iter().position(|&id| id == from) else {
        let near = ids.iter().min_by_key(|&&id| id.abs_diff(from)).copied().unwrap_or(0);
        return Err(format!("node {from} is not on the ring; the nearest that is: {near}"));
    };
    if let Some(key) = key.filter(|key| bits < 64 && key >> bits != 0) {
        return Err(format!("key {key} does not fit in {bits} bits: the largest is {}", (1u64 << bits) - 1));
    }
    let params = Params {
        bits,
        ids: ids.to_vec(),
        keys: vec![key.unwrap_or(0)],
        routing: if successors_only { Routing::Successors } else { Routing::Recursive },
        list_routes: false,
        successors: 1,
        stabilize: Span::ZERO,
        fix_fingers: Span::ZERO,
        check_predecessor: Span::ZERO,
        republish: Span::ZERO,
        lifetime: Span::ZERO,
        ..Params::default()
    };
    let seen = OneLookup::<Chord>::new(ids.len() as u32, key.map(|_| origin as u32), &params)?;
    let nodes = tables(&seen.engine, ids);
    let route = seen.route(from, ids.to_vec());
    Ok(RingView { nodes, route: key.map(|_| route) })
}

fn tables(engine: &Engine<Chord>, ids: &[u64]) -> Vec<NodeView> {
    let bits = engine.shared().ring.bits();
    let mut nodes: Vec<NodeView> = (0..ids.len() as u32)
        .filter_map(|number| {
            let node = engine.peer(number).nodes().next()?;
            let name = |peer: crate::sim::PeerId| ids[peer.index()];
            let me = ids[number as usize];
            let successor = node.successors().next().map_or(me, |node| name(node.peer));
            let predecessor = node.predecessor().map_or(me, |node| name(node.peer));
            // A finger that is not kept is the immediate successor, or the node itself if it starts behind all others.
            let start = |k: u32| engine.shared().ring.id(me).plus(engine.shared().ring.power(k));
            let finger = |k: u32| {
                let kept = node.fingers().find(|&(exponent, _)| exponent == 64 - bits + k);
                let implied = if start(k).in_half_open(node.id(), engine.shared().ring.id(successor)) {
                    successor
                } else {
                    me
                };
                kept.map_or(implied, |(_, node)| name(node.peer))
            };
            Some(NodeView { id: me, predecessor, successor, fingers: (0..bits).map(finger).collect() })
        })
        .collect();
    nodes.sort_unstable_by_key(|node| node.id);
    nodes
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTBOOK: &[u64] = &[1, 8, 14, 21, 32, 38, 42, 48, 51, 56];

    #[test]
    fn the_textbook_ring() {
        let seen = view(TEXTBOOK, 6, 8, Some(54), false).expect("the textbook ring can be built");
        let node = seen.nodes.iter().find(|node| node.id == 8).expect("8 is on the ring");
        assert_eq!(node.fingers, [14, 14, 14, 21, 32, 42]);
        assert_eq!((node.predecessor, node.successor), (1, 14));
        assert_eq!(seen.route, Some(vec![8, 42, 51, 56]));
        let by_fingers = view(TEXTBOOK, 6, 1, Some(45), false).expect("the same ring");
        assert_eq!(by_fingers.route, Some(vec![1, 38, 42, 48]));
        let by_successors = view(TEXTBOOK, 6, 1, Some(45), true).expect("the same ring");
        assert_eq!(by_successors.route, Some(vec![1, 8, 14, 21, 32, 38, 42, 48]));
    }

    #[test]
    fn small_and_wrong_rings() {
        let alone = view(&[5], 3, 5, Some(2), false).expect("a ring of one");
        assert_eq!(alone.route, Some(vec![5]));
        assert_eq!(alone.nodes[0].fingers, [5, 5, 5]);
        assert_eq!(view(&[1, 5], 3, 1, Some(5), false).expect("a ring of two").route, Some(vec![1, 5]));
        for (ids, bits, from, key) in [
            (&[][..], 6, 1, None),
            (&[1, 1], 6, 1, None),
            (&[1, 64], 6, 1, None),
            (&[1], 6, 2, None),
            (&[1], 6, 1, Some(64)),
        ] {
            assert!(view(ids, bits, from, key, false).is_err(), "{ids:?} {from} {key:?}");
        }
    }
}
