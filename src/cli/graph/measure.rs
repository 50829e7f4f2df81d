//! `peerlab graph measure`.

use std::cell::RefCell;
use std::time::Instant;

use clap::Args;

use super::super::{Failure, print, tell, width};
use super::watched::{Input, Watched, interrupted};
use crate::experiment::graph_table;
use crate::graph::measure::{Options, Part, summarise};
use crate::units::nearest;

/// Measure a graph.
///
/// Degrees, triangles, assortativity, rich club and cores are of the whole undirected graph; clustering, paths, small
/// world, betweenness and spectrum are of its largest component. Edges are counted as crawled.
#[derive(Debug, Args)]
pub(super) struct Measure {
    #[command(flatten)]
    input: Input,
    /// Take these measures alone: degrees, components, clustering, paths, diameter, mixing, small-world, betweenness,
    /// spectrum
    #[arg(long, value_delimiter = ',', value_name = "PARTS", value_parser = part)]
    only: Vec<Part>,
    /// One line of names and one of figures, instead of a table
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// One flat object, instead of a table
    #[arg(long)]
    json: bool,
    /// Of the random graphs and of what is sampled
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Sources of a sample, where a graph is too large for searches from every node
    #[arg(long, value_name = "SOURCES", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(2..))]
    sample: u32,
    /// Search from every node, however large the graph: this may take hours
    #[arg(long)]
    exact: bool,
    /// Tell on stderr how many seconds each part took
    #[arg(long)]
    times: bool,
    /// No progress
    #[arg(long, short)]
    quiet: bool,
}

impl Measure {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let watched = Watched::start(self.quiet)?;
        watched.begins("the file");
        let (graph, crawl) = self.input.read()?;
        let mut options = Options { seed: self.seed, sample: self.sample, ..Options::default() };
        if !self.only.is_empty() {
            options.parts.clone_from(&self.only);
        }
        if self.exact {
            (options.exact_nodes, options.exact_betweenness) = (u32::MAX, u64::MAX);
            options.diameter_searches = u32::MAX;
        }
        let started = RefCell::new(Vec::new());
        let begins = |part: Part| {
            watched.begins(part.name());
            started.borrow_mut().push((part, Instant::now()));
        };
        let measures = summarise(&graph, crawl.as_ref(), &options, &begins, &|share| watched.goes_on(share))
            .map_err(interrupted)?;
        drop(watched);
        if self.times {
            let end = Instant::now();
            let started = started.into_inner();
            let ends = started.iter().skip(1).map(|&(_, start)| start).chain([end]);
            for (&(part, start), end) in started.iter().zip(ends) {
                tell(&format!("{} {:.6}", part.name(), (end - start).as_secs_f64()));
            }
        }
        print(&if self.json {
            graph_table::json(&measures)
        } else if self.csv {
            graph_table::csv(&measures)
        } else {
            graph_table::table(&self.input.name(), &measures, width())
        })
    }
}

/// The part that a word on the command line stands for.
fn part(word: &str) -> Result<Part, String> {
    let names = Part::ALL.map(Part::name);
    Part::ALL.into_iter().find(|part| part.name() == word).ok_or_else(|| {
        let near = nearest(word, &names).map(|name| format!("did you mean `{name}`? ")).unwrap_or_default();
        format!("{near}There are: {}", names.join(", "))
    })
}
