//! The settled network: random joins, one after the other, into a tree of zones; and what must hold of one at rest.

use rand::RngExt;

use super::Can;
use super::message::{Claim, Owned, Stamp};
use super::params::{Forwarding, Shared};
use super::table::{Contact, Table};
use super::tree::Tree;
use crate::protocols::index::{Entry, Index, Published};
use crate::sim::random::{Purpose, stream};
use crate::sim::{ObjectId, Online, PeerId, Setup, Time, Violation};
use crate::space::ring::Id;
use crate::space::torus::Zone;

/// The spaces as they are when everybody has joined.
#[derive(Debug)]
pub struct Plan {
    /// By reality.
    trees: Vec<Tree>,
    /// By reality and participant.
    zones: Vec<Vec<Zone>>,
    published: Published,
    /// Round trips in microseconds between peers that know each other, where they matter.
    rtts: Option<Rtts>,
}

/// By participant: its contacts in order, with round trips.
type Rtts = Vec<Vec<(PeerId, u32)>>;

impl Plan {
    /// Lets everybody join who is online: in every reality at a random point.
    pub fn new(setup: &Setup<'_>, shared: &Shared) -> Plan {
        use rayon::prelude::*;
        let params = &shared.params;
        let n = setup.online.len();
        let seed = setup.world.seed();
        let grow = |reality: u8| {
            let mut tree = Tree::new(n / params.peers_per_zone + 1);
            if !shared.given.is_empty() {
                for &peer in setup.online {
                    // Boxes that overlap have been refused.
                    let _ = tree.claim(shared.given[peer.index()], peer);
                }
                return tree;
            }
            let mut random = stream(seed, Purpose::Settled, u64::from(reality));
            let mut order: Vec<PeerId> = setup.online.to_vec();
            shuffle(&mut order, &mut random);
            for peer in order {
                let point = Id::from_aligned(random.random());
                tree.join(&shared.torus, point, peer, params.peers_per_zone, params.volume_check);
            }
            tree
        };
        let trees: Vec<Tree> = (0..params.realities).into_par_iter().map(grow).collect();
        let zones = trees.par_iter().map(|tree| {
            let mut zones = vec![Zone::WHOLE; setup.participants as usize];
            for leaf in tree.leaves(&shared.torus) {
                leaf.owners.iter().for_each(|owner| zones[owner.index()] = leaf.zone);
            }
            zones
        });
        let zones = zones.collect();
        let published = Published::new(setup, |object| shared.key(object));
        let mut plan = Plan { trees, zones, published, rtts: None };
        if params.forwarding == Forwarding::Rtt || params.peers_per_zone > 1 {
            let measured = |number: u32| {
                let me = PeerId::new(number);
                if setup.online.binary_search(&me).is_err() {
                    return Vec::new();
                }
                let there_and_back = |peer: PeerId| {
                    let one_way = |a, b| setup.world.latency(a, b, 0).nanos();
                    let nanos = one_way(number, peer.number()) + one_way(peer.number(), number);
                    (peer, (nanos / 1000).clamp(1, u64::from(u32::MAX)) as u32)
                };
                plan.contacts(me, shared).into_iter().map(there_and_back).collect()
            };
            let rtts = (0..setup.participants).into_par_iter().map(measured).collect();
            plan.rtts = Some(rtts);
        }
        plan
    }

    fn claims(&self, peer: PeerId) -> impl Iterator<Item = Claim> + '_ {
        let zones = self.zones.iter().enumerate();
        zones.map(move |(reality, zones)| Claim { reality: reality as u8, zone: zones[peer.index()] })
    }

    /// Whom a peer knows, in order of addresses.
    fn contacts(&self, me: PeerId, shared: &Shared) -> Vec<PeerId> {
        neighbours(&self.trees, self.claims(me), me, shared)
    }

    /// The peer as it is when everybody has joined.
    pub fn peer(&self, me: PeerId, shared: &Shared) -> Can {
        let own: Vec<Claim> = self.claims(me).collect();
        let peers = self.contacts(me, shared);
        let owned = |peer: PeerId| self.claims(peer).map(move |claim| Owned { peer, claim });
        let others: Vec<Owned> = peers.iter().flat_map(|&peer| owned(peer)).collect();
        let rtt = |i: usize| self.rtts.as_ref().map_or(0, |rtts| rtts[me.index()][i].1);
        let contact = |(i, &peer): (usize, &PeerId)| Contact {
            peer,
            stamp: Stamp(1),
            heard: Time::ZERO,
            rtt: rtt(i),
            // Only those that look after each other ever use it.
            known: match shared.is_maintained() {
                true => self.contacts(peer, shared).into_boxed_slice(),
                false => Box::default(),
            },
        };
        let contacts = peers.iter().enumerate().map(contact).collect();
        let mut table = Table::default();
        table.fill(&own, contacts, &others, shared);
        let mut index = Index::default();
        let left = shared.params.lifetime;
        for claim in &own {
            for (key, providers) in self.published.between(claim.zone.first(), claim.zone.last()) {
                let entries = providers.iter().map(|&provider| Entry {
                    key,
                    object: ObjectId::default(),
                    provider,
                    left,
                    copies: 0,
                });
                index.store(entries, Time::ZERO);
            }
        }
        Can::settled_with(me, table, index)
    }
}

