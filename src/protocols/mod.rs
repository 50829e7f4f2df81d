//! The protocols: one file (or folder) per paper, and the registry.
//!
//! Whatever is done for every protocol (running a scenario, listing, the conformance suite) goes through [`with`] and
//! [`NAMES`], so that a protocol is known everywhere as soon as it stands in the table below.

pub mod bittorrent;
mod cache;
pub mod can;
pub mod chord;
pub mod client_server;
#[cfg(test)]
mod firewall_tests;
pub mod gnutella;
pub mod gnutella06;
mod index;
pub mod kazaa;
pub mod napster;
mod sessions;
mod unstructured;
#[cfg(test)]
mod words_tests;

use crate::sim::Protocol;

/// Something to be done for a protocol whose type is known only by name.
pub trait Visit {
    /// What comes of it.
    type Output;

    /// Does it.
    fn visit<P: Protocol>(self) -> Self::Output;
}

macro_rules! registry {
    ($($protocol:ty),+ $(,)?) => {
        /// The names of all protocols, in the order in which they are listed.
        pub const NAMES: &[&str] = &[$(<$protocol>::NAME),+];

        /// Visits the protocol called `name`; `None` if there is none.
        pub fn with<V: Visit>(name: &str, visitor: V) -> Option<V::Output> {
            match name {
                $(<$protocol>::NAME => Some(visitor.visit::<$protocol>()),)+
                _ => None,
            }
        }
    };
}

registry! {
    client_server::ClientServer,
    napster::Napster,
    gnutella::Gnutella,
    gnutella06::Gnutella06,
    kazaa::Kazaa,
    chord::Chord,
    can::Can,
    bittorrent::BitTorrent,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The kernel is built around events that fit in 48 bytes.
    #[test]
    fn events_are_small() {
        struct Size;
        impl Visit for Size {
            type Output = usize;
            fn visit<P: Protocol>(self) -> usize {
                crate::sim::event_size::<P>()
            }
        }
        for name in NAMES {
            let size = with(name, Size).expect("it is registered");
            assert!(size <= 48, "an event of {name} takes {size} bytes");
        }
    }
}
