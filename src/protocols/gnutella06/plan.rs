//! The settled network: the fittest are ultrapeers, linked at random; leaves hang on some of them, at random and evenly.

use rand::RngExt;
use rand::seq::SliceRandom;

use super::Gnutella06;
use super::leaves::Leaves;
use super::params::{Shared, Slot};
use crate::protocols::unstructured::{Claim, Neighbours, Uplink, near_regular};
use crate::sim::random::{Purpose, stream};
use crate::sim::{PeerId, Setup, Time};

/// The settled network.
#[derive(Debug)]
pub struct Plan {
    /// By peer.
    places: Vec<Place>,
    ultrapeers: Vec<Ultrapeer>,
    leaves: Vec<Leaf>,
    uplinks: Vec<Uplink>,
    seed: u64,
}

/// What a peer is in it.
#[derive(Clone, Copy, Debug)]
enum Place {
    Offline,
    /// By its place in the list.
    Ultrapeer(usize),
    Leaf(usize),
}

#[derive(Debug)]
struct Ultrapeer {
    peer: PeerId,
    neighbours: Vec<u32>,
    /// By their places in the list.
    leaves: Vec<usize>,
}

#[derive(Debug)]
struct Leaf {
    peer: PeerId,
    claim: Claim,
    table: Vec<Slot>,
    /// By their places in the list.
    ultrapeers: Vec<usize>,
}

impl Plan {
    pub(super) fn new(setup: &Setup<'_>, shared: &Shared) -> Plan {
        let (world, params, seed) = (setup.world, &shared.params, setup.world.seed());
        let uplinks: Vec<Uplink> =
            (0..world.peers()).map(|number| shared.fitness.uplink(number, world.profile(number))).collect();
        let claim = |peer: PeerId| shared.fitness.settled_claim(uplinks[peer.index()]);
        let mut rng = stream(seed, Purpose::Settled, 0);
        let mut peers = setup.online.to_vec();
        peers.shuffle(&mut rng);
        // The fittest first; the order among equals is random.
        peers.sort_by_key(|&peer| std::cmp::Reverse(claim(peer)));
        let degree = usize::from(params.leaf_degree);
        let count = (peers.len() * degree).div_ceil(usize::from(params.leaves) + degree).min(peers.len());
        let (chosen, others) = peers.split_at_mut(count);
        chosen.shuffle(&mut rng);
        let links = near_regular(&mut rng, count as u32, u32::from(params.wanted_degree));
        let ultrapeer = |(&peer, neighbours)| Ultrapeer { peer, neighbours, leaves: Vec::new() };
        let mut ultrapeers: Vec<Ultrapeer> = chosen.iter().zip(links).map(ultrapeer).collect();
        let leaf = |&peer: &PeerId| {
            let table = shared.table(world.shares(peer.number()));
            Leaf { peer, claim: claim(peer), table, ultrapeers: Vec::new() }
        };
        let mut leaves: Vec<Leaf> = others.iter().map(leaf).collect();
        let mut order: Vec<usize> = (0..leaves.len()).collect();
        for _ in 0..degree.min(count) {
            order.shuffle(&mut rng);
            for (turn, &leaf) in order.iter().enumerate() {
                let room = |&place: &usize| {
                    ultrapeers[place].leaves.len() < usize::from(params.max_leaves)
                        && !leaves[leaf].ultrapeers.contains(&place)
                };
                if let Some(place) = (0..count).map(|step| (turn + step) % count).find(room) {
                    ultrapeers[place].leaves.push(leaf);
                    leaves[leaf].ultrapeers.push(place);
                }
            }
        }
        let mut places = vec![Place::Offline; world.peers() as usize];
        ultrapeers.iter().enumerate().for_each(|(at, up)| places[up.peer.index()] = Place::Ultrapeer(at));
        leaves.iter().enumerate().for_each(|(at, leaf)| places[leaf.peer.index()] = Place::Leaf(at));
        Plan { places, ultrapeers, leaves, uplinks, seed }
    }

    /// The peer as it would be, had it come online long ago.
    pub(super) fn settle(&self, me: PeerId, fresh: Gnutella06, shared: &Shared) -> Gnutella06 {
        let mut peer = fresh;
        let linked: Vec<PeerId> = match self.places[me.index()] {
            Place::Offline => return peer,
            Place::Ultrapeer(at) => {
                peer.leaves = Some(Box::new(self.leaves_of(at)));
                self.ultrapeers[at].neighbours.iter().map(|&n| self.ultrapeers[n as usize].peer).collect()
            }
            Place::Leaf(at) => {
                self.leaves[at].ultrapeers.iter().map(|&up| self.ultrapeers[up].peer).collect()
            }
        };
        peer.neighbours = Neighbours::of(&linked);
        peer.cold.uplink = self.uplinks[me.index()];
        peer.cold.uptime_before = shared.params.min_uptime;
        peer.cold.published = shared.params.leaf_degree;
        let most = usize::from(shared.params.host_cache);
        let mut rng = stream(self.seed, Purpose::Settled, 1 + u64::from(me.number()));
        for _ in 0..most.min(self.ultrapeers.len() - 1) {
            let host = self.ultrapeers[rng.random_range(0..self.ultrapeers.len())].peer;
            if host != me && !peer.neighbours.contains(host) {
                peer.cold.hosts.learn(host, most);
            }
        }
        peer
    }

    fn leaves_of(&self, at: usize) -> Leaves {
        let mut leaves = Leaves::new();
        for &place in &self.ultrapeers[at].leaves {
            let leaf = &self.leaves[place];
            leaves.index.admit(leaf.peer, leaf.claim, Time::ZERO);
            leaves.index.list(leaf.peer, &leaf.table);
        }
        leaves.summarise();
        leaves
    }
}
