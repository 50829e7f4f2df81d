//! Networks that do not come to rest: churn and loss. And those that do, when it is over.

use peerlab::sim::{Happening, LookupRecord, QueueKind, Span};

use crate::cases::{REST, for_every_protocol};
use crate::worlds::{Script, ThenCalm, directed, engine, found, regains, secs, world};

for_every_protocol! {
    /// Half of the peers say goodbye, one after the other; the others are at rest afterwards.
    fn graceful_leaves<P>() {
        for (peers, gap_ms) in [(2, 10), (20, 10), (100, 100), (100, 5000)] {
            let world = world("content.replicas = 1", peers, 1);
            let mut script = Script::until(secs(10_000));
            let mut last = secs(10);
            for number in (0..peers).step_by(2) {
                last += Span::millis(gap_ms);
                script = script.at(last, Happening::Leave(number));
            }
            let mut engine = directed::<P>(&world, script.ready(), &P::Params::default(), QueueKind::Wheel);
            engine.run_until(last + Span(1));
            let took = regains(&mut engine, REST).unwrap_or_else(|violation| panic!("{peers} peers: {violation}"));
            println!("{}, {peers} peers, {gap_ms} ms: at rest after {took}", P::NAME);
            let stayed: Vec<u32> = engine.online().iter().map(|peer| peer.number()).filter(|&n| n < peers).collect();
            assert_eq!(stayed, (1..peers).step_by(2).collect::<Vec<_>>());
            engine.finish();
        }
    }

    /// Who comes back at once is the same peer in another session, and the network notices.
    fn who_returns_is_somebody_new<P>() {
        let text = "faults = [{ at = '60 s', crash.everyone = {}, back = '100 us' }]
            content.replicas = 1
            workload = { lookups = 2000, rate = '100 /s', duration = '1 h' }";
        let mut engine = engine::<P>(&world(text, 50, 1));
        engine.run_until(secs(60));
        let before = engine.online();
        assert_eq!(engine.tally().dropped, 0);
        engine.run_until(secs(61));
        let after = engine.online();
        assert_eq!(before.len(), after.len());
        for (before, after) in before.iter().zip(&after) {
            assert_eq!(*after, before.next_session());
        }
        regains(&mut engine, REST).unwrap();
    }

    /// What was on its way to a former session is dropped, and the others learn that its place is taken by somebody new.
    fn who_was_is_gone<P>() {
        let fault = |number: u32| {
            format!("[[faults]]\nat = '{} s'\ncrash.peers = [{number}]\nback = '1 ms'\n", 10 + 10 * number)
        };
        let text = format!(
            "content.replicas = 1
            workload = {{ lookups = 20_000, rate = '200 /s', duration = '1 h' }}
            {}",
            (0..10).map(fault).collect::<String>()
        );
        let mut engine = engine::<P>(&world(&text, 50, 1));
        engine.run_until(secs(101));
        let returned = engine.online().into_iter().filter(|peer| peer.session() == 1);
        assert_eq!(returned.map(|peer| peer.number()).collect::<Vec<_>>(), (0..10).collect::<Vec<_>>());
        assert!(engine.tally().dropped > 0, "something was on its way");
        regains(&mut engine, REST).unwrap();
    }

    /// Loss is bad luck, not an error: whatever gets lost, runs end, accounts balance, and what is answered is mostly right.
    fn loss<P>() {
        for (loss, least) in [("5 %", 0.5), ("20 %", 0.1), ("100 %", 0.0)] {
            for churn in ["", "churn.sessions.exponential = { online = '5 min', offline = '1 min' }"] {
                let text = format!(
                    "underlay.loss = '{loss}'
                    workload = {{ lookups = 600, rate = '1 /s', fetch = true }}
                    {churn}"
                );
                let mut engine = engine::<P>(&world(&text, 100, 1));
                engine.run_until(engine.end() + Span::secs(900));
                let outcome = engine.finish();
                assert!(outcome.tally.lost > 0);
                println!("{}, {loss}, {churn}: found {}", P::NAME, found(&outcome));
                assert!(found(&outcome) >= least, "{loss}, {churn}: found {}", found(&outcome));
            }
        }
    }

    /// Sessions of ten minutes for an hour. Most questions are answered. Then everybody is there, and stays: the network comes
    /// to rest; and when an hour later what peers share has been published again, questions are answered right, unless the
    /// overlay has no structure.
    fn churn_and_then_calm<P>() {
        for (peers, seed) in [(5, 1), (30, 2), (150, 3)] {
            let text = "churn.sessions.exponential = { online = '10 min', offline = '2 min' }
                content.replicas = 3
                workload = { lookups = 2000, rate = '0.25 /s', duration = '2.5 h' }";
            let world = world(text, peers, seed);
            let params = P::Params::default();
            let servers = P::servers(&params);
            let director = ThenCalm::over(world.director(servers), peers + servers, secs(3600));
            let mut engine = directed::<P>(&world, director, &params, QueueKind::Wheel);
            engine.run_until(secs(3600) + Span(1));
            assert_eq!(engine.online().len() as u32, peers + servers);
            let took = regains(&mut engine, REST).unwrap_or_else(|violation| panic!("{peers} peers: {violation}"));
            engine.run_until(engine.end());
            regains(&mut engine, Span::secs(10)).unwrap_or_else(|violation| panic!("{peers} peers, later: {violation}"));
            let outcome = engine.finish();
            println!("{}, {peers} peers: at rest after {took}; found {}", P::NAME, found(&outcome));
            assert!(outcome.tally.dropped > 0 || peers < 100);
            assert!(found(&outcome) > 0.75);
            let late = |lookup: &&LookupRecord| lookup.issued > secs(7200);
            let lates = outcome.lookups.iter().filter(late).filter_map(|lookup| lookup.answer);
            let (asked, right) = (outcome.lookups.iter().filter(late).count(), lates.filter(|answer| answer.correct).count());
            assert!(right == asked || P::OVERLAY && right * 10 > asked * 9, "{peers} peers: {right} of {asked}");
        }
    }
}
