//! Odd input: an error or a remark, never a panic.

use super::super::*;

fn discrete(data: &[f64]) -> Sample {
    Sample::new(data, Kind::Discrete).unwrap()
}

#[test]
fn what_is_no_sample() {
    let new = |data: &[f64], kind| Sample::new(data, kind).unwrap_err();
    assert_eq!(new(&[], Kind::Discrete), TailError::Empty);
    assert_eq!(new(&[0.0, 0.0], Kind::Continuous), TailError::Empty);
    assert_eq!(new(&[3.0, -1.0], Kind::Continuous), TailError::Value(-1.0));
    assert_eq!(new(&[1e-300], Kind::Continuous), TailError::Value(1e-300));
    assert!(matches!(new(&[3.0, f64::NAN], Kind::Continuous), TailError::Value(value) if value.is_nan()));
    assert_eq!(new(&[f64::INFINITY], Kind::Discrete), TailError::Value(f64::INFINITY));
    assert_eq!(new(&[1.0, 2.4], Kind::Discrete), TailError::Fraction(2.4));
    assert!(TailError::Fraction(2.4).to_string().ends_with("the nearest is 2"));
    assert!(Sample::of_degrees([0, 0]).is_err());
    assert!(Sample::from_counts([(2.0, 1), (1.0, 1)], Kind::Discrete).is_err());
}

#[test]
fn degrees_are_counted() {
    let sample = Sample::of_degrees([3, 0, 100_000, 3, 1, 70_000, 100_000, 0]).unwrap();
    assert_eq!(sample.values(), [1.0, 3.0, 70_000.0, 100_000.0]);
    assert_eq!((sample.counts(), sample.zeros(), sample.len()), (&[1, 2, 1, 2][..], 2, 6));
    assert_eq!(sample.ccdf()[1], (3.0, 5.0 / 6.0));
}

