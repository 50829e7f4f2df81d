//! One torrent at one peer: its neighbours, and what they say about pieces.

use rand::RngExt;

use super::message::{Block, Message, Piece, Place, Why, Wire};
use super::params::Seeding;
use super::pieces::{Came, Pieces, Shape, contains, count, count_without, insert};
use super::{BitTorrent, Context, Timer};
use crate::sim::{ObjectId, Parcel, PeerId, Span, Time};

/// The most requests that can be under way to one neighbour.
const MOST_ASKED: usize = 16;
/// The most peers that a peer remembers without being their neighbour.
const MOST_KNOWN: usize = 200;
/// How often the tracker is asked for more, and neighbours are told of others.
pub(super) const SELDOM: Span = Span::secs(60);
/// What received bytes are summed over, for measuring.
pub(super) const BIN: Span = Span::secs(10);

/// What a peer does in a swarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It asked the tracker; whether anybody is there, it does not know yet.
    Asking,
    /// It has less than everything.
    Leeching,
    /// It has everything.
    Seeding,
    /// It has everything, and has left.
    Left,
}

/// One torrent.
#[derive(Clone, Debug)]
pub struct Swarm {
    pub(super) object: ObjectId,
    pub(super) phase: Phase,
    pub(super) pieces: Pieces,
    /// By place; places of those who have gone are used again.
    pub(super) neighbours: Vec<Neighbour>,
    /// By place: which pieces the neighbour has, in so many words as the torrent needs.
    has: Vec<u64>,
    /// Peers that it could call.
    known: Vec<PeerId>,
    endgame: bool,
    pub(super) ticking: bool,
    pub(super) rounds: u32,
    pub(super) optimistic: Option<usize>,
    announced: Time,
    /// As a super-seed, by piece: to how many it has been offered.
    offers: Vec<u16>,
    pub(super) story: Story,
}

/// What is measured of it.
#[derive(Clone, Debug, Default)]
pub struct Story {
    /// When the download began; `None` for what the peer has had from the start.
    pub(super) began: Option<Time>,
    pub(super) first_piece: Option<Time>,
    pub(super) last_but_one: Option<Time>,
    pub(super) finished: Option<Time>,
    pub(super) left: Option<Time>,
    /// Entropy of pieces among the neighbours when half of them were there.
    pub(super) entropy: Option<f64>,
    pub(super) up: u64,
    pub(super) down: u64,
    /// Bytes received, by time.
    pub(super) bins: Vec<u32>,
}

/// How far a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Nobody is here.
    Free,
    /// It has been called, and has not answered.
    Knocking,
    /// There is a connection.
    Wired,
}

/// A neighbour. "It" is the neighbour, "we" are this peer.
#[derive(Clone, Copy, Debug)]
pub struct Neighbour {
    pub(super) peer: PeerId,
    pub(super) link: Link,
    /// Its place for us.
    there: Place,
    /// We upload nothing to it.
    pub(super) choked: bool,
    /// It wants something from us.
    pub(super) wants: bool,
    /// It uploads nothing to us.
    chokes: bool,
    /// We want something from it.
    interested: bool,
    /// It has not delivered in time.
    snubs: bool,
    asked_len: u8,
    /// What we have asked it for: piece × 64 + block.
    asked: [u32; MOST_ASKED],
    /// Pieces that it has.
    got: u32,
    /// Pieces that it has and we do not.
    wanted: u32,
    /// Bytes received from it and sent to it: in this round, and in the last one.
    pub(super) down: [u32; 2],
    pub(super) up: [u32; 2],
    heard: Time,
    said: Time,
    /// When it last delivered, or began to owe.
    delivered: Time,
    /// Since when it is choked, or not.
    pub(super) since: Time,
    /// It has never been let in.
    pub(super) is_new: bool,
    /// As a super-seed: what we have offered it.
    offered: Option<u32>,
}

