//! The wheel against the heap: the order of every event, for traffic of every shape.

use proptest::prelude::*;
use rand::RngExt;

use super::{EventQueue, Key, Keyed, QueueKind};
use crate::sim::random::{Purpose, stream};

/// An event that owns memory, so that losing or duplicating one shows under a leak or double free.
#[derive(Debug)]
struct Event {
    key: Key,
    payload: Box<u32>,
}

// SAFETY: the key is a field that nobody changes.
unsafe impl Keyed for Event {
    fn key(&self) -> Key {
        self.key
    }
}

/// How long what is pushed lies in the queue.
#[derive(Clone, Copy, Debug)]
enum Delays {
    Constant(u64),
    Uniform(u64, u64),
    /// Mostly short, some very long: messages among timers.
    Mixed,
    /// All at a few instants.
    Lumps,
}

fn delay(kind: Delays, rng: &mut impl rand::Rng) -> u64 {
    match kind {
        Delays::Constant(nanos) => nanos,
        Delays::Uniform(low, high) => rng.random_range(low..=high),
        Delays::Mixed if rng.random_ratio(1, 8) => rng.random_range(0..1u64 << 50),
        Delays::Mixed => rng.random_range(0..100_000_000),
        Delays::Lumps => 1_000_000_000 * rng.random_range(0..4u64),
    }
}

/// Runs a hold model on both queues, cutting at random limits, and compares every key.
fn compare(kind: Delays, pending: usize, events: usize, seed: u64) {
    let mut rng = stream(seed, Purpose::Workload, 0);
    let mut wheel = EventQueue::new(QueueKind::Wheel);
    let mut heap = EventQueue::new(QueueKind::Heap);
    let mut seq = 0;
    let mut push = |wheel: &mut EventQueue<Event>, heap: &mut EventQueue<Event>, time: u64, rank: u32| {
        seq += 1;
        let key = Key { time, rank, seq };
        wheel.push_with(time, || Event { key, payload: Box::new(seq) });
        heap.push_with(time, || Event { key, payload: Box::new(seq) });
    };
    for _ in 0..pending {
        let time = delay(kind, &mut rng);
        push(&mut wheel, &mut heap, time, rng.random());
    }
    let mut handled = 0;
    let mut limit = 0u64;
    while handled < events && !heap.is_empty() {
        limit += delay(kind, &mut rng) / 3 + 1;
        loop {
            let expected = heap.pop_before(limit);
            let got = wheel.pop_before(limit);
            assert_eq!(got.as_ref().map(|e| e.key), expected.as_ref().map(|e| e.key));
            let Some(event) = got else { break };
            if handled > events {
                return;
            }
            assert_eq!(*event.payload, event.key.seq);
            handled += 1;
            // On average one event follows another, in bursts.
            for _ in 0..[1, 0, 3, 0, 1][event.key.seq as usize % 5] {
                let time = event.key.time + delay(kind, &mut rng);
                push(&mut wheel, &mut heap, time, rng.random_range(0..8));
            }
        }
        // An arrival from outside, at the limit or soon after.
        push(&mut wheel, &mut heap, limit + delay(kind, &mut rng) / 2, 0);
        assert_eq!(wheel.len(), heap.len());
    }
}

#[test]
fn the_wheel_keeps_the_heaps_order() {
    for (i, kind) in [
        Delays::Constant(0),
        Delays::Constant(50_000_000),
        Delays::Uniform(20_000_000, 80_000_000),
        Delays::Uniform(0, 1 << 42),
        Delays::Mixed,
        Delays::Lumps,
    ]
    .into_iter()
    .enumerate()
    {
        for pending in [0, 1, 2, 100, 5_000] {
            let events = if matches!(kind, Delays::Constant(0)) { 2_000 } else { 40_000 };
            compare(kind, pending, events, i as u64);
        }
    }
}

/// Few events, and limits close together: buckets are widened again and again while a limit lies inside the first of the wider
/// ones.
#[test]
fn a_limit_may_lie_anywhere_when_buckets_are_widened() {
    for seed in 0..100 {
        for pending in [2, 30, 100] {
            compare(Delays::Uniform(20_000_000, 80_000_000), pending, 6_000, seed);
        }
    }
}

/// What a random search has once found.
#[test]
fn the_wheel_keeps_the_heaps_order_where_it_did_not() {
    compare(Delays::Uniform(472_636, 472_636 + (1 << 24)), 219, 5_000, 9_496_033_126_242_190_095);
}

proptest! {
    #![proptest_config(crate::properties::fixed_cases(48))]
    #[test]
    fn the_wheel_keeps_the_heaps_order_at_any_scale(
        low in 0u64..1 << 20, bits in 0u32..56, pending in 0usize..2_000, seed: u64,
    ) {
        compare(Delays::Uniform(low, low + (1 << bits)), pending, 5_000, seed);
    }
}
