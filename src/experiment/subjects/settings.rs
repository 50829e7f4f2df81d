//! The tables `[graph]`, `[fit]` and `[sample]`: how graphs and samples are measured.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::graph::resilience::Attack;
use crate::units::Share;

/// The table `[graph]`: what is done to a graph that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GraphSettings {
    /// The share of peers removed before the columns `…_left` are measured; none by default.
    pub removed: Share,
    /// Who goes first, for these columns, `removal_threshold` and figures of removal; at random by default.
    pub by: Attack,
    /// Searches from so many peers at random, instead of from all, where paths are measured (by default from all in networks
    /// of up to some 10^5 peers, and from a sample beyond), or where betweenness is (by default from 256).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sources: Option<u32>,
}

impl Default for GraphSettings {
    fn default() -> GraphSettings {
        GraphSettings { removed: Share(0.0), by: Attack::Random, sources: None }
    }
}

impl GraphSettings {
    /// Whether nothing is said.
    pub fn is_default(&self) -> bool {
        *self == GraphSettings::default()
    }
}

/// The table `[fit]`: how a power law is fitted to degrees or to a sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FitSettings {
    /// Where the tail begins; by default where its distance from a power law is least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x_min: Option<f64>,
    /// Where it ends; nowhere by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x_max: Option<f64>,
    /// Which exponent of whole numbers; default the one of greatest likelihood.
    pub estimator: FitEstimator,
    /// Synthetic samples behind `fit_p`; default 1000.
    pub bootstrap: Bootstrap,
}

impl FitSettings {
    /// Whether nothing is said.
    pub fn is_default(&self) -> bool {
        *self == FitSettings::default()
    }

    /// # Errors
    /// The key to blame and what is wrong.
    pub fn check(&self) -> Result<(), (String, String)> {
        let bounds = [("fit.x_min", self.x_min), ("fit.x_max", self.x_max)];
        for (key, bound) in bounds {
            if let Some(bound) = bound.filter(|bound| !(bound.is_finite() && *bound > 0.0)) {
                return Err((key.to_owned(), format!("got {bound}, expected a finite number above 0")));
            }
        }
        match (self.x_min, self.x_max) {
            (Some(low), Some(high)) if high <= low => {
                let what = format!("got {high}, expected a number above fit.x_min = {low}");
                Err(("fit.x_max".to_owned(), what))
            }
            _ if self.bootstrap.0 == 0 => {
                let what = "got 0, expected at least 1 synthetic sample; the nearest valid value is 1";
                Err(("fit.bootstrap".to_owned(), what.to_owned()))
            }
            _ => Ok(()),
        }
    }
}

/// Which exponent of whole numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FitEstimator {
    /// Of greatest likelihood.
    #[default]
    Exact,
    /// The paper's short form where the tail begins at 10 or above, as the Python package `powerlaw` takes it.
    Short,
}

/// How many synthetic samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bootstrap(pub u32);

impl Default for Bootstrap {
    fn default() -> Bootstrap {
        Bootstrap(1000)
    }
}

/// The table `[sample]`: the numbers that the subject `sample` is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SampleSettings {
    /// A file of one number a line, plain or gzip. Looked for as given, beside the scenario, and where measured data lie.
    pub path: PathBuf,
    /// Whether the numbers are of a continuous quantity; else they are whole.
    pub continuous: bool,
    /// What each number is multiplied by, such as 0.001 for thousands; of continuous quantities only.
    pub scale: f64,
}

impl Default for SampleSettings {
    fn default() -> SampleSettings {
        SampleSettings { path: PathBuf::new(), continuous: false, scale: 1.0 }
    }
}

impl SampleSettings {
    /// Whether nothing is said.
    pub fn is_default(&self) -> bool {
        *self == SampleSettings::default()
    }

    /// # Errors
    /// The key to blame and what is wrong.
    pub fn check(&self) -> Result<(), (String, String)> {
        let wrong = |what: String| Err(("sample.scale".to_owned(), what));
        if !(self.scale.is_finite() && self.scale > 0.0) {
            return wrong(format!("got {}, expected a finite number above 0", self.scale));
        }
        if !self.continuous && self.scale != 1.0 {
            return wrong(format!(
                "got {}, expected 1, as scaled whole numbers are none; or sample.continuous = true",
                self.scale
            ));
        }
        Ok(())
    }
}
