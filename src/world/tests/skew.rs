//! Those who give nothing, those who give much, and one that asks too much.

use std::collections::BTreeMap;

use super::*;
use crate::sim::{ObjectId, PlannedLookup, World};

fn lookups(world: &Terrain) -> Vec<(Time, PlannedLookup)> {
    let lookup = |(time, what): (Time, Happening)| match what {
        Happening::Lookup(planned) => Some((time, planned)),
        _ => None,
    };
    story(&mut *world.director(0)).into_iter().filter_map(lookup).collect()
}

/// PAPERS.md: almost 70 % share nothing, the top 1 % give nearly half of the answers, ± 3 points. Every holder answers, as in
/// a flood that reaches all.
#[test]
fn most_share_nothing_and_few_give_half_of_the_answers() {
    for content in
        ["content.objects = '100 %'", "content = { objects = 5000, placement = 'square-root', zipf = 0.6 }"]
    {
        let text = format!(
            "population = {{ free_riders = '70 %', givers = {{}} }}
            workload = {{ lookups = 20_000, rate = '1000 /s' }}
            {content}"
        );
        let world = world(&text, 10_000, 1);
        let silent = (0..10_000).filter(|&peer| world.shares(peer).is_empty()).count();
        assert!((6_700..=7_300).contains(&silent), "{silent} share nothing");
        let mut answers = vec![0u32; 10_000];
        for (_, asked) in lookups(&world) {
            let holders = world.holders(asked.object).iter().filter(|&&holder| holder != asked.origin);
            holders.for_each(|&holder| answers[holder as usize] += 1);
        }
        answers.sort_unstable_by(|a, b| b.cmp(a));
        let sum = |answers: &[u32]| answers.iter().sum::<u32>();
        let top = f64::from(sum(&answers[..100])) / f64::from(sum(&answers));
        assert!((top - 0.5).abs() < 0.03, "the top 1 % give {top}");
    }
}

/// Every object keeps its number of replicas, on distinct peers that share.
#[test]
fn givers_change_who_holds_and_not_how_much() {
    for (answers, peers) in [("50 %", 1000), ("0 %", 1000), ("100 %", 1000), ("37 %", 200)] {
        let text = format!(
            "population = {{ free_riders = '60 %', givers = {{ share = '5 %', answers = '{answers}' }} }}"
        );
        let world = world(&text, peers, 1);
        let mut held: BTreeMap<u32, u32> = BTreeMap::new();
        for object in 0..world.objects() {
            let holders = world.holders(ObjectId::new(object));
            assert_eq!(holders.len(), 10);
            assert!(holders.windows(2).all(|pair| pair[0] < pair[1]), "{holders:?}");
            for &holder in holders {
                *held.entry(holder).or_default() += 1;
            }
        }
        let mut held: Vec<u32> = held.into_values().collect();
        held.sort_unstable_by(|a, b| b.cmp(a));
        let top = held.iter().take(peers as usize / 20).sum::<u32>();
        match answers {
            "100 %" => assert_eq!((held.len() as u32, top), (peers / 20, 10_000)),
            "0 %" => assert!(held.len() as u32 <= peers * 2 / 5 - peers / 20),
            "37 %" => assert!(top.abs_diff(3_700) < 150, "{top}"),
            _ => assert!(top.abs_diff(5_000) < 150, "{top}"),
        }
    }
}

#[test]
fn givers_without_room_are_refused() {
    let error = refusal("population.givers = {}", Some(100));
    assert_eq!(
        error.to_string(),
        "population.givers.answers: got \"50 %\" of 10 replicas an object, by 1 of 100 that share, expected a share that \
         leaves at most one replica on each; the nearest valid value is \"10 %\""
    );
    let error =
        refusal("population = { free_riders = '88 %', givers = { answers = 0, share = '5 %' } }", Some(100));
    assert_eq!(error.nearest.as_deref(), Some("\"30 %\""));
}

/// The flooder asks as often as it is told, on top of what everyone asks, and is not measured.
#[test]
fn one_peer_floods_the_network() {
    let text = "workload = { lookups = 500, rate = '10 /s', flooder = { rate = '200 /s', at = '5 s', lasts = '10 s' } }";
    let quiet = lookups(&world("workload = { lookups = 500, rate = '10 /s' }", 300, 1));
    let (flood, others): (Vec<_>, Vec<_>) =
        lookups(&world(text, 300, 1)).into_iter().partition(|(_, asked)| asked.number >= 1 << 31);
    assert_eq!(others, quiet, "the others ask what they would have asked");
    assert_eq!(flood.len(), 2000);
    assert!(flood.iter().all(|(time, asked)| (5_000_000_000..15_000_000_000).contains(&time.nanos())
        && asked.origin == flood[0].1.origin
        && !asked.measured));
    let mut numbers: Vec<u32> = flood.iter().map(|(_, asked)| asked.number).collect();
    numbers.dedup();
    assert_eq!(numbers.len(), 2000);
    // While it is away it asks nothing.
    let struck = format!("{text}\nfaults = [{{ at = '10 s', crash.everyone = {{}} }}]");
    assert_eq!(lookups(&world(&struck, 300, 1)).iter().filter(|(_, asked)| !asked.measured).count(), 1000);
    for (rate, nearest) in [("0 /s", "\"1 /s\""), ("2000000 /s", "\"1000000 /s\"")] {
        let error = refusal(&format!("workload.flooder.rate = '{rate}'"), Some(10));
        assert_eq!((error.key.as_str(), error.nearest.as_deref()), ("workload.flooder.rate", Some(nearest)));
    }
}
