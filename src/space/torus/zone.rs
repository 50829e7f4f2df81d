//! Zones, as nodes of the tree of all halvings.

use std::fmt;

use crate::space::ring::Id;

/// A zone: the first `len` sides that halving took. Alignment 1, so that messages pack tightly.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(Rust, packed)]
pub struct Zone {
    /// Left-aligned; what follows the first `len` bits is 0.
    pub(super) path: u64,
    pub(super) len: u8,
}

impl Zone {
    /// All of the space.
    pub const WHOLE: Zone = Zone { path: 0, len: 0 };

    /// How often the space has been halved to get it: its volume is 2^−len.
    #[inline]
    pub const fn depth(self) -> u32 {
        self.len as u32
    }

    /// Whether it is all of the space.
    pub const fn is_whole(self) -> bool {
        self.len == 0
    }

    /// Its share of the space.
    pub fn volume(self) -> f64 {
        libm::scalbn(1.0, -i32::from(self.len))
    }

    /// The bits of a path that are its own.
    #[inline]
    const fn mask(self) -> u64 {
        if self.len == 0 { 0 } else { u64::MAX << (64 - self.len as u32) }
    }

    /// Its least point.
    #[inline]
    pub const fn first(self) -> Id {
        Id::from_aligned(self.path)
    }

    /// Its greatest point.
    #[inline]
    pub const fn last(self) -> Id {
        Id::from_aligned(self.path | !self.mask())
    }

    /// Whether the point lies in it.
    #[inline]
    pub const fn contains(self, point: Id) -> bool {
        point.aligned() & self.mask() == self.path
    }

    /// Whether all of `other` lies in it; it contains itself.
    #[inline]
    pub const fn covers(self, other: Zone) -> bool {
        self.len <= other.len && self.contains(other.first())
    }

    /// Whether they have points in common: then one covers the other.
    #[inline]
    pub const fn overlaps(self, other: Zone) -> bool {
        self.covers(other) || other.covers(self)
    }

    /// The point inside it whose further sides are those of `inner`, a random number or any other.
    pub const fn point(self, inner: u64) -> Id {
        Id::from_aligned(self.path | inner & !self.mask())
    }

    /// Its halves, the lower one first; `None` if it cannot be halved any more.
    pub fn halves(self) -> Option<[Zone; 2]> {
        if self.len >= 64 {
            return None;
        }
        let (path, len) = (self.path, self.len + 1);
        Some([Zone { path, len }, Zone { path: path | 1 << (64 - u32::from(len)), len }])
    }

    /// The other half of what it is a half of; `None` for the whole.
    pub fn sibling(self) -> Option<Zone> {
        (self.len > 0).then(|| Zone { path: self.path ^ 1 << (64 - u32::from(self.len)), len: self.len })
    }

    /// What it is a half of; `None` for the whole.
    pub fn parent(self) -> Option<Zone> {
        let len = self.len.checked_sub(1)?;
        let mask = if len == 0 { 0 } else { u64::MAX << (64 - u32::from(len)) };
        Some(Zone { path: self.path & mask, len })
    }

    /// What is left of it without `inner`, in as few zones as possible.
    pub fn without(self, inner: Zone) -> Vec<Zone> {
        if !self.overlaps(inner) {
            return vec![self];
        }
        let mut left = Vec::new();
        let mut zone = inner;
        while zone.len > self.len {
            left.extend(zone.sibling());
            let Some(parent) = zone.parent() else { break };
            zone = parent;
        }
        left
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for bit in 0..u32::from(self.len) {
            f.write_str(if self.path >> (63 - bit) & 1 == 1 { "1" } else { "0" })?;
        }
        if self.len == 0 { f.write_str("whole") } else { Ok(()) }
    }
}
