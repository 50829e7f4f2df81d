//! CAN's parameters, made ready: the space, its metric, and the points of objects.

use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};

use super::message::Claim;
use crate::sim::random::{Purpose, derive};
use crate::sim::{ObjectId, Setup, Site, Span};
use crate::space::ring::Id;
pub use crate::space::torus::Metric;
use crate::space::torus::{Extent, MOST_DIMENSIONS, Point, Torus, Zone};

/// The least difference of two coordinates, as a share of a side: 2^-32.
const UNIT: f64 = 1.0 / 4_294_967_296.0;

/// A coordinate as a share of a side.
fn share(coordinate: u32) -> f64 {
    f64::from(coordinate) * UNIT
}

/// The `[protocol.can]` table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// Dimensions of the space, 1 to 16.
    pub dimensions: usize,
    /// Independent coordinate spaces in each of which every peer has a zone, 1 to 16; each keeps a copy of the index.
    pub realities: u8,
    /// Up to so many peers share a zone before it is split, 1 to 64; each keeps a copy of the zone's index.
    pub peers_per_zone: usize,
    /// A torus, or else a plain square.
    pub wraps: bool,
    /// How far it is from a point to a zone.
    pub metric: Metric,
    /// Whom a request goes to next.
    pub forwarding: Forwarding,
    /// Whether the peer that a newcomer turns to splits the largest zone among its own and its neighbours', or its own.
    pub volume_check: bool,
    /// How often a peer tells its neighbours its zones and theirs. "0 s" for never.
    pub update: Span,
    /// How long a neighbour may be silent before it is taken for dead. Longer than two updates and a round trip.
    pub silence: Span,
    /// How long a peer waits before it takes over a dead neighbour's zone that is as large as its own; in proportion for
    /// others. Longer than a round trip, so that one does it.
    pub takeover: Span,
    /// How long a peer waits for the answer to a request before it asks again another way.
    pub timeout: Span,
    /// How often it asks again.
    pub retries: u8,
    /// How long an index entry lives without being republished. "0 s" for ever.
    pub lifetime: Span,
    /// How often a holder republishes what it shares. "0 s" for never.
    pub republish: Span,
    /// The length of a side in the units of `zones` and `keys`: a power of two.
    pub side: u64,
    /// The peers' zones in order, for small networks: each a box `{ low = [0, 4], high = [2, 8] }`, or several; together
    /// the whole space, as halving it would yield them. Else random points decide.
    pub zones: Vec<GivenZone>,
    /// The points of the objects in order, for small networks; else SHA-1 of run seed and object.
    pub keys: Vec<Vec<u64>>,
}

/// A box: its corners with the least coordinates, inside, and the greatest, outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenZone {
    /// The least coordinates.
    pub low: Vec<u64>,
    /// The greatest.
    pub high: Vec<u64>,
}

/// Whom a request goes to next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Forwarding {
    /// The neighbour closest to the point.
    Greedy,
    /// The one with the greatest progress per round-trip time (section 3.3).
    Rtt,
}

impl Default for Params {
    fn default() -> Params {
        Params {
            dimensions: 2,
            realities: 1,
            peers_per_zone: 1,
            wraps: true,
            metric: Metric::Euclidean,
            forwarding: Forwarding::Greedy,
            volume_check: false,
            update: Span::secs(20),
            silence: Span::secs(65),
            takeover: Span::secs(2),
            timeout: Span::secs(3),
            retries: 5,
            lifetime: Span::secs(3600),
            republish: Span::secs(1800),
            side: 1,
            zones: Vec::new(),
            keys: Vec::new(),
        }
    }
}

/// What all peers of a run share.
#[derive(Debug)]
pub struct Shared {
    /// The parameters.
    pub params: Params,
    /// The space.
    pub torus: Torus,
    /// Zones that were given, by peer.
    pub given: Vec<Zone>,
    /// By object.
    keys: Vec<Id>,
}

impl Shared {
    /// Makes the parameters ready.
    ///
    /// # Errors
    /// What does not fit together, in a sentence.
    pub fn new(setup: &Setup<'_>, params: &Params) -> Result<Shared, String> {
        check(params)?;
        let d = params.dimensions;
        let (torus, given) = if params.zones.is_empty() {
            (Torus::new(d, params.wraps), Vec::new())
        } else {
            if params.zones.len() != setup.participants as usize {
                return Err(format!(
                    "zones has {} entries for {} peers",
                    params.zones.len(),
                    setup.participants
                ));
            }
            if setup.online.len() != setup.participants as usize && !setup.online.is_empty() {
                return Err("zones: expected all peers online at the start".to_string());
            }
            let boxes: Vec<_> =
                params.zones.iter().map(|zone| (zone.low.clone(), zone.high.clone())).collect();
            Torus::from_boxes(d, params.wraps, params.side, &boxes)?
        };
        let keys = if params.keys.is_empty() {
            let seed = derive(setup.world.seed(), Purpose::Identifiers, 1);
            (0..setup.world.objects()).map(|object| hash(seed, object)).collect()
        } else {
            params.keys.iter().map(|key| point(&torus, params.side, key)).collect::<Result<_, _>>()?
        };
        Ok(Shared { params: params.clone(), torus, given, keys })
    }