#[test]
fn data_without_variety_are_refused() {
    let equal = fit(&discrete(&[4.0; 9]), &Options::default()).unwrap_err();
    assert_eq!(equal, TailError::AllEqual { value: 4.0, count: 9 });
    let sample = discrete(&[1.0, 2.0, 3.0, 5.0]);
    let refused = |x_min, x_max| {
        let options = Options { x_min, x_max, ..Options::default() };
        match fit(&sample, &options).unwrap_err() {
            TailError::Range { name, nearest, .. } => (name, nearest),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(Some(5.0), None), ("x_min", 3.0));
    assert_eq!(refused(Some(90.0), None), ("x_min", 3.0));
    assert_eq!(refused(None, Some(1.0)), ("x_max", 2.0));
    assert_eq!(refused(Some(2.0), Some(1.0)), ("x_max", 3.0));
    assert_eq!(refused(Some(9.0), Some(8.0)), ("x_min", 3.0));
    assert_eq!(refused(Some(0.0), None), ("x_min", 1.0));
    assert_eq!(refused(Some(2.6), None), ("x_min", 3.0));
    assert_eq!(refused(Some(f64::NAN), None), ("x_min", 1.0));
    let one = Options { x_min: Some(2.0), x_max: Some(2.0), ..Options::default() };
    assert_eq!(fit(&sample, &one), Err(TailError::AllEqual { value: 2.0, count: 1 }));
}

#[test]
fn small_tails_are_remarked_upon() {
    let found = fit(&discrete(&[0.0, 1.0, 1.0, 1.0, 2.0, 3.0]), &Options::default()).unwrap();
    let kinds: Vec<&str> = found
        .remarks
        .iter()
        .map(|remark| match remark {
            Remark::SmallTail { .. } => "small",
            Remark::FewDistinct { .. } => "few",
            Remark::LooseAlpha { .. } => "loose",
            Remark::Zeros { .. } => "zeros",
        })
        .collect();
    assert_eq!(kinds, ["small", "few", "loose", "zeros"]);
    assert!(found.remarks.iter().all(|remark| !remark.to_string().is_empty()));
}

/// Two values only, huge values, a steep tail, a tail that rises: numbers come out, in bounds.
#[test]
fn extremes_have_fits() {
    let huge: Vec<f64> = (1..60).map(|i| f64::from(i) * 1e13).collect();
    let steep: Vec<f64> = std::iter::repeat_n(1000.0, 100_000).chain([1001.0]).collect();
    for (data, kind) in [
        (vec![1.0, 2.0], Kind::Discrete),
        (vec![1e-100, 1e100], Kind::Continuous),
        (huge, Kind::Discrete),
        (steep, Kind::Discrete),
        (vec![5.0, 5.0 + 1e-12], Kind::Continuous),
    ] {
        let sample = Sample::new(&data, kind).unwrap();
        for x_max in [None, Some(data[data.len() - 1])] {
            let options = Options { x_min: Some(data[0]), x_max, ..Options::default() };
            let found = fit(&sample, &options).unwrap();
            assert!(found.alpha.is_finite() && found.sigma > 0.0, "{found:?}");
            assert!((0.0..=1.0).contains(&found.ks), "{found:?}");
            for comparison in compare(&sample, &found) {
                assert!((0.0..=1.0).contains(&comparison.p), "{comparison:?}");
                assert!(comparison.normalised.is_finite(), "{comparison:?}");
            }
            let p = p_value(&sample, &options, &found, 4, 1, &|| true).unwrap();
            assert!((0.0..=1.0).contains(&p.p));
        }
    }
    let rising = fit(
        &discrete(&[1.0, 2.0, 2.0, 3.0, 3.0, 3.0]),
        &Options { x_min: Some(1.0), x_max: Some(3.0), ..Options::default() },
    );
    assert!(rising.unwrap().alpha < 0.0);
}

#[test]
fn no_replicates_are_refused() {
    let sample = discrete(&[1.0, 2.0, 3.0]);
    let found = fit(&sample, &Options::default()).unwrap();
    assert_eq!(p_value(&sample, &Options::default(), &found, 0, 1, &|| true), Err(TailError::Replicates));
}

#[test]
fn laws_that_do_not_exist() {
    let new = |alpha, x_min, x_max| PowerLaw::new(Kind::Discrete, alpha, x_min, x_max);
    assert!(new(1.0, 1.0, None).is_none() && new(2.0, 0.0, None).is_none());
    assert!(new(2.0, 1.5, None).is_none() && new(2.0, 3.0, Some(3.0)).is_none());
    assert!(new(f64::NAN, 1.0, None).is_none() && new(0.5, 1.0, Some(9.0)).is_some());
}

/// Bins hold every value once, and a power law's bins lie on its density.
#[test]
fn bins_hold_everything() {
    let data: Vec<f64> = (1..=1000).map(|i| libm::floor(1000.0 / f64::from(i))).collect();
    let sample = discrete(&data);
    let bins = log_bins(&sample, 5);
    assert_eq!(bins.iter().map(|bin| bin.count).sum::<u64>(), 1000);
    assert!(bins.windows(2).all(|pair| pair[0].high <= pair[1].low));
    assert!(bins.iter().all(|bin| bin.high - bin.low >= 1.0 && bin.low.fract() == 0.0));
    let mass: f64 = bins.iter().map(|bin| bin.density * (bin.high - bin.low)).sum();
    assert!((mass - 1.0).abs() < 1e-12);
    let gap = Sample::new(&[1.0, 1.1, 1e9], Kind::Continuous).unwrap();
    let bins = log_bins(&gap, 10);
    assert_eq!(bins.iter().map(|bin| bin.count).sum::<u64>(), 3);
    assert!(bins.iter().all(|bin| bin.low < bin.high) && bins.len() == 2);
}

/// An exact line is found; a single point has none.
#[test]
fn the_wrong_line_is_a_line() {
    let points: Vec<(f64, f64)> = [1.0, 2.0, 5.0].map(|x: f64| (x, 0.5 / (x * x))).to_vec();
    let line = WrongLine::through(&points).unwrap();
    assert!((line.alpha - 2.0).abs() < 1e-12 && (line.r_squared - 1.0).abs() < 1e-12);
    assert!((line.at(3.0) - 0.5 / 9.0).abs() < 1e-12);
    assert!(WrongLine::through(&points[..1]).is_none());
}
