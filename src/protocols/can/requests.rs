//! Requests that travel through the space to a point: lookups, publishing.

use rand::RngExt;

use super::message::Message;
use super::params::{Forwarding, Metric, Shared};
use super::{Can, Ctx, Timer};
use crate::protocols::index::Entry;
use crate::sim::{ObjectId, Parcel, PeerId, Span};
use crate::space::ring::Id;

impl Can {
    /// Whether `key` lies in one of the peer's zones in `reality`, or in any.
    #[inline]
    pub(super) fn owns(&self, reality: Option<u8>, key: Id) -> bool {
        self.table
            .own()
            .any(|claim| claim.zone.contains(key) && reality.is_none_or(|reality| reality == claim.reality))
    }

    /// Whom a request for `key` goes to next: the first attempt as the parameters say, later ones to any neighbour that is
    /// closer, to get round those that are dead. `None` where nobody is closer.
    #[inline]
    pub(super) fn forward(
        &self,
        ctx: &mut Ctx<'_>,
        reality: Option<u8>,
        key: Id,
        attempt: u8,
    ) -> Option<PeerId> {
        let shared = ctx.shared();
        let point = shared.torus.coordinates(key);
        match (attempt, shared.params.forwarding) {
            (0, Forwarding::Greedy) => self.table.next(reality, &point, shared),
            (0, Forwarding::Rtt) => {
                let real = |distance: f64| match shared.params.metric {
                    Metric::Euclidean => libm::sqrt(distance),
                    Metric::Manhattan => distance,
                };
                let (own, steps) = self.table.steps(reality, &point, shared);
                let own = if own.is_finite() { real(own) } else { f64::MAX };
                let gain = |distance: f64, rtt: u32| (own - real(distance)) / f64::from(rtt);
                let mut best: Option<(f64, PeerId)> = None;
                for step in steps {
                    let ratio = gain(step.distance, step.rtt);
                    if best.is_none_or(|(most, _)| ratio > most) {
                        best = Some((ratio, step.peer));
                    }
                }
                best.map(|(_, peer)| peer)
            }
            _ => {
                let (_, steps) = self.table.steps(reality, &point, shared);
                let chosen = match steps.len() {
                    0 => return None,
                    n => ctx.rng().random_range(0..n),
                };
                Some(steps[chosen].peer)
            }
        }
    }

    /// How long the answer to a request may take: the volume of the peer's zone tells how many zones there are.
    fn patience(&self, shared: &Shared) -> Span {
        let d = shared.torus.dimensions() as f64;
        let len = self.table.own().map(|claim| claim.zone.depth()).max().unwrap_or(0);
        // From one side to the other, through zones of this size, along every axis.
        let hops = d * libm::exp2(f64::from(len) / d) / 2.0;
        Span((shared.params.timeout.nanos() as f64 * (1.0 + hops / 8.0)) as u64)
    }

    /// The user wants `key`.
    pub(super) fn look_up(&mut self, ctx: &mut Ctx<'_>, key: Id, attempt: u8) {
        if self.owns(None, key) {
            let providers: Vec<PeerId> = self.index.providers(key, ctx.now()).collect();
            ctx.answer(&providers);
            return;
        }
        let patience = self.patience(ctx.shared());
        let (maintained, retries) = (ctx.shared().is_maintained(), ctx.shared().params.retries);
        let next = self.forward(ctx, None, key, attempt);
        let origin = self.me;
        match next {
            Some(_) if attempt > retries => {}
            Some(next) if maintained => ctx.ask(next, Message::Find { key, origin, attempt }, patience),
            Some(next) => ctx.send(next, Message::Find { key, origin, attempt }),
            None if maintained && attempt <= retries => {
                ctx.deadline(patience, Timer::Find { key, attempt: attempt.saturating_add(1) });
            }
            None => {}
        }
    }

