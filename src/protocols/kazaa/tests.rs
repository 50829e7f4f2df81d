//! Queries against what the reached indexes hold; clusters that grow, shrink and lose their supernodes.

use std::collections::{BTreeMap, VecDeque};

use proptest::prelude::*;

use super::*;
use crate::protocols::gnutella::test_world::{Script, TestWorld, engine, run, run_to_rest};
use crate::sim::{Account, Engine, Happening, Outcome, Profile, QueueKind, Span, Time, World};
use crate::units::Share;

/// Clusters of some ten peers, so that a few hundred make a network.
fn small(redundancy: u8) -> Params {
    Params {
        redundancy,
        cluster: 10,
        split: 20,
        merge: 4,
        links: 4,
        max_links: 6,
        ttl: 3,
        ..Params::default()
    }
}

/// Objects on some peers each.
fn stocked(peers: u32, seed: u64) -> (TestWorld, Vec<ObjectId>) {
    let mut world = TestWorld { seed, ..TestWorld::new(peers) };
    let holders = |object: u32| (0..object % 6).map(|i| (object * 37 + i * 61) % peers).collect();
    let objects = (0..40).map(|object| world.object(holders(object))).collect();
    (world, objects)
}

/// What a settled network looks like from outside: each cluster's members, and its links.
struct Seen {
    members: BTreeMap<u32, Vec<u32>>,
    links: BTreeMap<u32, Vec<u32>>,
    cluster_of: Vec<u32>,
}

fn look_at(engine: &Engine<Kazaa>, peers: u32) -> Seen {
    let mut seen = Seen { members: BTreeMap::new(), links: BTreeMap::new(), cluster_of: Vec::new() };
    let cluster_of = |number: u32| {
        let peer = engine.peer(number);
        let supernode = match peer.parents.as_slice().first() {
            Some(parent) => engine.peer(parent.number()),
            None => peer,
        };
        supernode.supernode.as_ref().expect("a supernode").cluster.number()
    };
    for number in 0..peers {
        let cluster = cluster_of(number);
        seen.cluster_of.push(cluster);
        seen.members.entry(cluster).or_default().push(number);
        if let Some(supernode) = &engine.peer(number).supernode {
            let links = supernode.clusters().map(|links| links[0].cluster.number()).filter(|&c| c != cluster);
            let known = seen.links.entry(cluster).or_default();
            for link in links {
                if !known.contains(&link) {
                    known.push(link);
                }
            }
        }
    }
    seen
}

