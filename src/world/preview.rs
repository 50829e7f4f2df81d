//! What can be known about a world without building it.

use std::path::{Path, PathBuf};

use super::churn::{TRACE_FILE, Trace};
use super::locate::Places;
use super::population::check_peers;
use super::underlay::{MATRIX_FILE, Underlay};
use super::{GraphModel, LatencyModel, Settings, WorldError, content, faults, overlay};
use crate::graph::ComponentPolicy;

/// What a look at the settings shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// How many peers there will be; `None` if only the generated overlay's components decide that.
    pub peers: Option<u32>,
    /// The files that the settings name, where they were found.
    pub files: Vec<PathBuf>,
}

impl Settings {
    /// Checks everything that can be checked without generating anything, which includes reading the files that the
    /// settings name. Arguments are those of [`Terrain::build`](super::Terrain::build).
    ///
    /// # Errors
    /// As [`Terrain::build`](super::Terrain::build), but for graphs that turn out to be impossible.
    pub fn preview(&self, peers: Option<u32>, folder: Option<&Path>) -> Result<Preview, WorldError> {
        self.check()?;
        let places = Places::usual(folder);
        let mut files = Vec::new();
        if let GraphModel::File { path } = &self.overlay.graph {
            files.push(places.find(overlay::FILE, path)?);
        }
        if let GraphModel::Empirical { path, .. } = &self.overlay.graph {
            files.push(places.find(overlay::DEGREES, path)?);
        }
        if let LatencyModel::Matrix { file } = &self.underlay.latency {
            files.push(places.find(MATRIX_FILE, file)?);
        }
        let trace = match self.churn.trace() {
            Some((file, _)) => {
                let path = places.find(TRACE_FILE, file)?;
                let trace = Trace::read(&path)?;
                files.push(path);
                Some(trace)
            }
            None => None,
        };
        Underlay::build(&self.underlay, 0, &places)?;
        peers.map_or(Ok(()), check_peers)?;
        let drawn = match self.overlay.graph {
            GraphModel::File { .. } => false,
            GraphModel::Empirical { .. } => true,
            _ => peers.is_some(),
        };
        let peers = match (drawn, self.overlay.components) {
            (true, ComponentPolicy::Largest) => None,
            _ => Some(overlay::build(&self.overlay, peers, 0, &places, false)?.peers),
        };
        content::check(&self.content, &self.population, peers)?;
        self.churn.check(peers)?;
        if let (Some(trace), Some(peers)) = (&trace, peers) {
            trace.check(peers)?;
        }
        faults::check(&self.faults, peers, peers.map(|peers| content::count(&self.content, peers)))?;
        Ok(Preview { peers, files })
    }
}
