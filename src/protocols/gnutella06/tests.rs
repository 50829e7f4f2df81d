//! Floods among ultrapeers and the last hop, against breadth-first search; tiers that grow, shrink and lose ultrapeers.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proptest::prelude::*;

use super::*;
use crate::protocols::gnutella::test_world::{Script, TestWorld, engine, run, run_to_rest};
use crate::sim::{Engine, Happening, QueueKind, World};
use crate::units::Share;

/// Objects on some peers each.
fn stocked(peers: u32, seed: u64) -> (TestWorld, Vec<ObjectId>) {
    let mut world = TestWorld { seed, ..TestWorld::new(peers) };
    let holders = |object: u32| (0..object % 6).map(|i| (object * 37 + i * 61) % peers).collect();
    let objects = (0..40).map(|object| world.object(holders(object))).collect();
    (world, objects)
}

fn numbers<'a>(peers: impl IntoIterator<Item = &'a PeerId>) -> Vec<u32> {
    peers.into_iter().map(|peer| peer.number()).collect()
}

/// What breadth-first search says of one question.
#[derive(Debug, PartialEq)]
struct Expected {
    messages: u64,
    visited: u32,
    providers: u32,
    hops: Option<u32>,
}

/// Over the ultrapeers' graph as it is, from outside: whom the question reaches, and what that costs.
fn expect(
    engine: &Engine<Gnutella06>,
    world: &TestWorld,
    ttl: u8,
    origin: u32,
    object: ObjectId,
) -> Expected {
    let slot = engine.shared().slot(object);
    let leaf = engine.peer(origin).leaves.is_none();
    let (mut far, mut open, mut messages) = (BTreeMap::new(), VecDeque::new(), 0);
    if leaf {
        for next in numbers(engine.peer(origin).neighbours.as_slice()) {
            far.insert(next, 1u32);
            open.push_back(next);
            messages += 1;
        }
    } else {
        far.insert(origin, 0);
        open.push_back(origin);
    }
    // How many in a row: an ultrapeer that asks is the first.
    let last = u32::from(ttl) - u32::from(!leaf);
    let mut asked: BTreeMap<u32, u32> = BTreeMap::new();
    while let Some(peer) = open.pop_front() {
        let way = far[&peer];
        let neighbours = numbers(engine.peer(peer).neighbours.as_slice());
        for child in engine.peer(peer).leaves.as_ref().expect("an ultrapeer").index.children() {
            let number = child.address.number();
            let may_have = world.shares(number).iter().any(|&own| engine.shared().slot(own) == slot);
            if may_have && number != origin {
                messages += 1;
                let sooner = asked.get(&number).is_none_or(|&known| way + 1 < known);
                if sooner {
                    asked.insert(number, way + 1);
                }
            }
        }
        if way < last {
            let came_from_an_ultrapeer = way > u32::from(leaf);
            messages += neighbours.len() as u64 - u64::from(came_from_an_ultrapeer);
            for next in neighbours {
                far.entry(next).or_insert_with(|| {
                    open.push_back(next);
                    way + 1
                });
            }
        }
    }
    let reached: BTreeMap<u32, u32> = far.iter().chain(&asked).map(|(&peer, &way)| (peer, way)).collect();
    let holders: BTreeSet<u32> = world.holders(object).iter().copied().filter(|&h| h != origin).collect();
    let ways: Vec<u32> = holders.iter().filter_map(|holder| reached.get(holder)).copied().collect();
    Expected {
        messages: messages + ways.iter().map(|&way| u64::from(way)).sum::<u64>(),
        visited: reached.len() as u32 + u32::from(leaf),
        providers: ways.len() as u32,
        hops: ways.iter().min().copied(),
    }
}

