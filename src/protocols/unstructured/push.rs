//! The way back to providers behind firewalls: the neighbour from which their last hit came. Along it goes the PUSH that
//! asks them to connect to whoever wants to download.

use std::collections::BTreeMap;

use crate::sim::{PeerId, Span, Time};

/// The routes of one peer. Empty, and unallocated, where nobody is behind a firewall.
#[derive(Debug, Default)]
pub(in crate::protocols) struct PushRoutes {
    /// By provider: where its hit came from, and when.
    routes: BTreeMap<PeerId, (PeerId, Time)>,
    /// With more than so many, those that are too old are forgotten.
    sweep_at: usize,
}

impl PushRoutes {
    /// A hit that names `provider` has come from `from`.
    pub(in crate::protocols) fn remember(&mut self, now: Time, memory: Span, provider: PeerId, from: PeerId) {
        self.routes.insert(provider, (from, now));
        if self.routes.len() > self.sweep_at {
            self.routes.retain(|_, &mut (_, heard)| now.since(heard) <= memory);
            self.sweep_at = 2 * self.routes.len() + 16;
        }
    }

    /// Where a PUSH for `provider` goes.
    pub(in crate::protocols) fn towards(&self, now: Time, memory: Span, provider: PeerId) -> Option<PeerId> {
        let &(from, heard) = self.routes.get(&provider)?;
        (now.since(heard) <= memory).then_some(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_hit_shows_the_way_until_it_is_old() {
        let mut routes = PushRoutes::default();
        let (memory, at) = (Span::secs(60), |secs| Time::ZERO + Span::secs(secs));
        let [provider, one, other] = [7, 1, 2].map(PeerId::new);
        routes.remember(at(0), memory, provider, one);
        routes.remember(at(5), memory, provider, other);
        assert_eq!(routes.towards(at(65), memory, provider), Some(other));
        assert_eq!(routes.towards(at(66), memory, provider), None);
        assert_eq!(routes.towards(at(5), memory, one), None);
        for stranger in 100..1000 {
            routes.remember(at(u64::from(stranger)), memory, PeerId::new(stranger), one);
        }
        assert!(routes.routes.len() < 200, "what is old is forgotten");
    }
}
