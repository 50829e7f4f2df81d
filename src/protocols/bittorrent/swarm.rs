//! One torrent at one peer: its neighbours, and what they say about pieces.

use rand::RngExt;

use super::message::{Message, Place, Why, Wire};
use super::params::Seeding;
use super::pieces::{Pieces, Shape};
use super::{BitTorrent, Context, Timer};
use crate::sim::{ObjectId, Parcel, PeerId, Span, Time};

/// The most requests that can be under way to one neighbour.
pub(super) const MOST_ASKED: usize = 16;
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
    pub(super) has: Vec<u64>,
    /// Peers that it could call.
    pub(super) known: Vec<PeerId>,
    pub(super) endgame: bool,
    pub(super) ticking: bool,
    pub(super) rounds: u32,
    pub(super) optimistic: Option<usize>,
    pub(super) announced: Time,
    /// As a super-seed, by piece: to how many it has been offered.
    pub(super) offers: Vec<u16>,
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
    pub(super) there: Place,
    /// We upload nothing to it.
    pub(super) choked: bool,
    /// It wants something from us.
    pub(super) wants: bool,
    /// It uploads nothing to us.
    pub(super) chokes: bool,
    /// We want something from it.
    pub(super) interested: bool,
    /// It has not delivered in time.
    pub(super) snubs: bool,
    pub(super) asked_len: u8,
    /// What we have asked it for: piece × 64 + block.
    pub(super) asked: [u32; MOST_ASKED],
    /// Pieces that it has.
    pub(super) got: u32,
    /// Pieces that it has and we do not.
    pub(super) wanted: u32,
    /// Bytes received from it and sent to it: in this round, and in the last one.
    pub(super) down: [u32; 2],
    pub(super) up: [u32; 2],
    pub(super) heard: Time,
    pub(super) said: Time,
    /// When it last delivered, or began to owe.
    pub(super) delivered: Time,
    /// Since when it is choked, or not.
    pub(super) since: Time,
    /// It has never been let in.
    pub(super) is_new: bool,
    /// As a super-seed: what we have offered it.
    pub(super) offered: Option<u32>,
    /// Blocks sent to it and received from it on this connection.
    pub(super) sent: u32,
    pub(super) came: u32,
    /// It has choked us after so many blocks, of which some are still on their way.
    pub(super) chokes_after: Option<u32>,
}

impl Neighbour {
    pub(super) fn new(peer: PeerId, link: Link, there: Place, now: Time) -> Neighbour {
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
            sent: 0,
            came: 0,
            chokes_after: None,
        }
    }

    pub(super) fn asked(&self) -> &[u32] {
        &self.asked[..usize::from(self.asked_len)]
    }

    pub(super) fn take(&mut self, what: u32) -> bool {
        let Some(place) = self.asked().iter().position(|&asked| asked == what) else { return false };
        // In order, as they went out.
        self.asked.copy_within(place + 1..usize::from(self.asked_len), place);
        self.asked_len -= 1;
        true
    }
}

pub(super) fn packed(piece: u32, block: u8) -> u32 {
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
    pub(super) fn engaged(&self) -> usize {
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

    pub(super) fn has(&self, at: usize) -> &[u64] {
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

    /// The file is whole.
    pub(super) fn complete(&mut self, ctx: &mut Context<'_, BitTorrent>) {
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
                // Of blocks that it says to have sent before it choked, some were lost: that is no snub.
                n.snubs |= n.chokes_after.is_none();
                n.came = n.chokes_after.take().unwrap_or(n.came);
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
    pub(super) fn exchange(&mut self, ctx: &mut Context<'_, BitTorrent>) {
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
}

impl Story {
    pub(super) fn receive(&mut self, now: Time, bytes: u32) {
        self.down += u64::from(bytes);
        let bin = (now.nanos() / BIN.nanos()) as usize;
        if self.bins.len() <= bin {
            self.bins.resize(bin + 1, 0);
        }
        self.bins[bin] += bytes;
    }
}
