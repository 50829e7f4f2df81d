//! What there is to look for: objects, their popularity, and who holds them.

mod allocation;
mod filter;
mod placement;
mod words;
mod zipf;

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

pub use words::WordSettings;
pub(super) use words::{Words, check as check_words};
pub use zipf::Zipf;

use super::WorldError;
use super::population::{GiverSettings, PopulationSettings, givers, sharers};
use crate::sim::ObjectId;
use crate::sim::random::{Stream, unit};
use crate::units::{Bytes, CountOrShare, Share};
use placement::{Placed, Tiers};

/// The table `[content]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContentSettings {
    /// What objects are; default `catalogue`.
    pub kind: ContentKind,
    /// How many objects there are; default 1,000. A share is that share of the number of peers, so that content grows with
    /// the network. Not for identities.
    pub objects: CountOrShare,
    /// The exponent of their popularity, 0 (all alike) to 2; default 0.8. Not for identities.
    pub zipf: f64,
    /// Replicas per object, on average; a share is that share of all peers, at least 1; default 10. Not for identities.
    pub replicas: CountOrShare,
    /// How replicas are split among objects; default `uniform`. Not for identities.
    pub placement: Placement,
    /// The size of each object; default 4 MiB.
    pub size: Bytes,
    /// The words in objects' names, by which questions may ask (`workload.words`); none by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<WordSettings>,
}

impl Default for ContentSettings {
    fn default() -> ContentSettings {
        ContentSettings {
            kind: ContentKind::Catalogue,
            objects: CountOrShare::Count(1000),
            zipf: 0.8,
            replicas: CountOrShare::Count(10),
            placement: Placement::Uniform,
            size: Bytes(4 << 20),
            words: None,
        }
    }
}

/// What objects are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContentKind {
    /// Things that peers share, by popularity.
    #[default]
    Catalogue,
    /// Peers themselves: object i is peer i, held by it alone (free rider or not), all asked for alike.
    Identities,
}

/// How replicas are split among objects (Cohen and Shenker, SIGCOMM 2002). Whatever the split, an object has at least
/// one replica and at most one on every sharing peer, and the sum is objects × replicas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Placement {
    /// All objects alike.
    #[default]
    Uniform,
    /// In proportion to popularity.
    Proportional,
    /// In proportion to the square root of popularity.
    SquareRoot,
}

/// What there is, and who holds it.
#[derive(Debug)]
pub(super) struct Content {
    zipf: Zipf,
    size: u64,
    placed: Placed,
}

impl Content {
    /// # Errors
    /// As [`check`].
    pub(super) fn build(
        settings: &ContentSettings,
        population: &PopulationSettings,
        peers: u32,
        seed: u64,
    ) -> Result<Content, WorldError> {
        check(settings, population, Some(peers))?;
        let (zipf, placed) = match settings.kind {
            ContentKind::Identities => (Zipf::new(peers, 0.0), Placed::identities(peers)),
            ContentKind::Catalogue => {
                let zipf = Zipf::new(objects(settings, peers), settings.zipf);
                let sharers = super::population::draw_sharers(population, peers, seed);
                let counts = counts(settings, &zipf, peers, sharers.len() as u32);
                let tiers = match &population.givers {
                    Some(givers) => Tiers::with_givers(givers, &sharers, peers, seed),
                    None => Tiers::all_alike(sharers),
                };
                (zipf, Placed::at_random(&counts, tiers, peers, seed))
            }
        };
        Ok(Content { zipf, size: settings.size.0, placed })
    }

    pub(super) fn zipf(&self) -> &Zipf {
        &self.zipf
    }

    pub(super) fn objects(&self) -> u32 {
        self.zipf.ranks()
    }

    #[inline]
    pub(super) fn holders(&self, object: ObjectId) -> &[u32] {
        self.placed.holders(object.rank())
    }

    #[inline]
    pub(super) fn holds(&self, number: u32, object: ObjectId) -> bool {
        self.placed.holds(number, object.rank())
    }

