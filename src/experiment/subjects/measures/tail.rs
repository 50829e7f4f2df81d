//! Power laws fitted to degrees and to samples, and what is said of them.

use super::super::{FitEstimator, FitSettings};
use super::{Asked, Report, Stopped};
use crate::sim::random::{Purpose, derive};
use crate::stats::tail::{
    Alternative, Estimator, Fit, Options, Remark, Sample, TailError, compare, fit, p_value,
};

/// The columns that need a fit.
const FITTED: &[&str] = &["values", "alpha", "x_min", "ks", "n_tail", "sigma", "fit_p"];

/// The alternatives with their columns: ratio and probability.
const COMPARED: &[(Alternative, &str, &str)] = &[
    (Alternative::LogNormal, "lognormal_r", "lognormal_p"),
    (Alternative::Exponential, "exponential_r", "exponential_p"),
    (Alternative::StretchedExponential, "stretched_r", "stretched_p"),
    (Alternative::TruncatedPowerLaw, "truncated_r", "truncated_p"),
];

/// Whether any column about a fit is asked for.
pub(super) fn wanted(asked: &Asked) -> bool {
    asked.any(FITTED) || COMPARED.iter().any(|&(_, ratio, p)| asked.any(&[ratio, p]))
}

/// Fits `sample`, and puts into `report` what is asked for. A sample that no law can be fitted to, as all its values are
/// equal, leaves its columns empty.
///
/// # Errors
/// The watch ended it, or the bounds leave nothing.
pub fn measure_tail(
    sample: &Sample,
    asked: &Asked,
    settings: &FitSettings,
    seed: u64,
    watch: &(dyn Fn(f64) -> bool + Sync),
    report: &mut Report,
) -> Result<Option<Fit>, Stopped> {
    let estimator = match settings.estimator {
        FitEstimator::Exact => Estimator::Exact,
        FitEstimator::Short => Estimator::Short,
    };
    let options = Options { x_min: settings.x_min, x_max: settings.x_max, estimator };
    let refused = |error: TailError| match error {
        TailError::Interrupted => Stopped::Interrupted,
        other => Stopped::Refused(other.to_string()),
    };
    report.values.insert("values", sample.len() as f64);
    let found = match fit(sample, &options) {
        Ok(found) => found,
        Err(TailError::AllEqual { .. } | TailError::Empty) => return Ok(None),
        Err(error) => return Err(refused(error)),
    };
    // Peers without neighbours are no news.
    let minded = found.remarks.iter().filter(|remark| !matches!(remark, Remark::Zeros { .. }));
    report.remarks.extend(minded.map(Remark::to_string));
    let mut put = |column: &'static str, value: f64| {
        if value.is_finite() {
            report.values.insert(column, value);
        }
    };
    put("alpha", found.alpha);
    put("x_min", found.x_min);
    put("ks", found.ks);
    put("n_tail", found.n_tail as f64);
    put("sigma", found.sigma);
    if asked.any(&["fit_p"]) {
        let seed = derive(seed, Purpose::Graphs, 1);
        let go_on = || watch(0.0);
        let p = p_value(sample, &options, &found, settings.bootstrap.0, seed, &go_on).map_err(refused)?;
        put("fit_p", p.p);
    }
    if COMPARED.iter().any(|&(_, ratio, p)| asked.any(&[ratio, p])) {
        for comparison in compare(sample, &found) {
            let columns = COMPARED.iter().find(|(known, ..)| *known == comparison.other.alternative);
            if let Some(&(_, ratio, p)) = columns {
                put(ratio, comparison.normalised);
                put(p, comparison.p);
            }
        }
    }
    Ok(Some(found))
}

/// The share of the sample's values that the law gives to values of at least so much, from x_min on.
pub fn law_curve(sample: &Sample, found: &Fit) -> Vec<(f64, f64)> {
    let share = found.n_tail as f64 / sample.len() as f64;
    let law = found.law();
    let values = sample.values().iter().copied().filter(|&x| x >= found.x_min);
    values.map(|x| (x, share * law.survival(x))).collect()
}

/// Degrees above 0.
pub(super) fn degrees(graph: &crate::graph::Graph) -> Option<Sample> {
    Sample::of_degrees(graph.degrees()).ok()
}
