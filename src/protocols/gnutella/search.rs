//! Looking for an object: flooding, expanding ring, random walkers; and how hits come back.

use rand::RngExt;

use super::params::{Hits, Search, Ttl};
use super::{Gnutella, Guid, Left, Message, Query, Serial, Timer};
use crate::sim::{Context, Lookup, ObjectId, PeerId, Span, Time};

/// One search of this peer's own that it must steer.
#[derive(Debug)]
pub(super) struct Quest {
    /// Its first round.
    serial: Serial,
    since: Time,
    /// The TTL of its latest flood.
    ttl: u8,
    answered: bool,
    /// How many peers picked at random have been asked.
    probes: u16,
}

/// The widest ring before one that goes to the edge of the network: the specification's TTL.
const WIDEST: u8 = 7;

impl Gnutella {
    /// Looks for `object` the way the parameters say.
    pub(super) fn search(&mut self, ctx: &mut Context<'_, Self>, object: ObjectId) {
        ctx.visited();
        if ctx.shared().params.cache > 0 && self.answer_from_cache(ctx, object) {
            return;
        }
        let guid = self.fresh_guid(ctx.me());
        if ctx.shared().params.search.has_index()
            && let Some(holder) = self.answerer(ctx, object, ctx.me())
        {
            self.on_answer(ctx, guid.serial, holder);
            return;
        }
        let ttl = ctx.shared().params.ttl.byte();
        match ctx.shared().params.search {
            Search::Flooding {} => self.ask_around(ctx, guid, object, ttl),
            Search::ExpandingRing(ring) => {
                let first = ring.first.min(ttl);
                self.open_quest(ctx, guid, first);
                self.ask_ring(ctx, guid, object, first);
            }
            Search::Walkers(walkers) => {
                self.open_quest(ctx, guid, 0);
                self.send_walkers(ctx, guid, object, walkers.walkers, Left(walkers.max_steps));
            }
            Search::RandomWalk(_) => self.send_walkers(ctx, guid, object, 1, Left(ctx.shared().way_back)),
            Search::HighDegreeWalk(_) => self.ask_hubs(ctx, guid, object, ctx.shared().way_back),
            Search::RandomProbes(_) => {
                self.open_quest(ctx, guid, 0);
                self.probe(ctx, guid.serial);
            }
        }
    }

    /// Notes a new search, and forgets those whose answers could not be routed any more.
    fn open_quest(&mut self, ctx: &mut Context<'_, Self>, guid: Guid, ttl: u8) {
        let (now, memory) = (ctx.now(), ctx.shared().params.memory);
        let quests = &mut self.cold().quests;
        quests.retain(|quest| now.since(quest.since) < memory);
        quests.push(Quest { serial: guid.serial, since: now, ttl, answered: false, probes: 0 });
    }

    fn quest(&mut self, serial: Serial) -> Option<&mut Quest> {
        self.cold.as_mut()?.quests.iter_mut().find(|quest| quest.serial.count() == serial.count())
    }

    /// Floods a query of this peer's own.
    fn ask_around(&mut self, ctx: &mut Context<'_, Self>, guid: Guid, object: ObjectId, ttl: u8) {
        let memory = ctx.shared().memory;
        self.seen.remember(ctx.now(), memory, guid, ctx.me());
        for &neighbour in self.neighbours.as_slice() {
            ctx.send(neighbour, Message::Query(Query { guid, object, ttl }));
        }
    }

    /// Floods a ring, and waits as long as its answers may take.
    fn ask_ring(&mut self, ctx: &mut Context<'_, Self>, guid: Guid, object: ObjectId, ttl: u8) {
        let Search::ExpandingRing(ring) = ctx.shared().params.search else { return };
        self.ask_around(ctx, guid, object, ttl);
        if ttl < ctx.shared().params.ttl.byte() {
            let patience = Span(ring.patience.nanos().saturating_mul(u64::from(ttl)));
            ctx.deadline(patience, Timer::Widen(guid.serial));
        }
    }

