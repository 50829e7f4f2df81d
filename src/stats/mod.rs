//! Statistics whose values reach result files: the float writer, summaries with confidence intervals,
//! quantiles, load inequality, and the scaling law of a measure against the number of peers.
//!
//! Every function is deterministic: sums run in the order given, transcendental functions come from `libm`,
//! and nothing here draws a random number or starts a thread, but for the bootstrap of [`tail`], whose samples have
//! a random stream each.

mod inequality;
mod number;
mod quantile;
mod scaling;
mod student;
mod summary;
pub mod tail;

pub use inequality::{gini, lorenz, max_share, top_share};
pub(crate) use number::plus_minus_parts;
pub use number::{MISSING, plus_minus, six, six_or_missing};
pub use quantile::{Band, ccdf, ecdf_at, percentile_band, quantile_sorted};
pub use scaling::{Interval, Law, Scaling, Weights, fit_scaling};
pub use student::{student_t_cdf, student_t_quantile};
pub use summary::{Summary, paired};

#[cfg(test)]
mod tests;