proptest! {
    #![proptest_config(crate::properties::fixed_cases(96))]

    /// Whoever asks: breadth-first search over the ultrapeers says who is reached, which leaves are asked, by how many
    /// messages, and who answers. With small tables, leaves are asked in vain as well.
    #[test]
    fn a_question_is_a_breadth_first_search_over_ultrapeers(
        seed: u64, peers in 2u32..300, ttl in 1u8..6, bits in prop_oneof![Just(4u8), Just(16)],
    ) {
        let (world, objects) = stocked(peers, seed);
        // Nothing but questions: the first signs of life come later.
        let (ping_interval, expiry) = (Span::secs(100_000), Span::secs(200_000));
        let small = Params { leaves: 6, max_leaves: 12, min_leaves: 1, wanted_degree: 3, max_degree: 5, ..Params::default() };
        let params = Params { ttl, table_bits: bits, ping_interval, expiry, ..small };
        let before = engine::<Gnutella06>(&world, Script::until(1), &params, QueueKind::Wheel);
        prop_assert_eq!(before.check_invariants(), Ok(()));
        let mut script = Script::until(60);
        for (index, &object) in objects.iter().enumerate() {
            script = script.lookup(100 + 10 * index as u64, (seed as u32 ^ (index as u32 * 7)) % peers, object);
        }
        for record in &run::<Gnutella06>(&world, script, &params).lookups {
            let found = Expected {
                messages: record.messages,
                visited: record.visited,
                providers: record.providers,
                hops: record.answer.map(|answer| u32::from(answer.hops)),
            };
            prop_assert_eq!(found, expect(&before, &world, ttl, record.origin, record.object));
        }
    }

    /// Peers come and go, messages may get lost; when it has been quiet for a while, everything is in order.
    #[test]
    fn tiers_recover_from_churn(seed: u64, peers in 1u32..80, lossy: bool) {
        churn_and_rest(seed, peers, lossy);
    }
}

fn churn_and_rest(seed: u64, peers: u32, lossy: bool) {
    let loss = if lossy { 0.03 } else { 0.0 };
    let (world, _) = stocked(peers, seed);
    let world = TestWorld { loss, latency_ms: (10, 90), ..world };
    let script = Script::until(1800).churn(peers, seed, 120, 600);
    let params =
        Params { min_uptime: Span::secs(60), leaves: 6, max_leaves: 9, min_leaves: 2, ..Params::default() };
    if lossy {
        engine::<Gnutella06>(&world, script, &params, QueueKind::Wheel).run();
    } else {
        run_to_rest::<Gnutella06>(&world, script, &params);
    }
}

/// Where the ultrapeers that are fit have no room left, one that is not stays: it must not come and go for ever.
#[test]
fn who_is_needed_stays() {
    churn_and_rest(11_812_583_526_529_909_990, 21, false);
    churn_and_rest(17_607_022_017_406_811_462, 70, false);
}

/// Whoever is to take the place of one that is not fit does not go back before that one has gone.
#[test]
fn who_comes_instead_waits() {
    churn_and_rest(9_483_673_354_858_387_755, 3, false);
}

fn count_ultrapeers(engine: &Engine<Gnutella06>, peers: u32) -> (usize, f64) {
    let leaves: Vec<usize> =
        (0..peers).filter_map(|n| engine.peer(n).leaves.as_ref()).map(|leaves| leaves.index.len()).collect();
    (leaves.len(), leaves.iter().sum::<usize>() as f64 / leaves.len() as f64)
}

