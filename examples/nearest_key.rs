//! Lab 6: peers on a line of keys, each of which manages what is nearest to it. Three places are marked TODO.
//!
//! `cargo run --release` prints what is measured; `cargo test --release` runs Peerlab's conformance suite on it.

#![allow(unused_variables, dead_code, reason = "until it is written")]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use peerlab::sim::{Context, Lookup, ObjectId, Online, PeerId, Protocol, Setup, Textbook, Violation};

/// One peer.
#[derive(Debug)]
struct Nearest {
    me: PeerId,
    /// Other peers that it knows.
    known: Vec<PeerId>,
    /// Who holds the objects whose keys it manages.
    index: BTreeMap<ObjectId, Vec<PeerId>>,
}

/// The parameters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Params {
    /// The peers' keys, for small lines; else spread by their numbers.
    ids: Vec<u32>,
    /// The objects' keys, for small lines; else spread by their ranks.
    keys: Vec<u32>,
    /// Whether a peer knows those 1, 2, 4, 8, … places away on either side, or only the next ones.
    far: bool,
}

/// What all peers can work out.
#[derive(Debug)]
struct Shared {
    params: Params,
}

impl Shared {
    /// The key of a peer.
    fn id(&self, peer: PeerId) -> u32 {
        let spread = peer.number().wrapping_add(1).wrapping_mul(2_654_435_761);
        self.params.ids.get(peer.index()).copied().unwrap_or(spread)
    }

    /// The key of an object.
    fn key(&self, object: ObjectId) -> u32 {
        let spread = object.rank().wrapping_add(1).wrapping_mul(2_246_822_519);
        self.params.keys.get(object.rank() as usize).copied().unwrap_or(spread)
    }

    /// How far a peer is from a key; of two equally far the lower one counts as nearer.
    fn distance(&self, peer: PeerId, key: u32) -> (u32, u32) {
        let id = self.id(peer);
        (id.abs_diff(key), id)
    }
}

/// What peers say.
#[derive(Clone, Debug)]
enum Message {
    /// Who has this? Tell the origin.
    Who {
        /// What is wanted.
        object: ObjectId,
        /// Who wants it.
        origin: PeerId,
    },
    /// They have.
    These(Vec<PeerId>),
}

impl Nearest {
    /// The closest neighbour to a key, if one is closer than this peer.
    fn closer(&self, shared: &Shared, key: u32) -> Option<PeerId> {
        // TODO 1: of `self.known` the one with the least distance; none, if `self.me` is nearer.
        None
    }

    fn holders(&self, object: ObjectId) -> Vec<PeerId> {
        self.index.get(&object).cloned().unwrap_or_default()
    }
}

impl Protocol for Nearest {
    const NAME: &'static str = "nearest";
    const PAPER: &'static str = "lab 6";
    const TITLE: &'static str = "a line of keys, each managed by the nearest peer";
    const TEXTBOOK: Textbook = Textbook { messages: "O(n)", hops: "O(n)", state: "O(1)" };
    type Params = Params;
    type Shared = Shared;
    type Message = Message;
    type Timer = ();
    type Plan = BTreeMap<PeerId, Nearest>;

    fn shared(_setup: &Setup<'_>, params: &Params) -> Result<Shared, String> {
        Ok(Shared { params: params.clone() })
    }

    fn new(me: PeerId, _shared: &Shared) -> Nearest {
        Nearest { me, known: Vec::new(), index: BTreeMap::new() }
    }

