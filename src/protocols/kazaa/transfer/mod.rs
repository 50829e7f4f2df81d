//! Downloads in chunks, from several providers at once; and who is served first.
//!
//! A peer asks several of those who have the file, and waits in their queues. Whose turn it is may fetch one chunk, and then
//! queues up anew. Whoever has a chunk offers it to others, unless it rides free. The order in which chunks are fetched is
//! [`Order`]; in whose favour queues are served, the participation level: what a peer has uploaded over what it has
//! downloaded, as it says itself.

mod fetch;
mod measures;
mod serve;
#[cfg(test)]
mod tests;

use std::fmt;

use rand::RngExt;
use serde::{Deserialize, Serialize};

pub(super) use self::measures::measures;
use super::{Kazaa, Message, Timer};
use crate::protocols::bittorrent::pieces::{Shape, count};
use crate::sim::{Context, ObjectId, Parcel, PeerId, Span, Time};

/// In which order a peer fetches chunks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// Any that its provider has.
    #[default]
    Random,
    /// The first that is missing, as if the file were to be played meanwhile.
    Sequential,
}

/// What a client says of its participation, 0 to 1000. Alignment 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(Rust, packed)]
pub struct Level(u16);

/// The number of a chunk. Alignment 1.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(Rust, packed)]
pub struct Chunk(u32);

/// Seconds. Alignment 1.
#[derive(Clone, Copy)]
#[repr(Rust, packed)]
pub struct Seconds(u16);

/// How often a peer that downloads or uploads looks after that.
const TICK: Span = Span::secs(10);
/// A grant of which no use is made ends after this long.
const SLACK: Span = Span::secs(30);
/// How long a peer leaves a provider alone that had nothing new.
const REST: Span = Span::secs(20);
/// How often it says to a provider that it still waits.
const RENEW: Span = Span::secs(60);

/// What a peer downloads and uploads. Only peers that do either have one.
#[derive(Debug, Default)]
pub(super) struct Transfers {
    /// In the order in which they began; what is complete stays.
    downloads: Vec<Download>,
    /// Who waits to be served, in the order of coming.
    queue: Vec<Waiter>,
    /// Who is being served.
    serving: Vec<Upload>,
    uploaded: u64,
    downloaded: u64,
    /// The client claims the highest level.
    modified: bool,
    ticking: bool,
}

/// A file that is being downloaded, or has been.
#[derive(Debug)]
struct Download {
    object: ObjectId,
    shape: Shape,
    /// The chunks that are there, a bit each.
    have: Vec<u64>,
    began: Time,
    finished: Option<Time>,
    sources: Vec<Source>,
    /// The number of its latest question for more sources, and when that was asked.
    question: u32,
    asked: Time,
}

/// Somebody who has chunks of it.
#[derive(Debug)]
struct Source {
    peer: PeerId,
    state: State,
    /// What it had when last heard of.
    has: Vec<u64>,
    /// It has connected to this peer, from behind a firewall.
    open: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It is not asked before then.
    Idle(Time),
    /// This peer is in its queue, and has last said so then.
    Waiting(Time),
    /// It sends a chunk, which should be there by then.
    Getting(u32, Time),
}

#[derive(Clone, Copy, Debug)]
struct Waiter {
    peer: PeerId,
    object: ObjectId,
    level: Level,
}

#[derive(Clone, Copy, Debug)]
struct Upload {
    peer: PeerId,
    object: ObjectId,
    /// When its place is somebody else's, whatever has happened.
    until: Time,
}

impl Transfers {
    fn download(&mut self, object: ObjectId) -> Option<&mut Download> {
        self.downloads.iter_mut().find(|download| download.object == object)
    }

    fn unfinished(&self) -> impl Iterator<Item = &Download> {
        self.downloads.iter().filter(|download| download.finished.is_none())
    }

    /// What is complete.
    pub(super) fn whole(&self) -> impl Iterator<Item = ObjectId> {
        self.downloads.iter().filter(|download| download.finished.is_some()).map(|download| download.object)
    }

    /// That of which there are chunks, but not all.
    pub(super) fn parts(&self) -> impl Iterator<Item = ObjectId> {
        self.unfinished().filter(|download| count(&download.have) > 0).map(|download| download.object)
    }

    /// What this client says of its participation.
    fn claimed(&self) -> Level {
        if self.modified { Level::MOST } else { Level::of(self.uploaded, self.downloaded) }
    }

    /// What is left of it on the disk.
    pub(super) fn on_disk(&self) -> Transfers {
        let download = |d: &Download| Download {
            have: d.have.clone(),
            sources: Vec::new(),
            asked: Time::ZERO,
            question: 0,
            object: d.object,
            shape: d.shape,
            began: d.began,
            finished: d.finished,
        };
        Transfers {
            downloads: self.downloads.iter().map(download).collect(),
            uploaded: self.uploaded,
            downloaded: self.downloaded,
            ..Transfers::default()
        }
    }

    /// From now on it is looked after, the first time at a random instant.
    fn tick_from_now(&mut self, ctx: &mut Context<'_, Kazaa>) {
        if !std::mem::replace(&mut self.ticking, true) {
            let phase = Span(ctx.rng().random_range(0..TICK.nanos()));
            ctx.after(phase, Timer::Transfers);
        }
    }

