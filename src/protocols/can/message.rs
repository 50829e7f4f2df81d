//! What CAN peers say to each other, and what it weighs.

use crate::protocols::index::Entry;
use crate::sim::{Parcel, PeerId};
use crate::space::ring::Id;
use crate::space::torus::Zone;

/// A zone in one of the realities. Alignment 1, so that messages pack tightly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Claim {
    /// Which coordinate space.
    pub reality: u8,
    /// What of it.
    pub zone: Zone,
}

/// A zone and who owns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owned {
    /// Who.
    pub peer: PeerId,
    /// What.
    pub claim: Claim,
}

/// What one peer hands over to another.
#[derive(Clone, Debug)]
pub struct Gift {
    /// Zones that are the receiver's from now on.
    pub claims: Vec<Claim>,
    /// Their part of the index.
    pub entries: Vec<Entry>,
    /// What the giver keeps, first, and what it knows of others.
    pub known: Vec<Owned>,
}

/// How often a peer's zones have changed: of two of its messages, the one with the higher number counts. Alignment 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(Rust, packed)]
pub struct Stamp(pub u32);

/// When a ping was sent, in nanoseconds. Alignment 1.
#[derive(Clone, Copy, Debug)]
#[repr(Rust, packed)]
pub struct Moment(pub u64);

/// What a message says.
#[derive(Clone, Debug)]
pub enum Message {
    /// Who provides `key`? Routed to its owner in any reality, which tells `origin`; the first attempt greedily.
    Find { key: Id, origin: PeerId, attempt: u8 },
    /// This one provides the key.
    Provider(PeerId),
    /// These provide the key; perhaps nobody.
    Providers(Parcel<PeerId>),
    /// Routed to the owner of the entry's key in `reality`: keep it. The sender of this message asked for it.
    Put { reality: u8, origin: PeerId, attempt: u8, entry: Parcel<Entry> },
    /// I have it.
    Stored,
    /// Routed to the owner of `key` in `reality`: split your zone for `newcomer`, or (`found`) do so wherever `key` lies.
    Join { reality: u8, found: bool, key: Id, newcomer: PeerId },
    /// Routed to the owner of `key` in `reality`: tell `origin` who you are.
    Who { reality: u8, key: Id, origin: PeerId },
    /// These zones are yours.
    Give { stamp: Stamp, gift: Parcel<Gift> },
    /// My zones come first, then what I know of others. Wants an answer if it does not say what the receiver's zones are.
    Update { stamp: Stamp, known: Parcel<Owned> },
    /// I am leaving; these have my zones.
    Leaving { heirs: Parcel<Owned> },
    /// `dead` is silent, and I take its zone over; my own volume is some 2^−`smallness`.
    Takeover { dead: PeerId, claim: Claim, smallness: u8 },
    /// Keep these index entries.
    Store(Parcel<Entry>),
    /// Routed down to a pair of zones that could be one: one of you can take over this zone, of which `origin` has too
    /// many.
    Reassign { claim: Claim, origin: PeerId },
    /// I take it.
    Wanted { claim: Claim },
    /// The zone that we share is split, and you keep its upper or its lower half.
    Split { claim: Claim, upper: bool },
    /// Are you there?
    Ping { sent: Moment },
    /// I am.
    Pong { sent: Moment },
}

impl Message {
    /// Bytes on the wire: 20 for the header, and 4 for each identifier, address or coordinate carried: a point has one in
    /// each of the `dimensions`, a zone two.
    pub fn wire_size(&self, dimensions: usize) -> u32 {
        let (point, zone) = (dimensions, 2 * dimensions);
        // A key, a provider and a lifetime each.
        let entries = |entries: &[Entry]| (point + 2) * entries.len();
        let owned = |owned: &[Owned]| (1 + zone) * owned.len();
        let carried = match self {
            Message::Find { .. } | Message::Join { .. } | Message::Who { .. } => point + 1,
            Message::Provider(_) => 1,
            Message::Providers(peers) => peers.as_slice().len(),
            Message::Put { entry, .. } => 1 + entries(entry.as_slice()),
            Message::Stored => 0,
            Message::Give { gift, .. } => {
                let gifts = gift.as_slice().iter();
                gifts.map(|g| zone * g.claims.len() + entries(&g.entries) + owned(&g.known)).sum()
            }
            Message::Update { known, .. } => owned(known.as_slice()),
            Message::Leaving { heirs } => owned(heirs.as_slice()),
            Message::Takeover { .. } => zone + 2,
            Message::Store(list) => entries(list.as_slice()),
            Message::Reassign { .. } => zone + 1,
            Message::Wanted { .. } => zone,
            Message::Split { .. } => zone + 1,
            Message::Ping { .. } | Message::Pong { .. } => 1,
        };
        20 + 4 * carried as u32
    }
}
