//! Faults: what strikes many peers at one time.

use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use super::WorldError;
use super::bits::Bits;
use super::population::{choose, share_of};
use crate::sim::random::{Purpose, derive, stream};
use crate::sim::{Cut, ObjectId, Span, Strike, Time};
use crate::units::{CountOrShare, Share};

/// One table of `[[faults]]`: at a given time some of those online crash, without a word; or the network falls into two
/// parts.
///
/// Who is offline at that time is not struck. Who is struck stays away until `back` has passed, else for good: its
/// sessions go on meanwhile, unseen, and when the fault is over it comes online if it is in a session then, else with
/// its next session.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FaultSettings {
    /// When, counted from the start of the run (the warm-up included); default 0 s.
    pub at: Span,
    /// Whom it strikes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crash: Option<Victims>,
    /// Instead of a crash: the share of participants, servers included, on one side of a partition, each by a coin of its
    /// own; all messages sent between the sides are lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition: Option<Share>,
    /// How long after it struck the fault is over; never, if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub back: Option<Span>,
}

/// Whom a fault strikes, among those online.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Victims {
    /// So many of the peers online, rounded to whole peers, at random; no servers.
    Share(Share),
    /// These peers, by number.
    Peers(Vec<u32>),
    /// Those who hold the object of this popularity rank from the start: 0 is the most popular.
    HoldersOf(u32),
    /// So many of the peers online, or such a share of them, rounded to whole peers: those with most neighbours in the
    /// overlay as it is at that moment, links counted in both directions; ties at random; no servers.
    BestConnected(CountOrShare),
    /// All peers that are supernodes at that moment, where an architecture has them; no servers.
    Supernodes {},
    /// All servers: index servers, trackers.
    Servers {},
    /// All peers and all servers.
    Everyone {},
}

/// Checks the list, against the numbers of peers and objects if they are known.
///
/// # Errors
/// A fault that strikes nobody, or a peer or an object that there is not.
pub(super) fn check(
    faults: &[FaultSettings],
    peers: Option<u32>,
    objects: Option<u32>,
) -> Result<(), WorldError> {
    for (number, fault) in faults.iter().enumerate() {
        let key = format!("faults.{number}.crash");
        if let Some(share) = fault.partition {
            let key = format!("faults.{number}.partition");
            if fault.crash.is_some() {
                return Err(WorldError::new(key, "stands beside `crash`")
                    .expected("either a crash or a partition; two faults may have one time"));
            }
            if share.0 <= 0.0 || share.0 >= 1.0 {
                return Err(WorldError::new(key, format!("got \"{share}\""))
                    .expected("a share between 0 % and 100 %, so that there are two sides")
                    .nearest("\"50 %\""));
            }
            continue;
        }
        let Some(victims) = &fault.crash else {
            return Err(WorldError::new(key, "is missing")
                .expected("whom the fault strikes, such as { share = \"30 %\" } or { servers = {} }"));
        };
        if let (Victims::Peers(named), Some(peers)) = (victims, peers)
            && let Some(place) = named.iter().position(|&peer| peer >= peers)
        {
            return Err(WorldError::new(format!("{key}.peers.{place}"), format!("got {}", named[place]))
                .expected(format!("the number of a peer, below {peers}"))
                .nearest(peers - 1));
        }
        if let (&Victims::HoldersOf(rank), Some(objects)) = (victims, objects)
            && rank >= objects
        {
            let error = WorldError::new(format!("{key}.holders-of"), format!("got {rank}"));
            return Err(match objects {
                0 => error.expected("an object, but there are none"),
                _ => error.expected(format!("the rank of an object, below {objects}")).nearest(objects - 1),
            });
        }
        if let (Victims::BestConnected(CountOrShare::Count(count)), Some(peers)) = (victims, peers)
            && *count > u64::from(peers)
        {
            return Err(WorldError::new(format!("{key}.best-connected"), format!("got {count}"))
                .expected(format!("at most the {peers} peers that there are"))
                .nearest(peers));
        }
    }
    Ok(())
}

/// The order in which faults strike: by time, then as listed.
pub(super) fn in_order(faults: &[FaultSettings]) -> Vec<(Time, usize)> {
    let mut order: Vec<_> =
        faults.iter().zip(0..).map(|(fault, number)| (Time::ZERO + fault.at, number)).collect();
    order.sort_unstable();
    order
}

/// The partition that a fault is, if it is one.
pub(super) fn cut(fault: &FaultSettings, number: usize, seed: u64) -> Option<Cut> {
    let share = fault.partition?;
    let key = derive(seed, Purpose::Faults, number as u64);
    // A float of at least 2^64 becomes the largest number.
    Some(Cut { number: number as u32, key, part: (share.0 * 18_446_744_073_709_551_616.0) as u64 })
}

/// Whom a fault strikes that only the overlay can name, given how many peers are online.
pub(super) fn strike(fault: &FaultSettings, online: u32) -> Option<Strike> {
    match fault.crash.as_ref()? {
        Victims::BestConnected(CountOrShare::Count(count)) => {
            Some(Strike::BestConnected(u32::try_from(*count).unwrap_or(u32::MAX).min(online)))
        }
        Victims::BestConnected(CountOrShare::Share(share)) => {
            Some(Strike::BestConnected(share_of(online, *share)))
        }
        Victims::Supernodes {} => Some(Strike::Supernodes),
        Victims::Share(_)
        | Victims::Peers(_)
        | Victims::HoldersOf(_)
        | Victims::Servers {}
        | Victims::Everyone {} => None,
    }
}

/// Whom fault `number` strikes, in random order, given who is online: peers below `peers`, then servers. Nobody, if only
/// the overlay can name them. `holders` says who holds what.
pub(super) fn victims<'a>(
    fault: &FaultSettings,
    number: usize,
    online: &Bits,
    peers: u32,
    seed: u64,
    holders: impl FnOnce(ObjectId) -> &'a [u32],
) -> Vec<u32> {
    let Some(crash) = &fault.crash else { return Vec::new() };
    let mut stream = stream(seed, Purpose::Faults, number as u64);
    let mut struck: Vec<u32> = match crash {
        Victims::Share(_) => online.iter().filter(|&number| number < peers).collect(),
        Victims::Servers {} => online.iter().filter(|&number| number >= peers).collect(),
        Victims::Everyone {} => online.iter().collect(),
        Victims::BestConnected(_) | Victims::Supernodes {} => Vec::new(),
        Victims::HoldersOf(rank) => {
            let holders = holders(ObjectId::new(*rank)).iter().copied();
            holders.filter(|&holder| online.contains(holder)).collect()
        }
        Victims::Peers(named) => {
            let mut named: Vec<u32> =
                named.iter().copied().filter(|&peer| peer < peers && online.contains(peer)).collect();
            named.sort_unstable();
            named.dedup();
            named
        }
    };
    match *crash {
        Victims::Share(share) => {
            let count = share_of(struck.len() as u32, share);
            choose(&mut struck, count, &mut stream);
        }
        Victims::Peers(_)
        | Victims::HoldersOf(_)
        | Victims::Servers {}
        | Victims::Everyone {}
        | Victims::BestConnected(_)
        | Victims::Supernodes {} => struck.shuffle(&mut stream),
    }
    struck
}
