//! `peerlab graph attack`.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::super::{Failure, print, tell, width};
use super::watched::{Input, Watched, interrupted};
use crate::experiment::attack::{self, BROKEN, Outcome, Plan};
use crate::experiment::diagnostic::Diagnostic;
use crate::experiment::folder::write_file;
use crate::experiment::json;
use crate::graph::Graph;
use crate::graph::measure::{DegreeCounts, Sources};
use crate::graph::resilience::{Attack, Effort, theory};
use crate::report::{Colour, Column, Table, render_svg, svg_to_png};
use crate::units::nearest;

/// Take a graph's nodes away, and see what is left.
#[derive(Debug, Args)]
pub(super) struct AttackGraph {
    #[command(flatten)]
    input: Input,
    /// Who goes first: random, degree, degree-recomputed, betweenness, betweenness-recomputed, core; several make one
    /// figure
    #[arg(long, value_delimiter = ',', value_name = "ATTACKS", default_value = "random,degree", value_parser = attack)]
    by: Vec<Attack>,
    /// Of the order, of ties, and of what is sampled
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The folder for attack.csv, attack.svg and attack.png [default: results/attack/ and the file's name]
    #[arg(long, short, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Measure the mean path too, at every twentieth of the removal
    #[arg(long)]
    paths: bool,
    /// Sources of shortest paths, for betweenness and mean path; all nodes, where there are no more
    #[arg(long, value_name = "SOURCES", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..))]
    sample: u32,
    /// How many times betweenness-recomputed counts anew
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Print one JSON document instead of the table
    #[arg(long)]
    json: bool,
    /// No progress, and no word on what was written
    #[arg(long, short)]
    quiet: bool,
}

impl AttackGraph {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let watched = Watched::start(self.quiet)?;
        watched.begins("the file");
        let (graph, _) = self.input.read()?;
        let sources = Sources::Sample(self.sample);
        let mut attacks = self.by.clone();
        attacks.dedup();
        let plan = Plan {
            attacks,
            effort: Effort { sources, rounds: self.rounds },
            paths: self.paths.then_some(sources),
            seed: self.seed,
        };
        watched.begins("the attacks");
        let outcomes = attack::run(&graph, &plan, &|share| watched.goes_on(share)).map_err(interrupted)?;
        drop(watched);
        self.write(&graph, &outcomes)?;
        print(&match self.json {
            true => json::document(&document(&self.input.name(), &graph, &outcomes)),
            false => table(&graph, &outcomes),
        })
    }

    fn write(&self, graph: &Graph, outcomes: &[Outcome]) -> Result<(), Failure> {
        let folder =
            self.out.clone().unwrap_or_else(|| PathBuf::from("results/attack").join(self.input.name()));
        let ours = |error: crate::report::ReportError| Diagnostic::new(error.to_string());
        let svg = render_svg(&attack::figure(&self.input.name(), graph, outcomes)).map_err(ours)?;
        let png = svg_to_png(&svg).map_err(ours)?;
        write_file(&folder.join("attack.csv"), attack::csv(outcomes).as_bytes())?;
        write_file(&folder.join("attack.svg"), svg.as_bytes())?;
        write_file(&folder.join("attack.png"), &png)?;
        if !self.quiet {
            tell(&format!("attack.csv, attack.svg and attack.png are in {}", folder.display()));
        }
        Ok(())
    }
}

/// The shares of removed peers that are told.
const SHARES: [f64; 6] = [0.01, 0.04, 0.1, 0.2, 0.3, 0.5];

/// Where theory has the end of large random graphs of the same degrees, if it says so of this attack.
fn expected(attack: Attack, degrees: &DegreeCounts) -> Option<f64> {
    match attack {
        Attack::Random => theory::random_threshold(degrees),
        Attack::Degree => theory::attack_threshold(degrees),
        Attack::DegreeRecomputed | Attack::Betweenness | Attack::BetweennessRecomputed | Attack::Core => None,
    }
}

/// What is left at a few shares, and where each attack ends it.
fn table(graph: &Graph, outcomes: &[Outcome]) -> String {
    let removed = SHARES.iter().map(|share| Column::number(format!("{:.0} %", 100.0 * share)));
    let ends = [Column::number("falls apart"), Column::number("in theory")];
    let mut table = Table::new([Column::text("removed")].into_iter().chain(removed).chain(ends));
    let degrees = DegreeCounts::of(graph);
    let share = |share: Option<f64>| share.map_or("–".to_owned(), |share| format!("{share:.3}"));
    for Outcome { attack, curve, .. } in outcomes {
        let left = SHARES.iter().map(|&removed| share(Some(curve.giant_share(curve.step(removed)))));
        let ends = [share(curve.threshold(BROKEN)), share(expected(*attack, &degrees))];
        table.row([attack.name().to_owned()].into_iter().chain(left).chain(ends));
    }
    format!(
        "largest component / all peers, after a share of the peers was removed\n\n{}\n\
         falls apart: the share after which less than {:.0} % of all peers hang together;\n\
         in theory: for a large random graph of these degrees (Cohen et al., Callaway et al.)\n",
        table.render(width(), Colour::Never),
        100.0 * BROKEN
    )
}

/// The same for programs.
fn document(name: &str, graph: &Graph, outcomes: &[Outcome]) -> Value {
    let degrees = DegreeCounts::of(graph);
    let attack = |Outcome { attack, curve, .. }: &Outcome| {
        let left = |&removed: &f64| {
            let left = json::number(curve.giant_share(curve.step(removed)));
            json!({ "removed_share": removed, "largest_share": left })
        };
        json!({
            "attack": attack.name(),
            "left": SHARES.iter().map(left).collect::<Vec<_>>(),
            "falls_apart": json::number_or_null(curve.threshold(BROKEN)),
            "in_theory": json::number_or_null(expected(*attack, &degrees)),
        })
    };
    let attacks: Vec<Value> = outcomes.iter().map(attack).collect();
    json!({ "graph": name, "nodes": graph.nodes(), "attacks": attacks })
}

/// The attack that a word on the command line stands for.
fn attack(word: &str) -> Result<Attack, String> {
    let names = Attack::ALL.map(Attack::name);
    Attack::ALL.into_iter().find(|attack| attack.name() == word).ok_or_else(|| {
        let near = nearest(word, &names).map(|name| format!("did you mean `{name}`? ")).unwrap_or_default();
        format!("{near}There are: {}", names.join(", "))
    })
}
