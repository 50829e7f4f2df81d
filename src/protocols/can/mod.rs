//! CAN: Ratnasamy, Francis, Handley, Karp, Shenker, *A Scalable Content-Addressable Network*, SIGCOMM 2001.
//!
//! | here | the paper |
//! | --- | --- |
//! | [`Table`]: own zones, neighbours and theirs | 2, "a coordinate routing table" |
//! | `find`, `forward`: greedily by coordinates | 2.1 |
//! | `join`, `split_for`, `announce` | 2.2, construction |
//! | `leave`, `hand_over`; `Update`; `silent`, `take_over`, `Takeover` | 2.3, node departure, recovery, maintenance |
//! | `tidy`, `reassign`: back to one zone per peer | 2.3 and appendix A, background zone reassignment |
//! | `realities`: forwarding looks at the neighbours' zones in all of them | 3.2 |
//! | [`Forwarding::Rtt`] | 3.3, better routing metrics |
//! | `peers_per_zone` | 3.4, overloading coordinate zones |
//! | `volume_check` | 3.7, more uniform partitioning |
//! | [`Plan`]: random joins, one after the other | the simulations of 2 and 3 |
//!
//! Where the paper is silent: of two who claim the same zone, or parts of it, the smaller one keeps it; a peer that misses a
//! neighbour behind one of its faces asks for its owner, and in the end owns what nobody else does; and one that has taken
//! something over asks now and then, by way of the bootstrap service, whether somebody else thinks it owns it too. Instead
//! of the expanding ring search past several dead neighbours, the origin of a request asks again, another way. Requests go
//! from peer to peer, and the owner of the point answers the origin. Published are references to the holders of an object,
//! which age and are published again. Where peers share zones, a peer knows all peers of a neighbouring zone, not only the
//! nearest, to which it sends.
//!
//! Left out: several hash functions (3.5), landmark ordering (3.6), caching and replication of popular keys (3.8).

mod message;
mod params;
mod repair;
mod requests;
mod settled;
mod spare;
mod table;
mod tree;
mod zones;

use self::message::Stamp;
pub use self::message::{Claim, Message, Owned};
pub use self::params::{Forwarding, GivenZone, Metric, Params, Shared};
use self::repair::Care;
pub use self::settled::Plan;
pub use self::table::{Contact, Table};
use super::index::Index;
use crate::sim::{
    Context, Lookup, ObjectId, Online, PeerId, Protocol, Routine, Setup, Site, Span, Textbook, Violation,
};
use crate::space::ring::Id;

type Ctx<'a> = Context<'a, Can>;

/// One peer of a CAN.
#[derive(Clone, Debug)]
pub struct Can {
    me: PeerId,
    /// It has a zone in every reality, and has published what it shares.
    joined: bool,
    table: Table,
    index: Index,
    /// What it minds only while the network changes.
    care: Option<Box<Care>>,
}

/// What a peer waits for.
#[derive(Clone, Copy, Debug)]
pub enum Timer {
    /// The neighbours are to be told, and looked after.
    Update,
    /// What the peer shares is to be published again.
    Republish,
    /// Without a zone in this reality: try again to join.
    Join {
        /// Which one.
        reality: u8,
    },
    /// A dead neighbour's zone may be taken over.
    TakeOver(Claim),
    /// A lookup found no way: try again.
    Find {
        /// What it looks for.
        key: Id,
        /// How often it has tried.
        attempt: u8,
    },
}

impl Protocol for Can {
    const NAME: &'static str = "can";
    const PAPER: &'static str = "Ratnasamy et al., SIGCOMM 2001";
    const TITLE: &'static str = "zones of a d-dimensional torus: structured";
    const TEXTBOOK: Textbook = Textbook { messages: "O(d n^(1/d))", hops: "O(d n^(1/d))", state: "O(d)" };
    type Params = Params;
    type Shared = Shared;
    type Message = Message;
    type Timer = Timer;
    type Plan = Plan;

    fn shared(setup: &Setup<'_>, params: &Params) -> Result<Shared, String> {
        Shared::new(setup, params)
    }

    fn new(me: PeerId, _shared: &Shared) -> Can {
        Can { me, joined: false, table: Table::default(), index: Index::default(), care: None }
    }

    fn plan(setup: &Setup<'_>, shared: &Shared) -> Plan {
        Plan::new(setup, shared)
    }

    fn settled(plan: &Plan, shared: &Shared, me: PeerId) -> Can {
        plan.peer(me, shared)
    }

    fn routines(shared: &Shared) -> Vec<Routine<Timer>> {
        let duties = [(Timer::Update, shared.params.update), (Timer::Republish, shared.params.republish)];
        let wanted = duties.into_iter().filter(|&(_, period)| period > Span::ZERO);
        wanted.map(|(timer, period)| Routine { timer, period }).collect()
    }

    fn on_join(&mut self, ctx: &mut Ctx<'_>, contact: Option<PeerId>) {
        (0..ctx.shared().params.realities).for_each(|reality| self.join(ctx, reality, contact));
    }

    fn on_leave(&mut self, ctx: &mut Ctx<'_>) {
        self.leave(ctx);
    }

    fn on_lookup(&mut self, ctx: &mut Ctx<'_>, lookup: Lookup) {
        let key = ctx.shared().key(lookup.object);
        self.look_up(ctx, key, 0);
    }

