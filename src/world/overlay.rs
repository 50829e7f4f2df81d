//! The graph that an unstructured overlay starts from.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::locate::Places;
use super::population::check_peers;
use super::{GraphModel, WorldError};
use crate::graph::{Applied, ComponentPolicy, Graph, GraphFile, apply, read_degrees, read_graph};
use crate::sim::random::{Purpose, stream};

/// The table `[overlay]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OverlaySettings {
    /// Where the graph comes from; default the course's pure power law.
    pub graph: GraphModel,
    /// What becomes of a graph in several components; default `join`.
    pub components: ComponentPolicy,
}

/// The key that names a measured overlay.
pub(super) const FILE: &str = "overlay.graph.file.path";
/// The key that names a file of degrees.
pub(super) const DEGREES: &str = "overlay.graph.empirical.path";

/// What [`build`] found.
#[derive(Debug)]
pub(super) struct Overlay {
    pub(super) peers: u32,
    /// Only if it was asked for.
    pub(super) graph: Option<Graph>,
    /// What was done about components, if there is a graph or if that decided the number of peers.
    pub(super) applied: Option<Applied>,
}

/// Decides the number of peers and, if `needed`, builds the graph.
///
/// # Errors
/// See [`Terrain::build`](super::Terrain::build).
pub(super) fn build(
    settings: &OverlaySettings,
    peers: Option<u32>,
    seed: u64,
    places: &Places,
    needed: bool,
) -> Result<Overlay, WorldError> {
    peers.map_or(Ok(()), check_peers)?;
    let degrees = measured_degrees(&settings.graph, places)?;
    // A file of degrees decides the number of peers, unless the scenario does.
    let asked = peers.or(degrees.as_ref().map(|degrees| degrees.len() as u32));
    let full = match (&settings.graph, asked) {
        (GraphModel::File { path }, _) => read(path, places)?.undirected().0,
        (_, None) => {
            return Err(WorldError::new("peers", "is missing")
                .expected("the number of peers, as no overlay file decides it"));
        }
        // Only the largest component's size must be known beforehand.
        (_, Some(peers)) if !needed && settings.components != ComponentPolicy::Largest => {
            return Ok(Overlay { peers, graph: None, applied: None });
        }
        (model, Some(peers)) => model.draw(peers, degrees.as_deref(), seed)?.graph,
    };
    let nodes = full.nodes();
    let (graph, applied) = apply(settings.components, full, &mut stream(seed, Purpose::Topology, 1))
        .map_err(|error| WorldError::graph("overlay.components", error))?;
    let kept = graph.nodes();
    check_peers(kept)?;
    if let Some(peers) = peers.filter(|&peers| peers != nodes && peers != kept) {
        return Err(WorldError::new("peers", format!("got {peers}"))
            .expected(format!("{kept}, which the overlay's file decides, or no such key"))
            .nearest(kept));
    }
    Ok(Overlay { peers: kept, graph: needed.then_some(graph), applied: Some(applied) })
}

/// A measured overlay.
pub(super) fn read(path: &Path, places: &Places) -> Result<GraphFile, WorldError> {
    let path = places.find(FILE, path)?;
    read_graph(path, None).map_err(|error| WorldError::graph(FILE, error))
}

/// The degrees in the file that the model names, of at least one peer; `None` if it names none.
pub(super) fn measured_degrees(model: &GraphModel, places: &Places) -> Result<Option<Vec<u32>>, WorldError> {
    let GraphModel::Empirical { path, .. } = model else { return Ok(None) };
    let path = places.find(DEGREES, path)?;
    read_degrees(path).map(Some).map_err(|error| WorldError::graph(DEGREES, error))
}
