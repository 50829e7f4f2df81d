//! What is left of a graph when nodes are taken away.

use super::{Stopped, Work};
use crate::experiment::scenario::FigureKind;
use crate::graph::measure::DegreeCounts;
use crate::graph::resilience::{Attack, Effort, Removal, order, paths_along, remove, theory};
use crate::sim::random::{Purpose, Stream, stream};

/// A giant component has gone when it holds less than this share of all nodes.
const GONE: f64 = 0.01;
/// Steps of a curve that are kept.
const STEPS: usize = 200;

impl Work<'_> {
    /// Thresholds in theory, and what is left of this graph.
    pub(super) fn removal(&mut self) -> Result<(), Stopped> {
        let degrees = DegreeCounts::of(self.subject.graph);
        self.put("percolation_threshold", theory::random_threshold(&degrees));
        self.put("attack_theory", theory::attack_threshold(&degrees));
        let by = self.settings.by;
        let chosen = self.asked.draws(FigureKind::Removal)
            || self.asked.any(&["removal_threshold", "giant_left", "rest_left_mean", "path_left_mean"]);
        for (attack, column) in [(Attack::Random, "random_threshold"), (Attack::Degree, "attack_threshold")] {
            if self.asked.any(&[column]) && !(chosen && by == attack) {
                let (_, removal) = self.taken(attack)?;
                self.put(column, removal.threshold(GONE));
            }
        }
        if !chosen {
            return Ok(());
        }
        let (order, removal) = self.taken(by)?;
        let threshold = removal.threshold(GONE);
        match by {
            Attack::Random => self.put("random_threshold", threshold),
            Attack::Degree => self.put("attack_threshold", threshold),
            _ => {}
        }
        self.put("removal_threshold", threshold);
        let step = removal.step(self.settings.removed.0);
        self.put("giant_left", removal.giant_share(step));
        self.put("rest_left_mean", removal.rest_mean(step));
        if self.asked.any(&["path_left_mean"]) && step < order.len() {
            let sources = self.sources(removal.giant[step]);
            let mut rng = self.draws(1);
            let graph = self.subject.graph;
            let lengths = paths_along(graph, &order, &[step], sources, &mut rng, self.watch)?;
            let mean = lengths.first().and_then(|paths| paths.mean);
            self.put("path_left_mean", mean.map(|mean| mean.value));
        }
        if self.asked.draws(FigureKind::Removal) {
            let at = |place: usize| {
                let share = place as f64 / STEPS as f64;
                (share, removal.giant_share(removal.step(share)))
            };
            self.report.curves.removal = (0..=STEPS).map(at).collect();
        }
        Ok(())
    }

    /// The nodes in the order of an attack, and what it leaves.
    fn taken(&self, attack: Attack) -> Result<(Vec<u32>, Removal), Stopped> {
        let effort = match self.settings.sources {
            Some(_) => Effort { sources: self.sources(self.subject.graph.nodes()), ..Effort::default() },
            None => Effort::default(),
        };
        // The same attack takes the same nodes, whatever else is measured.
        let place = Attack::ALL.iter().position(|&known| known == attack).unwrap_or(0) as u64;
        let mut rng = self.draws(16 + place);
        let order = order(self.subject.graph, attack, effort, &mut rng, self.watch)?;
        let removal = remove(self.subject.graph, &order);
        Ok((order, removal))
    }

    fn draws(&self, index: u64) -> Stream {
        stream(self.seed, Purpose::Graphs, index)
    }
}