/// A network that has grown has enough ultrapeers for its leaves, and not many more, as one that has settled.
#[test]
fn what_has_joined_resembles_what_has_settled() {
    let (world, _) = stocked(400, 5);
    let params = Params { min_uptime: Span::secs(60), ..Params::default() };
    let settled = engine::<Gnutella06>(&world, Script::until(1), &params, QueueKind::Wheel);
    let mut script = Script::until(4000);
    script.offline = (0..400).collect();
    for peer in 0..400 {
        script = script.at(1000 + 2000 * u64::from(peer), Happening::Join(peer));
    }
    let mut grown = engine::<Gnutella06>(&world, script, &params, QueueKind::Wheel);
    grown.run_until(Time::ZERO + Span::secs(4000));
    assert_eq!(grown.check_invariants(), Ok(()));
    let ((wanted, leaves), (count, own)) = (count_ultrapeers(&settled, 400), count_ultrapeers(&grown, 400));
    assert!((count as f64 / wanted as f64 - 1.0).abs() < 0.4, "{count} ultrapeers, {wanted} when settled");
    assert!((own / leaves - 1.0).abs() < 0.5, "{own} leaves each, {leaves} when settled");
    let online = grown.online();
    let served = online.iter().filter(|peer| {
        let peer = grown.peer(peer.number());
        peer.is_ultrapeer() || peer.neighbours.as_slice().len() == 3
    });
    assert!(served.count() >= 360, "most leaves have found three");
}

/// When an ultrapeer dies, its leaves notice, and others take them in.
#[test]
fn leaves_hang_themselves_on_others() {
    let (world, _) = stocked(200, 6);
    let params = Params::default();
    let before = engine::<Gnutella06>(&world, Script::until(1), &params, QueueKind::Wheel);
    let ultrapeers: Vec<u32> = (0..200).filter(|&n| before.peer(n).is_ultrapeer()).collect();
    let victims: Vec<u32> = ultrapeers.iter().copied().step_by(3).collect();
    let mut script = Script::until(600);
    for &victim in &victims {
        script = script.at(5000, Happening::Crash(victim));
    }
    let mut engine = engine::<Gnutella06>(&world, script, &params, QueueKind::Wheel);
    engine.run_until(Time::ZERO + Span::secs(6));
    assert!(engine.check_invariants().is_err(), "nobody can know yet");
    engine.run_until(Time::ZERO + Span::secs(600));
    assert_eq!(engine.check_invariants(), Ok(()));
    let lost: usize =
        victims.iter().map(|&v| before.peer(v).leaves.as_ref().map_or(0, |l| l.index.len())).sum();
    let leaves =
        engine.online().into_iter().map(|peer| engine.peer(peer.number())).filter(|p| !p.is_ultrapeer());
    let short: usize = leaves.map(|leaf| 3 - leaf.neighbours.as_slice().len()).sum();
    assert!(lost > 50 && short * 10 < lost, "{short} connections missing, of {lost} lost");
}

/// An ultrapeer for lack of others makes room for a leaf that is fit.
#[test]
fn the_unfit_make_room() {
    let (world, _) = stocked(40, 2);
    let params = Params { able: Share(0.5), min_uptime: Span::secs(60), ..Params::default() };
    let setup_online: Vec<PeerId> = (0..40).map(PeerId::new).collect();
    let setup = Setup { world: &world, online: &setup_online, participants: 40 };
    let shared = Shared::new(&setup, &params).expect("valid");
    let able = |n: u32| shared.fitness.uplink(n, crate::sim::Profile::default()).able;
    let first = (0..40).find(|&n| !able(n)).expect("half of them are not able");
    let mut script = Script::until(1200);
    script.offline = (0..40).collect();
    script = script.at(1000, Happening::Join(first));
    for peer in (0..40).filter(|&n| n != first) {
        script = script.at(5000 + 500 * u64::from(peer), Happening::Join(peer));
    }
    let mut engine = engine::<Gnutella06>(&world, script, &params, QueueKind::Wheel);
    engine.run_until(Time::ZERO + Span::secs(10));
    assert!(engine.peer(first).is_ultrapeer(), "there is nobody else");
    engine.run_until(Time::ZERO + Span::secs(1200));
    assert_eq!(engine.check_invariants(), Ok(()));
    assert!(!engine.peer(first).is_ultrapeer(), "a fit one has taken its place");
    assert!((0..40).all(|n| able(n) || !engine.peer(n).is_ultrapeer()));
}

