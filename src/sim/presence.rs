//! The engine's ground truth: who is online, in which session.

use super::peer::PeerId;

const OFFLINE: u32 = u32::MAX;

/// Who is online, and a roster of those peers to pick from.
#[derive(Clone, Debug)]
pub(super) struct Presence {
    /// By number: the address of the present session.
    now: Vec<u32>,
    /// Peers online, in the order that coming and going left them; servers are not listed.
    roster: Vec<PeerId>,
    /// By number: the place in the roster.
    place: Vec<u32>,
    peers: u32,
    /// Everyone is online, in their first session: then nothing needs to be looked up.
    calm: bool,
    /// Somebody has come back.
    later: bool,
    /// Participants online.
    count: usize,
}

impl Presence {
    pub(super) fn new(participants: u32, peers: u32) -> Presence {
        Presence {
            now: vec![OFFLINE; participants as usize],
            roster: Vec::new(),
            place: vec![OFFLINE; peers as usize],
            peers,
            calm: false,
            later: false,
            count: 0,
        }
    }

    /// Whether `peer` is online in the session that the address names.
    #[inline]
    pub(super) fn contains(&self, peer: PeerId) -> bool {
        if self.calm {
            return peer.session() == 0 && peer.index() < self.now.len();
        }
        self.now.get(peer.index()) == Some(&peer.bits())
    }

    /// The present address of participant `number`.
    pub(super) fn address(&self, number: u32) -> Option<PeerId> {
        let bits = self.now[number as usize];
        (bits != OFFLINE).then_some(PeerId::from_bits(bits))
    }

    /// The peers online.
    pub(super) fn roster(&self) -> &[PeerId] {
        &self.roster
    }

    pub(super) fn arrive(&mut self, peer: PeerId) {
        self.count += 1;
        self.later |= peer.session() > 0;
        self.calm = self.count == self.now.len() && !self.later;
        self.now[peer.index()] = peer.bits();
        if peer.number() < self.peers {
            self.place[peer.index()] = self.roster.len() as u32;
            self.roster.push(peer);
        }
    }

    pub(super) fn depart(&mut self, peer: PeerId) {
        self.count -= 1;
        self.calm = false;
        self.now[peer.index()] = OFFLINE;
        if peer.number() < self.peers {
            let place = std::mem::replace(&mut self.place[peer.index()], OFFLINE) as usize;
            self.roster.swap_remove(place);
            if let Some(moved) = self.roster.get(place) {
                self.place[moved.index()] = place as u32;
            }
        }
    }

    /// The addresses of all participants online, by number.
    pub(super) fn addresses(&self) -> Vec<PeerId> {
        self.now.iter().filter(|&&bits| bits != OFFLINE).map(|&bits| PeerId::from_bits(bits)).collect()
    }
}
