//! The `[protocol.bittorrent]` table, and what follows from it.

use serde::{Deserialize, Serialize};

use super::pieces::Shape;
use crate::sim::random::{Purpose, derive, unit};
use crate::sim::{ObjectId, Setup, Span};
use crate::units::{Bytes, Share};

/// The `[protocol.bittorrent]` table. Unless something else is said, the defaults are those of Cohen's paper, of BEP 3, or
/// of the first client (mainline 3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// The size of a piece, whole blocks of 16 KiB and at most 64 of them; default 256 KiB.
    pub piece: Bytes,
    /// Requests under way to one neighbour, 1 to 16; default 5.
    pub pipeline: u8,
    /// Neighbours that a peer uploads to at a time, the optimistic one included; default 4.
    pub upload_slots: u16,
    /// How often the neighbours to upload to are chosen; default 10 s. Rates are those of the last two such rounds.
    pub rechoke: Span,
    /// After how many rounds another neighbour is the optimistic one; default 3.
    pub optimistic_rounds: u32,
    /// After how long without a block what was asked of a neighbour is asked of others; default 60 s.
    pub snubbed_after: Span,
    /// So many pieces are chosen at random before the rarest come first; default 4.
    pub random_first: u32,
    /// How many peers the tracker names; default 50.
    pub peers_wanted: u16,
    /// A peer looks for neighbours itself until it has so many; default 40.
    pub initiate: u16,
    /// With fewer neighbours than this a peer asks the tracker again, once a minute; default 20.
    pub min_neighbours: u16,
    /// The most neighbours; default 80.
    pub max_neighbours: u16,
    /// Whom a seed uploads to; default the fastest.
    pub seed_choking: SeedChoking,
    /// How long a peer stays in the swarm when it has everything; default for ever.
    pub seeding: Seeding,
    /// Whether seeds offer each neighbour one piece at a time (BEP 16); default no.
    pub super_seeding: bool,
    /// Whether neighbours tell each other of theirs, once a minute (BEP 11); default no.
    pub peer_exchange: bool,
    /// The share of peers that upload nothing; default 0 %.
    pub free_riders: Share,
    /// Servers beside the tracker that seed everything; default 0.
    pub origin_seeds: u32,
    /// From one announcement to the next; default 4 min, about as often as mainline asks for more peers. Trackers mostly ask for
    /// announcements every 30 min, and remember peers for 45.
    pub announce_interval: Span,
    /// After how long a silence the tracker forgets a peer; default 9 min.
    pub expiry: Span,
    /// How long a peer waits for the tracker, or for a handshake; default 5 s.
    pub timeout: Span,
    /// How often it asks the tracker again; default 2.
    pub retries: u8,
    /// A connection on which nothing came for so long is closed; keep-alives are sent in half that time. Default 4 min.
    pub idle_timeout: Span,
}

/// Whom a seed uploads to, apart from the optimistic one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeedChoking {
    /// Those to whom it uploads fastest (Cohen 2003).
    #[default]
    Fastest,
    /// Those who have waited longest (mainline 4).
    RoundRobin,
}

/// How long a peer stays in the swarm when it has everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Seeding {
    /// As long as it is online.
    Forever {},
    /// So long; 0 s to leave at once.
    Fixed {
        /// How long.
        time: Span,
    },
    /// At random.
    Exponential {
        /// How long on average.
        mean: Span,
    },
}

impl Default for Seeding {
    fn default() -> Seeding {
        Seeding::Forever {}
    }
}

impl Default for Params {
    fn default() -> Params {
        Params {
            piece: Bytes(256 << 10),
            pipeline: 5,
            upload_slots: 4,
            rechoke: Span::secs(10),
            optimistic_rounds: 3,
            snubbed_after: Span::secs(60),
            random_first: 4,
            peers_wanted: 50,
            initiate: 40,
            min_neighbours: 20,
            max_neighbours: 80,
            seed_choking: SeedChoking::Fastest,
            seeding: Seeding::default(),
            super_seeding: false,
            peer_exchange: false,
            free_riders: Share(0.0),
            origin_seeds: 0,
            announce_interval: Span::secs(240),
            expiry: Span::secs(540),
            timeout: Span::secs(5),
            retries: 2,
            idle_timeout: Span::secs(240),
        }
    }
}

