//! What participants say to each other, and what it weighs.

use super::params::Shared;
use crate::sim::{ObjectId, Parcel, PeerId};

/// A 16-bit number of alignment 1: a place among the receiver's connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place([u8; 2]);

/// A 32-bit number of alignment 1: which piece of a torrent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece([u8; 4]);

/// A 32-bit number of alignment 1: how many blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocks([u8; 4]);

impl Blocks {
    pub(super) fn new(blocks: u32) -> Blocks {
        Blocks(blocks.to_le_bytes())
    }

    pub(super) fn get(self) -> u32 {
        u32::from_le_bytes(self.0)
    }
}

impl Block {
    pub(super) fn new(piece: u32, block: u8) -> Block {
        Block { piece: Piece::new(piece), block }
    }
}

impl Place {
    pub(super) fn new(place: usize) -> Place {
        Place((place as u16).to_le_bytes())
    }

    pub(super) fn get(self) -> usize {
        usize::from(u16::from_le_bytes(self.0))
    }
}

impl Piece {
    pub(super) fn new(piece: u32) -> Piece {
        Piece(piece.to_le_bytes())
    }

    pub(super) fn get(self) -> u32 {
        u32::from_le_bytes(self.0)
    }
}

/// One end of a TCP connection: the receiver's, as it named it in the handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wire {
    /// The torrent.
    pub object: ObjectId,
    /// The receiver's place for the sender.
    pub at: Place,
}

/// A block: a piece, and which of its blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// The piece.
    pub piece: Piece,
    /// The block in it.
    pub block: u8,
}

/// Why a peer calls the tracker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It only asks who is there: nothing will be downloaded.
    Asking,
    /// It comes.
    Started,
    /// It is still there.
    Regular,
    /// It has everything now.
    Completed,
    /// It goes.
    Stopped,
}

/// What is said.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each variant says what its fields are")]
pub enum Message {
    /// To the tracker: here I am, with everything or not; name me `want` others. `retry` counts from 0.
    Announce { object: ObjectId, why: Why, complete: bool, want: Place, retry: u8 },
    /// From the tracker: who is in the swarm.
    Peers { object: ObjectId, peers: Parcel<PeerId> },
    /// To a peer: may I be your neighbour? `at` is your place with me.
    Handshake { object: ObjectId, at: Place },
    /// Yes: my place with you is `wire.at`, yours with me is `at`, and I have these pieces.
    Welcome { wire: Wire, at: Place, has: Parcel<u64> },
    /// No, or no longer: I am not your neighbour in this swarm.
    Close { object: ObjectId },
    /// I have these pieces.
    Bitfield { wire: Wire, has: Parcel<u64> },
    /// I upload nothing to you. TCP would deliver this after the blocks that went before, here small messages overtake them:
    /// so it says how many of those there were since the handshake.
    Choke { wire: Wire, after: Blocks },
    /// You may ask for blocks.
    Unchoke { wire: Wire },
    /// You have what I want.
    Interested { wire: Wire },
    /// You have nothing that I want.
    NotInterested { wire: Wire },
    /// I have this piece, too.
    Have { wire: Wire, piece: Piece },
    /// Send me this block.
    Request { wire: Wire, block: Block },
    /// Here is the block.
    Piece { wire: Wire, block: Block },
    /// I have got this block elsewhere.
    Cancel { wire: Wire, block: Block },
    /// I am still here.
    KeepAlive { wire: Wire },
    /// These are my neighbours (BEP 11).
    Exchange { wire: Wire, peers: Parcel<PeerId> },
}

/// Bytes of a message, without the headers of TCP and IP. BEP 3 for what peers say (a
/// length, a type, the rest); BEP 23 for the tracker's lists, six bytes a peer; an HTTP GET and its response.
pub(super) fn wire_size(shared: &Shared, message: &Message) -> u32 {
    const LENGTH: u32 = 4;
    const TYPE: u32 = 1;
    const HANDSHAKE: u32 = 1 + 19 + 8 + 20 + 20;
    const GET: u32 = 200;
    const RESPONSE: u32 = 17 + "d8:intervali1800e5:peers300:e".len() as u32;
    const ADDRESS: u32 = 6;
    let bits = |has: &Parcel<u64>| 8 * has.as_slice().len() as u32;
    let addresses = |peers: &Parcel<PeerId>| ADDRESS * peers.as_slice().len() as u32;
    match message {
        Message::Announce { .. } => GET,
        Message::Peers { peers, .. } => RESPONSE + addresses(peers),
        Message::Handshake { .. } => HANDSHAKE,
        Message::Welcome { has, .. } => HANDSHAKE + LENGTH + TYPE + bits(has),
        // A segment that ends the connection.
        Message::Close { .. } => 20,
        Message::Bitfield { has, .. } => LENGTH + TYPE + bits(has),
        Message::Choke { .. }
        | Message::Unchoke { .. }
        | Message::Interested { .. }
        | Message::NotInterested { .. } => LENGTH + TYPE,
        Message::Have { .. } => LENGTH + TYPE + 4,
        Message::Request { .. } | Message::Cancel { .. } => LENGTH + TYPE + 12,
        Message::Piece { wire, block } => {
            let shape = shared.shape(wire.object);
            LENGTH + TYPE + 8 + shape.map_or(0, |shape| shape.bytes(block.piece.get(), block.block))
        }
        Message::KeepAlive { .. } => LENGTH,
        // A bencoded dictionary in an extension message.
        Message::Exchange { peers, .. } => LENGTH + TYPE + 1 + 20 + addresses(peers),
    }
}