proptest! {
    #![proptest_config(crate::properties::fixed_cases(96))]

    /// Whoever asks, it finds exactly what the indexes within its reach hold; each cluster is asked once, whatever its
    /// redundancy; and a query costs what the identity over the clusters' links says.
    #[test]
    fn a_query_finds_what_the_reached_indexes_hold(
        seed: u64, peers in 4u32..250, redundancy in 1u8..=3, ttl in 0u8..5,
    ) {
        let (world, objects) = stocked(peers, seed);
        let params = Params { ttl, ..small(redundancy) };
        let seen = look_at(&engine::<Kazaa>(&world, Script::until(1), &params, QueueKind::Wheel), peers);
        let mut script = Script::until(50);
        for (index, &object) in objects.iter().enumerate() {
            script = script.lookup(100 + 10 * index as u64, (seed % u64::from(peers)) as u32, object);
        }
        // Nothing but queries: the first signs of life come later.
        let params = Params { keepalive: Span::secs(100_000), expiry: Span::secs(200_000), ..params };
        let start = (seed % u64::from(peers)) as u32;
        let is_super = engine::<Kazaa>(&world, Script::until(1), &params, QueueKind::Wheel)
            .peer(start).supernode.is_some();
        let origin = u32::from(!is_super);
        let home = seen.cluster_of[start as usize];
        let mut far = BTreeMap::from([(home, 0u32)]);
        let mut open = VecDeque::from([home]);
        let mut flood = 0;
        while let Some(cluster) = open.pop_front() {
            let way = far[&cluster];
            if way == u32::from(ttl) {
                continue;
            }
            flood += seen.links[&cluster].len() as u64 - u64::from(cluster != home);
            for &next in &seen.links[&cluster] {
                far.entry(next).or_insert_with(|| {
                    open.push_back(next);
                    way + 1
                });
            }
        }
        let outcome = run::<Kazaa>(&world, script, &params);
        for record in &outcome.lookups {
            let holders = world.holders(record.object);
            let there = |cluster: &u32| {
                holders.iter().filter(|&h| *h != start && seen.members[cluster].contains(h)).count() as u32
            };
            let found: u32 = far.keys().map(there).sum();
            prop_assert_eq!(record.providers, found);
            prop_assert_eq!(record.visited as usize, far.len());
            let nearest = far.iter().filter(|(cluster, _)| there(cluster) > 0).map(|(_, &way)| way).min();
            prop_assert_eq!(record.answer.map(|a| u32::from(a.hops)), nearest.map(|way| way + origin));
            let back: u64 = far.iter().filter(|(cluster, _)| there(cluster) > 0)
                .map(|(_, &way)| u64::from(way + origin)).sum();
            // A supernode always answers its own peer.
            let empty = u64::from(origin == 1 && there(&home) == 0);
            prop_assert_eq!(record.messages, u64::from(origin) + flood + back + empty);
        }
    }

    /// Peers come and go, messages may get lost; when it has been quiet for a while, everything is in order, and found.
    #[test]
    fn clusters_recover_from_churn(seed: u64, peers in 1u32..80, redundancy in 1u8..=3, lossy: bool) {
        let loss = if lossy { 0.03 } else { 0.0 };
        let (world, objects) = stocked(peers, seed);
        let world = TestWorld { loss, latency_ms: (10, 90), ..world };
        let mut script = Script::until(1800).churn(peers, seed, 120, 600);
        for (index, &object) in objects.iter().enumerate() {
            script = script.lookup(1_780_000 + index as u64, index as u32 % peers, object);
        }
        let params = Params { min_uptime: Span::secs(60), links: 20, max_links: 30, ..small(redundancy) };
        if lossy {
            engine::<Kazaa>(&world, script, &params, QueueKind::Wheel).run();
        } else {
            for record in run_to_rest::<Kazaa>(&world, script, &params).lookups {
                prop_assert_eq!(record.providers, record.online_holders, "{:?}", record);
            }
        }
    }
}

/// Everybody joins, one every two seconds.
fn joined(peers: u32, params: &Params, end_s: u64) -> Engine<Kazaa> {
    let (world, _) = stocked(peers, 5);
    let mut script = Script::until(end_s);
    script.offline = (0..peers).collect();
    for peer in 0..peers {
        script = script.at(1000 + 2000 * u64::from(peer), Happening::Join(peer));
    }
    let mut engine = engine::<Kazaa>(&world, script, params, QueueKind::Wheel);
    engine.run_until(Time::ZERO + Span::secs(end_s));
    engine
}

fn measure(engine: &Engine<Kazaa>, peers: u32, name: &str) -> f64 {
    let supernodes = (0..peers).filter_map(|n| engine.peer(n).supernode.as_deref());
    let (count, children) = supernodes.fold((0, 0), |(n, sum), sn| (n + 1, sum + sn.index.len()));
    match name {
        "super_peers" => f64::from(count),
        _ => children as f64 / f64::from(count),
    }
}

/// A network that has grown has clusters between the least and the greatest size, as one that has settled.
#[test]
fn what_has_joined_resembles_what_has_settled() {
    for redundancy in [1, 2] {
        let params = Params { min_uptime: Span::secs(60), ..small(redundancy) };
        let engine = joined(400, &params, 4000);
        assert_eq!(engine.check_invariants(), Ok(()));
        let children = measure(&engine, 400, "children");
        assert!((6.0..=19.0).contains(&children), "{children} ordinary peers a supernode");
        let partners =
            (0..400).filter_map(|n| engine.peer(n).supernode.as_deref()).map(|sn| sn.partners().count());
        let complete = partners.clone().filter(|&count| count == usize::from(redundancy) - 1).count();
        let total = partners.count();
        assert!(complete * 10 >= total * 9, "{complete} of {total} have all their partners");
    }
}