/// Parameters made ready.
#[derive(Debug)]
pub struct Shared {
    pub(super) params: Params,
    pub(super) peers: u32,
    /// By object.
    shapes: Box<[Shape]>,
    seed: u64,
}

impl Shared {
    pub(super) fn new(setup: &Setup<'_>, params: &Params) -> Result<Shared, String> {
        let refuse = |wrong: bool, why: &str| if wrong { Err(why.to_owned()) } else { Ok(()) };
        let piece = params.piece.0;
        let blocks = piece / u64::from(Shape::BLOCK);
        let whole = piece.is_multiple_of(u64::from(Shape::BLOCK)) && (1..=64).contains(&blocks);
        refuse(!whole, "piece must be 1 to 64 blocks of 16 KiB, such as \"256 KiB\"")?;
        refuse(!(1..=16).contains(&params.pipeline), "pipeline must be 1 to 16")?;
        refuse(params.upload_slots == 0, "upload_slots must be at least 1")?;
        refuse(params.rechoke == Span::ZERO, "rechoke must be more than 0 s")?;
        refuse(params.optimistic_rounds == 0, "optimistic_rounds must be at least 1")?;
        refuse(params.snubbed_after == Span::ZERO, "snubbed_after must be more than 0 s")?;
        refuse(params.peers_wanted == 0, "peers_wanted must be at least 1")?;
        refuse(params.initiate == 0, "initiate must be at least 1")?;
        let order =
            params.min_neighbours <= params.max_neighbours && params.initiate <= params.max_neighbours;
        refuse(!order, "min_neighbours and initiate must be at most max_neighbours")?;
        refuse(!(0.0..=1.0).contains(&params.free_riders.0), "free_riders must be 0 % to 100 %")?;
        refuse(params.announce_interval == Span::ZERO, "announce_interval must be more than 0 s")?;
        refuse(params.expiry <= params.announce_interval, "expiry must be longer than announce_interval")?;
        refuse(params.timeout == Span::ZERO, "timeout must be more than 0 s")?;
        refuse(
            params.idle_timeout < Span(2 * params.rechoke.nanos()),
            "idle_timeout must be at least twice rechoke",
        )?;
        let objects = setup.world.objects();
        let largest =
            (0..objects).map(|rank| setup.world.object_size(ObjectId::new(rank))).max().unwrap_or(0);
        let pieces = largest.div_ceil(piece);
        refuse(pieces > 1 << 20, "piece must be larger: an object has more than 1,048,576 of them")?;
        let shape = |rank| Shape::new(setup.world.object_size(ObjectId::new(rank)), piece);
        let shapes = (0..objects).map(shape).collect();
        Ok(Shared { params: params.clone(), peers: setup.world.peers(), shapes, seed: setup.world.seed() })
    }

    /// Whether participant `number` is the tracker: the first server.
    pub(super) fn is_tracker(&self, number: u32) -> bool {
        number == self.peers
    }

    /// Whether participant `number` seeds everything.
    pub(super) fn is_origin(&self, number: u32) -> bool {
        number > self.peers
    }

    /// What an origin seeds.
    pub(super) fn catalogue(&self) -> impl Iterator<Item = ObjectId> {
        (0..self.shapes.len() as u32).map(ObjectId::new)
    }

    /// How `object` is cut, as its metainfo file says; `None` if there is no such object.
    pub(super) fn shape(&self, object: ObjectId) -> Option<Shape> {
        self.shapes.get(object.index()).copied()
    }

    /// Whether peer `number` uploads nothing: drawn once for a run.
    pub(super) fn rides_free(&self, number: u32) -> bool {
        let drawn = unit(derive(self.seed, Purpose::Clients, u64::from(number)));
        number < self.peers && drawn < self.params.free_riders.0
    }
}
