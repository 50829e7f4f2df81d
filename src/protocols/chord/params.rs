//! Chord's parameters, made ready: identifiers, keys and the settled ring.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::tables::{Fingers, NodeRef};
use super::words::Lists;
use crate::protocols::cache;
use crate::protocols::index::Published;
use crate::sim::random::{Purpose, derive};
use crate::sim::{Keywords, MAX_PEERS, ObjectId, PeerId, Setup, Site, Span, Word, prefetch};
use crate::space::places::Places;
use crate::space::ring::{Id, Ring};

/// Left-aligned identifiers in a whole turn of the ring: 2^64.
const TURN: f64 = 18_446_744_073_709_551_616.0;

/// The `[protocol.chord]` table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// Bits of an identifier, 1 to 160. Beyond 64 the leading 64 are simulated.
    pub bits: u32,
    /// Length of the successor list, at least 1. The paper wants some 2 log2 N.
    pub successors: usize,
    /// How a lookup travels.
    pub routing: Routing,
    /// Whether the successor list takes part in routing, or only the immediate successor does.
    pub list_routes: bool,
    /// Where a finger points.
    pub fingers: FingerRule,
    /// How often a node asks its successor for that one's predecessor. "0 s" for never.
    pub stabilize: Span,
    /// How often a node refreshes one finger. "0 s" for never.
    pub fix_fingers: Span,
    /// How often a node checks that its predecessor lives. "0 s" for never.
    pub check_predecessor: Span,
    /// How long a node waits for an answer before it takes the other for dead. Longer than any round trip (1.23 s on the
    /// default underlay): a ring whose nodes take slow neighbours for dead never comes to rest. The paper's simulations,
    /// whose round trips take 100 ms on average: 500 ms.
    pub timeout: Span,
    /// Ring positions per peer, 1 to 255.
    pub virtual_nodes: u8,
    /// Nodes that keep each index entry: its owner and the next ones on the successor list.
    pub replication: usize,
    /// How long an index entry lives without being republished. "0 s" for ever.
    pub lifetime: Span,
    /// How often a holder republishes what it shares. "0 s" for never.
    pub republish: Span,
    /// How many nodes an answer on the way proposes as the next one. More survive more failures.
    pub alternatives: usize,
    /// Whether an answer on the way also names the nodes at and after the key, as far as the successor list knows them: for when
    /// all nodes before the key turn out dead that the list still names, before any repair (ToN, section IV-E.3).
    #[serde(skip_serializing_if = "is_not")]
    pub names_owners: bool,
    /// Identifiers of the peers in order, for small rings; else SHA-1 of run seed, peer and virtual node.
    pub ids: Vec<u64>,
    /// Keys of the objects in order, for small rings; else SHA-1 of run seed and object.
    pub keys: Vec<u64>,
    /// How many objects the answer to a question by words names at most, as Napster's did. Lists on their way are whole.
    #[serde(skip_serializing_if = "is_napster_s")]
    pub max_results: u16,
    /// How many answers a node keeps for others (Dabek et al. 2001: path caching), to end lookups that pass; 0: none.
    #[serde(skip_serializing_if = "cache::is_off")]
    pub cache: u16,
    /// How long it keeps one.
    #[serde(skip_serializing_if = "cache::is_usual")]
    pub cache_life: Span,
}

/// So many results a client of Napster asked for.
const MAX_RESULTS: u16 = 100;

fn is_not(named: &bool) -> bool {
    !named
}

fn is_napster_s(results: &u16) -> bool {
    *results == MAX_RESULTS
}

/// How a lookup travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Routing {
    /// The origin asks node after node.
    Iterative,
    /// Nodes pass the request on; the owner answers the origin. Falls back to iterative after silence.
    Recursive,
    /// Along successors only, as a ring without fingers would; nodes pass the request on. For teaching.
    Successors,
}

/// Where finger k of node n points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FingerRule {
    /// To the first node at or after n + 2^k: Chord's own.
    Successor,
    /// To the last node at or before n + 2^k: PeerSim's.
    Predecessor,
}

