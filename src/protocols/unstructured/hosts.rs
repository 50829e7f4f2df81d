//! The host cache: other hosts that a peer keeps in mind.

use rand::{Rng, RngExt};

use crate::sim::PeerId;

/// Up to a given number of hosts; the one that has been there longest gives way to the next.
#[derive(Clone, Debug, Default)]
pub(in crate::protocols) struct HostCache {
    hosts: Vec<PeerId>,
    /// Which of the hosts gives way to the next.
    oldest: usize,
}

impl HostCache {
    /// These hosts, which are distinct.
    pub(in crate::protocols) fn of(hosts: Vec<PeerId>) -> HostCache {
        HostCache { hosts, oldest: 0 }
    }

    pub(in crate::protocols) fn as_slice(&self) -> &[PeerId] {
        &self.hosts
    }

    /// Keeps `host` in mind, in place of an earlier session of the same host; among `most` others at most, which is at
    /// least 1.
    pub(in crate::protocols) fn learn(&mut self, host: PeerId, most: usize) {
        let HostCache { hosts, oldest } = self;
        if let Some(known) = hosts.iter_mut().find(|known| known.number() == host.number()) {
            *known = host;
        } else if hosts.len() < most {
            hosts.push(host);
        } else {
            *oldest = (*oldest + 1) % most;
            hosts[*oldest] = host;
        }
    }

    /// Takes a random host out.
    pub(in crate::protocols) fn take(&mut self, mut rng: impl Rng) -> Option<PeerId> {
        if self.hosts.is_empty() {
            return None;
        }
        let place = rng.random_range(0..self.hosts.len());
        Some(self.hosts.swap_remove(place))
    }

    /// Forgets `host`.
    pub(in crate::protocols) fn forget(&mut self, host: PeerId) {
        self.hosts.retain(|&known| known != host);
    }
}
