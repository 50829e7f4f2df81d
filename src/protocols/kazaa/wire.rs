//! Bytes on the wire.

use super::{Message, Shared};

/// FastTrack's packets, without the TCP and IP headers below, as the giFT project's notes on the encrypted protocol describe
/// them; what it leaves open is ours. Texts have the mean length that Yang and Garcia-Molina (*Designing a Super-Peer
/// Network*, 2003) measured in Gnutella.
#[inline]
pub(super) fn size(shared: &Shared, message: &Message) -> u32 {
    /// Marker, type, length.
    const HEADER: u32 = 1 + 2 + 2;
    const FILE_NAME: u32 = 66;
    /// The UUHash, a checksum, the size, and a tag with the name.
    const FILE: u32 = 20 + 4 + 4 + 2 + FILE_NAME;
    /// Address and port.
    const HOST: u32 = 4 + 2;
    /// In a refresh list also load and time of the last sign of life.
    const LISTED: u32 = HOST + 2;
    /// UDP: type, encryption, and the network's name.
    const DATAGRAM: u32 = 1 + 4 + 1 + "KaZaA\0".len() as u32;
    /// An HTTP request for a hash, with the user's name, network and participation level; its answer; and a range.
    const REQUEST: u32 = 180;
    const REPLY: u32 = 120;
    const RANGE: u32 = 40;
    /// Name of the cluster, load, and up to two partners.
    const STATUS: u32 = HOST + 2;
    match message {
        // Results wanted, number, one term with its type and length, and its origin's address.
        Message::Query(_) => HEADER + 2 + 2 + 4 + shared.query_text + HOST,
        // Number and count; for each result its host, bandwidth and user's name, and the file.
        Message::Hits { providers, .. } => {
            HEADER + 2 + 2 + providers.as_slice().len() as u32 * (HOST + 1 + 10 + FILE)
        }
        Message::Supers(list) => HEADER + list.as_slice().len() as u32 * LISTED,
        Message::WhoIs
        | Message::Refused
        | Message::Detach
        | Message::Unlink
        | Message::Promote
        | Message::Which => HEADER,
        // Who waits, and where; whom it is for, and the file's hash.
        Message::Push { .. } => HEADER + HOST + HOST + 20,
        Message::Parts(files) => HEADER + files.as_slice().len() as u32 * FILE,
        // "GIVE" and the file's number.
        Message::Knock { .. } => 4 + 10,
        Message::Ask { .. } => REQUEST,
        Message::Get { .. } => REQUEST + RANGE,
        Message::Queued | Message::Gone { .. } => REPLY,
        Message::Ready { has, .. } => REPLY + 8 * has.as_slice().len() as u32,
        Message::Chunk { object, chunk } => {
            let (object, number) = (*object, chunk.number());
            REPLY + RANGE + shared.chunk_bytes(object, number)
        }
        // The end of the connection.
        Message::Done { .. } => 0,
        Message::Own(_) => HEADER + 4,
        Message::Probe => DATAGRAM,
        Message::Busy(_) => DATAGRAM + 2,
        // The handshake: two random numbers for the ciphers; the peer's address, bandwidth and name.
        Message::Attach(_) => 8 + HEADER + HOST + 1 + 10,
        Message::Welcome(circle) => 8 + HEADER + u32::from(circle.len) * HOST,
        Message::Files(files) => files.as_slice().len() as u32 * (HEADER + FILE),
        Message::Ping { .. } => HEADER + 1,
        Message::Pong { circle, .. } => HEADER + 4 + u32::from(circle.len) * HOST,
        Message::Move { .. } | Message::Recruit { .. } => HEADER + HOST,
        Message::Link(status) | Message::Linked(status) => {
            8 + HEADER + STATUS + u32::from(status.circle.len) * HOST
        }
        Message::Alive(status) | Message::AliveToo(status) => {
            HEADER + STATUS + u32::from(status.circle.len) * HOST
        }
    }
}
