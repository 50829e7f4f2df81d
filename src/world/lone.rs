//! The overlay alone, for those who measure graphs and run no protocol.

use std::path::{Path, PathBuf};

use super::locate::Places;
use super::overlay::{DEGREES, FILE, measured_degrees, read};
use super::population::check_peers;
use super::{GraphModel, OverlaySettings, WorldError};
use crate::graph::{Applied, EdgeList, Graph, apply};
use crate::sim::random::{Purpose, stream};

/// The graph that `[overlay]` describes, without the rest of its world.
#[derive(Debug)]
pub struct LoneOverlay {
    /// The graph: of the same settings and seed the same one that a protocol would be given.
    pub graph: Graph,
    /// The rows of a measured overlay, directed as crawled, by the graph's numbers; `None` for others, and where
    /// `components` has changed what the file says.
    pub rows: Option<EdgeList>,
    /// What was done about components.
    pub applied: Applied,
}

impl LoneOverlay {
    /// Generates the graph on `peers` nodes, or reads it; a file decides the number of peers by itself, whatever `peers`
    /// says. Files are looked for as [`Terrain::build`](super::Terrain::build) does.
    ///
    /// # Errors
    /// No number of peers for a generated graph, a graph that cannot be, a file that is missing or malformed; with the key
    /// to blame.
    pub fn build(
        settings: &OverlaySettings,
        peers: Option<u32>,
        seed: u64,
        folder: Option<&Path>,
    ) -> Result<LoneOverlay, WorldError> {
        settings.graph.check()?;
        let places = Places::usual(folder);
        let degrees = measured_degrees(&settings.graph, &places)?;
        let asked = peers.or(degrees.as_ref().map(|degrees| degrees.len() as u32));
        let (full, rows) = match (&settings.graph, asked) {
            (GraphModel::File { path }, _) => {
                let file = read(path, &places)?;
                (file.undirected().0, Some(file.list).filter(|_| file.directed))
            }
            (_, None) => return Err(no_peers()),
            (model, Some(peers)) => {
                check_peers(peers)?;
                (model.draw(peers, degrees.as_deref(), seed)?.graph, None)
            }
        };
        let (graph, applied) = apply(settings.components, full, &mut stream(seed, Purpose::Topology, 1))
            .map_err(|error| WorldError::graph("overlay.components", error))?;
        check_peers(graph.nodes())?;
        let untouched = applied.links_added == 0 && applied.nodes_dropped == 0;
        Ok(LoneOverlay { graph, rows: rows.filter(|_| untouched), applied })
    }
}

/// Where the measured overlay lies that the settings name; `None` if they name none. Checks that there are peers to draw
/// a generated one for.
///
/// # Errors
/// As [`LoneOverlay::build`], but for what only reading or generating shows.
pub fn find_overlay(
    settings: &OverlaySettings,
    peers: Option<u32>,
    folder: Option<&Path>,
) -> Result<Option<PathBuf>, WorldError> {
    settings.graph.check()?;
    match (&settings.graph, peers) {
        (GraphModel::File { path }, _) => Places::usual(folder).find(FILE, path).map(Some),
        (GraphModel::Empirical { path, .. }, _) => Places::usual(folder).find(DEGREES, path).map(Some),
        (_, None) => Err(no_peers()),
        (_, Some(peers)) => check_peers(peers).map(|()| None),
    }
}

/// The file that `path` means, the value of `key`: as given, beside the scenario in `folder`, or where measured data lie.
///
/// # Errors
/// No path at all, or nothing there: says where it looked, and the nearest name.
pub fn find_input(key: &str, path: &Path, folder: Option<&Path>) -> Result<PathBuf, WorldError> {
    Places::usual(folder).find(key, path)
}

fn no_peers() -> WorldError {
    WorldError::new("peers", "is missing").expected("the number of peers, as no overlay file decides it")
}
