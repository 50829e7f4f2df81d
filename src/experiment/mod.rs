//! Experiments: a scenario read, its points run, and what comes of them written.
//!
//! A scenario is a [`document`](document::Document) that becomes a [`sweep`](axes::Sweep); [`plan`] turns that into jobs, one per
//! protocol, point and replicate; [`run`] runs them side by side; each leaves a [`record`](record::Record), from which
//! [`results`] makes tables and figures and writes them into a [folder](folder::ResultFolder).

pub mod attack;
pub mod axes;
pub mod columns;
mod crossover;
pub mod diagnostic;
pub mod document;
pub mod figures;
pub mod folder;
pub mod followed;
mod graph_figures;
pub mod graph_table;
pub mod groups;
pub mod interrupt;
pub mod journal;
pub mod json;
pub mod live;
mod live_figures;
pub mod network_view;
pub(crate) mod one_lookup;
pub mod overrides;
pub mod plan;
pub mod preflight;
pub mod progress;
pub mod published;
pub mod record;
pub mod results;
pub mod ring_view;
pub mod run;
pub mod scenario;
pub mod schema;
pub mod screen;
pub mod series;
pub mod shipped;
pub mod space_view;
mod subject_screen;
pub mod subjects;
pub mod tail_figures;
pub mod tail_input;
pub mod tail_words;
pub mod traced;
pub mod traced_page;
mod tree;
pub mod verdicts;
mod wording;
