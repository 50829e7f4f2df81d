//! The peer that downloads: whom it asks, for which chunk, and where it looks for more providers.

use rand::RngExt;

use super::{Chunk, Download, Order, RENEW, REST, SLACK, Seconds, Source, State, Transfers};
use crate::protocols::bittorrent::pieces::{contains, count, insert};
use crate::protocols::kazaa::{Kazaa, Message, Query};
use crate::sim::{Context, Lookup, ObjectId, PeerId, Span, Time};

impl Download {
    fn is_complete(&self) -> bool {
        count(&self.have) == self.shape.pieces()
    }

    /// The position of a source.
    fn source(&mut self, peer: PeerId) -> Option<&mut Source> {
        self.sources.iter_mut().find(|source| source.peer == peer)
    }

    /// How many queue for it, or fetch.
    fn engaged(&self) -> usize {
        self.sources.iter().filter(|source| !matches!(source.state, State::Idle(_))).count()
    }

    /// The chunks in `has` that are missing here and nobody sends yet, ascending.
    fn wanted<'a>(&'a self, has: &'a [u64]) -> impl Iterator<Item = u32> + 'a {
        let coming =
            |chunk| self.sources.iter().any(|s| matches!(s.state, State::Getting(c, _) if c == chunk));
        (0..self.shape.pieces())
            .filter(move |&chunk| contains(has, chunk) && !contains(&self.have, chunk) && !coming(chunk))
    }

    /// The chunk to fetch from somebody who has these.
    fn pick(&self, has: &[u64], ctx: &mut Context<'_, Kazaa>) -> Option<u32> {
        match ctx.shared().params.order {
            Order::Sequential => self.wanted(has).next(),
            Order::Random => {
                let wanted = self.wanted(has).count();
                let place = (wanted > 0).then(|| ctx.rng().random_range(0..wanted))?;
                self.wanted(has).nth(place)
            }
        }
    }

    /// Those that queue for it, or send, need not.
    pub(super) fn call_off(&self, ctx: &mut Context<'_, Kazaa>) {
        for source in self.sources.iter().filter(|source| !matches!(source.state, State::Idle(_))) {
            ctx.send(source.peer, Message::Done { object: self.object });
        }
    }
}

impl Transfers {
    /// Asks further sources, as many as may be asked at a time. Those behind firewalls that have not connected are returned:
    /// they are to be pushed.
    fn ask_sources(&mut self, ctx: &mut Context<'_, Kazaa>, object: ObjectId) -> Vec<PeerId> {
        let (now, level) = (ctx.now(), self.claimed());
        let (most, patience) = (usize::from(ctx.shared().params.sources), ctx.shared().params.patience);
        let mut pushes = Vec::new();
        let Some(download) = self.download(object).filter(|download| download.finished.is_none()) else {
            return pushes;
        };
        let mut room = most.saturating_sub(download.engaged());
        for source in &mut download.sources {
            if room == 0 {
                break;
            }
            if matches!(source.state, State::Idle(until) if until <= now) {
                room -= 1;
                source.state = State::Waiting(now);
                if source.open || !ctx.needs_push(source.peer) {
                    ctx.ask(source.peer, Message::Ask { object, level }, patience);
                } else {
                    pushes.push(source.peer);
                }
            }
        }
        pushes
    }

    /// Gives up sources that do not deliver, and reminds those that let this peer wait; likewise for uploads.
    pub(super) fn expire(&mut self, ctx: &mut Context<'_, Kazaa>) {
        let (now, level, patience) = (ctx.now(), self.claimed(), ctx.shared().params.patience);
        for download in self.downloads.iter_mut().filter(|download| download.finished.is_none()) {
            let object = download.object;
            download.sources.retain_mut(|source| match source.state {
                State::Getting(_, until) => now <= until,
                State::Waiting(since) if now.since(since) > RENEW => {
                    let reachable = source.open || !ctx.needs_push(source.peer);
                    if reachable {
                        source.state = State::Waiting(now);
                        ctx.ask(source.peer, Message::Ask { object, level }, patience);
                    }
                    reachable
                }
                State::Waiting(_) | State::Idle(_) => true,
            });
        }
        self.serving.retain(|upload| now <= upload.until);
        self.serve(ctx, None);
    }

