//! The laws of the design, across the library: what may change what, and what must not.

mod worlds;

use std::collections::BTreeMap;

use peerlab::experiment::document::Document;
use peerlab::experiment::interrupt::Interrupt;
use peerlab::experiment::plan::Plan;
use peerlab::experiment::record::{Record, Row};
use peerlab::experiment::run::{Options, run};
use peerlab::experiment::scenario::schema;
use peerlab::protocols::{NAMES, Visit, with};
use peerlab::sim::{Account, Director, Happening, ObjectId, Outcome, Protocol, QueueKind, Span, Time, World};
use worlds::{engine, world};

/// A scenario of everything at once: arrivals, sessions, a fault, loss, jitter, free riders, questions without an answer.
const SCENARIO: &str = "
    name = 'laws'
    peers = [40, 90]
    seed = 11
    replicates = 2
    lookups_csv = true
    population.free_riders = '20 %'
    underlay = { loss = '1 %', jitter = '3 ms', latency.plane = {} }
    content = { objects = 50, replicas = 3 }
    workload = { lookups = 150, rate = '1 /s', warm_up = '20 s', misses = '4 %', fetch = true }
    churn = { newcomers = '5 %', sessions.exponential = { online = '5 min', offline = '1 min' } }
    faults = [{ at = '60 s', crash.share = '20 %', back = '30 s' }]
";

fn options(threads: usize, queue: QueueKind) -> Options {
    Options { threads: Some(threads), queue, quiet: true, interrupt: Interrupt::manual(), folder: None }
}

fn plan(protocols: &[&str], set: &[&str]) -> Plan {
    let text = format!("protocols = {protocols:?}\n{SCENARIO}");
    let mut document = Document::parse("laws.toml", &text, schema()).unwrap();
    for assignment in set {
        document.set(assignment).unwrap();
    }
    Plan::new(document.into_sweep().unwrap()).unwrap()
}

/// The records by the keys of their jobs.
fn records(protocols: &[&str], set: &[&str], options: &Options) -> BTreeMap<String, Record> {
    let plan = plan(protocols, set);
    let records = run(&plan, None, options).unwrap().records;
    assert_eq!(plan.jobs.len(), records.len());
    let keys = plan.jobs.iter().map(|job| job.key());
    let by_key: BTreeMap<_, _> = keys.zip(records).collect();
    assert_eq!(by_key.len(), plan.jobs.len(), "keys name jobs");
    by_key
}

#[test]
fn another_protocol_leaves_the_others_rows_untouched() {
    let all = records(NAMES, &[], &options(2, QueueKind::Wheel));
    for name in NAMES {
        let alone = records(&[name], &[], &options(2, QueueKind::Wheel));
        assert_eq!(alone.len(), 4, "two sizes, two replicates");
        for (key, record) in alone {
            assert_eq!(all[&key], record, "{key}");
        }
    }
    let backwards: Vec<&str> = NAMES.iter().rev().copied().collect();
    assert_eq!(records(&backwards, &[], &options(2, QueueKind::Wheel)), all, "nor does their order matter");
}

#[test]
fn threads_and_queues_change_nothing() {
    let base = records(NAMES, &[], &options(1, QueueKind::Wheel));
    assert_eq!(records(NAMES, &[], &options(1, QueueKind::Wheel)), base, "twice");
    assert_eq!(records(NAMES, &[], &options(2, QueueKind::Wheel)), base, "two threads");
    assert_eq!(records(NAMES, &[], &options(5, QueueKind::Heap)), base, "more threads, and the heap");
}

#[test]
fn a_replicate_is_a_run_with_the_next_seed() {
    let two = records(NAMES, &[], &options(2, QueueKind::Wheel));
    let next = records(NAMES, &["seed=12", "replicates=1"], &options(2, QueueKind::Wheel));
    for (key, record) in next {
        let second = format!("{}1", key.strip_suffix('0').unwrap());
        assert_eq!(two[&second], record);
        assert_ne!(two[&key].fingerprint, record.fingerprint, "another seed, another run");
        assert_ne!(two[&key].rows, record.rows);
    }
}

#[test]
fn more_sizes_leave_the_others_rows_untouched() {
    let both = records(NAMES, &[], &options(2, QueueKind::Wheel));
    for peers in ["40", "90"] {
        for (key, record) in records(NAMES, &[&format!("peers={peers}")], &options(2, QueueKind::Wheel)) {
            assert_eq!(both[&key], record, "{key}");
        }
    }
}

/// The same seed gives every architecture the same questions, at the same times, from the same peers.
#[test]
fn architectures_are_asked_the_same() {
    let records = records(NAMES, &[], &options(2, QueueKind::Wheel));
    let asked = |rows: &[Row]| -> Vec<(u32, u32, u32, u64)> {
        rows.iter().map(|row| (row.lookup, row.origin, row.object, row.issued_ns)).collect()
    };
    for (key, record) in &records {
        let (protocol, rest) = key.split_once('|').unwrap();
        let first = &records[&format!("{}|{rest}", NAMES[0])];
        assert_eq!(record.rows.len(), 150);
        assert_eq!(asked(&record.rows), asked(&first.rows), "{protocol}, {rest}");
        let names: Vec<_> = NAMES.iter().filter(|name| **name != protocol).collect();
        for name in names {
            assert_ne!(records[&format!("{name}|{rest}")].fingerprint, record.fingerprint);
        }
    }
}

