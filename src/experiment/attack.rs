//! Attacks on one graph, as `peerlab graph attack` runs them: rows of CSV, and the figure.

use crate::graph::Graph;
use crate::graph::measure::{DegreeCounts, Paths, Sources, Stopped, Watch};
use crate::graph::resilience::{Attack, Effort, Removal, order, paths_along, remove, theory};
use crate::report::{Axis, Figure, Point, Reference, Series, TickFormat, count};
use crate::sim::random::{Purpose, stream};
use crate::stats::{MISSING, six, six_or_missing};

/// What is asked of a series of attacks.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The attacks, each on the whole graph.
    pub attacks: Vec<Attack>,
    /// How thorough attacks by betweenness are.
    pub effort: Effort,
    /// From where distances are measured at every twentieth of the removal; `None` to leave them out.
    pub paths: Option<Sources>,
    /// Of what is drawn: every attack has streams of its own.
    pub seed: u64,
}

/// What an attack left.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The attack.
    pub attack: Attack,
    /// The largest component and the number of components after every removal.
    pub curve: Removal,
    /// Distances after some removals, ascending; empty if they were not asked for.
    pub paths: Vec<(usize, Paths)>,
}

/// The attack is over when the largest component has less than this share of all nodes.
pub const BROKEN: f64 = 0.01;

/// Rows of CSV an attack has at most, but for the first.
const ROWS: usize = 1000;
/// Steps of removal at which distances are measured, but for the first.
const PATH_STEPS: usize = 20;

/// Runs the attacks of `plan` one after the other.
///
/// # Errors
///
/// [`Stopped`] by `watch`, which hears the share of all attacks.
pub fn run(graph: &Graph, plan: &Plan, watch: &Watch) -> Result<Vec<Outcome>, Stopped> {
    let mut outcomes = Vec::with_capacity(plan.attacks.len());
    for (index, &attack) in plan.attacks.iter().enumerate() {
        let part = |from: f64, width: f64| {
            move |share: f64| watch((index as f64 + from + share * width) / plan.attacks.len() as f64)
        };
        if !watch(index as f64 / plan.attacks.len() as f64) {
            return Err(Stopped);
        }
        // Streams belong to the attack, not to its place in the list.
        let draws = |what: u64| stream(plan.seed, Purpose::Graphs, (attack as u64 + 1) << 8 | what);
        let width = if plan.paths.is_some() { 0.5 } else { 1.0 };
        let order = order(graph, attack, plan.effort, &mut draws(0), &part(0.0, width))?;
        let curve = remove(graph, &order);
        let steps = if plan.paths.is_some() { steps(graph.nodes(), PATH_STEPS) } else { Vec::new() };
        let sources = plan.paths.unwrap_or(Sources::All);
        let paths = paths_along(graph, &order, &steps, sources, &mut draws(1), &part(0.5, 0.5))?;
        outcomes.push(Outcome { attack, curve, paths: steps.into_iter().zip(paths).collect() });
    }
    Ok(outcomes)
}

/// Numbers of removals from none to all, `parts` + 1 of them, or all if there are no more.
fn steps(nodes: u32, parts: usize) -> Vec<usize> {
    let nodes = nodes as usize;
    let mut steps: Vec<usize> = (0..=parts).map(|part| (part * nodes + parts / 2) / parts).collect();
    steps.dedup();
    steps
}

/// The columns of [`csv()`].
pub const COLUMNS: [&str; 8] = [
    "attack",
    "removed",
    "removed_share",
    "giant_nodes",
    "giant_share",
    "components",
    "rest_mean",
    "path_mean",
];

/// One row for every thousandth of the nodes that goes (for every node, if there are no more), attack by attack.
pub fn csv(outcomes: &[Outcome]) -> String {
    let mut text = COLUMNS.join(",") + "\n";
    for Outcome { attack, curve, paths } in outcomes {
        let mut rows = steps(curve.nodes(), ROWS);
        rows.extend(paths.iter().map(|&(step, _)| step));
        rows.sort_unstable();
        rows.dedup();
        for step in rows {
            let measured = paths.iter().find(|(at, _)| *at == step).and_then(|(_, paths)| paths.mean);
            let removed = step as f64 / f64::from(curve.nodes().max(1));
            let row = [
                attack.name().to_owned(),
                step.to_string(),
                six(removed),
                curve.giant[step].to_string(),
                six(curve.giant_share(step)),
                curve.components[step].to_string(),
                six_or_missing(curve.rest_mean(step)),
                measured.map_or(MISSING.to_owned(), |mean| six(mean.value)),
            ];
            text += &(row.join(",") + "\n");
        }
    }
    text
}

/// Points that a line of the figure has at most, but for the first.
const POINTS: usize = 100;

/// The largest component against the share removed, one line an attack.
pub fn figure(name: &str, graph: &Graph, outcomes: &[Outcome]) -> Figure {
    let x = Axis::linear("peers removed").range(0.0, 100.0).format(TickFormat::Percent);
    let y = Axis::linear("largest component, of all peers").range(0.0, 100.0).format(TickFormat::Percent);
    let mut figure = Figure::new(title(name, outcomes), x, y)
        .subtitle(format!(
            "{} peers, {} links; the largest component of those left",
            count(graph.nodes().into()),
            count(graph.edges())
        ))
        .caption(format!(
            "falls apart: the largest component is below {:.0} % of all peers for the first time",
            100.0 * BROKEN
        ));
    for Outcome { attack, curve, .. } in outcomes {
        let point = |step: usize| {
            let removed = step as f64 / f64::from(curve.nodes().max(1));
            Point::new(100.0 * removed, 100.0 * curve.giant_share(step))
        };
        let points = steps(curve.nodes(), POINTS).into_iter().map(point);
        let slot = Attack::ALL.iter().position(|other| other == attack).unwrap_or(0);
        figure = figure.series(Series::line(label(*attack), points).slot(slot));
    }
    match theory::random_threshold(&DegreeCounts::of(graph)) {
        Some(threshold) if outcomes.iter().any(|outcome| outcome.attack == Attack::Random) => {
            let label = "random, in theory: 1 − 1/(κ − 1)".to_owned();
            figure.reference(Reference::Vertical { x: 100.0 * threshold, label })
        }
        Some(_) | None => figure,
    }
}

/// What an attack is called in a figure.
fn label(attack: Attack) -> &'static str {
    match attack {
        Attack::Random => "at random",
        Attack::Degree => "by degree",
        Attack::DegreeRecomputed => "by recomputed degree",
        Attack::Betweenness => "by betweenness",
        Attack::BetweennessRecomputed => "by recomputed betweenness",
        Attack::Core => "by k-core",
    }
}

/// The finding: what the quickest attack and the slowest need to break the graph apart.
fn title(name: &str, outcomes: &[Outcome]) -> String {
    let end = |outcome: &Outcome| Some((outcome.curve.threshold(BROKEN)?, label(outcome.attack)));
    let mut ends: Vec<(f64, &str)> = outcomes.iter().filter_map(end).collect();
    ends.sort_by(|one, other| one.0.total_cmp(&other.0));
    let percent = |share: f64| format!("{:.0} %", 100.0 * share);
    match ends[..] {
        [] => format!("{name} under attack"),
        [(share, label)] => format!("{name} falls apart when {} go {label}", percent(share)),
        [(share, label), .., (last, slowest)] => {
            format!(
                "{name} falls apart when {} go {label}; {slowest} it takes {}",
                percent(share),
                percent(last)
            )
        }
    }
}