/// With two supernodes to a cluster, one may crash: no question of its peers goes unanswered for long, and the other finds a
/// new partner.
#[test]
fn a_partner_takes_over() {
    let (world, objects) = stocked(10, 3);
    let params = Params { able: Share(1.0), ..small(2) };
    let fresh = engine::<Kazaa>(&world, Script::until(1), &params, QueueKind::Wheel);
    let victim = (0..10).find(|&n| fresh.peer(n).supernode.is_some()).expect("there is one");
    let asker = (0..10).find(|&n| fresh.peer(n).supernode.is_none()).expect("there is one");
    let object =
        objects.iter().copied().find(|&o| world.holders(o).iter().any(|&h| h != victim && h != asker));
    let object = object.expect("some other peer shares something");
    let mut script = Script::until(900).at(10_000, Happening::Crash(victim));
    for turn in 0..6 {
        script = script.lookup(11_000 + 100 * turn, asker, object);
    }
    let outcome = run_to_rest::<Kazaa>(&world, script.clone(), &params);
    assert!(outcome.lookups.iter().all(|record| record.answer.is_some()));
    let longest =
        outcome.lookups.iter().filter_map(|record| record.answer).map(|answer| answer.latency).max();
    assert!(longest < Some(Span::secs(4)), "one patience, and a round trip: {longest:?}");
    let mut engine = engine::<Kazaa>(&world, script, &params, QueueKind::Wheel);
    engine.run_until(Time::ZERO + Span::secs(900));
    assert_eq!((0..10).filter(|&n| n != victim && engine.peer(n).supernode.is_some()).count(), 2);
}

/// What Yang and Garcia-Molina say of k partners: load by k, cost of entry by k, connections by k².
#[test]
fn redundancy_divides_the_load_and_multiplies_the_connections() {
    let observe = |redundancy: u8| -> (Outcome, f64, f64) {
        let (world, objects) = stocked(400, 9);
        let mut script = Script::until(2000);
        script.offline = (0..20).collect();
        for peer in 0..20 {
            script = script.at(100_000 + 1000 * u64::from(peer), Happening::Join(peer));
        }
        for turn in 0..4000 {
            script = script.lookup(
                200_000 + 400 * turn,
                20 + (turn * 7 % 380) as u32,
                objects[turn as usize % 40],
            );
        }
        let outcome = run::<Kazaa>(&world, script, &Params { cluster: 40, split: 80, ..small(redundancy) });
        let find =
            |name: &str| outcome.measures.iter().find(|(n, _)| *n == name).map_or(0.0, |&(_, value)| value);
        let count = find("super_peers") as usize;
        let mut loads = outcome.loads.clone();
        loads.sort_unstable_by(|a, b| b.cmp(a));
        let load = loads[..count].iter().sum::<u32>() as f64 / count as f64;
        let connections = find("cluster_connections_mean");
        (outcome, load, connections)
    };
    let (one, load, connections) = observe(1);
    assert!((connections - 1.0).abs() < 1e-9);
    for redundancy in [2, 3] {
        let k = f64::from(redundancy);
        let (outcome, shared, between) = observe(redundancy);
        assert!((between - k * k).abs() < 0.1, "{between} connections between clusters at k = {k}");
        // Signs of life are not shared: each partner hears all ordinary peers, and k times as many other supernodes.
        assert!((0.9..1.35).contains(&(shared * k / load)), "load {load} and {shared} at k = {k}");
        let entry = |outcome: &Outcome| outcome.tally.on(Account::Publish).bytes as f64;
        assert!((entry(&outcome) / entry(&one) - k).abs() < 0.05 * k, "cost of entry at k = {k}");
        assert_eq!(outcome.tally.published, one.tally.published);
    }
}

/// Modified clients claim what they have not, and get it.
#[test]
fn who_always_claims_to_be_fit_becomes_a_supernode() {
    let unfit = |modified: f64| {
        let (world, _) = stocked(300, 4);
        let params = Params { modified: Share(modified), ..small(1) };
        let outcome = run::<Kazaa>(&world, Script::until(100), &params);
        outcome.measures.iter().find(|(name, _)| *name == "unfit_super_peers").map(|&(_, value)| value)
    };
    assert_eq!(unfit(0.0), Some(0.0), "30 % are able");
    assert!(unfit(0.2).is_some_and(|share| share > 0.5), "70 % of all clients are not able");
}

