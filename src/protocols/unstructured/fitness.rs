//! Who may become a super-peer: by the uplink, by what a firewall lets through, by time online; and who only says so.

use crate::sim::random::{Purpose, derive, mix, unit};
use crate::sim::{Profile, Span};
use crate::units::{BitRate, Share};

/// What it takes.
#[derive(Debug)]
pub(in crate::protocols) struct Fitness {
    min_kbits: u64,
    min_uptime: Span,
    /// The share of peers whose uplink suffices, where the world gives no rates.
    able: Share,
    /// The share of peers that always claim to be fit.
    modified: Share,
    /// From where uplinks are drawn that the world does not give, and clients.
    keys: [u64; 2],
}

impl Fitness {
    pub(in crate::protocols) fn new(
        seed: u64,
        min_up: BitRate,
        min_uptime: Span,
        able: Share,
        modified: Share,
    ) -> Fitness {
        // No peer's own stream begins here.
        let key = derive(seed, Purpose::Peer, u64::MAX);
        Fitness { min_kbits: min_up.0 / 1000, min_uptime, able, modified, keys: [mix(key ^ 1), mix(key ^ 2)] }
    }

    /// The connection of peer `number`, by what it is like. Where nothing is said about its rate, that is drawn for it:
    /// from a Pareto law with exponent 1, so that the given share suffices.
    pub(in crate::protocols) fn uplink(&self, number: u32, profile: Profile) -> Uplink {
        let drawn = || {
            let luck = unit(mix(self.keys[0] ^ u64::from(number))).max(1e-6);
            (self.min_kbits as f64 * self.able.0 / luck) as u64
        };
        let kbits = if profile.up > 0 { profile.up / 1000 } else { drawn() };
        Uplink {
            kbits: u32::try_from(kbits).unwrap_or(u32::MAX),
            able: kbits >= self.min_kbits && !profile.firewalled,
            modified: unit(mix(self.keys[1] ^ u64::from(number))) < self.modified.0,
        }
    }

    /// What a peer with this uplink says of itself after `uptime`.
    pub(in crate::protocols) fn claim(&self, uplink: Uplink, uptime: Span) -> Claim {
        if uplink.modified {
            return Claim { kbits: u32::MAX, uptime_s: u32::MAX };
        }
        if !uplink.able || uptime < self.min_uptime {
            return Claim::NONE;
        }
        let uptime_s = u32::try_from(uptime.nanos() / 1_000_000_000).unwrap_or(u32::MAX);
        Claim { kbits: uplink.kbits.max(1), uptime_s }
    }

    /// What it says when it has been online for long.
    pub(in crate::protocols) fn settled_claim(&self, uplink: Uplink) -> Claim {
        self.claim(uplink, self.min_uptime)
    }
}

/// What a peer knows of its own connection, and which client it runs.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::protocols) struct Uplink {
    kbits: u32,
    /// Enough to be a super-peer, and not behind a firewall.
    pub(in crate::protocols) able: bool,
    /// The client always claims to be fit.
    pub(in crate::protocols) modified: bool,
}

/// What a peer says of itself: how fit it is to be a super-peer. Ordered: the fitter, the greater. Alignment 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(Rust, packed)]
pub struct Claim {
    /// Its uplink in kbit/s; 0 if it is not fit.
    kbits: u32,
    /// For how long it has been online, in seconds.
    uptime_s: u32,
}

impl Claim {
    /// Not fit.
    pub(in crate::protocols) const NONE: Claim = Claim { kbits: 0, uptime_s: 0 };

    pub(in crate::protocols) fn is_fit(self) -> bool {
        self.kbits > 0
    }
}

impl std::fmt::Debug for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} kbit/s, {} s", { self.kbits }, { self.uptime_s })
    }
}
