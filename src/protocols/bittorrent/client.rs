//! A peer: its torrents, and its calls to the tracker.

use super::message::{Message, Place, Why, Wire};
use super::swarm::{Phase, Swarm};
use super::{BitTorrent, Context, Timer};
use crate::sim::{Lookup, ObjectId, PeerId};

/// What a peer knows.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// What it downloads, has downloaded, or seeds to somebody; by object.
    pub(super) swarms: Vec<Swarm>,
    /// The tracker, when last heard of.
    pub(super) tracker: Option<PeerId>,
}

impl Client {
    pub(super) fn on_message(&mut self, ctx: &mut Context<'_, BitTorrent>, from: PeerId, message: Message) {
        match message {
            Message::Peers { object, peers } => self.on_peers(ctx, from, object, peers.as_slice()),
            Message::Handshake { object, at } => self.on_handshake(ctx, from, object, at),
            Message::Welcome { wire, at, has } => self.on_welcome(ctx, from, wire, at, has.as_slice()),
            Message::Close { object } => self.on_close(ctx, from, object),
            Message::Have { wire, piece } => {
                self.on_wire(ctx, from, wire, |swarm, ctx, at| swarm.on_have(ctx, at, piece.get()));
            }
            Message::Request { wire, block } => {
                self.on_wire(ctx, from, wire, |swarm, ctx, at| swarm.on_request(ctx, at, block));
            }
            Message::Piece { wire, block } => {
                if let Some(swarm) = self.swarm(wire.object) {
                    swarm.count_block(ctx.now(), block.piece.get(), block.block);
                }
                self.on_wire(ctx, from, wire, |swarm, ctx, at| {
                    swarm.on_piece(ctx, at, block.piece.get(), block.block);
                });
            }
            Message::Choke { wire, after } => {
                self.on_wire(ctx, from, wire, |swarm, ctx, at| swarm.on_choke(ctx, at, after.get()));
            }
            Message::Unchoke { wire } => {
                self.on_wire(ctx, from, wire, |swarm, ctx, at| swarm.on_unchoke(ctx, at));
            }
            Message::Interested { wire } => {
                self.on_wire(ctx, from, wire, |swarm, ctx, at| swarm.on_interested(ctx, at));
            }
            Message::NotInterested { wire } => {
                self.on_wire(ctx, from, wire, |swarm, ctx, at| swarm.on_not_interested(ctx, at));
            }
            Message::Bitfield { wire, has } => self.on_wire(ctx, from, wire, |swarm, ctx, at| {
                swarm.on_bitfield(ctx, at, has.as_slice());
            }),
            Message::Cancel { wire, block } => {
                self.on_wire(ctx, from, wire, |swarm, ctx, at| swarm.on_cancel(ctx, at, block));
            }
            Message::KeepAlive { wire } => self.on_wire(ctx, from, wire, |_, _, _| {}),
            Message::Exchange { wire, peers } => self.on_wire(ctx, from, wire, |swarm, ctx, _| {
                if swarm.phase == Phase::Leeching {
                    swarm.meet(ctx, peers.as_slice());
                }
            }),
            // What only the tracker is told.
            Message::Announce { .. } => {}
        }
    }