/// Where the world gives rates, they decide, and a firewall does.
#[test]
fn rates_and_firewalls_decide() {
    let (world, _) = stocked(10, 1);
    let online: Vec<PeerId> = (0..10).map(PeerId::new).collect();
    let setup = Setup { world: &world, online: &online, participants: 10 };
    let shared = Shared::new(&setup, &Params::default()).expect("valid");
    let profile = |up, firewalled| Profile { up, firewalled, ..Profile::default() };
    assert!(shared.fitness.uplink(1, profile(256_000, false)).able);
    assert!(!shared.fitness.uplink(1, profile(255_000, false)).able);
    assert!(!shared.fitness.uplink(1, profile(1_000_000, true)).able);
    let drawn = (0..10_000).filter(|&number| shared.fitness.uplink(number, Profile::default()).able).count();
    assert!((2800..3200).contains(&drawn), "{drawn} of 10,000, for 30 %");
}

#[test]
fn sizes() {
    assert_eq!((size_of::<Message>(), align_of::<Message>()), (17, 1));
    assert!(size_of::<Timer>() <= 2);
}

#[test]
fn parameters_read_and_refuse() {
    let read = |text: &str| toml::from_str::<Params>(text);
    assert_eq!(read(""), Ok(Params::default()));
    assert_eq!(
        read("min_up = '1 Mbit/s'\nmodified = '5 %'").map(|p| (p.min_up.0, p.modified.0)),
        Ok((1_000_000, 0.05))
    );
    for wrong in ["redundanzy = 1", "redundancy = -1", "able = '130 %'", "keepalive = 'soon'"] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
    let (world, _) = stocked(3, 1);
    for wrong in [
        "redundancy = 0",
        "redundancy = 4",
        "cluster = 1",
        "split = 131",
        "merge = 66",
        "max_children = 10",
        "links = 1",
        "max_links = 10",
        "probes = 0",
        "refresh_list = 0",
        "ttl = 255",
        "max_results = 0",
        "patience = 0",
        "keepalive = '2 s'",
        "expiry = '60 s'",
        "memory = '1 s'",
        "min_up = '0 bit/s'",
    ] {
        let params = read(wrong).expect("it parses");
        let setup = Setup { world: &world, online: &[], participants: 3 };
        assert!(Shared::new(&setup, &params).is_err(), "{wrong}");
    }
    let written = toml::to_string(&Params::default()).expect("it writes");
    assert!(read(&written).is_ok(), "{written}");
}

/// A supernode remembers what others answered: the next of its peers that asks costs a question and an answer.
#[test]
fn a_supernode_remembers() {
    let (world, objects) = stocked(200, 4);
    let (keepalive, expiry) = (Span::secs(100_000), Span::secs(200_000));
    let params = Params { keepalive, expiry, ..small(1) };
    let caching = Params { cache: 1, cache_life: Span::secs(100), ..params.clone() };
    let before = engine::<Kazaa>(&world, Script::until(1), &params, QueueKind::Wheel);
    let seen = look_at(&before, 200);
    let (a, b) = (objects[35], objects[34]);
    // Two ordinary peers of one cluster in which nobody holds either object.
    let holders: Vec<u32> = [a, b].iter().flat_map(|&object| world.holders(object).to_vec()).collect();
    let cluster = seen.members.values().find(|members| members.iter().all(|peer| !holders.contains(peer)));
    let cluster = cluster.expect("holders are few");
    let mut ordinary = cluster.iter().copied().filter(|&peer| before.peer(peer).supernode.is_none());
    let (one, two) = (ordinary.next().expect("ten peers"), ordinary.next().expect("ten peers"));
    let asked = Script::until(400).lookup(0, one, a).lookup(10_000, two, a).lookup(120_000, two, a);
    let asked = asked.lookup(130_000, one, b).lookup(140_000, one, a);
    let run = |params: &Params| run_to_rest::<Kazaa>(&world, asked.clone(), params).lookups;
    let (without, with) = (run(&params), run(&caching));
    assert!(with.iter().all(|record| record.answer.is_some_and(|answer| answer.correct)));
    assert!(without.iter().all(|record| record.messages > 4));
    assert_eq!((with[1].messages, with[1].answer.map(|answer| answer.hops)), (2, Some(1)));
    for aged_or_displaced in [0, 2, 3, 4] {
        assert_eq!(with[aged_or_displaced].messages, without[aged_or_displaced].messages);
    }
}