    /// Somebody's lookup on its way to the owner of `key`.
    #[inline]
    pub(super) fn find(&mut self, ctx: &mut Ctx<'_>, key: Id, origin: PeerId, attempt: u8) {
        if self.owns(None, key) {
            self.get(ctx, key, origin);
        } else if let Some(next) = self.forward(ctx, None, key, attempt) {
            ctx.send(next, Message::Find { key, origin, attempt });
        }
    }

    /// The peer owns `key`: it tells `origin` who provides it.
    fn get(&mut self, ctx: &mut Ctx<'_>, key: Id, origin: PeerId) {
        let mut providers = self.index.providers(key, ctx.now());
        let message = match (providers.next(), providers.next()) {
            (None, _) => Message::Providers(Parcel::new(Vec::new())),
            (Some(provider), None) => Message::Provider(provider),
            (Some(first), Some(second)) => {
                Message::Providers(Parcel::new([first, second].into_iter().chain(providers).collect()))
            }
        };
        ctx.reply(origin, message);
    }

    /// Publishes what the peer shares, in every reality.
    pub(super) fn publish_all(&mut self, ctx: &mut Ctx<'_>) {
        if !self.joined {
            return;
        }
        let realities = ctx.shared().params.realities;
        for object in ctx.shares().to_vec() {
            ctx.publishing(1);
            let (key, left) = (ctx.shared().key(object), ctx.shared().params.lifetime);
            let entry = Entry { key, object: ObjectId::default(), provider: self.me, left, copies: 0 };
            (0..realities).for_each(|reality| self.put_again(ctx, reality, 0, vec![entry]));
        }
    }

    /// Sends an entry of one's own on its way.
    pub(super) fn put_again(&mut self, ctx: &mut Ctx<'_>, reality: u8, attempt: u8, entry: Vec<Entry>) {
        let Some(key) = entry.first().map(|entry| entry.key) else { return };
        if self.owns(Some(reality), key) {
            self.keep(ctx, entry);
            return;
        }
        let patience = self.patience(ctx.shared());
        let (maintained, retries) = (ctx.shared().is_maintained(), ctx.shared().params.retries);
        if attempt > retries {
            return;
        }
        if let Some(next) = self.forward(ctx, Some(reality), key, attempt) {
            let message = Message::Put { reality, origin: self.me, attempt, entry: Parcel::new(entry) };
            if maintained {
                ctx.ask(next, message, patience);
            } else {
                ctx.send(next, message);
            }
        }
    }

    /// Somebody's entry on its way to the owner of its key.
    pub(super) fn put(
        &mut self,
        ctx: &mut Ctx<'_>,
        reality: u8,
        origin: PeerId,
        attempt: u8,
        entry: Parcel<Entry>,
    ) {
        let Some(key) = entry.as_slice().first().map(|entry| entry.key) else { return };
        if self.owns(Some(reality), key) {
            self.keep(ctx, entry.into_vec());
            ctx.reply(origin, Message::Stored);
        } else if let Some(next) = self.forward(ctx, Some(reality), key, attempt) {
            ctx.send(next, Message::Put { reality, origin, attempt, entry });
        }
    }

    /// Keeps entries, and tells those who share the zone.
    fn keep(&mut self, ctx: &mut Ctx<'_>, entries: Vec<Entry>) {
        if ctx.shared().params.peers_per_zone > 1 {
            for entry in &entries {
                let same = self.table.own().filter(|claim| claim.zone.contains(entry.key));
                for mate in same.flat_map(|claim| self.mates(claim)).collect::<Vec<_>>() {
                    ctx.send(mate, Message::Store(Parcel::new(vec![*entry])));
                }
            }
        }
        self.store(ctx, entries);
    }

    /// Keeps entries.
    pub(super) fn store(&mut self, ctx: &mut Ctx<'_>, entries: Vec<Entry>) {
        self.index.store(entries.into_iter(), ctx.now());
    }
}
