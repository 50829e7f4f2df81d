//! What protocols live in: population, overlay, underlay, content, workload, churn and faults.
//!
//! [`Settings`] is what a scenario says about it, table by table; [`Terrain`] is the world of one run, made from settings
//! and a seed. It answers the engine's questions ([`World`](crate::sim::World)), and its director
//! ([`Director`](crate::sim::Director)) says what happens from outside.
//!
//! | table | what | drawn from |
//! | --- | --- | --- |
//! | `[population]` | free riders; givers | `Placement`, 0; 2^64 − 1 |
//! | | classes, firewalls | `Population`: 0 classes, 1 + class firewalls |
//! | `[overlay]` | the graph given to unstructured protocols | `Topology`: 0 the graph, 1 links that join components |
//! | `[underlay]` | latency, jitter, loss | `Latency`, 0, hashed with peer or pair; jitter `Message`, 1 |
//! | `[content]` | objects, popularity, replicas | `Placement`, 1 + object |
//! | | words of objects | `Words`, object |
//! | `[workload]` | lookups; who floods | `Workload`, lookup; 2^64 − 1 |
//! | `[churn]` | sessions; who of a trace takes part | `Churn`, peer; 2^64 − 1 |
//! | | newcomers, the crowd; new identities | `Newcomers`, 0 and 1; `Strangers`, peer |
//! | `[[faults]]` | crashes of many at once | `Faults`, fault |
//!
//! ```
//! use peerlab::sim::World;
//! use peerlab::world::{Settings, Terrain};
//!
//! let world = Terrain::build(&Settings::default(), Some(100), 1, None, true)?;
//! assert_eq!(world.peers(), 100);
//! assert!(world.latency(3, 7, 0) >= world.floor());
//! let first = world.director(0).next();
//! assert_eq!(first, Some(peerlab::sim::Happening::Measure));
//! # Ok::<(), peerlab::world::WorldError>(())
//! ```

mod bits;
mod churn;
mod classes;
mod content;
mod director;
mod draw;
mod error;
mod faults;
mod graph_model;
mod listing;
mod locate;
mod lone;
mod overlay;
mod population;
mod preview;
mod terrain;
mod theory;
mod underlay;
mod workload;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use churn::{ChurnSettings, CrowdSettings, Identity, PauseLaw, SessionLaw, SessionSample, Start};
pub use classes::{ClassSettings, Mix, ServerSettings};
pub use content::{ContentKind, ContentSettings, Placement, WordSettings, Zipf};
pub use draw::Drawn;
pub use error::{Remark, WorldError};
pub use faults::{FaultSettings, Victims};
pub use graph_model::GraphModel;
pub use lone::{LoneOverlay, find_input, find_overlay};
pub use overlay::OverlaySettings;
pub use population::{GiverSettings, PopulationSettings};
pub use preview::Preview;
pub use terrain::Terrain;
pub use theory::DegreeTheory;
pub use underlay::{Core, LatencyModel, UnderlaySettings};
pub use workload::{ArrivalLaw, FlooderSettings, Origins, WorkloadSettings};

/// The tables of a scenario that describe the world. Every key has a default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Who takes part.
    pub population: PopulationSettings,
    /// The graph that unstructured overlays start from.
    pub overlay: OverlaySettings,
    /// Latency and loss.
    pub underlay: UnderlaySettings,
    /// Objects and who holds them.
    pub content: ContentSettings,
    /// Lookups.
    pub workload: WorkloadSettings,
    /// Sessions.
    pub churn: ChurnSettings,
    /// What strikes many peers at once.
    pub faults: Vec<FaultSettings>,
}

impl ContentSettings {
    /// How many replicas a peer shares on average, of all objects together, in a network of so many peers.
    pub fn replicas_per_peer(&self, peers: u32) -> f64 {
        match self.kind {
            ContentKind::Identities => 1.0,
            ContentKind::Catalogue => {
                let replicas = content::mean_replicas(self, peers) as f64;
                f64::from(content::objects(self, peers)) * replicas / f64::from(peers.max(1))
            }
        }
    }
}

impl Settings {
    /// Checks what can be checked without the number of peers and without reading or building anything.
    ///
    /// # Errors
    /// The first value that fits nothing: classes that are not the whole population, an overlay's parameter that is wrong at every size, a Zipf exponent outside 0 to
    /// 2, no replicas, a floor of 0, a latency model that contradicts itself, lookups that never come, sessions without
    /// length, a fault that strikes nobody.
    pub fn check(&self) -> Result<(), WorldError> {
        classes::check(&self.population)?;
        self.overlay.graph.check()?;
        self.underlay.check()?;
        content::check(&self.content, &self.population, None)?;
        content::check_words(&self.content, self.workload.words)?;
        self.workload.check()?;
        if self.workload.origins == Origins::Riders && self.population.free_riders.0 == 0.0 {
            return Err(WorldError::new("workload.origins", "got \"riders\" where all share something")
                .expected("`population.free_riders` above 0 %, or other origins")
                .nearest("\"random\""));
        }
        self.churn.check(None)?;
        faults::check(&self.faults, None, None)
    }
}
