//! What is checked and measured of a network.

use std::collections::BTreeMap;

use super::swarm::{BIN, Phase, Story, Swarm};
use super::{BitTorrent, Client, Shared};
use crate::sim::{ObjectId, Online, PeerId, Time, Violation};

fn client<'a>(participant: &&'a BitTorrent) -> Option<&'a Client> {
    match participant {
        BitTorrent::Peer(client) => Some(client),
        BitTorrent::Tracker(_) => None,
    }
}

pub(super) fn check(network: &[&BitTorrent], online: &Online<'_>, shared: &Shared) -> Result<(), Violation> {
    let mut expected: BTreeMap<(ObjectId, PeerId), bool> = BTreeMap::new();
    for (&me, participant) in online.addresses().iter().zip(network) {
        let Some(client) = client(participant) else { continue };
        for swarm in &client.swarms {
            neighbours_agree(me, swarm, network, online)?;
        }
        let origin = shared.is_origin(me.number()).then(|| shared.catalogue()).into_iter().flatten();
        let owned = online.world().shares(me.number()).iter().copied().chain(origin);
        expected.extend(client.listed().map(|(object, complete)| ((object, me), complete)));
        expected.extend(owned.map(|object| ((object, me), true)));
    }
    for (&me, participant) in online.addresses().iter().zip(network) {
        let BitTorrent::Tracker(tracker) = participant else { continue };
        let listed: BTreeMap<_, _> =
            tracker.members().map(|(object, peer, complete)| ((object, peer), complete)).collect();
        if let Some(((object, peer), _)) =
            listed.iter().find(|&(key, complete)| expected.get(key) != Some(complete))
        {
            let what = format!("it lists {peer} for object {}, wrongly", object.rank());
            return Err(Violation::at(me, what));
        }
        if let Some(&(object, peer)) = expected.keys().find(|key| !listed.contains_key(key)) {
            return Err(Violation::at(peer, format!("it is not listed for object {}", object.rank())));
        }
    }
    Ok(())
}

fn neighbours_agree(
    me: PeerId,
    swarm: &Swarm,
    network: &[&BitTorrent],
    online: &Online<'_>,
) -> Result<(), Violation> {
    for at in swarm.wired() {
        let peer = swarm.neighbours[at].peer;
        let other = online.position(peer).and_then(|place| client(&network[place]));
        let theirs = other.and_then(|other| other.swarms.iter().find(|s| s.object == swarm.object));
        if !theirs.is_some_and(|theirs| theirs.wired().any(|at| theirs.neighbours[at].peer == me)) {
            return Err(Violation::at(me, format!("{peer} is no neighbour of it, or gone")));
        }
    }
    if swarm.pieces.is_complete() != matches!(swarm.phase, Phase::Seeding | Phase::Left) {
        return Err(Violation::at(me, "it has everything, or says so, but not both"));
    }
    Ok(())
}

/// A peer in a swarm, with its up rate in bits per second and its class.
struct Part<'a> {
    swarm: &'a Swarm,
    story: &'a Story,
    up: u64,
    class: u8,
    /// It uploads nothing.
    rides: bool,
}

/// Columns of which every class of peers has one, for the first classes: each one's name and what it says.
macro_rules! by_class {
    ($name:literal, $doc:literal) => {
        [
            (concat!($name, "0"), concat!($doc, " 0")),
            (concat!($name, "1"), concat!($doc, " 1")),
            (concat!($name, "2"), concat!($doc, " 2")),
            (concat!($name, "3"), concat!($doc, " 3")),
        ]
    };
}

/// How many classes have columns of their own.
pub const CLASSES: usize = 4;

/// What is measured by class, and its unit.
pub const BY_CLASS: [(&str, [(&str, &str); CLASSES]); 3] = [
    ("", by_class!("down_over_up_class", "bytes received over bytes sent in swarms, by peers of class")),
    ("", by_class!("up_over_down_class", "bytes sent over bytes received in swarms, by peers of class")),
    ("s", by_class!("download_s_mean_class", "mean download time of peers of class")),
];

