//! Power-law tails: is it one, with which exponent, from where on, and is another law as good?
//!
//! Clauset, Shalizi and Newman, *Power-law distributions in empirical data*, SIAM Review 51 (2009) 661–703 ("the
//! paper"): exact maximum likelihood, x_min by the least Kolmogorov–Smirnov distance, a p-value by bootstrap, and
//! Vuong's likelihood ratios against other laws on the same tail. Knows numbers only, no graphs.
//!
//! ```
//! use peerlab::stats::tail::{Kind, Options, Sample, fit};
//! let degrees = Sample::new(&[1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 3.0, 5.0], Kind::Discrete)?;
//! let fit = fit(&degrees, &Options { x_min: Some(1.0), ..Options::default() })?;
//! assert_eq!((fit.n_tail, format!("{:.2}", fit.alpha)), (8, "2.07".to_owned()));
//! # Ok::<(), peerlab::stats::tail::TailError>(())
//! ```

mod bootstrap;
mod compare;
mod error;
mod fit;
mod histogram;
mod law;
mod optimise;
mod other;
mod sample;
mod special;

pub use bootstrap::{PValue, p_value};
pub use compare::{Comparison, Other, Verdict, compare};
pub use error::{Remark, TailError};
pub use fit::{Estimator, Fit, Options, fit};
pub use histogram::{Bin, WrongLine, log_bins, plain_histogram};
pub use law::PowerLaw;
pub use other::Alternative;
pub use sample::{Kind, Sample};

#[cfg(test)]
mod tests;