    /// The point of `object`. Objects that nobody has ever published have points too.
    #[inline]
    pub fn key(&self, object: ObjectId) -> Id {
        self.keys.get(object.index()).copied().unwrap_or_else(|| hash(0, object.rank()))
    }

    /// Where `object` belongs in the unit square, if the space has two dimensions.
    pub(super) fn point(&self, object: ObjectId) -> Option<Site> {
        let at = self.torus.coordinates(self.key(object));
        let at = [share(at[0]), share(at[1])];
        (self.torus.dimensions() == 2).then_some(Site::Square { low: at, high: at })
    }

    /// Where a box lies in the unit square, if the space has two dimensions.
    pub(super) fn site(&self, Extent { low, high }: Extent) -> Option<Site> {
        let high = [share(high[0]) + UNIT, share(high[1]) + UNIT];
        (self.torus.dimensions() == 2).then_some(Site::Square { low: [share(low[0]), share(low[1])], high })
    }

    /// How far a claimed zone extends.
    pub(super) fn extent(&self, claim: Claim) -> Extent {
        self.torus.extent(claim.zone)
    }

    /// Whether peers with these zones are to know each other: neighbours, or (for the moment, or for good where peers
    /// share zones) owners of the same points.
    pub(super) fn related(&self, a: Claim, b: Claim) -> bool {
        a.reality == b.reality
            && (a.zone.overlaps(b.zone) || self.torus.abut(&self.extent(a), &self.extent(b)))
    }

    /// The distance, for comparing, from `point` to what lies between `low` and `high`.
    #[inline]
    pub(super) fn distance(&self, low: &[u32], high: &[u32], point: &Point) -> f64 {
        self.torus.distance(self.params.metric, low, high, point)
    }

    /// Whether the network looks after itself.
    pub(super) fn is_maintained(&self) -> bool {
        self.params.update > Span::ZERO
    }
}

/// The point of `key`, in units of which a side has `side`.
fn point(torus: &Torus, side: u64, key: &[u64]) -> Result<Id, String> {
    if !side.is_power_of_two() || side > 1 << 32 {
        return Err(format!("side = {side}: expected a power of two, up to 2^32"));
    }
    if key.len() != torus.dimensions() || key.iter().any(|&at| at >= side) {
        return Err(format!(
            "keys: {key:?}: expected {} coordinates from 0 to {}",
            torus.dimensions(),
            side - 1
        ));
    }
    let mut coordinates: Point = [0; MOST_DIMENSIONS];
    for (coordinate, &at) in coordinates.iter_mut().zip(key) {
        *coordinate = (at * ((1 << 32) / side)) as u32;
    }
    Ok(torus.point(&coordinates))
}

/// SHA-1 of run seed and object, the leading 64 bits: a point of the Z-order curve.
fn hash(seed: u64, object: u32) -> Id {
    let mut digest = Sha1::new();
    digest.update(seed.to_be_bytes());
    digest.update(u64::from(object).to_be_bytes());
    let mut leading = [0; 8];
    leading.copy_from_slice(&digest.finalize()[..8]);
    Id::from_aligned(u64::from_be_bytes(leading))
}

fn check(params: &Params) -> Result<(), String> {
    let within = |name: &str, value: usize, most: usize| match value {
        1.. if value <= most => Ok(()),
        _ => Err(format!("{name} = {value}: expected 1 to {most}")),
    };
    within("dimensions", params.dimensions, MOST_DIMENSIONS)?;
    within("realities", usize::from(params.realities), 16)?;
    within("peers_per_zone", params.peers_per_zone, 64)?;
    if params.is_maintained() {
        for (name, value) in [("takeover", params.takeover), ("timeout", params.timeout)] {
            if value == Span::ZERO {
                return Err(format!("{name} = \"0 s\": a peer must wait for the others"));
            }
        }
        let least = params.update.saturating_add(params.update);
        if params.silence <= least {
            return Err(format!(
                "silence = \"{}\": expected more than two updates, \"{least}\", or living peers are taken for dead",
                params.silence
            ));
        }
    }
    if !params.zones.is_empty() {
        if params.realities > 1 {
            return Err("zones: with several realities, zones cannot be given".to_string());
        }
        if params.peers_per_zone > 1 {
            return Err("zones: with several peers per zone, zones cannot be given".to_string());
        }
    }
    Ok(())
}

impl Params {
    fn is_maintained(&self) -> bool {
        self.update > Span::ZERO
    }
}