/// Ultrapeers remember: the same question costs less each time it is asked, until the answers have aged.
#[test]
fn whoever_asks_next_is_answered_nearer() {
    let (world, objects) = stocked(300, 3);
    let popular = objects[35];
    let (ping_interval, expiry) = (Span::secs(100_000), Span::secs(200_000));
    let params = Params {
        leaves: 6,
        max_leaves: 12,
        min_leaves: 1,
        wanted_degree: 3,
        max_degree: 5,
        ..Params::default()
    };
    let params = Params { ping_interval, expiry, ..params };
    let caching = Params { cache: 10, cache_life: Span::secs(100), ..params.clone() };
    let mut script = Script::until(400);
    for i in 0..30 {
        script = script.lookup(1000 * i, (i * 7 + 1) as u32, popular);
    }
    script = script.lookup(200_000, 250, popular);
    let messages = |params: &Params| -> Vec<u64> {
        let outcome = run_to_rest::<Gnutella06>(&world, script.clone(), params);
        assert!(outcome.lookups.iter().all(|record| record.answer.is_some_and(|answer| answer.correct)));
        outcome.lookups.iter().map(|record| record.messages).collect()
    };
    let (without, with) = (messages(&params), messages(&caching));
    assert_eq!((with[0], with[30]), (without[0], without[30]), "nobody remembers");
    let sum = |messages: &[u64]| messages[1..30].iter().sum::<u64>();
    assert!(sum(&with) * 3 < sum(&without) * 2, "{with:?} against {without:?}");
    assert!(with[1..30].contains(&0), "one that has relayed an answer need not ask");
}

/// A dynamic query for what many have asks few; one for what nobody has asks on, neighbour after neighbour, and never more
/// than a flood.
#[test]
fn a_dynamic_query_asks_as_many_as_it_takes() {
    let peers = 600;
    let mut world = TestWorld { seed: 11, ..TestWorld::new(peers) };
    let popular = world.object((0..peers).step_by(10).collect());
    let rare = world.object(vec![17, 311]);
    let missing = world.object(Vec::new());
    let (ping_interval, expiry) = (Span::secs(100_000), Span::secs(200_000));
    let small =
        Params { leaves: 6, max_leaves: 12, min_leaves: 1, memory: Span::secs(1000), ..Params::default() };
    let flooding = Params { ping_interval, expiry, ..small };
    let dynamic = |results| {
        let search = Search::Dynamic(Dynamic { results, ..Dynamic::default() });
        Params { search, ..flooding.clone() }
    };
    let mut script = Script::until(4000);
    let origins: Vec<u32> = (0..20).map(|i| i * 29 + 3).collect();
    for (place, &origin) in origins.iter().enumerate() {
        for (turn, object) in [popular, rare, missing].into_iter().enumerate() {
            script = script.lookup(1000 * (180 * place + 60 * turn) as u64, origin, object);
        }
    }
    let lookups = |params: &Params| run_to_rest::<Gnutella06>(&world, script.clone(), params).lookups;
    let (flood, one, many) = (lookups(&flooding), lookups(&dynamic(1)), lookups(&dynamic(150)));
    for (place, flood) in flood.iter().enumerate() {
        let (one, many) = (&one[place], &many[place]);
        assert!(one.visited <= flood.visited && many.visited <= flood.visited, "lookup {place}");
        match place % 3 {
            0 => {
                assert!(one.answer.is_some_and(|answer| answer.correct), "every tenth peer has it");
                assert!(many.providers >= one.providers && many.messages >= one.messages);
            }
            1 => assert_eq!(one.answer.is_some(), one.providers > 0),
            // All neighbours are asked in the end; those behind the probes may stay unasked.
            _ => {
                assert_eq!(one.answer, None);
                assert!(one.visited * 10 > flood.visited * 9, "{} of {}", one.visited, flood.visited);
                assert!(one.messages <= flood.messages, "{} for {}", one.messages, flood.messages);
            }
        }
    }
    // Where the probe finds nothing, everybody is asked; that is seldom.
    let popular = |lookups: &[crate::sim::LookupRecord]| -> u64 {
        lookups.iter().step_by(3).map(|record| record.messages).sum()
    };
    let costs = [&one, &many, &flood].map(|lookups| popular(lookups));
    assert!(costs[0] * 4 < costs[2] && costs[1] * 10 < costs[2] * 9, "{costs:?}");
    let found = |lookups: &[crate::sim::LookupRecord]| {
        lookups.iter().skip(1).step_by(3).filter(|record| record.answer.is_some()).count()
    };
    assert!(found(&one) >= 18 && found(&flood) == 20, "{} and {}", found(&one), found(&flood));
    let waits = many.iter().skip(1).step_by(3).filter_map(|record| record.answer);
    let patient = waits.filter(|answer| answer.latency > Span::millis(7200)).count();
    assert!(patient >= 5, "what the probe has not found takes as long as the probe's patience: {patient}");
}