    /// Tells those who wait for chunks, and those who queue, that this peer goes.
    pub(super) fn say_goodbye(&self, ctx: &mut Context<'_, Kazaa>) {
        ctx.transferring();
        for (peer, object) in self.queue.iter().map(|w| (w.peer, w.object)) {
            ctx.send(peer, Message::Gone { object });
        }
        for (peer, object) in self.serving.iter().map(|u| (u.peer, u.object)) {
            ctx.send(peer, Message::Gone { object });
        }
        self.unfinished().for_each(|download| download.call_off(ctx));
    }
}

impl Level {
    /// What a client says that has transferred nothing.
    const START: Level = Level(10);
    const MOST: Level = Level(1000);

    /// Uploaded over downloaded, in per cent.
    fn of(uploaded: u64, downloaded: u64) -> Level {
        match (uploaded, downloaded) {
            (0, 0) => Level::START,
            (_, 0) => Level::MOST,
            (up, down) => {
                let percent = u128::from(up) * 100 / u128::from(down);
                Level(u16::try_from(percent).unwrap_or(u16::MAX)).min(Level::MOST)
            }
        }
    }
}

impl fmt::Debug for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", { self.0 })
    }
}

impl fmt::Debug for Chunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", { self.0 })
    }
}

impl fmt::Debug for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", { self.0 })
    }
}

impl Chunk {
    pub(super) fn number(self) -> u32 {
        self.0
    }
}

impl Kazaa {
    fn transfers(&mut self) -> &mut Transfers {
        let modified = self.cold.uplink.modified;
        let transfers = self.cold.transfers.get_or_insert_default();
        transfers.modified = modified;
        transfers
    }

    /// What this peer has listed that has `shares` from the start.
    pub(super) fn files(&self, shares: &[ObjectId], rides_free: bool) -> Vec<ObjectId> {
        let mut files = shares.to_vec();
        if let Some(transfers) = self.cold.transfers.as_ref().filter(|_| !rides_free) {
            files.extend(transfers.whole());
            files.sort_unstable();
            files.dedup();
        }
        files
    }

    /// The same, for itself.
    pub(super) fn own_files(&self, ctx: &Context<'_, Self>) -> Vec<ObjectId> {
        self.files(ctx.shares(), ctx.shared().rides_free(ctx.me().number()))
    }

    /// What this peer offers beside what it had from the start: all of it, or a part.
    pub(super) fn keeps(&self, ctx: &Context<'_, Self>, object: ObjectId) -> (bool, bool) {
        match &self.cold.transfers {
            Some(transfers) if !ctx.shared().rides_free(ctx.me().number()) => {
                (transfers.whole().any(|kept| kept == object), transfers.parts().any(|kept| kept == object))
            }
            Some(_) | None => (false, false),
        }
    }

    /// Tells a supernode of which files this peer has a part, if it is to know of any.
    pub(super) fn list_parts(&self, ctx: &mut Context<'_, Self>, supernode: PeerId) {
        let Some(transfers) = &self.cold.transfers else { return };
        let parts: Vec<ObjectId> = transfers.parts().collect();
        if !parts.is_empty() && !ctx.shared().rides_free(ctx.me().number()) {
            ctx.send(supernode, Message::Parts(Parcel::new(parts)));
        }
    }

    /// A file has come to its first chunk, or to its last: the supernodes are told.
    fn announce(&self, ctx: &mut Context<'_, Self>, whole: bool) {
        if ctx.shared().rides_free(ctx.me().number()) {
            return;
        }
        ctx.publishing(u32::from(whole));
        for &parent in self.parents.as_slice() {
            if whole {
                ctx.send(parent, Message::Files(Parcel::new(self.own_files(ctx))));
                let parts = self.cold.transfers.as_ref().map_or(Vec::new(), |t| t.parts().collect());
                ctx.send(parent, Message::Parts(Parcel::new(parts)));
            } else {
                self.list_parts(ctx, parent);
            }
        }
    }

    /// Looks after downloads and uploads.
    pub(super) fn look_after_transfers(&mut self, ctx: &mut Context<'_, Self>) {
        ctx.transferring();
        let now = ctx.now();
        let transfers = self.transfers();
        transfers.expire(ctx);
        let busy = transfers.unfinished().next().is_some();
        transfers.ticking = busy || !transfers.serving.is_empty() || !transfers.queue.is_empty();
        if transfers.ticking {
            ctx.after(TICK, Timer::Transfers);
        }
        let objects: Vec<ObjectId> = transfers.unfinished().map(|download| download.object).collect();
        for object in objects {
            self.ask_sources(ctx, object);
            self.look_further(ctx, object, now);
        }
    }

    /// Goes on with what was unfinished when it left.
    pub(super) fn resume(&mut self, ctx: &mut Context<'_, Self>) {
        if self.cold.transfers.as_ref().is_some_and(|transfers| transfers.unfinished().next().is_some()) {
            self.transfers().tick_from_now(ctx);
        }
    }
}
