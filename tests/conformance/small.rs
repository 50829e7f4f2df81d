//! The smallest networks.

use peerlab::sim::{Happening, QueueKind, Span};

use crate::cases::{REST, for_every_protocol};
use crate::worlds::{Script, all_correct, directed, regains, secs, world};

for_every_protocol! {
    /// Alone one has nobody to ask, and nothing to say.
    fn one_peer_alone<P>() {
        peerlab::conformance::one_peer_alone::<P>();
    }

    /// One who starts offline, comes, goes both ways, and comes back, with nobody ever there.
    fn one_peer_comes_and_goes<P>() {
        let world = world("content.replicas = 1", 1, 1);
        let script = Script::until(secs(2000))
            .without([0])
            .at(secs(10), Happening::Join(0))
            .at(secs(300), Happening::Leave(0))
            .at(secs(310), Happening::Join(0))
            .at(secs(600), Happening::Crash(0))
            .at(secs(600), Happening::Join(0));
        let mut engine = directed::<P>(&world, script.ready(), &P::Params::default(), QueueKind::Wheel);
        engine.run_until(secs(600) + Span(1));
        regains(&mut engine, REST).unwrap();
        engine.run();
    }

    /// Either finds what the other has, settled from the start.
    fn two_peers<P>() {
        peerlab::conformance::two_peers::<P>();
    }

    /// Two who start offline come one after the other or at one instant; one goes, and comes back.
    fn two_peers_meet<P>() {
        let world = world("content = { replicas = 1, objects = 20 }", 2, 1);
        let object = |holder: u32| {
            use peerlab::sim::{ObjectId, World};
            (0..20).find(|&rank| world.holders(ObjectId::new(rank)) == [holder]).unwrap()
        };
        for (second, departure) in [(10, Happening::Leave(0)), (10, Happening::Crash(0)), (15, Happening::Leave(0)), (15, Happening::Crash(1))] {
            let gone = match departure {
                Happening::Leave(number) | Happening::Crash(number) => number,
                _ => unreachable!(),
            };
            let script = Script::until(secs(8000))
                .without([0, 1])
                .at(secs(10), Happening::Join(0))
                .at(secs(second), Happening::Join(1))
                .at(secs(1000), departure)
                .at(secs(2000), Happening::Join(gone))
                .lookup(secs(900), 0, object(1))
                .lookup(secs(900), 1, object(0))
                .lookup(secs(7000), 0, object(1))
                .lookup(secs(7000), 1, object(0));
            let mut engine = directed::<P>(&world, script.ready(), &P::Params::default(), QueueKind::Wheel);
            for time in [secs(15), secs(1000), secs(2000)] {
                engine.run_until(time + Span(1));
                regains(&mut engine, Span::secs(800)).unwrap();
            }
            all_correct(&engine.run()).unwrap_or_else(|lookup| panic!("{second} {departure:?}: {lookup}"));
        }
    }
}