impl Default for Params {
    fn default() -> Params {
        Params {
            bits: 160,
            successors: 16,
            routing: Routing::Iterative,
            list_routes: true,
            fingers: FingerRule::Successor,
            stabilize: Span::secs(30),
            fix_fingers: Span::secs(30),
            check_predecessor: Span::secs(30),
            timeout: Span::millis(1500),
            virtual_nodes: 1,
            replication: 1,
            lifetime: Span::secs(3600),
            republish: Span::secs(1800),
            alternatives: 3,
            names_owners: false,
            ids: Vec::new(),
            keys: Vec::new(),
            max_results: MAX_RESULTS,
            cache: 0,
            cache_life: cache::LIFE,
        }
    }
}

/// What all nodes of a run share.
#[derive(Debug)]
pub struct Shared {
    /// The parameters.
    pub params: Params,
    /// The ring.
    pub ring: Ring,
    /// By peer and virtual node: the identifier that real messages carry beside the address.
    ids: Vec<Id>,
    keys: Keys,
    /// Where questions are asked by words, and the seed of their keys.
    pub words: Option<Arc<Keywords>>,
    word_seed: u64,
    /// How much of the ring a successor list usually spans.
    near: u64,
}

/// Where the keys of objects come from.
#[derive(Debug)]
enum Keys {
    /// By object.
    Listed(Vec<Id>),
    /// Every object is a peer: its key is that peer's identifier.
    Identities,
    /// SHA-1 under this seed.
    Hashed(u64),
}

impl Shared {
    /// Makes the parameters ready.
    pub fn new(setup: &Setup<'_>, params: &Params) -> Result<Shared, String> {
        check(setup, params)?;
        let ring = Ring::new(params.bits);
        let seed = derive(setup.world.seed(), Purpose::Identifiers, 0);
        let per_peer = u64::from(params.virtual_nodes);
        let nodes = u64::from(setup.participants) * per_peer;
        let mut ids: Vec<Id> = if params.ids.is_empty() {
            use rayon::prelude::*;
            let mut ids = crate::sim::table(nodes as usize);
            let hash = |node| ring.hash(&[seed, node / per_peer, node % per_peer]);
            (0..nodes as usize).into_par_iter().map(|node| hash(node as u64)).collect_into_vec(&mut ids);
            ids
        } else {
            params.ids.iter().map(|&id| ring.id(id)).collect()
        };
        if params.ids.is_empty() {
            resolve_collisions(&mut ids, ring)?;
        }
        let keys = if !params.keys.is_empty() {
            Keys::Listed(params.keys.iter().map(|&key| ring.id(key)).collect())
        } else if setup.world.identities() {
            Keys::Identities
        } else {
            Keys::Hashed(derive(setup.world.seed(), Purpose::Identifiers, 1))
        };
        let keys = match keys {
            Keys::Hashed(seed) => {
                Keys::Listed((0..setup.world.objects()).map(|o| ring.hash(&[seed, u64::from(o)])).collect())
            }
            Keys::Listed(_) | Keys::Identities => keys,
        };
        let listed = if params.list_routes { params.successors as u128 } else { 1 };
        let near = u64::try_from((listed << 64) / u128::from(nodes.max(1))).unwrap_or(u64::MAX);
        let words = setup.world.keywords().cloned();
        if words.is_some() && params.cache > 0 {
            let cache = params.cache;
            return Err(format!(
                "cache is {cache}: answers to questions by words are not cached, expected 0; nearest: 0"
            ));
        }
        let word_seed = derive(setup.world.seed(), Purpose::Identifiers, 2);
        Ok(Shared { params: params.clone(), ring, ids, keys, words, word_seed, near })
    }

    /// The identifier of `node`.
    #[inline]
    pub fn id(&self, node: NodeRef) -> Id {
        self.ids[node.peer.index() * self.params.virtual_nodes as usize + node.index as usize]
    }

    /// Where the identifier of the first node of `peer` lies in memory: for prefetching.
    #[inline]
    pub fn address_of_id(&self, peer: PeerId) -> *const u8 {
        self.ids.as_ptr().wrapping_add(peer.index() * self.params.virtual_nodes as usize).cast()
    }

    /// Whether so small a distance usually lies within a node's successor list: for prefetching.
    #[inline]
    pub fn is_near(&self, distance: u64) -> bool {
        distance < self.near
    }