pub(super) fn measures(
    network: &[&BitTorrent],
    online: &Online<'_>,
    shared: &Shared,
) -> Vec<(&'static str, f64)> {
    let mut parts = Vec::new();
    for (number, participant) in (0..).zip(network) {
        let profile = online.world().profile(number);
        let class = if number < shared.peers { profile.class } else { u8::MAX };
        let swarms = client(participant).into_iter().flat_map(|client| &client.swarms);
        let rides = shared.rides_free(number);
        parts.extend(swarms.map(|swarm| Part { swarm, story: &swarm.story, up: profile.up, class, rides }));
    }
    let mut values = Vec::new();
    let mut put = |name: &'static str, value: Option<f64>| values.extend(value.map(|value| (name, value)));
    let since = online.measured_since();
    let mut counted: Vec<&Part<'_>> =
        parts.iter().filter(|part| part.story.began.is_some_and(|began| began >= since)).collect();
    counted.sort_by_key(|part| (part.swarm.object, part.story.began, part.story.finished));
    let seconds = |from: Option<Time>, to: Option<Time>| Some(to?.since(from?).as_secs_f64());
    put("first_piece_s_mean", mean(counted.iter().map(|p| seconds(p.story.began, p.story.first_piece))));
    put("last_piece_s_mean", mean(counted.iter().map(|p| seconds(p.story.last_but_one, p.story.finished))));
    put("piece_entropy_mean", mean(counted.iter().map(|p| p.story.entropy)));
    let [down_over_up, up_over_down, download_s] = BY_CLASS.map(|(_, columns)| columns.map(|(name, _)| name));
    for class in 0..CLASSES {
        let of = || parts.iter().filter(|part| usize::from(part.class) == class);
        let (down, up) = of().fold((0, 0), |(down, up), p| (down + p.story.down, up + p.story.up));
        let (down, up) = (down as f64, up as f64);
        put(down_over_up[class], (up > 0.0 && down > 0.0).then(|| down / up));
        put(up_over_down[class], (down > 0.0).then(|| up / down));
        let of = counted.iter().filter(|part| usize::from(part.class) == class);
        put(download_s[class], mean(of.map(|p| seconds(p.story.began, p.story.finished))));
    }
    if shared.params.free_riders.0 > 0.0 {
        for (rides, name) in [(false, "download_s_mean_honest"), (true, "download_s_mean_riders")] {
            let of = counted.iter().filter(|part| part.rides == rides);
            put(name, mean(of.map(|p| seconds(p.story.began, p.story.finished))));
        }
    }
    put("uplink_utilisation", utilisation(&parts));
    // Of whole swarms.
    let mut swarms: BTreeMap<ObjectId, Vec<&Part<'_>>> = BTreeMap::new();
    for part in &parts {
        swarms.entry(part.swarm.object).or_default().push(part);
    }
    let (mut first_copies, mut lifespans) = (Vec::new(), Vec::new());
    for parts in swarms.values() {
        let began = parts.iter().filter_map(|part| part.story.began).min();
        first_copies.push(seconds(began, parts.iter().filter_map(|part| part.story.finished).min()));
        let over = |p: &&&Part<'_>| p.swarm.phase == Phase::Left || p.story.began.is_none();
        let ended = parts.iter().filter(over).count() == parts.len();
        let last = parts.iter().filter_map(|part| part.story.left).max();
        lifespans.push(seconds(began, last.filter(|_| ended)));
    }
    put("first_copy_s_mean", mean(first_copies.into_iter()));
    put("swarm_lifespan_s_mean", mean(lifespans.into_iter()));
    values
}

fn mean(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let (n, sum) = values.flatten().fold((0u32, 0.0), |(n, sum), value| (n + 1, sum + value));
    (n > 0).then(|| sum / f64::from(n))
}

/// What was uploaded between the times at which a tenth and nine tenths of all bytes had been received, over what could
/// have been, by those who were in a swarm then.
fn utilisation(parts: &[Part<'_>]) -> Option<f64> {
    if parts.iter().any(|part| part.up == 0) {
        return None;
    }
    let bins = parts.iter().map(|part| part.story.bins.len()).max()?;
    let mut received = vec![0u64; bins];
    for part in parts {
        for (sum, &bytes) in received.iter_mut().zip(&part.story.bins) {
            *sum += u64::from(bytes);
        }
    }
    let total: u64 = received.iter().sum();
    let reach = |tenths: u64| {
        let mut sum = 0;
        received.iter().position(|&bytes| {
            sum += bytes;
            sum * 10 >= total * tenths
        })
    };
    // Whole bins after the one in which the first tenth is reached, up to that of the last tenth.
    let (from, to) = (reach(1)? + 1, reach(9)?);
    if from >= to {
        return None;
    }
    let bytes: u64 = received[from..to].iter().sum();
    let (from, to) = (Time(from as u64 * BIN.nanos()), Time(to as u64 * BIN.nanos()));
    let could = |part: &Part<'_>| {
        let began = part.story.began.unwrap_or(Time::ZERO).max(from);
        let left = part.story.left.unwrap_or(Time::NEVER).min(to);
        part.up as f64 / 8.0 * left.since(began).as_secs_f64()
    };
    let capacity: f64 = parts.iter().map(could).sum();
    (capacity > 0.0).then(|| bytes as f64 / capacity)
}