impl Neighbour {
    fn new(peer: PeerId, link: Link, there: Place, now: Time) -> Neighbour {
        Neighbour {
            peer,
            link,
            there,
            choked: true,
            wants: false,
            chokes: true,
            interested: false,
            snubs: false,
            asked_len: 0,
            asked: [0; MOST_ASKED],
            got: 0,
            wanted: 0,
            down: [0; 2],
            up: [0; 2],
            heard: now,
            said: now,
            delivered: now,
            since: now,
            is_new: true,
            offered: None,
        }
    }

    fn asked(&self) -> &[u32] {
        &self.asked[..usize::from(self.asked_len)]
    }

    fn take(&mut self, what: u32) -> bool {
        let Some(place) = self.asked().iter().position(|&asked| asked == what) else { return false };
        // In order, as they went out.
        self.asked.copy_within(place + 1..usize::from(self.asked_len), place);
        self.asked_len -= 1;
        true
    }
}

fn packed(piece: u32, block: u8) -> u32 {
    piece << 6 | u32::from(block)
}

impl Swarm {
    pub(super) fn new(object: ObjectId, phase: Phase, shape: Shape) -> Swarm {
        let complete = phase == Phase::Seeding;
        Swarm {
            object,
            phase,
            pieces: if complete { Pieces::all(shape) } else { Pieces::none(shape) },
            neighbours: Vec::new(),
            has: Vec::new(),
            known: Vec::new(),
            endgame: false,
            ticking: false,
            rounds: 0,
            optimistic: None,
            announced: Time::ZERO,
            offers: Vec::new(),
            story: Story::default(),
        }
    }

    /// What is left of it on the disk.
    pub(super) fn on_disk(&self) -> Swarm {
        let mut pieces = self.pieces.clone();
        pieces.interrupt();
        Swarm {
            pieces,
            story: self.story.clone(),
            ..Swarm::new(self.object, self.phase, self.pieces.shape())
        }
    }

