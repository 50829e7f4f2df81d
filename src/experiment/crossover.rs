//! The figure that says which architecture is cheapest, by how much its peers ask.

use super::figures::{at_largest, dressed, label, subtitle};
use super::groups::{Group, Groups};
use super::scenario::FigureSettings;
use crate::protocols::{self, Visit};
use crate::report::{Axis, Figure, Mark, Point, Series, short};
use crate::sim::Protocol;
use crate::units::Span;

/// The powers of ten between which lookups per arrival lie.
const DECADES: (i32, i32) = (-2, 4);
/// Points a decade: so many that a curve looks like one.
const POINTS: i32 = 16;

/// What an architecture costs, in messages.
#[derive(Clone, Debug)]
struct Cost {
    variant: usize,
    label: String,
    /// For each lookup.
    lookup: f64,
    /// For each arrival, with the session that follows.
    arrival: f64,
    /// Whether it needs a server.
    served: bool,
}

impl Cost {
    /// For each lookup, everything included, with so many of them for each arrival.
    fn total(&self, lookups: f64) -> f64 {
        self.lookup + self.arrival / lookups
    }
}

/// Total messages per lookup when there are r lookups for each arrival of a peer, which stays for one session:
/// L + (J + k P + M S) / r, with L messages a lookup, J a join, P a published replica of which a peer has k, and M a second
/// of upkeep and republishing over the session S.
pub(super) fn crossover(groups: &Groups<'_>, settings: &FigureSettings) -> Figure {
    let shown = at_largest(groups, settings);
    let session = settings.session.unwrap_or(Span::secs(3600));
    let x = Axis::log10("lookups per arrival of a peer");
    let y = Axis::log10("messages per lookup, everything included");
    let figure = Figure::new(&settings.title, x, y)
        .subtitle(subtitle(groups, settings, shown.first().map(|group| group.setting.peers)))
        .caption(format!(
            "lookup + (join + publishing + upkeep and republishing over a session of {session}) ÷ lookups per arrival, without \
             departures and their repair; rings: from there on another architecture is the cheapest, of all or of those \
             without a server"
        ));
    let costs: Vec<Cost> =
        shown.iter().filter_map(|group| cost(group, label(groups, group, settings, ""), session)).collect();
    let serverless: Vec<&Cost> = costs.iter().filter(|cost| !cost.served).collect();
    let mut changes = changes(&costs.iter().collect::<Vec<_>>());
    changes.extend(self::changes(&serverless));
    changes.sort_by(|one, other| one.0.total_cmp(&other.0));
    changes.dedup_by(|one, other| one.0 == other.0);
    let mark = |figure: Figure, (at, to): (f64, &Cost)| {
        figure.mark(Mark::new(at, to.total(at), format!("from {}: {}", short(at), to.label)))
    };
    let figure = changes.into_iter().fold(figure, mark);
    let curve = |cost: &Cost| {
        let steps = DECADES.0 * POINTS..=DECADES.1 * POINTS;
        let ratios = steps.map(|step| libm::pow(10.0, f64::from(step) / f64::from(POINTS)));
        let points: Vec<Point> = ratios.map(|ratio| Point::new(ratio, cost.total(ratio))).collect();
        (cost.variant, Series::line(&cost.label, points))
    };
    dressed(groups, figure, costs.iter().map(curve).collect())
}

fn cost(group: &Group<'_>, label: String, session: Span) -> Option<Cost> {
    let mean = |column: &str| group.summary(column).map(|summary| summary.mean);
    let lookup = mean("messages_mean")?;
    let replicas = group.job.scenario.content.replicas_per_peer(group.setting.peers);
    let publishing = mean("publish_messages_per_replica").unwrap_or(0.0);
    let joins = mean("joins").unwrap_or(0.0);
    // What is published beyond the newcomers' first publications is republished by those who are there.
    let republished = (mean("published").unwrap_or(0.0) - joins * replicas).max(0.0);
    let republishing =
        mean("peer_seconds").filter(|&s| s > 0.0).map_or(0.0, |s| republished * publishing / s);
    let upkeep = mean("maintenance_messages_per_peer_s").unwrap_or(0.0) + republishing;
    let join = mean("join_messages_mean").unwrap_or(0.0);
    let arrival = join + replicas * publishing + upkeep * session.as_secs_f64();
    let served = protocols::with(&group.job.protocol, Served).unwrap_or(false);
    Some(Cost { variant: group.variant, label, lookup, arrival, served })
}

/// Whether an architecture needs a server.
struct Served;

impl Visit for Served {
    type Output = bool;

    fn visit<P: Protocol>(self) -> bool {
        P::servers(&P::Params::default()) > 0
    }
}

/// Where the cheapest of these changes within the figure: at how many lookups per arrival, and to whom.
fn changes<'c>(costs: &[&'c Cost]) -> Vec<(f64, &'c Cost)> {
    let (low, high) = (libm::pow(10.0, f64::from(DECADES.0)), libm::pow(10.0, f64::from(DECADES.1)));
    let cheapest = |at: f64| {
        // Where the first of several equally cheap ones stays the cheapest, nothing changes.
        let better = |one: &&&Cost, other: &&&Cost| {
            let (one, other) = ((one.total(at), one.lookup), (other.total(at), other.lookup));
            one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1))
        };
        costs.iter().min_by(better).copied()
    };
    let mut found = Vec::new();
    let (mut at, Some(mut now)) = (low, cheapest(low)) else { return found };
    // Curves L + A / r cross at most once, at (A1 - A2) / (L2 - L1); to the right the smaller L is the cheaper.
    loop {
        let meets = |other: &&&'c Cost| {
            let place = (other.arrival - now.arrival) / (now.lookup - other.lookup);
            (other.lookup < now.lookup && place > at && place < high).then_some(place)
        };
        let crossings = costs.iter().filter_map(|other| Some((meets(&other)?, *other)));
        let first = crossings
            .min_by(|one, other| one.0.total_cmp(&other.0).then(one.1.lookup.total_cmp(&other.1.lookup)));
        let Some((place, next)) = first else { return found };
        found.push((place, next));
        (at, now) = (place, next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(label: &str, lookup: f64, arrival: f64) -> Cost {
        Cost { variant: 0, label: label.to_string(), lookup, arrival, served: false }
    }

    #[test]
    fn the_cheapest_changes_along_the_lower_envelope() {
        // The ring is dearer than the flood below 10 lookups per arrival, the torus is never the cheapest.
        let (flood, ring, torus) =
            (cost("flood", 100.0, 10.0), cost("ring", 10.0, 910.0), cost("torus", 50.0, 900.0));
        let all = [&flood, &torus, &ring];
        let found: Vec<(f64, &str)> =
            changes(&all).into_iter().map(|(at, to)| (at, to.label.as_str())).collect();
        assert_eq!(found, [(10.0, "ring")]);
        // A middle one cuts the corner.
        let middle = cost("middle", 30.0, 300.0);
        let found: Vec<&str> =
            changes(&[&ring, &middle, &flood]).into_iter().map(|(_, to)| to.label.as_str()).collect();
        assert_eq!(found, ["middle", "ring"]);
        // Twins, and one alone, change nothing.
        assert!(changes(&[&ring, &ring.clone()]).is_empty() && changes(&[&ring]).is_empty());
        assert!(changes(&[]).is_empty());
    }
}