    /// Something on a connection; if there is none, the other side is told.
    #[inline]
    fn on_wire(
        &mut self,
        ctx: &mut Context<'_, BitTorrent>,
        from: PeerId,
        wire: Wire,
        then: impl FnOnce(&mut Swarm, &mut Context<'_, BitTorrent>, usize),
    ) {
        ctx.transferring();
        let swarm = self.swarm(wire.object);
        match swarm.and_then(|swarm| swarm.end(wire, from).map(|at| (swarm, at))) {
            Some((swarm, at)) => {
                swarm.hear(at, ctx.now());
                then(swarm, ctx, at);
            }
            None => ctx.send(from, Message::Close { object: wire.object }),
        }
    }

    #[inline]
    fn swarm(&mut self, object: ObjectId) -> Option<&mut Swarm> {
        self.swarms.iter_mut().find(|swarm| swarm.object == object)
    }

    fn add(&mut self, swarm: Swarm) -> &mut Swarm {
        let place = self.swarms.partition_point(|other| other.object < swarm.object);
        self.swarms.insert(place, swarm);
        &mut self.swarms[place]
    }

    /// Whether the peer has had `object` from the start.
    fn owns(ctx: &Context<'_, BitTorrent>, object: ObjectId) -> bool {
        let shared = ctx.shared();
        if shared.is_origin(ctx.me().number()) { shared.shape(object).is_some() } else { ctx.holds(object) }
    }

    /// The user wants an object: who has it? Where the workload wants downloads, the peer joins the swarm.
    pub(super) fn look_up(&mut self, ctx: &mut Context<'_, BitTorrent>, lookup: Lookup) {
        let object = lookup.object;
        let joins = ctx.wants_downloads() && !Client::owns(ctx, object) && self.swarm(object).is_none();
        let why = if joins { Why::Started } else { Why::Asking };
        if let Some(shape) = ctx.shared().shape(object).filter(|_| joins) {
            let swarm = self.add(Swarm::new(object, Phase::Asking, shape));
            swarm.story.began = Some(ctx.now());
        }
        Client::ask(ctx, object, why, 0);
    }

    fn ask(ctx: &mut Context<'_, BitTorrent>, object: ObjectId, why: Why, retry: u8) {
        let params = &ctx.shared().params;
        let (want, timeout) = (Place::new(usize::from(params.peers_wanted)), params.timeout);
        ctx.ask(ctx.server(0), Message::Announce { object, why, complete: false, want, retry }, timeout);
    }

    /// Nobody answered: the tracker is asked again, a few times.
    pub(super) fn on_silence(&mut self, ctx: &mut Context<'_, BitTorrent>, to: PeerId, asked: &Message) {
        match *asked {
            Message::Announce { object, why, retry, .. } if retry < ctx.shared().params.retries => {
                Client::ask(ctx, object, why, retry + 1);
            }
            Message::Announce { object, .. } => self.give_up(object),
            Message::Handshake { object, at } => {
                ctx.transferring();
                if let Some(swarm) = self.swarm(object) {
                    swarm.on_no_answer(ctx, to, at.get());
                }
            }
            _ => {}
        }
    }

    /// Nobody has it, or the tracker is down.
    fn give_up(&mut self, object: ObjectId) {
        self.swarms.retain(|swarm| swarm.object != object || swarm.phase != Phase::Asking);
    }

    /// The tracker has answered.
    fn on_peers(
        &mut self,
        ctx: &mut Context<'_, BitTorrent>,
        tracker: PeerId,
        object: ObjectId,
        peers: &[PeerId],
    ) {
        self.tracker = Some(tracker);
        ctx.answer(peers);
        ctx.transferring();
        let Some(swarm) = self.swarm(object) else { return };
        match swarm.phase {
            Phase::Asking if peers.is_empty() => self.give_up(object),
            Phase::Asking => {
                swarm.phase = Phase::Leeching;
                ctx.downloading();
                swarm.tick_from_now(ctx);
                swarm.meet(ctx, peers);
            }
            Phase::Leeching => swarm.meet(ctx, peers),
            Phase::Seeding | Phase::Left => {}
        }
    }

    fn on_handshake(&mut self, ctx: &mut Context<'_, BitTorrent>, from: PeerId, object: ObjectId, at: Place) {
        if self.swarm(object).is_none()
            && Client::owns(ctx, object)
            && let Some(shape) = ctx.shared().shape(object)
        {
            self.add(Swarm::new(object, Phase::Seeding, shape));
        }
        match self.swarm(object) {
            Some(swarm) => swarm.on_handshake(ctx, from, at),
            None => ctx.reply(from, Message::Close { object }),
        }
    }

    fn on_welcome(
        &mut self,
        ctx: &mut Context<'_, BitTorrent>,
        from: PeerId,
        wire: Wire,
        there: Place,
        has: &[u64],
    ) {
        ctx.transferring();
        match self.swarm(wire.object) {
            Some(swarm) => swarm.on_welcome(ctx, from, wire.at.get(), there, has),
            None => ctx.send(from, Message::Close { object: wire.object }),
        }
    }

    fn on_close(&mut self, ctx: &mut Context<'_, BitTorrent>, from: PeerId, object: ObjectId) {
        ctx.transferring();
        if let Some(swarm) = self.swarm(object) {
            swarm.on_close(ctx, from);
        }
    }

    /// Comes online: the tracker is told of everything that the peer has, and downloads go on.
    pub(super) fn join(&mut self, ctx: &mut Context<'_, BitTorrent>) {
        let shares: Vec<ObjectId> = self.owned(ctx);
        let finished = self.swarms.iter().filter(|swarm| swarm.phase == Phase::Seeding).count();
        ctx.publishing((shares.len() + finished) as u32);
        for object in shares {
            Client::announce(ctx, object, Why::Started);
        }
        for swarm in &mut self.swarms {
            match swarm.phase {
                Phase::Seeding => {
                    if swarm.stays(ctx) {
                        swarm.announce(ctx, Why::Started);
                    } else {
                        swarm.phase = Phase::Left;
                    }
                }
                Phase::Leeching => {
                    ctx.transferring();
                    swarm.announce(ctx, Why::Started);
                    swarm.tick_from_now(ctx);
                }
                Phase::Asking | Phase::Left => {}
            }
        }
    }

    /// What the peer has had from the start.
    fn owned(&self, ctx: &Context<'_, BitTorrent>) -> Vec<ObjectId> {
        let shared = ctx.shared();
        if shared.is_origin(ctx.me().number()) { shared.catalogue().collect() } else { ctx.shares().to_vec() }
    }

    fn announce(ctx: &mut Context<'_, BitTorrent>, object: ObjectId, why: Why) {
        let message = Message::Announce { object, why, complete: true, want: Place::new(0), retry: 0 };
        ctx.send(ctx.server(0), message);
    }

    /// The tracker is to know that the peer is still there.
    pub(super) fn announce_all(&mut self, ctx: &mut Context<'_, BitTorrent>) {
        let owned = self.owned(ctx);
        for &object in &owned {
            Client::announce(ctx, object, Why::Regular);
        }
        for swarm in &mut self.swarms {
            let listed = matches!(swarm.phase, Phase::Leeching | Phase::Seeding);
            if listed && owned.binary_search(&swarm.object).is_err() {
                swarm.announce(ctx, Why::Regular);
            }
        }
    }

    pub(super) fn leave(&mut self, ctx: &mut Context<'_, BitTorrent>) {
        let owned = self.owned(ctx);
        for &object in &owned {
            Client::announce(ctx, object, Why::Stopped);
        }
        for swarm in &mut self.swarms {
            if matches!(swarm.phase, Phase::Leeching | Phase::Seeding) {
                swarm.say_goodbye(ctx);
            }
        }
    }

    /// What is on the disk: downloads, finished or not.
    pub(super) fn on_disk(&self) -> Client {
        let kept = |swarm: &&Swarm| swarm.story.began.is_some() && swarm.phase != Phase::Asking;
        Client { swarms: self.swarms.iter().filter(kept).map(Swarm::on_disk).collect(), tracker: None }
    }

    pub(super) fn on_timer(&mut self, ctx: &mut Context<'_, BitTorrent>, timer: Timer) {
        match timer {
            Timer::Announce => self.announce_all(ctx),
            Timer::Round(object) => self.round(ctx, object),
            Timer::Leave(object) => {
                ctx.transferring();
                if let Some(swarm) = self.swarm(object).filter(|swarm| swarm.phase == Phase::Seeding) {
                    swarm.leave(ctx);
                }
            }
        }
    }

    fn round(&mut self, ctx: &mut Context<'_, BitTorrent>, object: ObjectId) {
        ctx.transferring();
        let Some(swarm) = self.swarm(object) else { return };
        swarm.round(ctx);
        // A seed without neighbours need not remember anything.
        let idle = swarm.phase == Phase::Seeding && !swarm.ticking && swarm.story.began.is_none();
        if idle && swarm.story.up == 0 {
            self.swarms.retain(|swarm| swarm.object != object);
        }
    }

    /// What the tracker should list for it, besides what it owns: the object, and whether it has everything.
    pub(super) fn listed(&self) -> impl Iterator<Item = (ObjectId, bool)> + '_ {
        self.swarms.iter().filter_map(|swarm| match swarm.phase {
            Phase::Leeching => Some((swarm.object, false)),
            Phase::Seeding => Some((swarm.object, true)),
            Phase::Asking | Phase::Left => None,
        })
    }
}
