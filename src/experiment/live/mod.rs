//! What looks at a live overlay while a run goes on: snapshots of it as a graph, and a crawler that asks its way through.
//!
//! Both look between events, while every peer is at rest, and change nothing in the run.

mod below;
mod crawl;
mod degrees;
mod snapshot;

#[cfg(test)]
mod tests;

pub use below::{Below, Stretch};
pub use crawl::{Crawl, CrawlSettings, Crawler};
pub use degrees::{Degrees, Tail};
pub use snapshot::{Language, Snapshot, SnapshotSettings, Snapshots, Times, overlay, point_names};

use crate::sim::{Engine, Protocol, Time};

/// All that looks at one run.
#[derive(Debug, Default)]
pub struct Lookers {
    /// Takes snapshots, if any are asked for.
    pub snapshots: Option<Snapshots>,
    /// Crawls, if that is asked for.
    pub crawler: Option<Crawler>,
}

impl Lookers {
    /// When one of them has to look next.
    pub fn next(&self) -> Time {
        let snapshot = self.snapshots.as_ref().map_or(Time::NEVER, Snapshots::next);
        snapshot.min(self.crawler.as_ref().map_or(Time::NEVER, Crawler::next))
    }

    /// Lets those look who are due.
    pub fn look<P: Protocol>(&mut self, engine: &Engine<P>) {
        if let Some(snapshots) = &mut self.snapshots {
            snapshots.look(engine);
        }
        if let Some(crawler) = &mut self.crawler {
            crawler.look(engine);
        }
    }
}
