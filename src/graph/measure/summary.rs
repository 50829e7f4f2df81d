//! All measures of one graph, side by side.

use std::cell::OnceCell;

use super::super::{Components, Digraph, Graph, components};
use super::{
    Clustering, DegreeCounts, Estimate, Giant, Paths, SmallWorld, Sources, SpectralGap, Stopped, Watch,
    assortativity, betweenness, cores, diameter, paths, rich_club, small_world, spectral_gap, triangles,
};
use crate::sim::random::{Purpose, Stream, stream};

/// A family of measures that is taken or left as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Degree moments.
    Degrees,
    /// Weak and strong components.
    Components,
    /// Triangles and clustering.
    Clustering,
    /// Mean path, effective diameter.
    Paths,
    /// The diameter.
    Diameter,
    /// Assortativity, rich club, cores.
    Mixing,
    /// σ and ω.
    SmallWorld,
    /// Betweenness.
    Betweenness,
    /// The spectral gap.
    Spectrum,
}

impl Part {
    /// Every part, in the order in which they are taken and shown.
    pub const ALL: [Part; 9] = [
        Part::Degrees,
        Part::Components,
        Part::Clustering,
        Part::Paths,
        Part::Diameter,
        Part::Mixing,
        Part::SmallWorld,
        Part::Betweenness,
        Part::Spectrum,
    ];

    /// As it is written on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Part::Degrees => "degrees",
            Part::Components => "components",
            Part::Clustering => "clustering",
            Part::Paths => "paths",
            Part::Diameter => "diameter",
            Part::Mixing => "mixing",
            Part::SmallWorld => "small-world",
            Part::Betweenness => "betweenness",
            Part::Spectrum => "spectrum",
        }
    }
}

/// What to measure, and how thoroughly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Which parts.
    pub parts: Vec<Part>,
    /// Up to how many nodes paths are searched from every node; from a sample beyond.
    pub exact_nodes: u32,
    /// Up to how many links × nodes betweenness, which costs a whole search a source, is exact.
    pub exact_betweenness: u64,
    /// How many sources a sample has.
    pub sample: u32,
    /// How many random graphs σ and ω compare with; their paths are always from at most a sample.
    pub references: u32,
    /// How many searches the diameter may take.
    pub diameter_searches: u32,
    /// Of what is drawn.
    pub seed: u64,
}

impl Default for Options {
    /// Everything: exact up to 10⁵ nodes, else from 1,024 sources; betweenness exact up to some 6,000 peers with
    /// 20,000 links.
    fn default() -> Options {
        Options {
            parts: Part::ALL.to_vec(),
            exact_nodes: 100_000,
            exact_betweenness: 200_000_000,
            sample: 1024,
            references: 5,
            diameter_searches: 20_000,
            seed: 1,
        }
    }
}

impl Options {
    /// From where to search a graph of `nodes` nodes.
    pub fn sources(&self, nodes: u32) -> Sources {
        if nodes <= self.exact_nodes { Sources::All } else { Sources::Sample(self.sample) }
    }

    fn wants(&self, part: Part) -> bool {
        self.parts.contains(&part)
    }

    fn stream(&self, part: Part) -> Stream {
        stream(self.seed, Purpose::Graphs, part as u64)
    }
}

/// The largest component of some kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Largest {
    /// How many components of that kind there are.
    pub components: u32,
    /// The nodes of the largest.
    pub nodes: u32,
    /// The edges within it, as crawled.
    pub edges: u64,
}

/// The figures of one graph. What was not asked for, or does not exist, is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measures {
    /// Nodes.
    pub nodes: u32,
    /// Edges as crawled: rows of a directed graph, links of an undirected one.
    pub edges: u64,
    /// Degrees of the undirected graph.
    pub degrees: Option<DegreeCounts>,
    /// The largest weak component.
    pub weak: Option<Largest>,
    /// The largest strong component; that of an undirected graph is the weak one.
    pub strong: Option<Largest>,
    /// Triangles of the undirected graph.
    pub triangles: Option<u64>,
    /// Clustering of the largest component.
    pub clustering: Option<Clustering>,
    /// Distances in the largest component.
    pub paths: Option<Paths>,
    /// Its diameter lies between these.
    pub diameter: Option<(u32, u32)>,
    /// The correlation of degrees across links.
    pub assortativity: Option<f64>,
    /// The degree that the richest percent of nodes, or somewhat more, exceed or reach, and the share of linked pairs
    /// among them.
    pub rich_club: Option<(u32, f64)>,
    /// The deepest k-core: its k and its nodes.
    pub core: Option<(u32, u64)>,
    /// σ and ω of the largest component.
    pub small_world: Option<SmallWorld>,
    /// The largest share of pairs that some node of the largest component lies between, and from how many sources.
    pub betweenness: Option<(Estimate, u32)>,
    /// The spectral gap of the largest component.
    pub spectral_gap: Option<SpectralGap>,
}

