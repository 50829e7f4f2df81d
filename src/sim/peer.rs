//! Who takes part: peers, the objects they share, and the order in which simultaneous events are handled.

use std::fmt;

/// Bits of a [`PeerId`] that number the peer; the others stamp its session.
const NUMBER_BITS: u32 = 27;
const NUMBER_MASK: u32 = (1 << NUMBER_BITS) - 1;

/// The most participants (peers and servers) that one run can hold: 134,217,728.
pub const MAX_PEERS: u32 = 1 << NUMBER_BITS;

/// The address of one participant: its number, stamped with the session in which that address was learned.
///
/// Peers are numbered `0..peers`, servers after them. Two addresses of the same peer from different sessions are *not*
/// equal: whoever returns is somebody new, and what was sent to the earlier session is dropped by the engine. The stamp
/// counts modulo 32. Alignment 1, so that messages pack tightly.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(Rust, packed)]
pub struct PeerId(u32);

impl PeerId {
    /// The address of participant `number` in its first session.
    ///
    /// # Panics
    /// If `number` is not below [`MAX_PEERS`].
    #[inline]
    pub const fn new(number: u32) -> PeerId {
        assert!(number < MAX_PEERS);
        PeerId(number)
    }

    /// The number of the participant, whatever its session.
    #[inline]
    pub const fn number(self) -> u32 {
        self.0 & NUMBER_MASK
    }

    /// [`number`](Self::number) as an index into tables by peer.
    #[inline]
    pub const fn index(self) -> usize {
        self.number() as usize
    }

    /// The stamp of the session, modulo 32.
    #[inline]
    pub const fn session(self) -> u8 {
        (self.0 >> NUMBER_BITS) as u8
    }

    /// The same participant's address in the session that follows this one.
    #[inline]
    pub const fn next_session(self) -> PeerId {
        PeerId(self.0.wrapping_add(1 << NUMBER_BITS))
    }

    /// Number and session packed.
    #[inline]
    pub(crate) const fn bits(self) -> u32 {
        self.0
    }

    #[inline]
    pub(crate) const fn from_bits(bits: u32) -> PeerId {
        PeerId(bits)
    }
}

impl fmt::Debug for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.session() {
            0 => write!(f, "{}", self.number()),
            session => write!(f, "{}'{session}", self.number()),
        }
    }
}

/// A shared thing, numbered by popularity rank: object 0 is asked for most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(Rust, packed)]
pub struct ObjectId(u32);

impl ObjectId {
    /// The object of popularity rank `rank` (0 is the most popular).
    #[inline]
    pub const fn new(rank: u32) -> ObjectId {
        ObjectId(rank)
    }

    /// The popularity rank, which is also the object's number.
    #[inline]
    pub const fn rank(self) -> u32 {
        self.0
    }

    /// The rank as an index into tables by object.
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A keyed permutation of addresses: which of several senders goes first at one instant.
///
/// A bijection of `u32`, so that ranks identify their senders, and without favour for low numbers: another run seed gives
/// another order.
#[derive(Clone, Copy, Debug)]
pub struct Precedence {
    before: u32,
    after: u32,
}

const MUL_1: u32 = 0x85eb_ca6b;
const MUL_2: u32 = 0xc2b2_ae35;
const INV_1: u32 = inverse(MUL_1);
const INV_2: u32 = inverse(MUL_2);

/// The inverse of an odd number modulo 2^32, by Newton's iteration.
const fn inverse(odd: u32) -> u32 {
    let mut x = odd;
    let mut i = 0;
    while i < 5 {
        x = x.wrapping_mul(2u32.wrapping_sub(odd.wrapping_mul(x)));
        i += 1;
    }
    x
}

impl Precedence {
    /// The permutation named by `key`.
    pub fn new(key: u64) -> Precedence {
        Precedence { before: key as u32, after: (key >> 32) as u32 }
    }

    /// The place of `peer` in the order.
    #[inline]
    pub fn rank(self, peer: PeerId) -> u32 {
        let mut x = peer.bits() ^ self.before;
        x ^= x >> 16;
        x = x.wrapping_mul(MUL_1);
        x ^= x >> 13;
        x = x.wrapping_mul(MUL_2);
        x ^= x >> 16;
        x ^ self.after
    }

    /// The peer at place `rank`: the inverse of [`rank`](Self::rank).
    #[inline]
    pub fn peer(self, rank: u32) -> PeerId {
        let mut x = rank ^ self.after;
        x ^= x >> 16;
        x = x.wrapping_mul(INV_2);
        x ^= (x >> 13) ^ (x >> 26);
        x = x.wrapping_mul(INV_1);
        x ^= x >> 16;
        PeerId::from_bits(x ^ self.before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn precedence_is_a_bijection(key: u64, bits: u32) {
            let order = Precedence::new(key);
            let peer = PeerId::from_bits(bits);
            prop_assert_eq!(order.peer(order.rank(peer)), peer);
        }
    }

    #[test]
    fn a_returning_peer_is_somebody_new() {
        let first = PeerId::new(7);
        let second = first.next_session();
        assert_ne!(first, second);
        assert_eq!(first.number(), second.number());
        assert_eq!(second.to_string(), "7'1");
    }
}