    #[inline]
    pub(super) fn shares(&self, number: u32) -> &[ObjectId] {
        self.placed.shares(number)
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// What `origin` asks for: an object by popularity among those that it does not hold and that someone else does. If
    /// there is none, one that someone else holds, too; `None` if there is none of these either.
    pub(super) fn wanted(&self, origin: u32, stream: &mut Stream) -> Option<ObjectId> {
        if let Placed::Identities { numbers, .. } = &self.placed {
            let others = (numbers.len() as u32).checked_sub(1).filter(|&others| others > 0)?;
            let drawn = stream.random_range(0..others);
            return Some(ObjectId::new(drawn + u32::from(drawn >= origin)));
        }
        const REDRAWS: u32 = 64;
        let fits = |rank: u32| {
            let holders = self.placed.holders(rank);
            !holders.is_empty() && holders.binary_search(&origin).is_err()
        };
        for _ in 0..REDRAWS {
            let rank = self.zipf.rank(unit(stream.next_u64()))?;
            if fits(rank) {
                return Some(ObjectId::new(rank));
            }
        }
        let uniform = unit(stream.next_u64());
        let shared = |rank: u32| self.placed.holders(rank).iter().any(|&holder| holder != origin);
        self.scan(uniform, fits).or_else(|| self.scan(uniform, shared)).map(ObjectId::new)
    }

    /// The rank at `uniform` of the law restricted to the ranks that `fit`.
    fn scan(&self, uniform: f64, fit: impl Fn(u32) -> bool) -> Option<u32> {
        let fitting = || (0..self.objects()).zip(self.zipf.probabilities()).filter(|&(rank, _)| fit(rank));
        let mut left = uniform * fitting().map(|(_, probability)| probability).sum::<f64>();
        let mut last = None;
        for (rank, probability) in fitting() {
            last = Some(rank);
            if left < probability {
                break;
            }
            left -= probability;
        }
        last
    }

    /// An object that does not exist, as popular as one that does: its number is that of an object plus their number.
    pub(super) fn missing(&self, stream: &mut Stream) -> ObjectId {
        let rank = self.zipf.rank(unit(stream.next_u64())).unwrap_or(0);
        ObjectId::new(self.objects().saturating_add(rank))
    }
}

/// Replicas of each object.
fn counts(settings: &ContentSettings, zipf: &Zipf, peers: u32, sharers: u32) -> Vec<u32> {
    let mean = mean_replicas(settings, peers);
    let total = u64::from(zipf.ranks()) * mean;
    let weights: Vec<f64> = match settings.placement {
        // At most the number of sharing peers, as checked.
        Placement::Uniform => return vec![mean as u32; zipf.ranks() as usize],
        Placement::Proportional => zipf.probabilities().collect(),
        Placement::SquareRoot => zipf.probabilities().map(libm::sqrt).collect(),
    };
    allocation::in_proportion(&weights, total, sharers)
}

/// How many objects there are among so many peers; [`check`] has made sure that it fits.
pub(crate) fn objects(settings: &ContentSettings, peers: u32) -> u32 {
    u32::try_from(settings.objects.of(u64::from(peers))).unwrap_or(u32::MAX)
}

/// How many objects there are, peers counted where objects are these.
pub(super) fn count(settings: &ContentSettings, peers: u32) -> u32 {
    match settings.kind {
        ContentKind::Catalogue => objects(settings, peers),
        ContentKind::Identities => peers,
    }
}

/// Replicas of each object on average, among so many peers.
pub(crate) fn mean_replicas(settings: &ContentSettings, peers: u32) -> u64 {
    match settings.replicas {
        CountOrShare::Count(count) => count,
        share @ CountOrShare::Share(_) => share.of(u64::from(peers)).max(1),
    }
}

/// Checks the table, against the number of peers if it is known.
///
/// # Errors
/// The first value that fits nothing: an exponent outside 0 to 2, no replicas, or more than peers that share, or more
/// than 32 bits count.
pub(super) fn check(
    settings: &ContentSettings,
    population: &PopulationSettings,
    peers: Option<u32>,
) -> Result<(), WorldError> {
    if !(0.0..=2.0).contains(&settings.zipf) {
        let error = WorldError::new("content.zipf", format!("got {}", settings.zipf));
        let error = error.expected("an exponent from 0 to 2");
        return Err(if settings.zipf.is_nan() {
            error
        } else {
            error.nearest(settings.zipf.clamp(0.0, 2.0))
        });
    }
    const REPLICAS: &str = "content.replicas";
    if settings.replicas == CountOrShare::Count(0) {
        let error = WorldError::new(REPLICAS, "got 0").expected("at least 1 replica per object");
        return Err(error.nearest(1));
    }
    let wanted = settings.objects.of(peers.map_or(0, u64::from));
    if wanted > u64::from(u32::MAX) {
        let error = WorldError::new("content.objects", format!("got {wanted}"));
        return Err(error.expected("a number of 32 bits").nearest(u32::MAX));
    }
    let Some(peers) = peers.filter(|_| settings.kind == ContentKind::Catalogue && wanted > 0) else {
        return Ok(());
    };
    let (mean, sharers) = (mean_replicas(settings, peers), sharers(population, peers));
    if mean > u64::from(sharers) {
        let meant = match settings.replicas {
            CountOrShare::Count(_) => format!("got {mean}"),
            CountOrShare::Share(_) => format!("got \"{}\", which is {mean}", settings.replicas),
        };
        let error = WorldError::new(REPLICAS, meant);
        return Err(match sharers {
            0 => error.expected("at least one peer that shares, but all are free riders"),
            _ => error
                .expected(format!(
                    "at most one replica on each peer that shares, of which there are {sharers}"
                ))
                .nearest(sharers),
        });
    }
    if let Some(settings) = &population.givers {
        check_givers(settings, mean, peers, sharers)?;
    }
    let (total, limit) = (mean.saturating_mul(wanted), u64::from(u32::MAX));
    if total > limit {
        let error = WorldError::new(REPLICAS, format!("got {mean} for each of {wanted} objects"));
        return Err(error.expected(format!("at most {limit} replicas in all")).nearest(limit / wanted));
    }
    Ok(())
}

/// Checks that givers and others have room for their parts of `mean` replicas, one on each at most.
///
/// # Errors
/// If there are too few of them.
fn check_givers(settings: &GiverSettings, mean: u64, peers: u32, sharers: u32) -> Result<(), WorldError> {
    let (few, mean) = (givers(settings, peers, sharers), mean as f64);
    let (most, least) = (f64::from(few) / mean, (mean - f64::from(sharers - few)) / mean);
    let answers = settings.answers;
    if (least..=most).contains(&answers.0) {
        return Ok(());
    }
    let nearest = Share(answers.0.clamp(least.min(most), most).clamp(0.0, 1.0));
    let message = format!("got \"{answers}\" of {mean} replicas an object, by {few} of {sharers} that share");
    Err(WorldError::new("population.givers.answers", message)
        .expected("a share that leaves at most one replica on each")
        .nearest(format!("\"{nearest}\"")))
}
