//! Tests against published tables, known laws and brute force; fixed seeds.

use super::*;

/// SplitMix64: a test's own generator, so that the statistics depend on nothing.
struct Noise(u64);

impl Noise {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

#[test]
fn six_writes_six_significant_digits() {
    let cases: [(f64, &str); 24] = [
        (0.0, "0"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (1.0, "1"),
        (-2.5, "-2.5"),
        (12.345_678, "12.3457"),
        (1.0 / 3.0, "0.333333"),
        (2.0 / 3.0, "0.666667"),
        (99.999_96, "100"),
        (0.000_123_456_7, "0.000123457"),
        (0.000_099_999_99, "0.0001"),
        (1.234_567e-7, "1.23457e-7"),
        (1e-5, "1e-5"),
        (131_072.0, "131072"),
        (999_999.4, "999999"),
        (999_999.6, "1e6"),
        (1_000_000.0, "1000000"),
        (2_500_000.0, "2500000"),
        (1_234_567.0, "1.23457e6"),
        (-1_234_567.0, "-1.23457e6"),
        (9e15, "9000000000000000"),
        (1e16, "1e16"),
        (1e300, "1e300"),
        (0.1 + 0.2, "0.3"),
    ];
    for (value, text) in cases {
        assert_eq!(six(value), text, "{value:e}");
        let back: f64 = text.parse().unwrap();
        assert!((back - value).abs() <= 5.1e-6 * value.abs(), "{text} reads back as {back}");
    }
    assert_eq!(six_or_missing(None), "");
    assert_eq!(six_or_missing(Some(0.5)), "0.5");
}

#[test]
#[should_panic(expected = "finite")]
#[cfg(debug_assertions)]
fn six_refuses_nan() {
    six(f64::NAN);
}

#[test]
fn plus_minus_shows_the_digits_that_count() {
    assert_eq!(plus_minus(12.3456, 0.321, 3), "12.3 ± 0.4");
    assert_eq!(plus_minus(12.3456, 0.123, 3), "12.35 ± 0.13");
    assert_eq!(plus_minus(1234.5, 56.7, 3), "1234 ± 57");
    assert_eq!(plus_minus(0.98, 0.000_01, 3), "0.980 ± 0.001");
    assert_eq!(plus_minus(2.0, 0.0, 3), "2 ± 0");
    assert_eq!(plus_minus(0.5, 0.0, 3), "0.5 ± 0");
}

#[test]
fn student_t_agrees_with_the_tables() {
    // P, degrees of freedom, t; from R's qt() with 15 digits.
    let table = [
        (0.975, 1.0, 12.706_204_736_174_694),
        (0.975, 2.0, 4.302_652_729_749_462),
        (0.975, 3.0, 3.182_446_305_284_263),
        (0.975, 4.0, 2.776_445_105_197_793),
        (0.975, 5.0, 2.570_581_835_636_314),
        (0.975, 9.0, 2.262_157_162_798_205),
        (0.975, 10.0, 2.228_138_851_986_274),
        (0.975, 30.0, 2.042_272_456_301_238),
        (0.975, 100.0, 1.983_971_518_523_553),
        (0.95, 7.0, 1.894_578_605_061_305),
        (0.995, 10.0, 3.169_272_672_616_952),
        (0.9995, 5.0, 6.868_826_625_881_108),
        (0.025, 10.0, -2.228_138_851_986_274),
    ];
    for (p, df, t) in table {
        let ours = student_t_quantile(p, df);
        assert!((ours / t - 1.0).abs() < 1e-8, "t({p}, {df}) = {ours}, not {t}");
    }
    // Closed forms: df 1 is Cauchy, df 2 is algebraic, df ∞ is normal.
    for p in [0.6, 0.9, 0.99, 0.9999] {
        let cauchy = libm::tan(std::f64::consts::PI * (p - 0.5));
        assert!((student_t_quantile(p, 1.0) / cauchy - 1.0).abs() < 1e-9);
        let two = (2.0 * p - 1.0) / (2.0f64 * p * (1.0 - p)).sqrt();
        assert!((student_t_quantile(p, 2.0) / two - 1.0).abs() < 1e-9);
    }
    assert!((student_t_quantile(0.975, 1e8) / 1.959_963_984_540_054 - 1.0).abs() < 1e-7);
    assert!(student_t_quantile(0.975, 0.0).is_nan() && student_t_quantile(1.0, 3.0).is_nan());
    assert_eq!(student_t_quantile(0.5, 3.0), 0.0);
    // The two sides of the series for ln B agree where they meet.
    for df in [1999.0, 2001.0] {
        assert!((student_t_cdf(student_t_quantile(0.975, df), df) - 0.975).abs() < 1e-12);
    }
}

#[test]
fn summaries() {
    assert_eq!(Summary::of(&[]), None);
    assert_eq!(Summary::of(&[1.0, f64::NAN]), None);
    assert_eq!(Summary::of(&[3.0]), Some(Summary { n: 1, mean: 3.0, sd: None, ci95: None }));
    let constant = Summary::of(&[0.1; 7]).unwrap();
    assert_eq!((constant.mean, constant.sd, constant.ci95), (0.1, Some(0.0), Some(0.0)));
    let s = Summary::of(&[1.0, 2.0, 3.0, 4.0]).unwrap();
    assert_eq!(s.mean, 2.5);
    assert!((s.sd.unwrap() - (5.0f64 / 3.0).sqrt()).abs() < 1e-15);
    assert!((s.ci95.unwrap() - 3.182_446_305 * (5.0f64 / 12.0).sqrt()).abs() < 1e-8);
    let d = paired(&[5.0, 6.0, 7.0], &[4.0, 5.1, 5.9]).unwrap();
    assert!((d.mean - 1.0).abs() < 1e-12 && d.excludes_zero());
    assert_eq!(paired(&[1.0], &[]), None);
}

#[test]
fn quantiles_by_nearest_rank() {
    let sample = [15, 20, 35, 40, 50];
    let expect = [(0.0, 15), (0.05, 15), (0.2, 15), (0.3, 20), (0.4, 20), (0.5, 35), (1.0, 50)];
    for (p, value) in expect {
        assert_eq!(quantile_sorted(&sample, p), Some(value), "p = {p}");
    }
    let hundred: Vec<u64> = (1..=100).collect();
    for p in 1..=100u64 {
        assert_eq!(quantile_sorted(&hundred, p as f64 / 100.0), Some(p));
    }
    assert_eq!(quantile_sorted(&[], 0.5), None);
    assert_eq!(percentile_band(&hundred, 0.01, 0.99), Some(Band { low: 1, median: 50, high: 99 }));
    assert_eq!(ecdf_at(&sample, 10, &[10, 20, 100]), [0.0, 0.2, 0.5]);
    assert_eq!(ecdf_at(&[], 0, &[10]), [0.0]);
}

#[test]
fn ccdf_keeps_ends_and_tail() {
    assert_eq!(ccdf(&mut [3, 1, 1, 0], 10), [(0, 1.0), (1, 0.75), (3, 0.25)]);
    assert_eq!(ccdf(&mut [], 10), []);
    let mut noise = Noise(5);
    let mut loads: Vec<u64> = (0..50_000).map(|_| (1.0 / (1.0 - noise.uniform())) as u64 + 1).collect();
    let curve = ccdf(&mut loads, 100);
    assert!(curve.len() <= 102, "{}", curve.len());
    assert_eq!(curve[0].1, 1.0);
    assert_eq!(curve.last().unwrap().0, *loads.last().unwrap());
    assert!(curve.is_sorted_by(|a, b| a.0 < b.0 && a.1 > b.1));
}

#[test]
fn inequality() {
    assert_eq!(gini(&mut [4, 4, 4]), Some(0.0));
    assert_eq!(gini(&mut [0, 0, 0, 8]), Some(0.75));
    assert_eq!((gini(&mut []), gini(&mut [0, 0]), max_share(&[]), max_share(&[0])), (None, None, None, None));
    assert_eq!(max_share(&[1, 2, 5]), Some(0.625));
    let mut noise = Noise(1);
    let mut loads: Vec<u64> = (0..200).map(|_| (noise.uniform() * 1000.0) as u64).collect();
    let mut double_sum = 0.0;
    for a in &loads {
        for b in &loads {
            double_sum += a.abs_diff(*b) as f64;
        }
    }
    let brute = double_sum / (2.0 * 200.0 * loads.iter().sum::<u64>() as f64);
    assert!((gini(&mut loads).unwrap() - brute).abs() < 1e-12);
    assert_eq!(lorenz(&mut [3, 1], 10), [(0.0, 0.0), (0.5, 0.25), (1.0, 1.0)]);
    assert_eq!(lorenz(&mut loads, 50).len(), 51);
    assert!(lorenz(&mut [], 5).is_empty());
}

/// Seven sizes 2^7 to 2^13 with five replicates, y = law(N) · exp(noise).
fn synthetic(law: impl Fn(f64) -> f64, noise: f64, seed: u64) -> Vec<(f64, f64)> {
    let mut random = Noise(seed);
    let sizes = (7..=13).flat_map(|bits| [f64::from(1 << bits); 5]);
    sizes.map(|n| (n, law(n) * libm::exp(noise * random.normal()))).collect()
}

#[test]
fn scaling_finds_the_law_that_made_the_data() {
    let mut covered = [0; 3];
    for seed in 1..=20 {
        let power = fit_scaling(&synthetic(|n| 0.7 * libm::pow(n, 0.98), 0.02, seed)).unwrap();
        assert_eq!(power.name(), "power", "{power:?}");
        covered[0] += u32::from((power.parameter().estimate - 0.98).abs() <= power.parameter().half);
        let log = fit_scaling(&synthetic(|n| 0.2 + 0.5 * libm::log2(n), 0.01, seed)).unwrap();
        assert_eq!(log.name(), "log", "{log:?}");
        covered[1] += u32::from((log.parameter().estimate - 0.5).abs() <= log.parameter().half);
        let constant = fit_scaling(&synthetic(|_| 2.0, 0.02, seed)).unwrap();
        if constant.name() == "constant" {
            covered[2] += u32::from((constant.parameter().estimate - 2.0).abs() <= constant.parameter().half);
        }
        let sum = power.weights.constant + power.weights.log + power.weights.power;
        assert!((sum - 1.0).abs() < 1e-12);
    }
    assert!(covered.iter().all(|&count| count >= 16), "95 % intervals cover {covered:?} of 20");
}

#[test]
fn scaling_of_exact_data() {
    let constant = fit_scaling(&synthetic(|_| 2.0, 0.0, 1)).unwrap();
    assert_eq!(constant.to_string(), "2 (constant)");
    assert_eq!(constant.parameter().half, 0.0);
    let power = fit_scaling(&synthetic(|n| 3.0 * n, 0.0, 1)).unwrap();
    assert_eq!(power.to_string(), "N^1.00 ± 0.01");
    assert!((power.predict(1024.0) - 3072.0).abs() < 1e-6 && power.weights.power > 0.999);
    let log = fit_scaling(&synthetic(|n| 0.5 * libm::log2(n), 0.0, 1)).unwrap();
    assert_eq!(log.to_string(), "0.50·log2 N ± 0.01");
    let zero = fit_scaling(&synthetic(|_| 0.0, 0.0, 1)).unwrap();
    assert_eq!(zero.to_string(), "0 (constant)");
    let falling = fit_scaling(&synthetic(|n| 20.0 - libm::log2(n), 0.0, 1)).unwrap();
    assert_eq!(falling.name(), "log");
}

#[test]
fn scaling_refuses_what_it_cannot_fit() {
    assert_eq!(fit_scaling(&[]), None);
    assert_eq!(fit_scaling(&[(8.0, 1.0), (16.0, 2.0), (32.0, 3.0), (64.0, 4.0)]), None);
    assert_eq!(fit_scaling(&[(8.0, 1.0), (8.0, 1.0), (16.0, 1.0), (16.0, 1.0), (16.0, 1.0)]), None);
    let with = |y: f64| [(8.0, 1.0), (16.0, 2.0), (32.0, 3.0), (64.0, y), (128.0, 5.0)];
    assert_eq!(fit_scaling(&with(0.0)), None);
    assert_eq!(fit_scaling(&with(-1.0)), None);
    assert_eq!(fit_scaling(&with(f64::NAN)), None);
    assert!(fit_scaling(&with(4.0)).is_some());
}
