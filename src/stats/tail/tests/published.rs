//! The paper's own data sets, where they are at hand.

use std::io::Read;
use std::path::PathBuf;

use super::super::*;

/// The numbers of a file under `PEERLAB_DATA` or `data/`; `None`, said aloud, where it is absent.
fn read(name: &str, scale: f64) -> Option<Vec<f64>> {
    let folder = std::env::var_os("PEERLAB_DATA").map_or_else(|| PathBuf::from("data"), PathBuf::from);
    let path = folder.join("powerlaw").join(name);
    let Ok(bytes) = std::fs::read(&path) else {
        eprintln!("skipped: no {}", path.display());
        return None;
    };
    let mut text = String::new();
    if name.ends_with(".gz") {
        flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
    } else {
        text = String::from_utf8(bytes).unwrap();
    }
    Some(text.split_whitespace().map(|word| word.parse::<f64>().unwrap() * scale).collect())
}

/// PAPERS' table. Its terrorism row is of the short form (alpha 2.368, KS .0173); the likelihood is greatest at 2.36995.
#[test]
fn fits_are_the_published_ones() {
    let rows = [
        ("words.txt", Kind::Discrete, 1.0, 1.9527, 7.0, 0.008_25, 2958),
        ("terrorism.txt", Kind::Discrete, 1.0, 2.368, 12.0, 0.0173, 547),
        ("blackouts.txt", Kind::Continuous, 1e-3, 2.2726, 230.0, 0.060_67, 59),
        ("cities.txt.gz", Kind::Continuous, 1e-3, 2.3700, 52.46, 0.018_85, 580),
    ];
    for (name, kind, scale, alpha, x_min, ks, n_tail) in rows {
        let Some(data) = read(name, scale) else { continue };
        let sample = Sample::new(&data, kind).unwrap();
        for estimator in [Estimator::Exact, Estimator::Short] {
            let fit = fit(&sample, &Options { estimator, ..Options::default() }).unwrap();
            let exact_terrorism = name == "terrorism.txt" && estimator == Estimator::Exact;
            let alpha = if exact_terrorism { 2.369_95 } else { alpha };
            assert!((fit.alpha - alpha).abs() < 1e-3, "{name}: alpha {}", fit.alpha);
            assert!((fit.x_min - x_min).abs() < 0.005, "{name}: x_min {}", fit.x_min);
            assert!((fit.ks - ks).abs() < 1e-3, "{name}: ks {}", fit.ks);
            assert_eq!(fit.n_tail, n_tail, "{name}");
        }
    }
}

/// To the last digits what the package `powerlaw` 2.0 prints for the short form.
#[test]
fn the_short_form_is_the_packages() {
    let Some(data) = read("terrorism.txt", 1.0) else { return };
    let sample = Sample::new(&data, Kind::Discrete).unwrap();
    let fit = fit(&sample, &Options { estimator: Estimator::Short, ..Options::default() }).unwrap();
    assert!((fit.alpha - 2.367_747_385_527_982_5).abs() < 1e-12, "alpha {}", fit.alpha);
    assert!((fit.ks - 0.017_314_927_190_024_865).abs() < 1e-12, "ks {}", fit.ks);
}