/// What lookups cost may depend on how many there are; who is there, when, and with what must not.
#[test]
fn the_workload_leaves_the_world_untouched() {
    #[derive(Debug, PartialEq)]
    struct Parts {
        overlay: Vec<(u32, u32)>,
        holders: Vec<Vec<u32>>,
        latencies: Vec<u64>,
        comings_and_goings: Vec<(Time, Happening)>,
    }
    let parts = |workload: &str| {
        // The duration holds the end in place, by which newcomers are spread.
        let text = format!(
            "population.free_riders = '10 %'
            churn = {{ newcomers = '5 %', sessions.exponential = {{ online = '100 s', offline = '20 s' }} }}
            faults = [{{ at = '20 s', crash.share = '10 %', back = '5 s' }}]
            workload = {{ duration = '1000 s', {workload} }}"
        );
        let world = world(&text, 200, 7);
        let mut director = world.director(1);
        let (lookups, comings_and_goings): (Vec<_>, Vec<_>) =
            story(&mut *director).into_iter().partition(|(_, what)| matches!(what, Happening::Lookup(_)));
        let pairs = (0..60).flat_map(|a| (0..60).map(move |b| (a, b)));
        let parts = Parts {
            overlay: world.graph().unwrap().edge_list().collect(),
            holders: (0..world.objects()).map(|rank| world.holders(ObjectId::new(rank)).to_vec()).collect(),
            latencies: pairs.map(|(a, b)| world.latency(a, b, 1).nanos()).collect(),
            comings_and_goings,
        };
        (parts, lookups)
    };
    let (base, lookups) = parts("lookups = 300");
    for other in
        ["lookups = 0", "lookups = 900, rate = '3 /s'", "lookups = 300, arrivals = 'even', misses = '50 %'"]
    {
        let (changed, others) = parts(other);
        assert_eq!(changed, base, "{other}");
        assert_ne!(others, lookups);
    }
}

/// Everything that a director has in store.
fn story(director: &mut dyn Director) -> Vec<(Time, Happening)> {
    let mut story = Vec::new();
    loop {
        let time = director.next_time();
        match director.next() {
            Some(happening) => story.push((time, happening)),
            None => return story,
        }
    }
}

/// Every message is somebody's, every lookup comes to an end: for every registered protocol.
#[derive(Clone, Copy)]
struct Balance;

impl Visit for Balance {
    type Output = ();

    fn visit<P: Protocol>(self) {
        let text = "churn.sessions.exponential = { online = '2 min', offline = '1 min' }
            faults = [{ at = '60 s', crash.everyone = {}, back = '10 s' }]
            underlay.loss = '3 %'
            content.replicas = 3
            workload = { lookups = 300, rate = '2 /s', misses = '10 %', fetch = true }";
        let world = world(text, 80, 3);
        let mut engine = engine::<P>(&world);
        let mut before = engine.tally().clone();
        while engine.now() < engine.end() {
            engine.run_until(engine.now() + Span::secs(7));
            let now = engine.tally();
            assert!(now.delivered + now.lost + now.dropped <= now.sent);
            assert!(before.sent <= now.sent && before.delivered <= now.delivered);
            before = now.clone();
        }
        // Whatever a lookup has set going is over long after the last one.
        engine.run_until(engine.now() + Span::secs(1800));
        assert_eq!(engine.lookups_under_way(), 0, "{}", P::NAME);
        let Outcome { tally, lookups, loads, .. } = engine.finish();
        assert_eq!(tally.sent, tally.delivered + tally.lost + tally.dropped + tally.in_flight);
        assert!(tally.lost > 0 && tally.dropped > 0);
        assert_eq!(
            tally.delivered,
            loads.iter().map(|&load| u64::from(load)).sum::<u64>(),
            "each is handled once"
        );
        assert_eq!(
            tally.sent,
            Account::ALL.iter().map(|&account| tally.on(account).messages).sum::<u64>(),
            "each has an account"
        );
        let on_lookups: u64 = lookups.iter().map(|lookup| lookup.messages).sum();
        assert_eq!(on_lookups, tally.on(Account::Lookup).messages, "and each lookup its own");
        let bytes: u64 = lookups.iter().map(|lookup| lookup.bytes).sum();
        assert_eq!(bytes, tally.on(Account::Lookup).bytes);
        assert_eq!(tally.lookups, lookups.len() as u64);
        for lookup in &lookups {
            assert!(lookup.providers <= world.holders(lookup.object).len() as u32, "{lookup:?}");
            assert!(lookup.answer.is_none_or(|answer| answer.latency <= Span::secs(30)), "in time");
        }
    }
}

#[test]
fn accounts_balance_and_the_ledger_retires() {
    for name in NAMES {
        with(name, Balance).unwrap();
    }
}
