//! Whom a peer is connected to: a short list inside the peer's own cache lines, a boxed one for hubs.

use crate::sim::PeerId;

/// So many neighbours lie inside the peer.
const FEW: usize = 9;

/// A set of peers, in the order of connecting.
#[derive(Clone, Debug)]
pub(in crate::protocols) enum Neighbours {
    Few { len: u8, peers: [PeerId; FEW] },
    Many(Vec<PeerId>),
}

impl Neighbours {
    pub(in crate::protocols) const EMPTY: Neighbours =
        Neighbours::Few { len: 0, peers: [PeerId::new(0); FEW] };

    /// The set of `peers`, which are distinct.
    pub(in crate::protocols) fn of(peers: &[PeerId]) -> Neighbours {
        if peers.len() > FEW {
            return Neighbours::Many(peers.to_vec());
        }
        let mut few = [PeerId::new(0); FEW];
        few[..peers.len()].copy_from_slice(peers);
        Neighbours::Few { len: peers.len() as u8, peers: few }
    }

    #[inline]
    pub(in crate::protocols) fn as_slice(&self) -> &[PeerId] {
        match self {
            Neighbours::Few { len, peers } => &peers[..usize::from(*len)],
            Neighbours::Many(peers) => peers,
        }
    }

    pub(in crate::protocols) fn contains(&self, peer: PeerId) -> bool {
        self.as_slice().contains(&peer)
    }

    /// Adds `peer`, unless it is there. An earlier session of the same peer makes room: whoever comes back is gone as
    /// whom he was.
    pub(in crate::protocols) fn add(&mut self, peer: PeerId) {
        if self.contains(peer) {
            return;
        }
        if let Some(earlier) = self.as_slice().iter().copied().find(|p| p.number() == peer.number()) {
            self.remove(earlier);
        }
        match self {
            Neighbours::Few { len, peers } if usize::from(*len) < FEW => {
                peers[usize::from(*len)] = peer;
                *len += 1;
            }
            Neighbours::Few { peers, .. } => {
                let mut many = peers.to_vec();
                many.push(peer);
                *self = Neighbours::Many(many);
            }
            Neighbours::Many(peers) => peers.push(peer),
        }
    }

    /// Takes `peer` out; whether it was in.
    pub(in crate::protocols) fn remove(&mut self, peer: PeerId) -> bool {
        let Some(place) = self.as_slice().iter().position(|&p| p == peer) else { return false };
        match self {
            Neighbours::Few { len, peers } => {
                peers.copy_within(place + 1..usize::from(*len), place);
                *len -= 1;
            }
            Neighbours::Many(peers) => {
                peers.remove(place);
            }
        }
        true
    }
}
