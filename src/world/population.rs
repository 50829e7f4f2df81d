//! Who takes part, and who of them shares nothing. What they are like is in [`classes`](super::classes).

use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::WorldError;
use super::bits::Bits;
use super::classes::{ClassSettings, Mix, ServerSettings};
use crate::sim::MAX_PEERS;
use crate::sim::random::{Purpose, Stream, stream};
use crate::units::Share;

/// The table `[population]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PopulationSettings {
    /// The share of peers that hold nothing, rounded to whole peers; default 0 %. Who they are is drawn at random; a
    /// larger share adds to them.
    pub free_riders: Share,
    /// A few peers that hold far more than the others; nobody by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub givers: Option<GiverSettings>,
    /// The share of peers, or of each class that says nothing else, that accept no connection from outside, rounded to
    /// whole peers; default 0 %. Who they are is drawn at random; a larger share adds to them.
    ///
    /// Messages pass over the connections of the overlay as they do for others (but a Gnutella 0.4 servent answers no
    /// handshake). A download from such a peer needs somebody who asks it to connect (PUSH): in Gnutella the peers on the way
    /// of the hit, in KaZaA the supernodes, in Napster the server. Structured overlays have nobody; if both ends are behind
    /// firewalls, there is no way. BitTorrent takes no notice.
    #[serde(skip_serializing_if = "nobody")]
    pub firewalled: Share,
    /// A mix of classes by name, instead of `classes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mix: Option<Mix>,
    /// The classes of peers; none by default: all alike, with links without limits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<ClassSettings>,
    /// What servers are like; default: links without limits, no service time.
    #[serde(skip_serializing_if = "ServerSettings::is_default")]
    pub servers: ServerSettings,
}

/// The table `[population.givers]`: a few of those who share hold so many of the replicas that they give a certain share of
/// all answers, if everyone who holds an object answers. By default the top 1 % give half of them, nearly what Adar and
/// Huberman (First Monday 5(10), 2000) found in Gnutella, beside almost 70 % free riders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GiverSettings {
    /// Which share of all peers they are, rounded to whole peers, at least one; drawn at random from those who share.
    /// Default 1 %.
    pub share: Share,
    /// Which share of the replicas of every object they hold, so far as it has no more replicas than that leaves room for;
    /// default 50 %.
    pub answers: Share,
}

impl Default for GiverSettings {
    fn default() -> GiverSettings {
        GiverSettings { share: Share(0.01), answers: Share(0.5) }
    }
}

/// How many givers there are among so many peers of whom so many share.
pub(super) fn givers(settings: &GiverSettings, peers: u32, sharers: u32) -> u32 {
    share_of(peers, settings.share).max(1).min(sharers)
}

fn nobody(share: &Share) -> bool {
    share.0 == 0.0
}

/// Refuses worlds without peers and those that one run cannot hold.
///
/// # Errors
/// About the key `peers`.
pub(super) fn check_peers(peers: u32) -> Result<(), WorldError> {
    match peers {
        0 => Err(WorldError::new("peers", "got 0").expected("at least 1 peer").nearest(1)),
        MAX_PEERS.. => Err(WorldError::new("peers", format!("got {peers}"))
            .expected("a number that one run can hold")
            .nearest(MAX_PEERS - 1)),
        _ => Ok(()),
    }
}

/// `share` of `peers`, rounded to the nearest whole number, halves up.
pub(super) fn share_of(peers: u32, share: Share) -> u32 {
    // Exact for every u32; no function of the system's involved.
    (share.0 * f64::from(peers) + 0.5) as u32
}

/// How many of `peers` share something.
pub(super) fn sharers(settings: &PopulationSettings, peers: u32) -> u32 {
    peers - share_of(peers, settings.free_riders).min(peers)
}

/// The peers that share something, ascending.
pub(super) fn draw_sharers(settings: &PopulationSettings, peers: u32, seed: u64) -> Vec<u32> {
    let mut stream = stream(seed, Purpose::Placement, 0);
    let mut share = Bits::all(peers);
    for rider in sample(peers, peers - sharers(settings, peers), &mut stream) {
        share.remove(rider);
    }
    share.iter().collect()
}

/// `count` distinct numbers below `bound`, uniformly at random and in random order; more of them with the same stream
/// begin with the same.
pub(super) fn sample(bound: u32, count: u32, stream: &mut Stream) -> Vec<u32> {
    if count == 0 {
        return Vec::new();
    }
    let mut all: Vec<u32> = (0..bound).collect();
    choose(&mut all, count, stream);
    all
}

/// Keeps `count` elements of `list` (all, if there are fewer), uniformly at random and in random order.
pub(super) fn choose(list: &mut Vec<u32>, count: u32, stream: &mut Stream) {
    let count = (count as usize).min(list.len());
    for place in 0..count {
        let other = stream.random_range(place..list.len());
        list.swap(place, other);
    }
    list.truncate(count);
}
