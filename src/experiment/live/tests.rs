//! Degree laws, times of snapshots, and crawls of networks whose truth is known.

use std::sync::Arc;

use super::*;
use crate::protocols::chord::Chord;
use crate::protocols::gnutella::Gnutella;
use crate::sim::{PeerId, QueueKind, Span, World};
use crate::world::{Settings, Terrain};

fn engine<P: Protocol>(tables: &str, peers: u32) -> Engine<P> {
    let settings: Settings = toml::from_str(tables).expect("tables of a scenario");
    let world = Arc::new(Terrain::build(&settings, Some(peers), 7, None, true).expect("a world"));
    let (director, params) = (world.director(P::servers(&P::Params::default())), P::Params::default());
    Engine::new(world as Arc<dyn World>, director, &params, QueueKind::Wheel).expect("an engine")
}

/// Runs to the end, with everybody looking when due.
fn run<P: Protocol>(engine: &mut Engine<P>, lookers: &mut Lookers) {
    lookers.look(engine);
    while engine.now() < engine.end() {
        let due = lookers.next();
        assert!(due > engine.now(), "what is due has been done");
        engine.run_until(due.min(engine.end()));
        lookers.look(engine);
    }
}

fn crawl<P: Protocol>(tables: &str, peers: u32, settings: &str) -> Crawl {
    let mut engine = engine::<P>(tables, peers);
    let settings: CrawlSettings = toml::from_str(settings).expect("the table [crawl]");
    let mut lookers = Lookers { crawler: Some(Crawler::new(&settings, 7)), ..Lookers::default() };
    run(&mut engine, &mut lookers);
    lookers.crawler.and_then(Crawler::finish).expect("a crawl")
}

#[test]
fn degrees_by_hand() {
    let star = Degrees::of(&[3, 1, 1, 1, 0]);
    assert_eq!((star.nodes, star.mean, star.max), (5, 1.2, 3));
    assert_eq!(star.kappa, Some(12.0 / 6.0));
    assert!((star.sd - libm::sqrt(12.0 / 5.0 - 1.44)).abs() < 1e-12);
    assert_eq!((star.at_least(1), star.at_least(2), star.at_least(4)), (0.8, 0.2, 0.0));
    let even = Degrees::of(&[2, 2, 2]);
    // From 1 to 2 neighbours four fifths of the one and none of the other are passed.
    assert_eq!((star.distance(&even), even.distance(&star)), (Some(0.8), Some(0.8)));
    assert_eq!(star.distance(&star), Some(0.0));
    assert_eq!(even.tail, None, "there is nothing to fit where all are alike");
    let nobody = Degrees::of(&[]);
    assert_eq!((nobody.kappa, nobody.distance(&star)), (None, None));
}

#[test]
fn times_are_one_or_a_list() {
    let read = |text: &str| toml::from_str::<SnapshotSettings>(text);
    let one = read("at = '1 h'").expect("one");
    let list = read("at = ['2 min', '1 h', '2 min']\nevery = '25 min'").expect("a list");
    let end = Time::ZERO + Span::secs(3600);
    let seconds = |settings: &SnapshotSettings| -> Vec<u64> {
        let mut snapshots = Snapshots::of(settings, 0, end);
        std::iter::from_fn(|| snapshots.as_mut()?.skip().map(|at| at.nanos() / 1_000_000_000)).collect()
    };
    assert_eq!((seconds(&one), seconds(&list)), (vec![3600], vec![120, 1500, 3000, 3600]));
    assert!(Snapshots::of(&one, 0, Time::ZERO + Span::secs(10)).is_none(), "too late");
    let first = read("at = '1 h'\nreplicates = 1").expect("settings");
    assert!(Snapshots::of(&first, 0, end).is_some() && Snapshots::of(&first, 1, end).is_none());
    for wrong in ["at = 3", "at = '1 lightyear'", "at = [['1 h']]", "often = '1 h'"] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
    for wrong in ["every = '0 s'", "at = '1 h'\nreplicates = 0", "replicates = 2"] {
        assert!(read(wrong).expect("it can be read").check().is_err(), "{wrong}");
    }
}

/// Directed as peers would send, with all who are online, by their own numbers.
#[test]
fn a_snapshot_is_who_knows_whom() {
    let mut engine = engine::<Chord>("churn.newcomers = '20 %'", 50);
    engine.run_until(Time::ZERO + Span::secs(20));
    let rows = overlay(&engine);
    let online: Vec<u64> = engine.online().iter().map(|peer| u64::from(peer.number())).collect();
    assert_eq!(rows.ids, online);
    assert!(rows.ids.len() < 50, "newcomers are still to come, so numbers have gaps");
    let mut links = Vec::new();
    for peer in engine.online() {
        let named = engine.named_by(peer).expect("it is online");
        let present = named.iter().filter(|named| engine.online().contains(named));
        links.extend(present.map(|named| (u64::from(peer.number()), u64::from(named.number()))));
    }
    links.sort_unstable();
    links.dedup();
    let id = |node: u32| rows.ids[node as usize];
    assert_eq!(rows.edges.iter().map(|&(a, b)| (id(a), id(b))).collect::<Vec<_>>(), links);
    assert!(links.iter().any(|&(a, b)| !links.contains(&(b, a))), "fingers are not mutual");
    assert_eq!(engine.named_by(PeerId::new(online[3] as u32).next_session()), None, "somebody of old");
}

