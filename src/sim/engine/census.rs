//! Looking at the whole network while every peer is at rest: the overlay that it has grown, and who is who in it.

use super::Engine;
use crate::sim::peer::PeerId;
use crate::sim::protocol::Protocol;
use crate::sim::random::{Purpose, derive, mix};
use crate::sim::world::{Role, Strike, World};

impl<P: Protocol> Engine<P> {
    /// The overlay as it is: pairs of participants online, by number, the lower one first, of whom at least one would send
    /// to the other in its present session. Ascending, each pair once.
    pub fn overlay(&self) -> Vec<(u32, u32)> {
        let mut pairs: Vec<(u32, u32)> =
            self.links().into_iter().map(|(from, to)| (from.min(to), from.max(to))).collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    /// The overlay's links: pairs of participants online, by number, of whom the first would send to the second in its
    /// present session. Ascending, each once.
    pub fn links(&self) -> Vec<(u32, u32)> {
        let presence = &self.core.presence;
        let mut links = Vec::new();
        for me in presence.addresses() {
            let linked = self.cells[me.index()].peer.links().filter(|&peer| presence.contains(peer));
            let others = linked.map(|peer| peer.number()).filter(|&number| number != me.number());
            links.extend(others.map(|other| (me.number(), other)));
        }
        links.sort_unstable();
        links.dedup();
        links
    }

    /// Whom `peer` would name if it were asked now for its neighbours, those included that have gone without its knowing;
    /// `None` if it is not online any more.
    pub fn named_by(&self, peer: PeerId) -> Option<Vec<PeerId>> {
        let online = self.core.presence.contains(peer);
        let links = || self.cells[peer.index()].peer.links().filter(|other| other.number() != peer.number());
        online.then(|| links().collect())
    }

    /// The world that the network lives in.
    pub fn world(&self) -> &dyn World {
        &*self.core.world
    }

    /// Whom the strike hits, ascending.
    pub(super) fn victims(&self, strike: Strike) -> Vec<u32> {
        let peers = self.core.presence.roster().iter().map(|peer| peer.number());
        let mut struck: Vec<u32> = match strike {
            Strike::Supernodes => {
                peers.filter(|&peer| self.cells[peer as usize].peer.role() == Role::Supernode).collect()
            }
            Strike::BestConnected(count) => {
                let mut degrees = vec![0u32; self.cells.len()];
                for (one, other) in self.overlay() {
                    degrees[one as usize] += 1;
                    degrees[other as usize] += 1;
                }
                let key = derive(self.core.world.seed(), Purpose::Faults, u64::MAX);
                // Ties fall at random, without favour for low numbers.
                let place =
                    |peer: u32| (std::cmp::Reverse(degrees[peer as usize]), mix(key ^ u64::from(peer)), peer);
                let mut ranked: Vec<u32> = peers.collect();
                ranked.sort_unstable_by_key(|&peer| place(peer));
                ranked.truncate(count as usize);
                ranked
            }
        };
        struck.sort_unstable();
        struck
    }
}