    /// Where the key of `object` lies in memory, null if it is computed: for prefetching.
    #[inline]
    pub fn address_of_key(&self, object: ObjectId) -> *const u8 {
        match &self.keys {
            Keys::Listed(keys) => keys.as_ptr().wrapping_add(object.index()).cast(),
            Keys::Identities => self.address_of_id(PeerId::new(object.rank() % MAX_PEERS)),
            Keys::Hashed(_) => std::ptr::null(),
        }
    }

    /// The key of `object`. Objects that nobody has ever published have keys too.
    #[inline]
    pub fn key(&self, object: ObjectId) -> Id {
        match &self.keys {
            Keys::Listed(keys) if object.index() < keys.len() => keys[object.index()],
            Keys::Identities if object.index() < self.ids.len() => {
                self.id(NodeRef { peer: PeerId::new(object.rank()), index: 0 })
            }
            Keys::Listed(_) | Keys::Identities => self.ring.hash(&[u64::from(object.rank())]),
            Keys::Hashed(seed) => self.ring.hash(&[*seed, u64::from(object.rank())]),
        }
    }

    /// The key of a word: its list is at that key's owner.
    pub fn key_of_word(&self, Word(word): Word) -> Id {
        self.ring.hash(&[self.word_seed, u64::from(word)])
    }

    /// Where `id` stands on the ring, with its number; of a long one the leading digits.
    pub(super) fn site(&self, id: Id) -> Site {
        let number = self.ring.number(id);
        let name = match self.ring.bits() {
            ..=24 => number.to_string(),
            bits => format!("{number:0width$x}", width = bits.div_ceil(4) as usize).chars().take(8).collect(),
        };
        Site::Ring { turn: id.aligned() as f64 / TURN, name }
    }

    /// The nodes of `peer`.
    pub fn nodes(&self, peer: PeerId) -> impl Iterator<Item = NodeRef> {
        (0..self.params.virtual_nodes).map(move |index| NodeRef { peer, index })
    }
}

fn check(setup: &Setup<'_>, params: &Params) -> Result<(), String> {
    let nodes = u64::from(setup.participants) * u64::from(params.virtual_nodes);
    if !(1..=160).contains(&params.bits) {
        return Err(format!("bits = {}: expected 1 to 160", params.bits));
    }
    if params.bits < 64 && nodes > 1 << params.bits {
        return Err(format!(
            "bits = {}: {nodes} nodes do not fit on a ring of 2^{}",
            params.bits, params.bits
        ));
    }
    if params.successors == 0 {
        return Err("successors = 0: a node needs at least 1".to_string());
    }
    if params.replication == 0 || params.replication > params.successors {
        return Err(format!(
            "replication = {}: expected 1 to the length of the successor list, {}",
            params.replication, params.successors
        ));
    }
    if params.virtual_nodes == 0 {
        return Err("virtual_nodes = 0: expected 1 to 255".to_string());
    }
    if params.max_results == 0 {
        return Err("max_results = 0: expected at least 1; nearest: 1".to_string());
    }
    if params.alternatives == 0 {
        return Err("alternatives = 0: expected at least 1".to_string());
    }
    if params.fingers == FingerRule::Predecessor && params.fix_fingers > Span::ZERO {
        return Err(
            "fingers = \"predecessor\": fix_fingers looks for successors, and has to be \"0 s\"".to_string()
        );
    }
    cache::check(params.cache_life)?;
    if params.timeout == Span::ZERO {
        return Err("timeout = \"0 s\": a node must wait for answers".to_string());
    }
    if !params.ids.is_empty() {
        if params.ids.len() as u64 != nodes {
            return Err(format!("ids has {} entries for {nodes} nodes", params.ids.len()));
        }
        let mut sorted = params.ids.clone();
        sorted.sort_unstable();
        if let Some(twice) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!("ids: {} stands twice", twice[0]));
        }
    }
    let listed = params.ids.iter().map(|id| ("ids", id)).chain(params.keys.iter().map(|key| ("keys", key)));
    for (name, &number) in listed {
        if params.bits < 64 && number >> params.bits != 0 {
            return Err(format!("{name}: {number} does not fit in {} bits", params.bits));
        }
    }
    Ok(())
}