    /// Notes who has it.
    fn learn(&mut self, ctx: &Context<'_, Kazaa>, object: ObjectId, providers: &[PeerId]) {
        /// So many sources a client keeps in mind.
        const MOST: usize = 50;
        let (me, now) = (ctx.me(), ctx.now());
        let walled = ctx.profile().firewalled;
        let Some(download) = self.download(object) else { return };
        for &peer in providers.iter().filter(|peer| peer.number() != me.number()) {
            let unreachable = walled && ctx.needs_push(peer);
            if unreachable || download.sources.len() >= MOST || download.source(peer).is_some() {
                continue;
            }
            // Whoever has come back is somebody new.
            download.sources.retain(|known| known.peer.number() != peer.number());
            let (state, has) = (State::Idle(now), Vec::new());
            download.sources.push(Source { peer, state, has, open: false });
        }
    }

    fn forget(&mut self, object: ObjectId, peer: PeerId) {
        if let Some(download) = self.download(object) {
            download.sources.retain(|source| source.peer != peer);
        }
    }
}

impl Kazaa {
    /// Somebody has what this peer looks for: the download begins, or has more providers. A question for these is known by
    /// its number.
    pub(in crate::protocols::kazaa) fn follow_up(
        &mut self,
        ctx: &mut Context<'_, Self>,
        lookup: Option<Lookup>,
        question: u32,
        providers: &[PeerId],
    ) {
        if providers.is_empty() || ctx.shared().shapes.is_empty() || !ctx.wants_downloads() {
            return;
        }
        match lookup {
            Some(Lookup { object, .. }) => self.begin(ctx, object, providers),
            None => self.on_more_sources(ctx, question, providers),
        }
    }

    #[cold]
    fn begin(&mut self, ctx: &mut Context<'_, Self>, object: ObjectId, providers: &[PeerId]) {
        let (now, Some(shape)) = (ctx.now(), ctx.shared().shape(object)) else { return };
        ctx.transferring();
        let transfers = self.transfers();
        if transfers.download(object).is_none() {
            ctx.downloading();
            let (have, sources) = (vec![0; shape.words()], Vec::new());
            let (began, asked) = (now, now);
            let finished = None;
            transfers.downloads.push(Download {
                object,
                shape,
                have,
                began,
                finished,
                sources,
                question: 0,
                asked,
            });
            transfers.tick_from_now(ctx);
        }
        transfers.learn(ctx, object, providers);
        self.ask_sources(ctx, object);
    }

    /// The answer to a question for more sources.
    #[cold]
    fn on_more_sources(&mut self, ctx: &mut Context<'_, Self>, question: u32, providers: &[PeerId]) {
        let transfers = self.transfers();
        let asked = transfers.unfinished().find(|download| download.question == question);
        let Some(object) = asked.map(|download| download.object) else { return };
        transfers.learn(ctx, object, providers);
        self.ask_sources(ctx, object);
    }

    pub(super) fn ask_sources(&mut self, ctx: &mut Context<'_, Self>, object: ObjectId) {
        for provider in self.transfers().ask_sources(ctx, object) {
            self.pass_push(ctx, provider, ctx.me(), object);
        }
    }

    /// Asks for more sources, if there are too few and it has not asked of late.
    pub(super) fn look_further(&mut self, ctx: &mut Context<'_, Self>, object: ObjectId, now: Time) {
        let (most, pause) = (usize::from(ctx.shared().params.sources), ctx.shared().params.requery);
        let Some(download) = self.transfers().download(object) else { return };
        if download.engaged() >= most || now.since(download.asked) < pause {
            return;
        }
        let guid = self.fresh_guid(ctx.me());
        let Some(download) = self.transfers().download(object) else { return };
        (download.asked, download.question) = (now, guid.serial.count());
        ctx.transferring();
        self.ask_again(ctx, Query { guid, object, ttl: ctx.shared().params.ttl });
    }

