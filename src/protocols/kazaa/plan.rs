//! The settled network: clusters of equal size, led by the fittest, and linked at random.

use rand::RngExt;
use rand::seq::SliceRandom;

use super::params::Shared;
use super::supernode::{Link, Supernode};
use super::{Claim, Kazaa, Load};
use crate::protocols::unstructured::{HostCache, Index, Neighbours, Uplink, near_regular};
use crate::sim::random::{Purpose, stream};
use crate::sim::{ObjectId, PeerId, Setup, Time};

/// The settled network.
#[derive(Debug)]
pub struct Plan {
    /// The cluster of each peer that is online.
    cluster_of: Vec<Option<u32>>,
    clusters: Vec<Cluster>,
    /// The uplink of every peer.
    uplinks: Vec<Uplink>,
    seed: u64,
}

#[derive(Debug, Default)]
struct Cluster {
    /// Ascending.
    supernodes: Vec<PeerId>,
    /// What they share themselves.
    shares: Vec<Vec<ObjectId>>,
    children: Vec<Settled>,
    /// The clusters it is linked with.
    neighbours: Vec<u32>,
}

#[derive(Debug)]
struct Settled {
    peer: PeerId,
    claim: Claim,
    files: Vec<ObjectId>,
}

impl Cluster {
    /// What one of the supernodes shares itself.
    fn own_files(&self, peer: PeerId) -> Vec<ObjectId> {
        let place = self.supernodes.iter().position(|&supernode| supernode == peer);
        place.map_or(Vec::new(), |place| self.shares[place].clone())
    }
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
        let count = peers.len().div_ceil(usize::from(params.cluster));
        let most = (count * usize::from(params.redundancy)).min(peers.len());
        let (supernodes, ordinary) = peers.split_at_mut(most);
        supernodes.shuffle(&mut rng);
        ordinary.shuffle(&mut rng);
        let mut clusters: Vec<Cluster> = Vec::new();
        clusters.resize_with(count, Cluster::default);
        let mut cluster_of = vec![None; world.peers() as usize];
        for (place, &peer) in supernodes.iter().enumerate() {
            cluster_of[peer.index()] = Some((place % count) as u32);
            clusters[place % count].supernodes.push(peer);
        }
        for (place, &peer) in ordinary.iter().enumerate() {
            cluster_of[peer.index()] = Some((place % count) as u32);
            let files = world.shares(peer.number()).to_vec();
            clusters[place % count].children.push(Settled { peer, claim: claim(peer), files });
        }
        let links = near_regular(&mut rng, count as u32, u32::from(params.links));
        for (cluster, neighbours) in clusters.iter_mut().zip(links) {
            cluster.supernodes.sort();
            let shares = cluster.supernodes.iter().map(|peer| world.shares(peer.number()).to_vec());
            cluster.shares = shares.collect();
            cluster.neighbours = neighbours;
        }
        Plan { cluster_of, clusters, uplinks, seed }
    }

    /// The peer as it would be, had it come online long ago.
    pub(super) fn settle(&self, me: PeerId, fresh: Kazaa, shared: &Shared) -> Kazaa {
        let Some(at) = self.cluster_of[me.index()] else { return fresh };
        let cluster = &self.clusters[at as usize];
        let mut peer = fresh;
        peer.cold.uplink = self.uplinks[me.index()];
        peer.cold.uptime_before = shared.params.min_uptime;
        peer.cold.published = shared.params.redundancy;
        peer.cold.supers = self.refresh_list(me, usize::from(shared.params.refresh_list));
        if cluster.supernodes.contains(&me) {
            peer.supernode = Some(Box::new(self.supernode(me, at)));
        } else {
            peer.parents = Neighbours::of(&cluster.supernodes);
        }
        peer
    }

    /// Some supernodes, at random.
    fn refresh_list(&self, me: PeerId, most: usize) -> HostCache {
        let mut rng = stream(self.seed, Purpose::Settled, 1 + u64::from(me.number()));
        let start = rng.random_range(0..self.clusters.len());
        let turn = self.clusters.iter().cycle().skip(start).take(self.clusters.len());
        let known = turn.flat_map(|cluster| &cluster.supernodes).copied().filter(|&peer| peer != me);
        HostCache::of(known.take(most).collect())
    }

    fn supernode(&self, me: PeerId, at: u32) -> Supernode {
        let own = &self.clusters[at as usize];
        let mut index = Index::new();
        for child in &own.children {
            index.admit(child.peer, child.claim, Time::ZERO);
        }
        for child in &own.children {
            index.list(child.peer, &child.files);
        }
        let mut supernode = Supernode::new(own.supernodes[0]);
        supernode.index = index;
        for &number in own.neighbours.iter().chain([&at]) {
            let cluster = &self.clusters[number as usize];
            let load = Load::new(cluster.children.len() + cluster.supernodes.len());
            for &peer in cluster.supernodes.iter().filter(|&&peer| peer != me) {
                if number == at {
                    supernode.own.admit(peer, Claim::NONE, Time::ZERO);
                    supernode.own.list(peer, &own.own_files(peer));
                }
                supernode.add(Link { peer, cluster: cluster.supernodes[0], load, missed: 0 });
            }
        }
        supernode
    }
}
