//! How a case becomes a test of every protocol, and how long a network may take to come to rest.

use std::panic::{AssertUnwindSafe, catch_unwind};

use peerlab::protocols::{NAMES, Visit, with};
use peerlab::sim::Span;

/// Within this time after the last join, departure or crash a network is at rest again: its invariants hold. Longer than
/// anything that a protocol here waits for: an index server that expires its users (150 s and a keep-alive), a ring that
/// refreshes some log2 N fingers, one every 30 s.
pub const REST: Span = Span::secs(900);

/// Runs a case for every registered protocol, to the end even if one fails.
pub fn for_all<V: Visit + Copy>(case: V) {
    let fails = |name: &&&str| catch_unwind(AssertUnwindSafe(|| with(name, case))).is_err();
    let failed: Vec<&&str> = NAMES.iter().filter(fails).collect();
    assert!(failed.is_empty(), "failed: {failed:?}");
}

/// Makes a test of each function, for every protocol.
macro_rules! for_every_protocol {
    ($($(#[$attribute:meta])* fn $name:ident<$P:ident>() $body:block)+) => {$(
        $(#[$attribute])*
        #[test]
        fn $name() {
            #[derive(Clone, Copy)]
            struct Case;

            impl peerlab::protocols::Visit for Case {
                type Output = ();

                fn visit<$P: peerlab::sim::Protocol>(self) $body
            }

            crate::cases::for_all(Case);
        }
    )+};
}

pub(crate) use for_every_protocol;
