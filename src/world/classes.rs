//! What peers are like: classes with access links of their own, firewalls, and peers that understate their link.

use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use super::WorldError;
use super::bits::Bits;
use super::population::{PopulationSettings, sample, share_of};
use crate::sim::random::{Purpose, stream};
use crate::sim::{Profile, Span};
use crate::units::{BitRate, Share};

/// One table of `[[population.classes]]`: a kind of peers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClassSettings {
    /// What it is called, in columns and figures.
    pub name: String,
    /// The share of the peers that belong to it; the shares of all classes make 100 %. Rounded to whole peers, what
    /// rounding leaves going to the largest remainders.
    pub share: Share,
    /// What such a peer can send; no limit by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub up: Option<BitRate>,
    /// What such a peer can receive; no limit by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub down: Option<BitRate>,
    /// What it says that it can send, for peers that understate (or overstate) their link; default `up`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim: Option<BitRate>,
    /// The share of the class that accepts no connection from outside; default that of the population.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firewalled: Option<Share>,
}

/// The table `[population.servers]`: what every server is like.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerSettings {
    /// What a server can send; no limit by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub up: Option<BitRate>,
    /// What a server can receive; no limit by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub down: Option<BitRate>,
    /// How long it takes to handle one message; default 0.
    pub service: Span,
}

impl ServerSettings {
    pub(super) fn is_default(&self) -> bool {
        *self == ServerSettings::default()
    }
}

/// A mix of classes that a paper used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mix {
    /// The homogeneous setting of Bharambe, Herley and Padmanabhan (INFOCOM 2006): everyone 1500/400 kbit/s.
    #[serde(rename = "bharambe-2006-homogeneous")]
    Bharambe2006Homogeneous,
    /// Their heterogeneous setting: 20 % 6000/3000, 40 % 1500/400, 40 % 784/128 kbit/s.
    #[serde(rename = "bharambe-2006")]
    Bharambe2006,
}

impl Mix {
    /// The mixes by the names that scenarios use, each with what it is and where it comes from.
    pub const LISTED: &[(&str, &str)] = &[
        (
            "bharambe-2006",
            "20 % fast 6000/3000, 40 % medium 1500/400, 40 % slow 784/128 kbit/s down/up (Bharambe et al. 2006)",
        ),
        ("bharambe-2006-homogeneous", "everyone 1500/400 kbit/s down/up (Bharambe et al. 2006)"),
    ];

    /// The classes of the mix.
    pub fn classes(self) -> Vec<ClassSettings> {
        // Name, share in %, down and up in kbit/s.
        let rows: &[(&str, f64, u64, u64)] = match self {
            Mix::Bharambe2006Homogeneous => &[("medium", 1.0, 1500, 400)],
            Mix::Bharambe2006 => {
                &[("fast", 0.2, 6000, 3000), ("medium", 0.4, 1500, 400), ("slow", 0.4, 784, 128)]
            }
        };
        let class = |&(name, share, down, up): &(&str, f64, u64, u64)| ClassSettings {
            name: name.to_owned(),
            share: Share(share),
            up: Some(BitRate(up * 1000)),
            down: Some(BitRate(down * 1000)),
            ..ClassSettings::default()
        };
        rows.iter().map(class).collect()
    }
}

/// The most classes: their places fit a byte.
const MOST: usize = 255;

/// Checks classes, their shares and rates, and what servers are like.
///
/// # Errors
/// The first value that fits nothing: classes beside a mix, shares that do not make 100 %, a class without a name or with
/// that of another, a rate of 0.
pub(super) fn check(population: &PopulationSettings) -> Result<(), WorldError> {
    let classes = &population.classes;
    if population.mix.is_some() && !classes.is_empty() {
        return Err(WorldError::new("population.mix", "stands beside `population.classes`")
            .expected("either a mix by name or classes of your own"));
    }
    if classes.len() > MOST {
        return Err(WorldError::new("population.classes", format!("got {} classes", classes.len()))
            .expected(format!("at most {MOST}"))
            .nearest(MOST));
    }
    for (number, class) in classes.iter().enumerate() {
        let key = |last: &str| format!("population.classes.{number}.{last}");
        if class.name.trim().is_empty() {
            return Err(WorldError::new(key("name"), "is missing").expected("a name, such as \"dsl\""));
        }
        if classes[..number].iter().any(|other| other.name == class.name) {
            return Err(WorldError::new(key("name"), format!("two classes are called `{}`", class.name))
                .expected("a name of its own"));
        }
        for (rate, last) in [(class.up, "up"), (class.down, "down"), (class.claim, "claim")] {
            check_rate(rate, || key(last))?;
        }
    }
    let sum: f64 = classes.iter().map(|class| class.share.0).sum();
    // Shares in hundredths of a per cent come this near to the whole, whatever they are.
    if let Some(last) = classes.len().checked_sub(1).filter(|_| (sum - 1.0).abs() > 1e-9) {
        let others = sum - classes[last].share.0;
        let error = WorldError::new(
            format!("population.classes.{last}.share"),
            format!("the shares of all classes make \"{} %\"", hundredth(sum)),
        );
        let error = error.expected("\"100 %\" in all");
        return Err(if others <= 1.0 {
            error.nearest(format!("\"{} %\"", hundredth(1.0 - others)))
        } else {
            error
        });
    }
    let servers = &population.servers;
    check_rate(servers.up, || "population.servers.up".to_owned())?;
    check_rate(servers.down, || "population.servers.down".to_owned())
}