/// Takes the measures of `graph`; `crawl` is the same with its directions, where it has any. `begins` is told of each
/// part before it is taken.
///
/// # Errors
///
/// [`Stopped`] by `watch`, which hears the share of each part anew.
pub fn summarise(
    graph: &Graph,
    crawl: Option<&Digraph>,
    options: &Options,
    begins: &dyn Fn(Part),
    watch: &Watch,
) -> Result<Measures, Stopped> {
    let edges = crawl.map_or(graph.edges(), Digraph::edges);
    let mut found = Measures { nodes: graph.nodes(), edges, ..Measures::default() };
    let subject = Subject { graph, crawl, weak: OnceCell::new(), giant: OnceCell::new() };
    for part in Part::ALL.into_iter().filter(|&part| options.wants(part)) {
        begins(part);
        if !watch(0.0) {
            return Err(Stopped);
        }
        found.take(part, &subject, options, watch)?;
    }
    Ok(found)
}

/// What is measured.
struct Subject<'a> {
    graph: &'a Graph,
    crawl: Option<&'a Digraph>,
    weak: OnceCell<Components>,
    giant: OnceCell<Giant>,
}

impl Subject<'_> {
    fn weak(&self) -> &Components {
        self.weak.get_or_init(|| components(self.graph))
    }

    /// The largest component.
    fn giant(&self) -> &Graph {
        &self.giant.get_or_init(|| Giant::among(self.graph, self.weak())).graph
    }

    /// From where to search it.
    fn sources(&self, options: &Options) -> Sources {
        options.sources(self.giant().nodes())
    }
}

impl Measures {
    fn take(&mut self, part: Part, of: &Subject, options: &Options, watch: &Watch) -> Result<(), Stopped> {
        let mut rng = options.stream(part);
        match part {
            Part::Degrees => self.degrees = Some(DegreeCounts::of(of.graph)),
            Part::Components => {
                let weak = largest(of.weak(), of);
                self.weak = Some(weak);
                self.strong = Some(of.crawl.map_or(weak, |crawl| largest(&crawl.strong_components(), of)));
            }
            Part::Clustering => {
                let triangles = triangles(of.graph);
                self.triangles = Some(triangles.total());
                let members = members(of.weak(), of.graph);
                self.clustering = triangles.clustering_among(of.graph, members);
            }
            Part::Paths => {
                self.paths = Some(paths(of.giant(), of.sources(options), &mut rng, watch)?);
            }
            Part::Diameter => {
                let longest = self.paths.as_ref().map(|paths| (paths.longest(), paths.exact));
                self.diameter = Some(match longest {
                    Some((longest, true)) => (longest, longest),
                    Some((_, false)) | None => {
                        let bounds = diameter(of.giant(), options.diameter_searches, watch)?;
                        (bounds.lower.max(longest.map_or(0, |(longest, _)| longest)), bounds.upper)
                    }
                });
            }
            Part::Mixing => {
                self.assortativity = assortativity(of.graph);
                let percent = u64::from(of.graph.nodes()).div_ceil(100);
                let club = rich_club(of.graph).into_iter().rev().find(|club| club.nodes >= percent);
                self.rich_club = club.map(|club| (club.above + 1, club.density));
                let cores = cores(of.graph);
                self.core = Some((cores.deepest(), cores.size(cores.deepest())));
            }
            Part::SmallWorld => {
                let sources = Sources::Sample(options.sample);
                self.small_world = small_world(of.giant(), options.references, sources, &mut rng, watch)?;
            }
            Part::Betweenness => {
                let giant = of.giant();
                let work = u64::from(giant.nodes()) * giant.edges();
                let sources = if work <= options.exact_betweenness {
                    Sources::All
                } else {
                    Sources::Sample(options.sample)
                };
                let found = betweenness(giant, sources, &mut rng, watch)?;
                self.betweenness = found.most().map(|node| {
                    let node = node as usize;
                    let error = found.error.as_ref().map(|error| found.share(error[node]));
                    (Estimate { value: found.share(found.at[node]), error }, found.sources)
                });
            }
            Part::Spectrum => self.spectral_gap = spectral_gap(of.giant(), &mut rng, watch)?,
        }
        Ok(())
    }
}

/// The nodes of the largest component, ascending.
fn members<'a>(components: &'a Components, graph: &Graph) -> impl Iterator<Item = u32> + 'a {
    let largest = components.largest();
    (0..graph.nodes()).filter(move |&node| Some(components.label[node as usize]) == largest)
}

/// The largest component, its edges counted as crawled.
fn largest(components: &Components, of: &Subject) -> Largest {
    let Some(label) = components.largest() else { return Largest::default() };
    let inside = |node: u32| components.label[node as usize] == label;
    let members = members(components, of.graph);
    let edges = match of.crawl {
        Some(crawl) => {
            let within = |node| crawl.successors(node).iter().filter(|&&to| inside(to)).count() as u64;
            members.map(within).sum()
        }
        None => members.map(|node| u64::from(of.graph.degree(node))).sum::<u64>() / 2,
    };
    Largest { components: components.count(), nodes: components.sizes[label as usize], edges }
}
