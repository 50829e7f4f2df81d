//! The ring of identifiers modulo 2^m, as Chord and its relatives use it.
//!
//! Identifiers are kept left-aligned in 64 bits: on a ring of m ≤ 64 bits, identifier i is stored as i · 2^(64 − m), so
//! that arithmetic wraps by itself and the order is that of `u64`. Rings of more than 64 bits keep the leading 64.

use std::fmt;

use sha1::{Digest, Sha1};

/// A point on the ring, left-aligned. Alignment 1, so that messages pack tightly.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(Rust, packed)]
pub struct Id(u64);

impl Id {
    /// The point with these left-aligned bits.
    #[inline]
    pub const fn from_aligned(bits: u64) -> Id {
        Id(bits)
    }

    /// The left-aligned bits.
    #[inline]
    pub const fn aligned(self) -> u64 {
        self.0
    }

    /// The way clockwise from here to `to`, left-aligned.
    #[inline]
    pub const fn distance(self, to: Id) -> u64 {
        to.0.wrapping_sub(self.0)
    }

    /// The point `distance` (left-aligned) clockwise from here.
    #[inline]
    pub const fn plus(self, distance: u64) -> Id {
        Id(self.0.wrapping_add(distance))
    }

    /// Whether the point lies in the open interval (from, to). If both are the same point, that is the whole ring
    /// without it.
    #[inline]
    pub const fn in_open(self, from: Id, to: Id) -> bool {
        let reach = from.distance(self);
        reach != 0 && reach.wrapping_sub(1) < from.distance(to).wrapping_sub(1)
    }

    /// Whether the point lies in the half-open interval (from, to]. If both are the same point, that is the whole ring.
    #[inline]
    pub const fn in_half_open(self, from: Id, to: Id) -> bool {
        from.distance(self).wrapping_sub(1) <= from.distance(to).wrapping_sub(1)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.aligned())
    }
}

/// A ring of identifiers of `bits` bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ring {
    bits: u32,
}

impl Ring {
    /// The ring of `bits` bits, 1 to 160; beyond 64 the leading 64 are kept.
    ///
    /// # Panics
    /// If `bits` is 0.
    pub fn new(bits: u32) -> Ring {
        assert!(bits > 0, "a ring has at least one bit");
        Ring { bits: bits.min(64) }
    }

    /// How many bits are kept.
    pub fn bits(self) -> u32 {
        self.bits
    }

    /// The point with number `number`, taken modulo 2^m.
    pub fn id(self, number: u64) -> Id {
        Id(number << (64 - self.bits))
    }

    /// The number of the point.
    pub fn number(self, id: Id) -> u64 {
        id.aligned() >> (64 - self.bits)
    }

    /// The left-aligned distance 2^k, for k from 0 to m − 1.
    #[inline]
    pub fn power(self, k: u32) -> u64 {
        1 << (64 - self.bits + k)
    }

    /// The leading m bits of the SHA-1 digest of `parts`, each as eight big-endian bytes.
    pub fn hash(self, parts: &[u64]) -> Id {
        let mut digest = Sha1::new();
        for part in parts {
            digest.update(part.to_be_bytes());
        }
        let digest = digest.finalize();
        let mut leading = [0; 8];
        leading.copy_from_slice(&digest[..8]);
        let unused = 64 - self.bits;
        Id(u64::from_be_bytes(leading) >> unused << unused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Walks a ring of 2^5 points from `from`, one by one.
    fn walk(from: u64, to: u64) -> Vec<u64> {
        let mut at = from;
        let mut seen = Vec::new();
        loop {
            at = (at + 1) % 32;
            if at == to {
                return seen;
            }
            seen.push(at);
        }
    }

    proptest! {
        #[test]
        fn intervals_are_what_a_walk_meets(x in 0u64..32, from in 0u64..32, to in 0u64..32) {
            let ring = Ring::new(5);
            let (id, a, b) = (ring.id(x), ring.id(from), ring.id(to));
            let between = walk(from, to).contains(&x);
            prop_assert_eq!(id.in_open(a, b), between);
            prop_assert_eq!(id.in_half_open(a, b), between || x == to);
        }

        #[test]
        fn distances_add_up(a: u64, b: u64, c: u64) {
            let (a, b, c) = (Id::from_aligned(a), Id::from_aligned(b), Id::from_aligned(c));
            prop_assert_eq!(a.distance(b).wrapping_add(b.distance(c)), a.distance(c));
            prop_assert_eq!(a.plus(a.distance(b)), b);
        }
    }

    #[test]
    fn hashes_are_those_of_sha1() {
        // SHA-1 of sixteen zero bytes begins e129f27c 5103bc5c.
        assert_eq!(Ring::new(160).hash(&[0, 0]).aligned(), 0xe129_f27c_5103_bc5c);
        assert_eq!(Ring::new(4).number(Ring::new(4).hash(&[0, 0])), 0xe);
    }
}