    fn plan(setup: &Setup<'_>, shared: &Shared) -> Self::Plan {
        let mut line = setup.online.to_vec();
        line.sort_unstable_by_key(|&peer| shared.id(peer));
        let mut peers: BTreeMap<PeerId, Nearest> =
            line.iter().map(|&peer| (peer, Nearest::new(peer, shared))).collect();
        // TODO 2: fill in `known` of every peer: `line` has the peers in the order of their keys. The next ones on either
        // side; with `shared.params.far` those 2, 4, 8, … places away, too.
        for rank in 0..setup.world.objects() {
            let object = ObjectId::new(rank);
            let holders = setup.world.holders(object);
            let holders = line.iter().copied().filter(|peer| holders.contains(&peer.number()));
            let holders: Vec<PeerId> = holders.collect();
            let key = shared.key(object);
            let manager = line.iter().copied().min_by_key(|&peer| shared.distance(peer, key));
            if let Some(manager) = manager.and_then(|manager| peers.get_mut(&manager)) {
                manager.index.insert(object, holders);
            }
        }
        peers
    }

    fn settled(plan: &Self::Plan, shared: &Shared, me: PeerId) -> Nearest {
        match plan.get(&me) {
            Some(peer) => Nearest { me, known: peer.known.clone(), index: peer.index.clone() },
            None => Nearest::new(me, shared),
        }
    }

    fn on_join(&mut self, ctx: &mut Context<'_, Self>, _contact: Option<PeerId>) {
        self.me = ctx.me();
    }

    fn on_lookup(&mut self, ctx: &mut Context<'_, Self>, Lookup { object, .. }: Lookup) {
        match self.closer(ctx.shared(), ctx.shared().key(object)) {
            Some(next) => ctx.send(next, Message::Who { object, origin: ctx.me() }),
            None => ctx.answer(&self.holders(object)),
        }
    }

    fn on_message(&mut self, ctx: &mut Context<'_, Self>, _from: PeerId, message: Message) {
        match message {
            // TODO 3: pass it on to who is closer (ctx.send); who is closest answers the origin (ctx.reply).
            Message::Who { object, origin } => {}
            Message::These(holders) => ctx.answer(&holders),
        }
    }

    fn links(&self) -> impl Iterator<Item = PeerId> {
        self.known.iter().copied()
    }

    fn entries(&self) -> usize {
        self.known.len() + self.index.values().map(Vec::len).sum::<usize>()
    }

    fn wire_size(_shared: &Shared, message: &Message) -> u32 {
        match message {
            Message::Who { .. } => 32,
            Message::These(holders) => 20 + 4 * holders.len() as u32,
        }
    }

    /// Whom a peer knows is online.
    fn invariants(network: &[&Self], online: &Online<'_>, _shared: &Shared) -> Result<(), Violation> {
        for (&peer, one) in online.addresses().iter().zip(network) {
            if let Some(gone) = one.known.iter().find(|&&known| !online.contains(known)) {
                return Err(Violation::at(peer, format!("it knows {gone:?}, who is gone")));
            }
        }
        Ok(())
    }
}

/// Five hundred lookups among `peers` peers: mean hops, and the share that is right.
fn measured(peers: u32, seed: u64, far: bool) -> Result<(f64, f64), String> {
    let mut settings = peerlab::world::Settings::default();
    settings.workload.lookups = 500;
    settings.workload.deadline = peerlab::units::Span::secs(600);
    let params = Params { far, ..Params::default() };
    let outcome = peerlab::simulate::<Nearest>(&settings, peers, seed, &params)?;
    let answers: Vec<_> = outcome.lookups.iter().filter_map(|lookup| lookup.answer).collect();
    let hops: u64 = answers.iter().map(|answer| u64::from(answer.hops)).sum();
    let right = answers.iter().filter(|answer| answer.correct).count();
    Ok((hops as f64 / answers.len().max(1) as f64, right as f64 / outcome.lookups.len() as f64))
}

fn main() -> Result<(), String> {
    let seed = 1; // Your own number.
    for (peers, far) in [(100, false), (200, false), (100, true), (200, true)] {
        let (hops, right) = measured(peers, seed, far)?;
        let table = if far { "far" } else { "next ones" };
        println!("{peers} peers, {table}: {hops:.2} hops, {:.1} % right", 100.0 * right);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Nearest;

    /// What every protocol must do while nobody comes or goes.
    #[test]
    fn it_conforms_while_it_is_calm() {
        peerlab::conformance::calm::<Nearest>();
    }
}
