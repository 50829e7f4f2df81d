//! The same bytes, whatever runs it; and invariants that can fail.

use peerlab::protocols::chord::{Chord, NodeRef};
use peerlab::sim::Span;

use crate::cases::for_every_protocol;
use crate::worlds::{engine, secs, world};

for_every_protocol! {
    /// Twice, on the other queue, in steps, and with one thread or two for setting it up.
    fn the_same_whatever_runs_it<P>() {
        peerlab::conformance::the_same_whatever_runs_it::<P>();
    }

    /// The invariants are about the network as it is: right after a crash they cannot hold everywhere.
    fn invariants_notice_a_crash<P>() {
        let text = "faults = [{ at = '10 s', crash.share = '50 %' }]\nworkload = { lookups = 0, duration = '1 h' }";
        let mut engine = engine::<P>(&world(text, 100, 1));
        engine.run_until(secs(10));
        assert_eq!(engine.check_invariants(), Ok(()));
        engine.run_until(secs(10) + Span(1));
        engine.check_invariants().unwrap_err();
    }
}

/// What a test changes in Chord's state is noticed.
#[test]
fn chord_notices_a_finger_to_a_peer_that_is_gone() {
    let text = "faults = [{ at = '1 s', crash.peers = [7] }]\nworkload = { lookups = 0, duration = '1 h' }";
    let mut engine = engine::<Chord>(&world(text, 50, 1));
    let gone = engine.online()[7];
    engine.run_until(secs(900));
    assert_eq!(engine.check_invariants(), Ok(()));
    let node = NodeRef { peer: gone, index: 0 };
    let corrupt = |engine: &mut peerlab::sim::Engine<Chord>, finger| {
        // Needed twice: a peer to change, and the identifiers that all share.
        let world = world(text, 50, 1);
        let spare = super::worlds::engine::<Chord>(&world);
        engine.peer_mut(3).nodes_mut().for_each(|node| node.corrupt_finger(63, finger, spare.shared()));
    };
    corrupt(&mut engine, Some(node));
    let violation = engine.check_invariants().unwrap_err();
    assert_eq!(violation.peer.number(), 3);
    corrupt(&mut engine, None);
    assert_eq!(engine.check_invariants(), Ok(()), "an unknown finger is no harm");
}
