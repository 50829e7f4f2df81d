//! The tree of all zones of one reality: how a settled network is built, and how one is checked.

use crate::sim::PeerId;
use crate::space::ring::Id;
use crate::space::torus::{Extent, Torus, Zone};

/// A space divided into zones with their owners.
#[derive(Clone, Debug)]
pub struct Tree {
    nodes: Vec<Node>,
}

#[derive(Clone, Debug, Default)]
struct Node {
    /// Place of the lower half; the upper one follows. 0 for a leaf.
    halves: u32,
    /// Owners of a leaf.
    owners: Vec<PeerId>,
}

/// A zone and its owners.
#[derive(Clone, Copy, Debug)]
pub struct Leaf<'a> {
    /// What.
    pub zone: Zone,
    /// Where.
    pub extent: Extent,
    /// Whose.
    pub owners: &'a [PeerId],
    place: u32,
}

impl Tree {
    /// The whole space, nobody's.
    pub fn new(capacity: usize) -> Tree {
        let mut nodes = Vec::with_capacity(2 * capacity + 1);
        nodes.push(Node::default());
        Tree { nodes }
    }

    fn halve(&mut self, place: u32) -> u32 {
        let halves = self.nodes.len() as u32;
        self.nodes.extend([Node::default(), Node::default()]);
        self.nodes[place as usize].halves = halves;
        halves
    }

    /// Somebody owns a zone.
    ///
    /// # Errors
    /// Somebody who owns a part of it, or of whose zone it is a part.
    pub fn claim(&mut self, zone: Zone, peer: PeerId) -> Result<(), PeerId> {
        let (mut place, mut at) = (0, Zone::WHOLE);
        while at.depth() < zone.depth() {
            if let Some(&owner) = self.nodes[place as usize].owners.first() {
                return Err(owner);
            }
            let halves = match self.nodes[place as usize].halves {
                0 => self.halve(place),
                halves => halves,
            };
            let Some(parts) = at.halves() else { break };
            let upper = usize::from(parts[1].covers(zone));
            (place, at) = (halves + upper as u32, parts[upper]);
        }
        let mut below = place;
        while self.nodes[below as usize].halves != 0 {
            below = self.nodes[below as usize].halves;
            if let Some(&owner) = self.nodes[below as usize].owners.first() {
                return Err(owner);
            }
        }
        if below != place {
            // Only the upper parts of it are owned.
            return Err(self.nodes[below as usize + 1].owners.first().copied().unwrap_or(peer));
        }
        self.nodes[place as usize].owners.push(peer);
        Ok(())
    }

    /// The zone in which `point` lies.
    pub fn leaf(&self, torus: &Torus, point: Id) -> Leaf<'_> {
        let (mut place, (mut zone, mut extent)) = (0, torus.whole());
        while self.nodes[place as usize].halves != 0 {
            let Some(parts) = torus.halves(zone, &extent) else { break };
            let upper = usize::from(parts[1].0.contains(point));
            place = self.nodes[place as usize].halves + upper as u32;
            (zone, extent) = parts[upper];
        }
        Leaf { zone, extent, owners: &self.nodes[place as usize].owners, place }
    }

    /// `peer` joins at `point`: nobody's space becomes its own, a zone with fewer than `most` owners is shared, a full one
    /// halved. With the volume check, the largest among it and its neighbours is.
    pub fn join(&mut self, torus: &Torus, point: Id, peer: PeerId, most: usize, volume_check: bool) {
        let leaf = self.leaf(torus, point);
        let (mut place, mut zone, mut extent) = (leaf.place, leaf.zone, leaf.extent);
        if volume_check {
            self.visit(torus, &leaf.extent, |other| {
                if other.zone.depth() < zone.depth() {
                    (place, zone, extent) = (other.place, other.zone, other.extent);
                }
            });
        }
        if self.nodes[place as usize].owners.len() >= most
            && let Some(parts) = torus.halves(zone, &extent)
        {
            let halves = self.halve(place);
            let mut lower = std::mem::take(&mut self.nodes[place as usize].owners);
            let upper = lower.split_off(lower.len().div_ceil(2));
            self.nodes[halves as usize].owners = lower;
            self.nodes[halves as usize + 1].owners = upper;
            // Of one owner and its newcomer, the newcomer gets the half with its point.
            let with_point = u32::from(parts[1].0.contains(point));
            if most == 1 && with_point == 0 {
                self.nodes.swap(halves as usize, halves as usize + 1);
            }
            place = if most == 1 { halves + with_point } else { halves + 1 };
        }
        self.nodes[place as usize].owners.push(peer);
    }

    /// Calls `each` with every zone that abuts `extent`.
    pub fn visit<'a>(&'a self, torus: &Torus, extent: &Extent, mut each: impl FnMut(Leaf<'a>)) {
        let (zone, whole) = torus.whole();
        let mut open = vec![(0u32, zone, whole)];
        while let Some((place, zone, at)) = open.pop() {
            let node = &self.nodes[place as usize];
            if node.halves != 0 {
                let Some([lower, upper]) = torus.halves(zone, &at) else { continue };
                for (i, (zone, at)) in [(1, upper), (0, lower)] {
                    if torus.touch(&at, extent) {
                        open.push((node.halves + i, zone, at));
                    }
                }
            } else if torus.abut(&at, extent) {
                each(Leaf { zone, extent: at, owners: &node.owners, place });
            }
        }
    }

    /// All zones.
    pub fn leaves(&self, torus: &Torus) -> Vec<Leaf<'_>> {
        let (zone, whole) = torus.whole();
        let (mut open, mut leaves) = (vec![(0u32, zone, whole)], Vec::new());
        while let Some((place, zone, extent)) = open.pop() {
            let node = &self.nodes[place as usize];
            match (node.halves, torus.halves(zone, &extent)) {
                (0, _) | (_, None) => leaves.push(Leaf { zone, extent, owners: &node.owners, place }),
                (halves, Some([lower, upper])) => {
                    open.push((halves + 1, upper.0, upper.1));
                    open.push((halves, lower.0, lower.1));
                }
            }
        }
        leaves
    }
}
