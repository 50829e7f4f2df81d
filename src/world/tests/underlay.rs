//! Latency models.

use super::*;
use crate::sim::World;
use crate::world::LatencyModel;

const MODELS: [&str; 7] = [
    "constant = {}",
    "plane = {}",
    "transit-stub = {}",
    "transit-stub = { core = 'complete', transit_domains = 1, stubs_per_domain = 1 }",
    "planetlab = {}",
    "uniform = {}",
    "log-normal = {}",
];

fn with(model: &str, rest: &str) -> Terrain {
    world(&format!("underlay.latency.{model}\n{rest}"), 3000, 7)
}

/// One-way latencies in ms of 200,000 pairs or so, ascending.
fn latencies(world: &Terrain) -> Vec<f64> {
    let pairs = (0..650).flat_map(|a| (0..a).map(move |b| (a, b)));
    let mut all: Vec<f64> = pairs.map(|(a, b)| world.latency(a, b, 0).as_millis_f64()).collect();
    all.sort_by(f64::total_cmp);
    all
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn every_model_is_symmetric_and_never_below_its_floor() {
    for model in MODELS {
        for floor in ["1 ms", "60 ms"] {
            let world = with(model, &format!("underlay.floor = '{floor}'"));
            assert!(world.floor() >= floor.parse().unwrap());
            for a in (0..100).chain(2990..3001) {
                for b in (0..100).chain([a, u32::MAX]) {
                    let there = world.latency(a, b, 0);
                    assert_eq!(there, world.latency(b, a, 0), "{model}: {a} {b}");
                    assert!(there >= world.floor(), "{model}: {a} {b}");
                }
            }
        }
    }
}

#[test]
fn jitter_comes_from_the_stamp_and_stamp_zero_has_none() {
    let (steady, jittery) = (with("plane = {}", ""), with("plane = {}", "underlay.jitter = '10 ms'"));
    let extra: Vec<f64> = (1..10_000u64)
        .map(|stamp| {
            let more =
                jittery.latency(1, 2, stamp).saturating_sub(steady.latency(1, 2, stamp)).as_millis_f64();
            assert!((0.0..10.0).contains(&more));
            more
        })
        .collect();
    assert!((mean(&extra) - 5.0).abs() < 0.2, "{}", mean(&extra));
    assert_eq!(jittery.latency(1, 2, 0), steady.latency(1, 2, 0));
    assert_eq!(jittery.latency(1, 2, 5), jittery.latency(1, 2, 5));
}

#[test]
fn constant_and_uniform() {
    let constant = with("constant.delay = '33 ms'", "");
    assert!(latencies(&constant).iter().all(|&ms| ms == 33.0));
    assert_eq!(constant.floor(), constant.latency(1, 2, 0));
    let uniform = latencies(&with("uniform = { low = '20 ms', high = '80 ms' }", ""));
    assert!(uniform[0] >= 20.0 && uniform[uniform.len() - 1] <= 80.0);
    assert!((mean(&uniform) - 50.0).abs() < 0.25, "{}", mean(&uniform));
    assert!((uniform[uniform.len() / 4] - 35.0).abs() < 0.3);
    assert!(latencies(&with("uniform = { low = '20 ms', high = '20 ms' }", "")).iter().all(|&ms| ms == 20.0));
}

/// The mean distance of two random points of the unit square is 0.5214; 650 peers know it to some 2 %.
#[test]
fn the_plane_is_a_plane() {
    let world = with("plane = { width = '200 ms' }", "underlay.floor = '1 ns'");
    let all = latencies(&world);
    assert!((mean(&all) / 200.0 - 0.5214).abs() < 0.02, "{}", mean(&all));
    assert!(all[all.len() - 1] <= 200.0 * std::f64::consts::SQRT_2);
    let between = |a, b| world.latency(a, b, 0).nanos();
    for a in 0..40 {
        for b in 0..40 {
            assert!((0..40).all(|c| between(a, b) <= between(a, c) + between(c, b) + 3), "a triangle");
        }
    }
}

/// Four domains on a ring, eight stubs each: a pair shares its stub in 1/32, its domain in 7/32, is one hop apart in a
/// half and two in a quarter of the cases.
#[test]
fn transit_stub_has_its_levels() {
    let all = latencies(&with("transit-stub = {}", ""));
    let share = |ms: f64| all.iter().filter(|&&other| other == ms).count() as f64 / all.len() as f64;
    for (ms, expected) in [(1.0, 1.0 / 32.0), (22.0, 7.0 / 32.0), (122.0, 0.5), (222.0, 0.25)] {
        assert!((share(ms) - expected).abs() < 0.02, "{ms} ms: {}", share(ms));
    }
    let all = latencies(&with("transit-stub = { core = 'complete', transit_domains = 10 }", ""));
    assert_eq!(all[all.len() - 1], 122.0);
}

#[test]
fn log_normal_has_median_and_spread() {
    let all = latencies(&with("log-normal = { median = '40 ms', sigma = 0.7 }", ""));
    let quantile = |p: f64| all[(p * all.len() as f64) as usize];
    assert!((quantile(0.5) / 40.0 - 1.0).abs() < 0.02, "{}", quantile(0.5));
    assert!((quantile(0.841_345) / (40.0 * libm::exp(0.7)) - 1.0).abs() < 0.02);
    assert!((mean(&all) / (40.0 * libm::exp(0.245)) - 1.0).abs() < 0.02, "{}", mean(&all));
}

/// Round-trip times of mean 146.8 and median 135 ms.
#[test]
fn planetlab_has_the_mean_and_the_median_of_the_file() {
    let all = latencies(&with("planetlab = {}", "underlay.floor = '1 us'"));
    assert!((2.0 * mean(&all) - 146.8).abs() < 1.5, "{}", mean(&all));
    assert!((2.0 * all[all.len() / 2] - 135.0).abs() < 1.5);
}

#[test]
fn geometry_is_known() {
    let geometric =
        |text: &str| settings(&format!("underlay.latency.{text}")).underlay.latency.has_geometry();
    assert!(
        ["constant = {}", "plane = {}", "transit-stub = {}", "matrix.file = 'x'"].into_iter().all(geometric)
    );
    assert!(!["planetlab = {}", "uniform = {}", "log-normal = {}"].into_iter().any(geometric));
    assert!(!LatencyModel::default().has_geometry());
}

#[test]
fn impossible_underlays_are_refused() {
    for (text, key, nearest) in [
        ("floor = 0", "underlay.floor", "\"1 us\""),
        ("latency.uniform.high = '5 ms'", "underlay.latency.uniform.high", "\"20 ms\""),
        ("latency.log-normal.sigma = -1.0", "underlay.latency.log-normal.sigma", "0"),
        ("latency.transit-stub.transit_domains = 0", "underlay.latency.transit-stub.transit_domains", "1"),
    ] {
        let error = refusal(&format!("underlay.{text}"), Some(10));
        assert_eq!((error.key.as_str(), error.nearest.as_deref()), (key, Some(nearest)));
    }
}