    /// Nobody within the ring had it: ask further, under a new name, so that peers asked before pass it on.
    pub(super) fn widen(&mut self, ctx: &mut Context<'_, Self>, serial: Serial) {
        let Search::ExpandingRing(ring) = ctx.shared().params.search else { return };
        let widest = ctx.shared().params.ttl;
        let Some(Lookup { object, .. }) = ctx.lookup() else { return };
        let Some(quest) = self.quest(serial).filter(|quest| !quest.answered) else { return };
        let Some(serial) = serial.next_round() else { return };
        let next = quest.ttl.saturating_add(ring.step);
        quest.ttl = match widest {
            Ttl::Hops(hops) => next.min(hops),
            Ttl::Edge if next > WIDEST => Ttl::EDGE,
            Ttl::Edge => next,
        };
        let ttl = quest.ttl;
        self.ask_ring(ctx, Guid { origin: ctx.me(), serial }, object, ttl);
    }

    /// Sends walkers out, evenly to the neighbours from a random one on.
    fn send_walkers(
        &mut self,
        ctx: &mut Context<'_, Self>,
        guid: Guid,
        object: ObjectId,
        walkers: u16,
        left: Left,
    ) {
        let memory = ctx.shared().memory;
        self.seen.remember(ctx.now(), memory, guid, ctx.me());
        let neighbours = self.neighbours.as_slice();
        if neighbours.is_empty() {
            return;
        }
        let start = ctx.rng().random_range(0..neighbours.len());
        for walker in 0..usize::from(walkers) {
            let neighbour = neighbours[(start + walker) % neighbours.len()];
            ctx.send(neighbour, Message::Walk { guid, object, left });
        }
    }

    /// A walker arrives. It ends where the object is, and else asks the source or goes on.
    pub(super) fn on_walk(
        &mut self,
        ctx: &mut Context<'_, Self>,
        from: PeerId,
        guid: Guid,
        object: ObjectId,
        left: Left,
    ) {
        let memory = ctx.shared().memory;
        if self.seen.remember(ctx.now(), memory, guid, from) {
            ctx.visited();
        }
        let left = Left(left.0.saturating_sub(1));
        let indexed = ctx.shared().params.search.has_index();
        if guid.origin != ctx.me() && ctx.holds(object) {
            let route = self.seen.route(guid).unwrap_or(from);
            self.hit(ctx, guid, route);
        } else if indexed
            && guid.origin != ctx.me()
            && let Some(holder) = self.answerer(ctx, object, guid.origin)
        {
            let route = self.seen.route(guid).unwrap_or(from);
            self.hit_of(ctx, guid, route, holder);
        } else if ctx.shared().params.cache > 0
            && guid.origin != ctx.me()
            && self.hit_from_cache(ctx, guid, object, self.seen.route(guid).unwrap_or(from))
        {
            // It ends here.
        } else if left.0 > 0 && must_check(&ctx.shared().params.search, left) && guid.origin != ctx.me() {
            ctx.reply(guid.origin, Message::Check { guid, left, last: from });
        } else {
            self.walk(ctx, guid, object, left, Some(from));
        }
    }

    /// Sends a walker on to a random neighbour, and back to where it came from only if there is no other.
    pub(super) fn walk(
        &mut self,
        ctx: &mut Context<'_, Self>,
        guid: Guid,
        object: ObjectId,
        left: Left,
        last: Option<PeerId>,
    ) {
        let neighbours = self.neighbours.as_slice();
        let back = neighbours.iter().position(|&n| Some(n) == last);
        let others = neighbours.len() - usize::from(back.is_some());
        if left.0 == 0 || neighbours.is_empty() {
            return;
        }
        let next = match back {
            Some(back) if others == 0 => back,
            Some(back) => {
                let pick = ctx.rng().random_range(0..others);
                pick + usize::from(pick >= back)
            }
            None => ctx.rng().random_range(0..others),
        };
        ctx.send(neighbours[next], Message::Walk { guid, object, left });
    }