    #[inline]
    fn on_message(&mut self, ctx: &mut Ctx<'_>, from: PeerId, message: Message) {
        match message {
            Message::Find { key, origin, attempt } => self.find(ctx, key, origin, attempt),
            Message::Provider(peer) => ctx.answer(&[peer]),
            Message::Providers(peers) => ctx.answer(peers.as_slice()),
            Message::Put { reality, origin, attempt, entry } => {
                self.put(ctx, reality, origin, attempt, entry);
            }
            Message::Join { reality, found, key, newcomer } => {
                self.admit(ctx, reality, found, key, newcomer);
            }
            Message::Who { reality, key, origin } => self.who(ctx, reality, key, origin),
            Message::Give { stamp, gift } => {
                gift.into_vec().into_iter().for_each(|gift| self.given(ctx, from, stamp, gift));
            }
            Message::Update { stamp, known } => self.update(ctx, from, stamp, known.as_slice()),
            Message::Leaving { heirs } => self.leaving(ctx, from, heirs.as_slice()),
            Message::Takeover { dead, claim, smallness } => {
                self.taken_over(ctx, from, dead, claim, smallness);
            }
            Message::Store(entries) => self.store(ctx, entries.into_vec()),
            Message::Reassign { claim, origin } => self.reassign(ctx, claim, origin),
            Message::Wanted { claim } => self.wanted(ctx, from, claim),
            Message::Split { claim, upper } => self.halved(ctx, claim, upper),
            Message::Ping { sent } => ctx.reply(from, Message::Pong { sent }),
            Message::Pong { sent } => self.measured(ctx, from, sent),
            // The engine has noted the answer.
            Message::Stored => {}
        }
    }

    fn on_silence(&mut self, ctx: &mut Ctx<'_>, _to: PeerId, asked: Message) {
        match asked {
            Message::Find { key, attempt, .. } => self.look_up(ctx, key, attempt.saturating_add(1)),
            Message::Put { reality, attempt, entry, .. } => {
                let entry = entry.into_vec();
                self.put_again(ctx, reality, attempt.saturating_add(1), entry);
            }
            // Nothing else is asked.
            Message::Provider(_)
            | Message::Providers(_)
            | Message::Stored
            | Message::Join { .. }
            | Message::Who { .. }
            | Message::Give { .. }
            | Message::Update { .. }
            | Message::Leaving { .. }
            | Message::Takeover { .. }
            | Message::Store(_)
            | Message::Reassign { .. }
            | Message::Wanted { .. }
            | Message::Split { .. }
            | Message::Ping { .. }
            | Message::Pong { .. } => {}
        }
    }

    fn on_timer(&mut self, ctx: &mut Ctx<'_>, timer: Timer) {
        match timer {
            Timer::Update => self.look_after(ctx),
            Timer::Republish => {
                self.index.expire(ctx.now());
                self.publish_all(ctx);
            }
            Timer::Join { reality } => {
                if self.table.own_in(reality).next().is_none() {
                    let contact = ctx.bootstrap();
                    self.join(ctx, reality, contact);
                }
            }
            Timer::TakeOver(claim) => self.take_over(ctx, claim),
            Timer::Find { key, attempt } => self.look_up(ctx, key, attempt),
        }
    }

    fn links(&self) -> impl Iterator<Item = PeerId> {
        self.table.contacts().iter().map(|contact| contact.peer)
    }

    fn entries(&self) -> usize {
        self.table.contacts().len() + self.index.len()
    }

    fn wire_size(shared: &Shared, message: &Message) -> u32 {
        message.wire_size(shared.torus.dimensions())
    }

    fn invariants(network: &[&Self], online: &Online<'_>, shared: &Shared) -> Result<(), Violation> {
        settled::zones_partition_the_space(network, online, shared)
    }

    fn measures(network: &[&Self], online: &Online<'_>, shared: &Shared) -> Vec<(&'static str, f64)> {
        let peers: Vec<&Can> = online.addresses().iter().map(|peer| network[peer.index()]).collect();
        settled::measures(&peers, shared)
    }

    /// Of two dimensions, and of the first of several realities.
    fn sites(&self, shared: &Shared) -> Vec<Site> {
        self.table.own_in(0).filter_map(|claim| shared.site(shared.extent(claim))).collect()
    }

    fn site_of(shared: &Shared, object: ObjectId) -> Option<Site> {
        shared.point(object)
    }

    const FORESEES: bool = true;

    #[inline]
    fn follows(&self, _shared: &Shared, message: &Message, mut fetch: impl FnMut(*const u8)) {
        if let Message::Find { .. } = message {
            fetch(self.table.address());
        }
    }
}

impl Can {
    fn settled_with(me: PeerId, table: Table, index: Index) -> Can {
        Can { me, joined: true, table, index, care: None }
    }

    /// What the peer knows of zones.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// What the peer minds while the network changes.
    fn care(&mut self) -> &mut Care {
        self.care.get_or_insert_default()
    }

    /// Names the present state of its zones.
    fn stamp(&self) -> Stamp {
        self.care.as_ref().map_or(Stamp(1), |care| care.stamp)
    }

    /// The keys for which it keeps entries.
    pub fn keys(&self) -> impl Iterator<Item = Id> + '_ {
        self.index.keys()
    }
}
