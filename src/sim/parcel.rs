//! A list inside a message, in eight bytes of alignment 1.

use std::fmt;

/// A list that a rare, larger message carries: it owns its memory and leaves hot messages small.
///
/// A `Box<[T]>` takes 16 bytes of alignment 8, which would grow every event of a protocol by a third.
#[expect(clippy::box_collection, reason = "eight bytes in every event instead of 24 for a rare list")]
#[repr(Rust, packed)]
pub struct Parcel<T>(Box<Vec<T>>);

impl<T> Parcel<T> {
    /// Packs `items`.
    pub fn new(items: Vec<T>) -> Parcel<T> {
        Parcel(Box::new(items))
    }

    /// What is inside.
    pub fn as_slice(&self) -> &[T] {
        // SAFETY: the field is a valid Box, only perhaps misaligned; a Box has the layout of the pointer that it owns.
        // The list lives as long as `self` does.
        unsafe { &*(&raw const self.0).cast::<*const Vec<T>>().read_unaligned() }
    }

    /// Unpacks it.
    pub fn into_vec(self) -> Vec<T> {
        let Parcel(items) = self;
        *items
    }
}

impl<T: Clone> Clone for Parcel<T> {
    fn clone(&self) -> Self {
        Parcel::new(self.as_slice().to_vec())
    }
}

impl<T: fmt::Debug> fmt::Debug for Parcel<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_slice().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parcel_keeps_its_content_at_any_address() {
        #[repr(Rust, packed)]
        struct Odd(u8, Parcel<String>);
        let Odd(odd, parcel) = Odd(1, Parcel::new(vec!["a".to_string(), "b".to_string()]));
        assert_eq!((size_of::<Odd>(), odd), (9, 1));
        assert_eq!(parcel.clone().into_vec(), ["a", "b"]);
        assert_eq!(parcel.as_slice().len(), 2);
    }
}
