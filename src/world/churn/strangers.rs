//! New identities: whoever comes online after a pause is somebody else.

use super::draw;
use crate::sim::random::{Purpose, derive, unit};

/// Which participant each churning peer's session is of, if every session is somebody else's.
///
/// A session law says when *someone* comes and goes; who that is, is drawn from those who are away.
#[derive(Debug)]
pub(in crate::world) struct Strangers {
    /// By churning peer: the participant that has, or had last, the session.
    of: Vec<u32>,
    /// Participants in no session, in the order that coming and going left them.
    absent: Vec<u32>,
    seed: u64,
}

impl Strangers {
    /// Peers start as themselves; `absent` are those who start away and have sessions.
    pub(in crate::world) fn new(peers: u32, absent: Vec<u32>, seed: u64) -> Strangers {
        Strangers { of: (0..peers).collect(), absent, seed }
    }

    /// Who comes when the pause of `peer` is over, as its change number `change`. At least `peer` is away.
    pub(in crate::world) fn arrive(&mut self, peer: u32, change: u32) -> u32 {
        let key = derive(self.seed, Purpose::Strangers, u64::from(peer));
        let place = (unit(draw(key, u64::from(change))) * self.absent.len() as f64) as usize;
        let who = self.absent.swap_remove(place);
        self.of[peer as usize] = who;
        who
    }

    /// Who goes when the session of `peer` is over.
    pub(in crate::world) fn depart(&mut self, peer: u32) -> u32 {
        let who = self.of[peer as usize];
        self.absent.push(who);
        who
    }
}