/// A share in per cent, without what binary fractions add far behind the point.
fn hundredth(share: f64) -> f64 {
    (share * 1e9).round() / 1e7
}

fn check_rate(rate: Option<BitRate>, key: impl Fn() -> String) -> Result<(), WorldError> {
    match rate {
        Some(BitRate(0)) => Err(WorldError::new(key(), "got 0")
            .expected("a rate above zero, or no such key for a link without limit")
            .nearest("\"1 bit/s\"")),
        _ => Ok(()),
    }
}

/// What each participant is like.
#[derive(Clone, Debug)]
pub(super) struct Classes {
    /// By class: its name, and what its peers are like but for firewalls.
    classes: Vec<(String, Profile)>,
    /// By peer: its class; empty if there are no classes.
    of: Vec<u8>,
    /// Behind a firewall; empty if nobody is.
    firewalled: Option<Bits>,
    server: Profile,
    peers: u32,
}

impl Classes {
    /// Settings must have passed their check.
    pub(super) fn build(population: &PopulationSettings, peers: u32, seed: u64) -> Classes {
        let settings = match population.mix {
            Some(mix) => mix.classes(),
            None => population.classes.clone(),
        };
        let of = assign(&settings, peers, seed);
        let bits = |rate: Option<BitRate>| rate.map_or(0, |rate| rate.0);
        let profile = |(place, class): (u8, &ClassSettings)| {
            let (up, down) = (bits(class.up), bits(class.down));
            let claim = class.claim.map_or(up, |claim| claim.0);
            (class.name.clone(), Profile { class: place, up, down, claim, ..Profile::default() })
        };
        let server = &population.servers;
        let (up, down) = (bits(server.up), bits(server.down));
        Classes {
            firewalled: firewalls(population, &settings, &of, peers, seed),
            classes: (0..).zip(&settings).map(profile).collect(),
            of,
            server: Profile { up, down, claim: up, service: server.service, ..Profile::default() },
            peers,
        }
    }

    pub(super) fn names(&self) -> Vec<&str> {
        self.classes.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// What participant `number` is like.
    #[inline]
    pub(super) fn profile(&self, number: u32) -> Profile {
        if number >= self.peers {
            return self.server;
        }
        let class = self.of.get(number as usize).map_or(0, |&class| usize::from(class));
        let profile = self.classes.get(class).map_or_else(Profile::default, |&(_, profile)| profile);
        let firewalled = self.firewalled.as_ref().is_some_and(|walls| walls.contains(number));
        Profile { firewalled, ..profile }
    }
}

/// The class of each peer: in the shares that the classes ask for, exactly rounded, at random.
fn assign(classes: &[ClassSettings], peers: u32, seed: u64) -> Vec<u8> {
    if classes.is_empty() {
        return Vec::new();
    }
    let mut of = Vec::with_capacity(peers as usize);
    for (place, count) in (0u8..).zip(rounded(classes, peers)) {
        of.extend(std::iter::repeat_n(place, count as usize));
    }
    of.shuffle(&mut stream(seed, Purpose::Population, 0));
    of
}

/// How many peers each class has: its share rounded down, and one more for the largest remainders, the earlier class
/// first.
fn rounded(classes: &[ClassSettings], peers: u32) -> Vec<u32> {
    let wanted: Vec<f64> = classes.iter().map(|class| class.share.0 * f64::from(peers)).collect();
    // What binary fractions leave just below a whole number is meant to be one.
    let mut counts: Vec<u32> = wanted.iter().map(|&wanted| (wanted + 1e-6) as u32).collect();
    let mut order: Vec<usize> = (0..classes.len()).collect();
    let remainder = |class: usize| wanted[class] - f64::from(counts[class]);
    order.sort_by(|&a, &b| remainder(b).total_cmp(&remainder(a)).then(a.cmp(&b)));
    let missing = peers.saturating_sub(counts.iter().sum());
    for &class in order.iter().cycle().take(missing as usize) {
        counts[class] += 1;
    }
    counts
}

/// Who is behind a firewall: the share of each class, or of all peers, exactly rounded.
fn firewalls(
    population: &PopulationSettings,
    classes: &[ClassSettings],
    of: &[u8],
    peers: u32,
    seed: u64,
) -> Option<Bits> {
    let share = |class: &ClassSettings| class.firewalled.unwrap_or(population.firewalled);
    let mut walls = Bits::none(peers);
    if classes.is_empty() {
        let mut stream = stream(seed, Purpose::Population, 1);
        let count = share_of(peers, population.firewalled);
        for peer in sample(peers, count, &mut stream) {
            walls.insert(peer);
        }
    }
    for (place, class) in (0u8..).zip(classes) {
        let members: Vec<u32> = (0..peers).zip(of).filter(|&(_, &of)| of == place).map(|(n, _)| n).collect();
        let mut stream = stream(seed, Purpose::Population, 1 + u64::from(place));
        let count = share_of(members.len() as u32, share(class));
        for member in sample(members.len() as u32, count, &mut stream) {
            walls.insert(members[member as usize]);
        }
    }
    (walls.count() > 0).then_some(walls)
}