/// On short rings, SHA-1 collides: whoever finds its place taken goes to the next free one, in order of number.
fn resolve_collisions(ids: &mut [Id], ring: Ring) -> Result<(), String> {
    let mut order: Vec<u32> = (0..ids.len() as u32).collect();
    order.sort_unstable_by_key(|&node| (ids[node as usize], node));
    let collides = order.windows(2).any(|pair| ids[pair[0] as usize] == ids[pair[1] as usize]);
    if !collides {
        return Ok(());
    }
    let mut taken = std::collections::BTreeSet::new();
    for id in ids.iter_mut() {
        while !taken.insert(*id) {
            *id = id.plus(ring.power(0));
        }
    }
    Ok(())
}

/// The ring as it is when everything has settled: the nodes online in order of their identifiers, and the objects in
/// order of their keys.
#[derive(Debug)]
pub struct Plan {
    nodes: Vec<(Id, NodeRef)>,
    places: Places,
    published: Published,
    /// Where questions are asked by words: the list of each word, instead of an entry for each object.
    lists: Option<Lists>,
}

impl Plan {
    /// Sorts the ring.
    pub fn new(setup: &Setup<'_>, shared: &Shared) -> Plan {
        use rayon::prelude::*;
        let peers = setup.online.par_iter().copied();
        let mut nodes: Vec<(Id, NodeRef)> =
            peers.flat_map_iter(|peer| shared.nodes(peer).map(|node| (shared.id(node), node))).collect();
        nodes.par_sort_unstable();
        let published = Published::new(setup, |object| shared.key(object));
        let places = Places::of(nodes.iter().map(|&(id, _)| id));
        Plan {
            nodes,
            places,
            published,
            lists: shared.words.as_ref().map(|words| Lists::new(setup, shared, words)),
        }
    }

    /// How many nodes the ring has.
    pub fn size(&self) -> usize {
        self.nodes.len()
    }

    /// Where on the ring the node with `id` is, or would be.
    pub fn place(&self, id: Id) -> usize {
        self.places.below(id, |place| self.nodes[place].0)
    }

    /// The node at `place`, going round the ring.
    #[inline]
    fn at(&self, place: usize) -> (Id, NodeRef) {
        self.nodes[place % self.nodes.len()]
    }

    /// The first node at or after `id`.
    pub fn successor(&self, id: Id) -> NodeRef {
        self.at(self.place(id)).1
    }

    /// The `count` nodes after the one at `place`, nearest first; that node itself only if it is alone.
    pub fn after(&self, place: usize, count: usize) -> impl Iterator<Item = (Id, NodeRef)> {
        (1..=count.min((self.nodes.len() - 1).max(1))).map(move |i| self.at(place + i))
    }

    /// The node `back` places before the one at `place`.
    pub fn before(&self, place: usize, back: usize) -> (Id, NodeRef) {
        let n = self.nodes.len();
        self.at(place + n - back % n)
    }

    /// The fingers of the node at `place`.
    pub fn fingers(&self, place: usize, shared: &Shared) -> Fingers {
        let mut fingers = Fingers::empty();
        let id = self.at(place).0;
        let successor = id.distance(self.at(place + 1).0);
        let lowest = 64 - shared.ring.bits();
        let wanted = match shared.params.fingers {
            // Lower fingers are the successor itself.
            FingerRule::Successor => lowest.max(64 - successor.leading_zeros())..64,
            FingerRule::Predecessor => lowest..64,
        };
        // All of them are fetched before the first is looked at: each lies somewhere else.
        for k in wanted.clone() {
            prefetch(
                &raw const self.nodes[self.places.around(id.plus(1 << k)).start.min(self.nodes.len() - 1)],
            );
        }
        for k in wanted {
            let start = id.plus(1 << k);
            let first = self.place(start);
            let (finger, node) = match shared.params.fingers {
                FingerRule::Predecessor if self.at(first).0 != start => self.before(first, 1),
                FingerRule::Successor | FingerRule::Predecessor => self.at(first),
            };
            if finger != id {
                fingers.set(k, Some(node), id.distance(finger));
            }
        }
        fingers
    }

    /// The lists of words, where questions are asked by words.
    pub fn lists(&self) -> Option<&Lists> {
        self.lists.as_ref()
    }

    /// The keys in (`from`, `to`] with their providers online.
    pub fn keys(&self, from: Id, to: Id) -> impl Iterator<Item = (Id, &[PeerId])> {
        self.published.after(from, to)
    }
}