/// Fisher and Yates.
fn shuffle(peers: &mut [PeerId], random: &mut impl rand::Rng) {
    for i in (1..peers.len()).rev() {
        peers.swap(i, random.random_range(0..=i));
    }
}

/// The owners of zones that abut `claims` or are the same, but for `me`; in order of addresses.
fn neighbours(
    trees: &[Tree],
    claims: impl Iterator<Item = Claim>,
    me: PeerId,
    shared: &Shared,
) -> Vec<PeerId> {
    let mut peers = Vec::new();
    for claim in claims {
        let tree = &trees[usize::from(claim.reality)];
        let leaf = tree.leaf(&shared.torus, claim.zone.first());
        peers.extend_from_slice(leaf.owners);
        tree.visit(&shared.torus, &leaf.extent, |leaf| peers.extend_from_slice(leaf.owners));
    }
    peers.sort_unstable();
    peers.dedup();
    peers.retain(|&peer| peer != me);
    peers
}

/// In every reality the zones of those online partition the space, everybody has one, and everybody knows its neighbours
/// and their zones, and nobody else.
pub fn zones_partition_the_space(
    network: &[&Can],
    online: &Online<'_>,
    shared: &Shared,
) -> Result<(), Violation> {
    if network.is_empty() {
        return Ok(());
    }
    let realities = shared.params.realities;
    let mut trees: Vec<Tree> = (0..realities).map(|_| Tree::new(network.len())).collect();
    for (can, &me) in network.iter().zip(online.addresses()) {
        for claim in can.table().own() {
            trees[usize::from(claim.reality)]
                .claim(claim.zone, me)
                .map_err(|other| Violation::at(me, format!("its zone {claim:?} overlaps one of {other}")))?;
        }
        if let Some(none) = (0..realities).find(|&reality| can.table().own_in(reality).next().is_none()) {
            return Err(Violation::at(me, format!("has no zone in reality {none}")));
        }
    }
    for (reality, tree) in trees.iter().enumerate() {
        for leaf in tree.leaves(&shared.torus) {
            match leaf.owners {
                [] => {
                    let what = format!("nobody owns {:?} in reality {reality}", leaf.zone);
                    return Err(Violation::at(online.addresses()[0], what));
                }
                [first, ..] if leaf.owners.len() > shared.params.peers_per_zone => {
                    let what = format!("{} peers own {:?}", leaf.owners.len(), leaf.zone);
                    return Err(Violation::at(*first, what));
                }
                _ => {}
            }
        }
    }
    for (can, &me) in network.iter().zip(online.addresses()) {
        let expected = neighbours(&trees, can.table().own(), me, shared);
        let known: Vec<PeerId> = can.table().contacts().iter().map(|contact| contact.peer).collect();
        if known != expected {
            return Err(Violation::at(me, format!("knows {known:?}, and its neighbours are {expected:?}")));
        }
        for &peer in &known {
            let Some(place) = online.position(peer) else {
                return Err(Violation::at(me, format!("knows {peer}, who is gone")));
            };
            let noted: Vec<Claim> = can.table().of(peer).collect();
            let owns: Vec<Claim> = network[place].table().own().collect();
            if noted != owns {
                return Err(Violation::at(me, format!("takes {noted:?} for the zones of {peer}: {owns:?}")));
            }
        }
    }
    Ok(())
}

/// What the paper measures: neighbours per peer and reality, and the volumes of zones, in units of an equal share.
pub(super) fn measures(peers: &[&Can], shared: &Shared) -> Vec<(&'static str, f64)> {
    let n = peers.len() as f64;
    let neighbours: usize = peers.iter().map(|can| can.table().contacts().len()).sum();
    // Of each peer, the zone (or the zones) of the first reality.
    let volume = |can: &&Can| can.table().own_in(0).map(|claim| claim.zone.volume()).sum::<f64>();
    let equal = n / shared.params.peers_per_zone as f64;
    let relative: Vec<f64> = peers.iter().map(|can| volume(can) * equal).collect();
    let share = |low: f64, high: f64| {
        relative.iter().filter(|&&volume| low <= volume && volume < high).count() as f64 / n
    };
    if peers.is_empty() {
        return Vec::new();
    }
    let root_half = libm::sqrt(0.5);
    let (half, equal, double) = (
        share(root_half / 2.0, root_half),
        share(root_half, 2.0 * root_half),
        share(2.0 * root_half, 4.0 * root_half),
    );
    vec![
        ("neighbours_mean", neighbours as f64 / n),
        ("volume_half", half),
        ("volume_equal", equal),
        ("volume_double", double),
        ("volume_other", (1.0 - half - equal - double).max(0.0)),
    ]
}