    pub(super) fn wired(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.neighbours.len()).filter(|&at| self.neighbours[at].link == Link::Wired)
    }

    /// Neighbours, and those that may become some.
    fn engaged(&self) -> usize {
        self.neighbours.iter().filter(|n| n.link != Link::Free).count()
    }

    pub(super) fn is_lonely(&self) -> bool {
        self.engaged() == 0
    }

    /// The place of the neighbour at the other end of the wire.
    #[inline]
    pub(super) fn end(&self, wire: Wire, from: PeerId) -> Option<usize> {
        let at = wire.at.get();
        let here = self.neighbours.get(at).is_some_and(|n| n.link == Link::Wired && n.peer == from);
        here.then_some(at)
    }

    fn has(&self, at: usize) -> &[u64] {
        let words = self.pieces.shape().words();
        &self.has[at * words..(at + 1) * words]
    }

    #[inline]
    pub(super) fn say(
        &mut self,
        ctx: &mut Context<'_, BitTorrent>,
        at: usize,
        what: impl FnOnce(Wire) -> Message,
    ) {
        let n = &mut self.neighbours[at];
        n.said = ctx.now();
        ctx.send(n.peer, what(Wire { object: self.object, at: n.there }));
    }

    // Neighbours.

    /// These peers are in the swarm, too.
    pub(super) fn meet(&mut self, ctx: &mut Context<'_, BitTorrent>, peers: &[PeerId]) {
        for &peer in peers {
            let strange = peer.number() != ctx.me().number() && !self.known.contains(&peer);
            if strange && self.known.len() < MOST_KNOWN && self.place_of(peer).is_none() {
                self.known.push(peer);
            }
        }
        self.call(ctx);
    }

    fn place_of(&self, peer: PeerId) -> Option<usize> {
        self.neighbours.iter().position(|n| n.peer == peer && n.link != Link::Free)
    }

    /// Calls known peers until there are neighbours enough.
    fn call(&mut self, ctx: &mut Context<'_, BitTorrent>) {
        let (initiate, timeout) = (usize::from(ctx.shared().params.initiate), ctx.shared().params.timeout);
        let mut missing = initiate.saturating_sub(self.engaged());
        while missing > 0 && self.phase == Phase::Leeching && !self.known.is_empty() {
            let peer = self.known.remove(0);
            if self.place_of(peer).is_none() {
                let at = self.settle(Neighbour::new(peer, Link::Knocking, Place::new(0), ctx.now()));
                ctx.ask(peer, Message::Handshake { object: self.object, at: Place::new(at) }, timeout);
                missing -= 1;
            }
        }
    }

    /// Gives a neighbour a place.
    fn settle(&mut self, neighbour: Neighbour) -> usize {
        match self.neighbours.iter().position(|n| n.link == Link::Free) {
            Some(at) => {
                self.neighbours[at] = neighbour;
                at
            }
            None => {
                self.neighbours.push(neighbour);
                self.has.resize(self.neighbours.len() * self.pieces.shape().words(), 0);
                self.neighbours.len() - 1
            }
        }
    }

    /// Somebody wants to be a neighbour, whose place for us is `there`.
    pub(super) fn on_handshake(&mut self, ctx: &mut Context<'_, BitTorrent>, from: PeerId, there: Place) {
        let at = self.place_of(from);
        let full = self.engaged() >= usize::from(ctx.shared().params.max_neighbours);
        if matches!(self.phase, Phase::Asking | Phase::Left) || at.is_none() && full {
            ctx.reply(from, Message::Close { object: self.object });
            return;
        }
        let neighbour = Neighbour::new(from, Link::Wired, there, ctx.now());
        let at = match at {
            // It has forgotten us; or it calls us while we call it.
            Some(at) => {
                self.forget(ctx, at);
                self.neighbours[at] = neighbour;
                at
            }
            None => self.settle(neighbour),
        };
        let wire = Wire { object: self.object, at: there };
        let has = Parcel::new(self.shown(ctx));
        ctx.reply(from, Message::Welcome { wire, at: Place::new(at), has });
        self.tick_from_now(ctx);
        ctx.transferring();
        if self.is_super(ctx) {
            self.offer(ctx, at);
        }
    }

    /// The pieces that it admits to have.
    fn shown(&self, ctx: &Context<'_, BitTorrent>) -> Vec<u64> {
        let none = self.pieces.got() == 0 || self.is_super(ctx);
        if none { Vec::new() } else { self.pieces.have().to_vec() }
    }

    /// It takes us as a neighbour; its place for us is `there`.
    pub(super) fn on_welcome(
        &mut self,
        ctx: &mut Context<'_, BitTorrent>,
        from: PeerId,
        at: usize,
        there: Place,
        has: &[u64],
    ) {
        let Some(n) = self.neighbours.get_mut(at).filter(|n| n.peer == from && n.link != Link::Free) else {
            ctx.send(from, Message::Close { object: self.object });
            return;
        };
        if n.link == Link::Knocking {
            *n = Neighbour::new(from, Link::Wired, there, ctx.now());
            self.tick_from_now(ctx);
        }
        let shown = self.shown(ctx);
        if !shown.is_empty() {
            self.say(ctx, at, |wire| Message::Bitfield { wire, has: Parcel::new(shown) });
        }
        self.on_bitfield(ctx, at, has);
    }

    pub(super) fn on_bitfield(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize, has: &[u64]) {
        let words = self.pieces.shape().words();
        if has.len() != words || self.neighbours[at].got > 0 {
            return;
        }
        self.has[at * words..(at + 1) * words].copy_from_slice(has);
        self.pieces.count_bitfield(has, true);
        let n = &mut self.neighbours[at];
        n.heard = ctx.now();
        n.got = count(has);
        n.wanted = count_without(has, self.pieces.have());
        if n.wanted > 0 {
            self.be_interested(ctx, at);
        }
        self.part_if_both_seed(ctx, at);
    }

    /// Two seeds have nothing to say to each other.
    fn part_if_both_seed(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize) {
        if self.pieces.is_complete() && self.neighbours[at].got == self.pieces.shape().pieces() {
            self.hang_up(ctx, at);
        }
    }

    /// Ends a connection.
    pub(super) fn hang_up(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize) {
        ctx.send(self.neighbours[at].peer, Message::Close { object: self.object });
        self.lose(ctx, at);
    }

    /// The other side has ended the connection, or refused it.
    pub(super) fn on_close(&mut self, ctx: &mut Context<'_, BitTorrent>, from: PeerId) {
        if let Some(at) = self.place_of(from) {
            self.lose(ctx, at);
        }
    }

    /// Nobody answered the handshake.
    pub(super) fn on_no_answer(&mut self, ctx: &mut Context<'_, BitTorrent>, peer: PeerId, at: usize) {
        if self.neighbours.get(at).is_some_and(|n| n.peer == peer && n.link == Link::Knocking) {
            self.lose(ctx, at);
        }
    }

    /// The neighbour is none any more: others take its place, and are asked for what it was asked for.
    fn lose(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize) {
        let uploaded = !self.neighbours[at].choked;
        self.forget(ctx, at);
        self.neighbours[at].link = Link::Free;
        self.call(ctx);
        if self.phase == Phase::Leeching {
            self.request_all(ctx);
        }
        if uploaded {
            self.fill_slots(ctx);
        }
    }

    /// Undoes everything that was between the neighbour and us.
    fn forget(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize) {
        if self.optimistic == Some(at) {
            self.optimistic = None;
        }
        self.take_back(ctx, at);
        self.release(at);
        let words = self.pieces.shape().words();
        if self.neighbours[at].got > 0 {
            self.pieces.count_bitfield(&self.has[at * words..(at + 1) * words], false);
        }
        self.has[at * words..(at + 1) * words].fill(0);
    }

    /// Blocks that wait on our uplink for the neighbour are not sent.
    pub(super) fn take_back(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize) {
        let object = self.object;
        let ours = |m: &Message| matches!(m, Message::Piece { wire, .. } if wire.object == object);
        let n = &mut self.neighbours[at];
        let bytes = ctx.withdraw(n.peer, ours) as u64 * u64::from(Shape::BLOCK);
        self.story.up = self.story.up.saturating_sub(bytes);
        n.up[0] = n.up[0].saturating_sub(bytes as u32);
    }

    // What we want.

    fn be_interested(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize) {
        if self.phase == Phase::Leeching && !self.neighbours[at].interested {
            self.neighbours[at].interested = true;
            self.say(ctx, at, |wire| Message::Interested { wire });
        }
    }

    #[inline]
    pub(super) fn on_have(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize, piece: u32) {
        let words = self.pieces.shape().words();
        let has = &mut self.has[at * words..(at + 1) * words];
        if piece >= self.pieces.shape().pieces() || contains(has, piece) {
            return;
        }
        insert(has, piece);
        self.pieces.count_have(piece);
        let n = &mut self.neighbours[at];
        n.heard = ctx.now();
        n.got += 1;
        if !contains(self.pieces.have(), piece) {
            n.wanted += 1;
            let idle = !n.chokes && usize::from(n.asked_len) < usize::from(ctx.shared().params.pipeline);
            self.be_interested(ctx, at);
            if idle {
                self.request(ctx, at);
            }
        } else if self.pieces.is_complete() {
            if self.is_super(ctx) {
                self.offer_after(ctx, at, piece);
            }
            self.part_if_both_seed(ctx, at);
        }
    }

    pub(super) fn on_choke(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize) {
        self.neighbours[at].chokes = true;
        self.neighbours[at].heard = ctx.now();
        self.release(at);
        self.request_all(ctx);
    }

    pub(super) fn on_unchoke(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize) {
        let n = &mut self.neighbours[at];
        (n.chokes, n.snubs, n.heard, n.delivered) = (false, false, ctx.now(), ctx.now());
        self.request(ctx, at);
    }

    /// Asks the neighbour for blocks, as many as may be under way.
    fn request(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize) {
        self.fill(ctx, at);
        // Once everything has been asked for, all are asked for what is missing.
        if !self.endgame && self.pieces.is_endgame() {
            self.endgame = true;
            self.request_all(ctx);
        }
    }

    fn request_all(&mut self, ctx: &mut Context<'_, BitTorrent>) {
        for at in 0..self.neighbours.len() {
            let n = &self.neighbours[at];
            if n.link == Link::Wired && !n.chokes && n.interested {
                self.fill(ctx, at);
            }
        }
    }

    fn fill(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize) {
        let (pipeline, random_first) = (ctx.shared().params.pipeline, ctx.shared().params.random_first);
        let words = self.pieces.shape().words();
        loop {
            let n = &self.neighbours[at];
            if n.chokes || n.snubs || !n.interested || n.asked_len >= pipeline {
                return;
            }
            let has = &self.has[at * words..(at + 1) * words];
            let next = self.pieces.pick(has, random_first, |below| ctx.rng().random_range(0..below));
            let next = next.or_else(|| self.again(ctx, at));
            let Some((piece, block)) = next else { return };
            let now = ctx.now();
            let n = &mut self.neighbours[at];
            if n.asked_len == 0 {
                n.delivered = now;
            }
            n.asked[usize::from(n.asked_len)] = packed(piece, block);
            n.asked_len += 1;
            self.say(ctx, at, |wire| Message::Request { wire, block: Block::new(piece, block) });
        }
    }

    /// In the endgame: a random block that others, but not this neighbour, have been asked for.
    fn again(&self, ctx: &mut Context<'_, BitTorrent>, at: usize) -> Option<(u32, u8)> {
        if !self.pieces.is_endgame() {
            return None;
        }
        let asked = self.neighbours[at].asked();
        let others = self.pieces.outstanding(self.has(at));
        let others: Vec<_> =
            others.filter(|&(piece, block)| !asked.contains(&packed(piece, block))).collect();
        (!others.is_empty()).then(|| others[ctx.rng().random_range(0..others.len())])
    }

    /// The neighbour owes nothing any more: others may be asked for it.
    fn release(&mut self, at: usize) {
        let Neighbour { asked, asked_len, .. } = self.neighbours[at];
        self.neighbours[at].asked_len = 0;
        for &what in &asked[..usize::from(asked_len)] {
            let elsewhere = self.endgame && self.wired().any(|n| self.neighbours[n].asked().contains(&what));
            if !elsewhere {
                self.pieces.release(what >> 6, (what & 63) as u8);
            }
        }
        self.endgame &= self.pieces.is_endgame();
    }

    /// A block has come, perhaps on a connection that is no more.
    pub(super) fn count_block(&mut self, now: Time, piece: u32, block: u8) {
        self.story.receive(now, self.pieces.shape().bytes(piece, block));
    }

    /// A block has come from a neighbour.
    pub(super) fn on_piece(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize, piece: u32, block: u8) {
        let now = ctx.now();
        let bytes = self.pieces.shape().bytes(piece, block);
        let what = packed(piece, block);
        let n = &mut self.neighbours[at];
        (n.heard, n.delivered, n.snubs) = (now, now, false);
        n.down[0] += bytes;
        n.take(what);
        let came = self.pieces.receive(piece, block);
        if self.endgame && came != Came::Twice {
            for other in 0..self.neighbours.len() {
                if self.neighbours[other].take(what) {
                    self.say(ctx, other, |wire| Message::Cancel { wire, block: Block::new(piece, block) });
                }
            }
        }
        if came == Came::Whole {
            self.on_whole(ctx, piece);
        }
        if self.phase == Phase::Leeching {
            self.request(ctx, at);
        }
    }

    /// A piece is whole: everybody is told.
    fn on_whole(&mut self, ctx: &mut Context<'_, BitTorrent>, piece: u32) {
        let words = self.pieces.shape().words();
        for at in 0..self.neighbours.len() {
            if self.neighbours[at].link != Link::Wired {
                continue;
            }
            self.say(ctx, at, |wire| Message::Have { wire, piece: Piece::new(piece) });
            if contains(&self.has[at * words..(at + 1) * words], piece) {
                let n = &mut self.neighbours[at];
                n.wanted -= 1;
                if n.wanted == 0 && n.interested {
                    n.interested = false;
                    self.say(ctx, at, |wire| Message::NotInterested { wire });
                }
            }
        }
        let (got, all) = (self.pieces.got(), self.pieces.shape().pieces());
        if got == 1 {
            self.story.first_piece = Some(ctx.now());
        }
        if got == all / 2 {
            self.story.entropy = self.pieces.entropy();
        }
        if got + 1 == all {
            self.story.last_but_one = Some(ctx.now());
        }
        if got == all {
            self.complete(ctx);
        }
    }

    /// The file is whole.
    fn complete(&mut self, ctx: &mut Context<'_, BitTorrent>) {
        self.phase = Phase::Seeding;
        self.known.clear();
        self.story.finished = Some(ctx.now());
        if let Some(began) = self.story.began {
            ctx.downloaded(self.object, began);
        }
        if self.stays(ctx) {
            ctx.publishing(1);
            self.announce(ctx, Why::Completed);
            ctx.transferring();
            for at in 0..self.neighbours.len() {
                if self.neighbours[at].link == Link::Wired {
                    self.part_if_both_seed(ctx, at);
                }
            }
        } else {
            self.leave(ctx);
        }
    }

    /// Sees to it that a peer that has everything leaves in time; whether it stays for now.
    pub(super) fn stays(&mut self, ctx: &mut Context<'_, BitTorrent>) -> bool {
        let time = match ctx.shared().params.seeding {
            Seeding::Forever {} => return true,
            Seeding::Fixed { time } => time,
            Seeding::Exponential { mean } => {
                let draw = crate::sim::random::exponential(rand::Rng::next_u64(&mut ctx.rng()));
                Span((draw * mean.nanos() as f64) as u64)
            }
        };
        if time > Span::ZERO {
            ctx.after(time, Timer::Leave(self.object));
        }
        time > Span::ZERO
    }

    /// Goes, with everything.
    pub(super) fn leave(&mut self, ctx: &mut Context<'_, BitTorrent>) {
        self.phase = Phase::Left;
        self.story.left = Some(ctx.now());
        self.say_goodbye(ctx);
    }

    /// Tells neighbours and tracker.
    pub(super) fn say_goodbye(&mut self, ctx: &mut Context<'_, BitTorrent>) {
        for at in 0..self.neighbours.len() {
            if self.neighbours[at].link == Link::Wired {
                ctx.send(self.neighbours[at].peer, Message::Close { object: self.object });
                self.forget(ctx, at);
            }
            self.neighbours[at].link = Link::Free;
        }
        ctx.maintaining();
        self.announce(ctx, Why::Stopped);
        ctx.transferring();
    }

    /// Tells the tracker, and asks for more peers if there are too few.
    pub(super) fn announce(&mut self, ctx: &mut Context<'_, BitTorrent>, why: Why) {
        let params = &ctx.shared().params;
        let few = self.phase == Phase::Leeching && self.engaged() < usize::from(params.min_neighbours);
        let want = Place::new(if few && why != Why::Stopped { usize::from(params.peers_wanted) } else { 0 });
        self.announced = ctx.now();
        let complete = self.pieces.is_complete();
        let message = Message::Announce { object: self.object, why, complete, want, retry: 0 };
        ctx.send(ctx.server(0), message);
    }

    // Rounds.

    /// The first round comes at a random time.
    pub(super) fn tick_from_now(&mut self, ctx: &mut Context<'_, BitTorrent>) {
        if !std::mem::replace(&mut self.ticking, true) {
            let period = ctx.shared().params.rechoke;
            let phase = Span(ctx.rng().random_range(0..period.nanos()));
            ctx.after(phase, Timer::Round(self.object));
        }
    }

    /// Looks after the neighbours, and chooses to whom to upload.
    pub(super) fn round(&mut self, ctx: &mut Context<'_, BitTorrent>) {
        self.ticking = self.phase == Phase::Leeching || !self.is_lonely();
        if !self.ticking {
            return;
        }
        self.rounds += 1;
        let (now, params) = (ctx.now(), ctx.shared().params.clone());
        let mut released = false;
        for at in 0..self.neighbours.len() {
            let n = &mut self.neighbours[at];
            if n.link != Link::Wired {
                continue;
            }
            if now.since(n.heard) > params.idle_timeout {
                self.hang_up(ctx, at);
                continue;
            }
            if n.asked_len > 0 && now.since(n.delivered) > params.snubbed_after {
                n.snubs = true;
                self.release(at);
                released = true;
            }
            if now.since(self.neighbours[at].said).nanos() >= params.idle_timeout.nanos() / 2 {
                self.say(ctx, at, |wire| Message::KeepAlive { wire });
            }
        }
        if released {
            self.request_all(ctx);
        }
        self.rechoke(ctx);
        let seldom = SELDOM.nanos().div_ceil(params.rechoke.nanos()) as u32;
        if params.peer_exchange && self.rounds.is_multiple_of(seldom) {
            self.exchange(ctx);
        }
        if self.phase == Phase::Leeching && self.engaged() < usize::from(params.min_neighbours) {
            self.call(ctx);
            let few = self.engaged() < usize::from(params.min_neighbours);
            if few && now.since(self.announced) >= SELDOM {
                ctx.maintaining();
                self.announce(ctx, Why::Regular);
                ctx.transferring();
            }
        }
        ctx.after(params.rechoke, Timer::Round(self.object));
    }

    /// Tells every neighbour of the others.
    fn exchange(&mut self, ctx: &mut Context<'_, BitTorrent>) {
        const MOST: usize = 50;
        let all: Vec<PeerId> = self.wired().map(|at| self.neighbours[at].peer).collect();
        for at in 0..self.neighbours.len() {
            let n = &self.neighbours[at];
            if n.link == Link::Wired && n.got < self.pieces.shape().pieces() {
                let others: Vec<PeerId> =
                    all.iter().copied().filter(|&peer| peer != n.peer).take(MOST).collect();
                self.say(ctx, at, |wire| Message::Exchange { wire, peers: Parcel::new(others) });
            }
        }
    }

    pub(super) fn hear(&mut self, at: usize, now: Time) {
        self.neighbours[at].heard = now;
    }

    // Super-seeding (BEP 16).

    fn is_super(&self, ctx: &Context<'_, BitTorrent>) -> bool {
        self.phase == Phase::Seeding && ctx.shared().params.super_seeding
    }

    /// Offers the neighbour a piece that it does not have: one that has been offered least.
    fn offer(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize) {
        let pieces = self.pieces.shape().pieces();
        self.offers.resize(pieces as usize, 0);
        let lacks = |&piece: &u32| !contains(self.has(at), piece);
        let Some(least) = (0..pieces).filter(lacks).map(|piece| self.offers[piece as usize]).min() else {
            return;
        };
        let alike: Vec<u32> =
            (0..pieces).filter(lacks).filter(|&piece| self.offers[piece as usize] == least).collect();
        let piece = alike[ctx.rng().random_range(0..alike.len())];
        self.offers[piece as usize] += 1;
        self.neighbours[at].offered = Some(piece);
        self.say(ctx, at, |wire| Message::Have { wire, piece: Piece::new(piece) });
    }

    /// `at` has a piece: who was offered it has passed it on, and is offered another. Alone, a neighbour is offered the next
    /// when it has the first.
    fn offer_after(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize, piece: u32) {
        let alone = self.wired().count() == 1;
        for other in 0..self.neighbours.len() {
            let n = &self.neighbours[other];
            let passed_on = n.link == Link::Wired && n.offered == Some(piece) && (other != at || alone);
            if passed_on {
                self.offer(ctx, other);
            }
        }
    }
}

impl Story {
    fn receive(&mut self, now: Time, bytes: u32) {
        self.down += u64::from(bytes);
        let bin = (now.nanos() / BIN.nanos()) as usize;
        if self.bins.len() <= bin {
            self.bins.resize(bin + 1, 0);
        }
        self.bins[bin] += bytes;
    }
}