#[test]
fn sizes() {
    assert_eq!((size_of::<Message>(), align_of::<Message>()), (18, 1));
    assert!(size_of::<Timer>() <= 9);
    assert!(size_of::<Gnutella06>() <= 152, "{}", size_of::<Gnutella06>());
    let (world, _) = stocked(3, 1);
    let setup = Setup { world: &world, online: &[], participants: 3 };
    let shared = Shared::new(&setup, &Params::default()).expect("valid");
    let size = |message| Gnutella06::wire_size(&shared, &message);
    assert_eq!(size(Message::Ping { retry: 0, discover: false, claim: Claim::NONE }), 23);
    assert_eq!(size(Message::Pong { host: PeerId::new(2), leaves: Count(0), slots: Count(0) }), 37);
    let guid = Guid { origin: PeerId::new(1), serial: Serial::new(1) };
    assert_eq!(size(Message::Query(Query { guid, object: ObjectId::new(0), ttl: 7 })), 26 + 12);
    assert_eq!(size(Message::QueryHit { guid, holder: PeerId::new(2) }), 23 + 11 + 76 + 16);
}

/// Hashes fill the tables evenly.
#[test]
fn keywords_spread_over_the_table() {
    let (world, _) = stocked(3, 1);
    let setup = Setup { world: &world, online: &[], participants: 3 };
    let shared = Shared::new(&setup, &Params { table_bits: 8, ..Params::default() }).expect("valid");
    let mut counts = [0u32; 256];
    for rank in 0..256_000 {
        let Slot(slot) = shared.slot(ObjectId::new(rank));
        counts[slot as usize] += 1;
    }
    // 1,000 each; six standard deviations.
    assert!(counts.iter().all(|count| (810..1190).contains(count)), "{counts:?}");
}

#[test]
fn parameters_read_and_refuse() {
    let read = |text: &str| toml::from_str::<Params>(text);
    assert_eq!(read(""), Ok(Params::default()));
    for wrong in ["tll = 7", "ttl = -1", "able = '130 %'", "ping_interval = 'soon'"] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
    let (world, _) = stocked(3, 1);
    for wrong in [
        "ttl = 0",
        "leaf_degree = 0",
        "wanted_degree = 1",
        "max_degree = 3",
        "leaves = 0",
        "leaves = 31",
        "min_leaves = 11",
        "table_bits = 3",
        "table_bits = 30",
        "patience = 0",
        "ping_interval = '2 s'",
        "expiry = '30 s'",
        "host_cache = 0",
        "memory = '1 s'",
        "min_up = '0 bit/s'",
        "search.dynamic.results = 0",
        "search.dynamic.probes = 0",
        "search.dynamic.patience = '0 s'",
    ] {
        let params = read(wrong).expect("it parses");
        let setup = Setup { world: &world, online: &[], participants: 3 };
        assert!(Shared::new(&setup, &params).is_err(), "{wrong}");
    }
    let written = toml::to_string(&Params::default()).expect("it writes");
    assert!(read(&written).is_ok(), "{written}");
}
