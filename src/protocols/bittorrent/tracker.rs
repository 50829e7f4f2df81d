//! The tracker: who is in which swarm (BEP 3).

use std::collections::BTreeMap;

use rand::RngExt;

use super::message::{Message, Why};
use super::{BitTorrent, Context};
use crate::sim::{ObjectId, Parcel, PeerId, Time};

/// What the tracker knows.
#[derive(Clone, Debug, Default)]
pub struct Tracker {
    torrents: BTreeMap<ObjectId, Torrent>,
}

/// Who is in a swarm; by number, which stands for the host's address.
#[derive(Clone, Debug, Default)]
struct Torrent {
    seeds: Vec<Member>,
    leechers: Vec<Member>,
}

#[derive(Clone, Copy, Debug)]
struct Member {
    peer: PeerId,
    heard: Time,
}

impl Tracker {
    pub(super) fn on_announce(&mut self, ctx: &mut Context<'_, BitTorrent>, from: PeerId, message: &Message) {
        let &Message::Announce { object, why, complete, want, retry: _ } = message else { return };
        if why == Why::Stopped {
            // An HTTP request has a response, whether or not anybody is there to read it.
            self.remove(object, from);
            ctx.reply(from, Message::Peers { object, peers: Parcel::new(Vec::new()) });
            return;
        }
        // A swarm begins with somebody who has something.
        let known = self.torrents.contains_key(&object) || complete || why == Why::Regular;
        if why != Why::Asking && known {
            self.insert(object, from, complete, ctx.now());
        }
        ctx.visited();
        let peers = self.choose(ctx, object, from, want.get());
        ctx.reply(from, Message::Peers { object, peers: Parcel::new(peers) });
    }

    pub(super) fn insert(&mut self, object: ObjectId, peer: PeerId, complete: bool, now: Time) {
        let torrent = self.torrents.entry(object).or_default();
        let Torrent { seeds, leechers } = torrent;
        let (here, elsewhere) = if complete { (seeds, leechers) } else { (leechers, seeds) };
        let member = Member { peer, heard: now };
        match place(here, peer) {
            Ok(place) => here[place] = member,
            Err(place) => {
                here.insert(place, member);
                if let Ok(place) = self::place(elsewhere, peer) {
                    elsewhere.remove(place);
                }
            }
        }
    }

    fn remove(&mut self, object: ObjectId, peer: PeerId) {
        let Some(torrent) = self.torrents.get_mut(&object) else { return };
        for list in [&mut torrent.seeds, &mut torrent.leechers] {
            if let Ok(place) = place(list, peer)
                && list[place].peer == peer
            {
                list.remove(place);
            }
        }
        if torrent.is_empty() {
            self.torrents.remove(&object);
        }
    }

    /// At most `want` members other than `from`, at random; a seed comes first, if there is one.
    fn choose(
        &self,
        ctx: &mut Context<'_, BitTorrent>,
        object: ObjectId,
        from: PeerId,
        want: usize,
    ) -> Vec<PeerId> {
        let Some(Torrent { seeds, leechers }) = self.torrents.get(&object) else { return Vec::new() };
        let total = seeds.len() + leechers.len();
        if total == 0 || want == 0 {
            return Vec::new();
        }
        let first = ctx.rng().random_range(0..seeds.len().max(1));
        let seeds = seeds[first.min(seeds.len())..].iter().chain(&seeds[..first.min(seeds.len())]);
        let mut all: Vec<PeerId> = seeds.chain(leechers).map(|member| member.peer).collect();
        all.retain(|peer| peer.number() != from.number());
        if all.len() > want {
            for place in 1..want {
                let other = ctx.rng().random_range(place..all.len());
                all.swap(place, other);
            }
            all.truncate(want);
        }
        all
    }

    /// Forgets those who have been silent for too long.
    pub(super) fn expire(&mut self, ctx: &mut Context<'_, BitTorrent>) {
        let (now, expiry) = (ctx.now(), ctx.shared().params.expiry);
        self.torrents.retain(|_, torrent| {
            for list in [&mut torrent.seeds, &mut torrent.leechers] {
                list.retain(|member| now.since(member.heard) <= expiry);
            }
            !torrent.is_empty()
        });
    }

    /// Everyone in every swarm, and whether with everything.
    pub(super) fn members(&self) -> impl Iterator<Item = (ObjectId, PeerId, bool)> {
        self.torrents.iter().flat_map(|(&object, torrent)| {
            let seeds = torrent.seeds.iter().map(move |member| (object, member.peer, true));
            seeds.chain(torrent.leechers.iter().map(move |member| (object, member.peer, false)))
        })
    }

    pub(super) fn entries(&self) -> usize {
        self.torrents.values().map(|torrent| torrent.seeds.len() + torrent.leechers.len()).sum()
    }
}

impl Torrent {
    fn is_empty(&self) -> bool {
        self.seeds.is_empty() && self.leechers.is_empty()
    }
}

fn place(list: &[Member], peer: PeerId) -> Result<usize, usize> {
    list.binary_search_by_key(&peer.number(), |member| member.peer.number())
}
