//! Columns about the live overlay: what a crawler saw of it, beside the truth.

use super::super::live::{Crawl, Degrees};
use super::{Column, Measured, extra};

/// What a crawl of the overlay shows.
pub(super) const LIVE: &[Column] = &[
    extra("crawl_seconds", "s", "how long the crawl of the overlay took", |m| {
        crawl(m, |c| Some(c.lasted_ns as f64 * 1e-9))
    }),
    extra("crawl_finished", "", "1 if it asked all that it had heard of, 0 if the run ended first", |m| {
        crawl(m, |c| Some(f64::from(u8::from(c.finished))))
    }),
    extra("crawl_nodes", "", "participants that it heard of", |m| {
        crawl(m, |c| Some(f64::from(c.seen.nodes)))
    }),
    extra("crawl_answered", "fraction", "of these, those that answered", |m| {
        crawl(m, |c| ratio(c.answered, c.seen.nodes))
    }),
    extra("crawl_present", "fraction", "of these, those that were online in the middle of the crawl", |m| {
        crawl(m, |c| ratio(c.present, c.seen.nodes))
    }),
    extra("crawl_degree_mean", "", "neighbours of those it heard of, whoever said so; mean", |m| {
        crawl(m, |c| linked(&c.seen).then_some(c.seen.mean))
    }),
    extra("crawl_degree_sd", "", "standard deviation of the same", |m| {
        crawl(m, |c| linked(&c.seen).then_some(c.seen.sd))
    }),
    extra("crawl_degree_max", "", "the largest of the same", |m| {
        crawl(m, |c| linked(&c.seen).then_some(c.seen.max as f64))
    }),
    extra("crawl_kappa", "", "<k^2>/<k> of the same", |m| crawl(m, |c| c.seen.kappa)),
    extra("crawl_alpha", "", "exponent of the power law that fits its tail best, from crawl_x_min on", |m| {
        crawl(m, |c| c.seen.tail.map(|tail| tail.alpha))
    }),
    extra("crawl_x_min", "", "the least degree of that tail", |m| {
        crawl(m, |c| c.seen.tail.map(|tail| tail.x_min))
    }),
    extra(
        "crawl_answered_degree_mean",
        "",
        "neighbours of those that answered, whoever said so; mean",
        |m| crawl(m, |c| linked(&c.seen_of_answered).then_some(c.seen_of_answered.mean)),
    ),
    extra("crawl_true_nodes", "", "participants online in the middle of the crawl", |m| {
        crawl(m, |c| Some(f64::from(c.truth.nodes)))
    }),
    extra("crawl_true_degree_mean", "", "their neighbours; mean", |m| {
        crawl(m, |c| linked(&c.truth).then_some(c.truth.mean))
    }),
    extra("crawl_true_degree_sd", "", "standard deviation of the same", |m| {
        crawl(m, |c| linked(&c.truth).then_some(c.truth.sd))
    }),
    extra("crawl_true_degree_max", "", "the largest of the same", |m| {
        crawl(m, |c| linked(&c.truth).then_some(c.truth.max as f64))
    }),
    extra("crawl_true_kappa", "", "<k^2>/<k> of the same", |m| crawl(m, |c| c.truth.kappa)),
    extra(
        "crawl_true_alpha",
        "",
        "exponent of the power law that fits its tail best, from crawl_true_x_min on",
        |m| crawl(m, |c| c.truth.tail.map(|tail| tail.alpha)),
    ),
    extra("crawl_true_x_min", "", "the least degree of that tail", |m| {
        crawl(m, |c| c.truth.tail.map(|tail| tail.x_min))
    }),
    extra(
        "crawl_ks",
        "",
        "largest distance between the distribution functions of seen and of true degrees (Kolmogorov, Smirnov)",
        |m| crawl(m, |c| c.seen.distance(&c.truth)),
    ),
    extra(
        "link_latency_ms_mean",
        "ms",
        "one way, between neighbours in the overlay; mean over links of participants online at the end, in the direction of use",
        |m| m.below?.link_ms,
    ),
    extra(
        "pair_latency_ms_mean",
        "ms",
        "one way, between peers online at the end; mean over 100,000 random pairs",
        |m| m.below?.pair_ms,
    ),
    extra(
        "link_latency_share",
        "",
        "the first over the second: 1 if neighbours above are neighbours below by chance",
        |m| {
            let below = m.below?;
            below.pair_ms.filter(|&pair| pair > 0.0).and_then(|pair| Some(below.link_ms? / pair))
        },
    ),
    extra(
        "link_stretch",
        "",
        "latency along the quickest way through the overlay at the end over direct latency, mean over mean: from 32 random \
         peers to all that ways lead to",
        |m| Some(m.below?.stretch?.ratio),
    ),
    extra("link_stretch_error", "", "standard error of the same, for being a sample", |m| {
        m.below?.stretch?.error
    }),
];

fn crawl(m: &Measured<'_>, of: impl Fn(&Crawl) -> Option<f64>) -> Option<f64> {
    m.crawl.as_ref().and_then(of)
}

fn linked(degrees: &Degrees) -> bool {
    degrees.nodes > 0
}

fn ratio(part: u32, whole: u32) -> Option<f64> {
    (whole > 0).then(|| f64::from(part) / f64::from(whole))
}