    /// A provider behind a firewall has connected: it can be asked now.
    pub(in crate::protocols::kazaa) fn on_knock(
        &mut self,
        ctx: &mut Context<'_, Self>,
        from: PeerId,
        object: ObjectId,
    ) {
        let now = ctx.now();
        let source = self.transfers().download(object).and_then(|download| download.source(from));
        // One that has connected before needs not do so again.
        if let Some(source) = source.filter(|source| !source.open) {
            (source.open, source.state) = (true, State::Idle(now));
            self.ask_sources(ctx, object);
        }
    }

    /// It is this peer's turn: it fetches a chunk, if there is one that it lacks.
    pub(in crate::protocols::kazaa) fn on_ready(
        &mut self,
        ctx: &mut Context<'_, Self>,
        from: PeerId,
        object: ObjectId,
        has: &[u64],
        Seconds(seconds): Seconds,
    ) {
        let now = ctx.now();
        let transfers = self.transfers();
        let wanting = transfers.download(object).filter(|download| download.finished.is_none());
        let Some(download) = wanting.filter(|d| d.sources.iter().any(|source| source.peer == from)) else {
            ctx.send(from, Message::Done { object });
            return;
        };
        let picked = download.pick(has, ctx);
        let Some(source) = download.source(from) else { return };
        source.has = has.to_vec();
        if let Some(chunk) = picked {
            source.state = State::Getting(chunk, deadline(now, seconds));
            ctx.send(from, Message::Get { object, chunk: Chunk(chunk) });
        } else {
            source.state = State::Idle(now + REST);
            ctx.send(from, Message::Done { object });
            self.ask_sources(ctx, object);
        }
    }

    /// A chunk has come, asked for of late or not.
    pub(in crate::protocols::kazaa) fn on_chunk(
        &mut self,
        ctx: &mut Context<'_, Self>,
        from: PeerId,
        object: ObjectId,
        Chunk(chunk): Chunk,
    ) {
        let (now, patience) = (ctx.now(), ctx.shared().params.patience);
        let bytes = ctx.shared().chunk_bytes(object, chunk);
        let transfers = self.transfers();
        transfers.downloaded += u64::from(bytes);
        let level = transfers.claimed();
        let wanting = transfers.download(object).filter(|download| download.finished.is_none());
        let Some(download) = wanting else {
            ctx.send(from, Message::Done { object });
            return;
        };
        let first = count(&download.have) == 0;
        insert(&mut download.have, chunk);
        if let Some(source) = download.source(from) {
            source.state = State::Idle(now);
        }
        if download.is_complete() {
            download.finished = Some(now);
            ctx.send(from, Message::Done { object });
            download.call_off(ctx);
            download.sources.clear();
            let began = download.began;
            ctx.downloaded(object, began);
            self.announce(ctx, true);
            return;
        }
        let has = download.source(from).map(|source| source.has.clone()).unwrap_or_default();
        let more = download.wanted(&has).next().is_some();
        if let (Some(source), true) = (download.source(from), more) {
            source.state = State::Waiting(now);
            ctx.ask(from, Message::Ask { object, level }, patience);
        } else {
            if let Some(source) = download.source(from) {
                source.state = State::Idle(now + REST);
            }
            ctx.send(from, Message::Done { object });
        }
        self.ask_sources(ctx, object);
        if first {
            self.announce(ctx, false);
        }
    }

    /// A provider goes, has nothing of it, or does not answer: others are asked.
    pub(in crate::protocols::kazaa) fn on_gone(
        &mut self,
        ctx: &mut Context<'_, Self>,
        from: PeerId,
        object: ObjectId,
    ) {
        let transfers = self.transfers();
        transfers.forget(object, from);
        self.ask_sources(ctx, object);
    }
}

/// Until when a chunk is waited for that should take so many seconds.
pub(super) fn deadline(now: Time, seconds: u16) -> Time {
    now + SLACK + Span::secs(3 * u64::from(seconds))
}