/// Where nobody comes or goes, a crawl at any speed shows what there is.
#[test]
fn a_crawl_of_a_still_network_shows_the_truth() {
    for speed in ["2 /s", "50 /s", "1000000 /s"] {
        let tables =
            "workload = { lookups = 0, duration = '10 min' }\nunderlay.latency.constant.delay = '20 ms'";
        let crawl = crawl::<Gnutella>(tables, 300, &format!("speed = '{speed}'\nat = '7 s'"));
        assert!(crawl.finished);
        assert_eq!((crawl.answered, crawl.present, crawl.seen.nodes), (300, 300, 300));
        assert_eq!((&crawl.seen, &crawl.seen_of_answered), (&crawl.truth, &crawl.truth));
        let seconds = crawl.lasted_ns as f64 * 1e-9;
        let least: f64 = speed.trim_end_matches(" /s").parse().expect("a number");
        assert!(seconds >= 299.0 / least + 0.04 && seconds < 301.0 / least + 2.0, "{speed}: {seconds} s");
    }
}

/// One connection at a time: a round trip for each peer, nothing less.
#[test]
fn a_crawler_waits_for_its_connections() {
    let tables = "workload = { lookups = 0, duration = '10 min' }\nunderlay.latency.constant.delay = '20 ms'";
    let crawl = crawl::<Gnutella>(tables, 100, "connections = 1\nspeed = '100000 /s'");
    // It sits beside the first, which is as far from itself as the model has it.
    let round_trip = 40_000_000;
    assert_eq!(crawl.lasted_ns, 100 * round_trip);
}

/// Whoever is behind a firewall does not answer, and is what others say.
#[test]
fn firewalls_do_not_answer() {
    let tables = "
        workload = { lookups = 0, duration = '5 min' }
        population.classes = [
            { name = 'open', share = '60 %' }, { name = 'behind', share = '40 %', firewalled = '100 %' },
        ]
        overlay.graph.random-regular = { degree = 6 }";
    let crawl = crawl::<Gnutella>(tables, 400, "timeout = '3 s'");
    let share = f64::from(crawl.answered) / f64::from(crawl.seen.nodes);
    assert!(crawl.finished && crawl.seen.nodes > 390 && (0.55..0.65).contains(&share), "{crawl:?}");
    assert!(crawl.seen.mean < crawl.truth.mean, "links between two of them are seen by nobody");
    assert!(crawl.seen_of_answered.distance(&crawl.truth).is_some_and(|ks| ks < 0.02));
}

/// Under churn, slow crawls add up what was never there together.
#[test]
fn a_slow_crawl_makes_up_degrees() {
    let tables = "
        workload = { lookups = 0, duration = '20 min' }
        overlay.graph.random-regular = { degree = 6 }
        churn = { identity = 'new', sessions.exponential = { online = '8 min', offline = '8 min' } }";
    let at = |speed: &str| crawl::<Gnutella>(tables, 400, &format!("at = '5 min'\nspeed = '{speed}'"));
    let (slow, fast) = (at("0.7 /s"), at("2000 /s"));
    assert!(fast.finished && fast.lasted_ns < 20_000_000_000, "{fast:?}");
    let ks = |crawl: &Crawl| crawl.seen.distance(&crawl.truth).expect("both have nodes");
    assert!(ks(&fast) < 0.05 && ks(&slow) > 3.0 * ks(&fast), "{} and {}", ks(&slow), ks(&fast));
    assert!(slow.seen.max > fast.seen.max, "{} and {}", slow.seen.max, fast.seen.max);
    assert!(slow.seen.nodes > slow.truth.nodes && slow.present < slow.seen.nodes);
}

/// Nobody there yet: the crawler tries again until somebody is.
#[test]
fn a_crawl_of_nothing_waits_for_somebody() {
    let tables = "
        workload = { lookups = 0, duration = '20 min' }
        churn = { start = 'empty', graceful = '0 %', sessions.exponential = { online = '1 h', offline = '10 min' } }";
    let crawl = crawl::<Gnutella>(tables, 30, "speed = '1000 /s'");
    assert!(crawl.seen.nodes >= 1);
    let mut engine = engine::<Gnutella>(tables, 30);
    assert_eq!(engine.online().len(), 0);
    let end = engine.end();
    engine.run_until(end);
    assert!(engine.online().len() > 15, "they have come");
    assert!(engine.check_invariants().is_ok() || !engine.links().is_empty());
}