    /// A walker asks whether to go on.
    pub(super) fn on_check(
        &mut self,
        ctx: &mut Context<'_, Self>,
        from: PeerId,
        guid: Guid,
        left: Left,
        last: PeerId,
    ) {
        let open = self.quest(guid.serial).is_some_and(|quest| !quest.answered);
        let verdict = match ctx.lookup().filter(|_| open) {
            Some(Lookup { object, .. }) => Message::GoOn { serial: guid.serial, object, left, last },
            None => Message::Stop,
        };
        ctx.reply(from, verdict);
    }

    /// Asks somebody whom the bootstrap service names at random, unless an answer is there or enough have been asked.
    pub(super) fn probe(&mut self, ctx: &mut Context<'_, Self>, serial: Serial) {
        let Search::RandomProbes(probes) = ctx.shared().params.search else { return };
        let Some(Lookup { object, .. }) = ctx.lookup() else { return };
        let Some(quest) = self.quest(serial).filter(|quest| !quest.answered) else { return };
        if quest.probes == probes.max_probes {
            return;
        }
        quest.probes += 1;
        let patience = ctx.shared().params.patience;
        if let Some(host) = ctx.bootstrap() {
            ctx.ask(host, Message::Probe { serial, object }, patience);
        }
    }

    /// A stranger asks, and wants an answer either way.
    pub(super) fn on_probe(
        &mut self,
        ctx: &mut Context<'_, Self>,
        from: PeerId,
        serial: Serial,
        object: ObjectId,
    ) {
        ctx.visited();
        let answer = if ctx.holds(object) {
            let guid = Guid { origin: from, serial };
            Message::QueryHit { guid, holder: ctx.me(), left: Left(1) }
        } else {
            Message::Nothing(serial)
        };
        ctx.reply(from, answer);
    }

    /// This peer has the object: say so, by `route` or straight to the origin.
    pub(super) fn hit(&mut self, ctx: &mut Context<'_, Self>, guid: Guid, route: PeerId) {
        self.hit_of(ctx, guid, route, ctx.me());
    }

    /// `holder` has the object: say so, by `route` or straight to the origin.
    pub(super) fn hit_of(&mut self, ctx: &mut Context<'_, Self>, guid: Guid, route: PeerId, holder: PeerId) {
        let left = Left(ctx.shared().way_back);
        let to = match ctx.shared().params.hits {
            Hits::Path => route,
            Hits::Direct => guid.origin,
        };
        ctx.reply(to, Message::QueryHit { guid, holder, left });
    }

    /// A hit is an answer at the origin, and elsewhere goes back where its query came from (rule 4). One whose query has
    /// been forgotten is dropped.
    pub(super) fn on_hit(
        &mut self,
        ctx: &mut Context<'_, Self>,
        from: PeerId,
        guid: Guid,
        holder: PeerId,
        left: Left,
    ) {
        if ctx.shared().params.cache > 0 {
            self.remember_hit(ctx, holder);
        }
        // A hit that comes straight from a stranger shows no way round its firewall.
        if ctx.needs_push(holder) && (from != holder || self.neighbours.contains(from)) {
            self.remember_way(ctx, holder, from);
        }
        if guid.origin == ctx.me() {
            self.on_answer(ctx, guid.serial, holder);
        } else if left.0 > 1
            && let Some(route) = self.seen.route(guid)
        {
            ctx.reply(route, Message::QueryHit { guid, holder, left: Left(left.0 - 1) });
        }
    }

    /// Somebody has it.
    pub(super) fn on_answer(&mut self, ctx: &mut Context<'_, Self>, serial: Serial, holder: PeerId) {
        let push = ctx.answer_or_push(&[holder]);
        if let Some(quest) = self.quest(serial) {
            quest.answered = true;
        }
        if let Some(push) = push {
            self.ask_to_connect(ctx, push);
        }
    }
}

/// Whether a walker with so many steps left has come to one of those at which it asks.
fn must_check(search: &Search, left: Left) -> bool {
    match search {
        Search::Walkers(w) => {
            w.check_every > 0 && (w.max_steps - left.0.min(w.max_steps)) % w.check_every == 0
        }
        Search::Flooding {}
        | Search::ExpandingRing(_)
        | Search::RandomWalk(_)
        | Search::HighDegreeWalk(_)
        | Search::RandomProbes(_) => false,
    }
}
