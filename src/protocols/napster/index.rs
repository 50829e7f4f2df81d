//! The index server: who is logged on, and who has what.

use std::collections::BTreeMap;

use rand::RngExt;

use super::{Message, Napster};
use crate::protocols::sessions::Sessions;
use crate::sim::{Context, ObjectId, Online, Parcel, PeerId, Time, Violation};

/// What the index server knows.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// Who has what: addresses, ascending.
    providers: BTreeMap<ObjectId, Vec<PeerId>>,
    /// Who is logged on, with the files that are listed; by nick, which is the peer's number whatever its session.
    members: Sessions<Vec<ObjectId>>,
}

impl Index {
    pub(super) fn on_message(&mut self, ctx: &mut Context<'_, Napster>, from: PeerId, message: Message) {
        match message {
            Message::Login { retry: _ } => self.on_login(ctx, from),
            Message::Share(files) => self.on_share(ctx, from, files.as_slice()),
            Message::Logout => self.forget(from),
            Message::Search { object, retry: _ } => self.on_search(ctx, from, object),
            Message::Ping { retry: _ } => self.on_ping(ctx, from),
            Message::Alternate { provider, object } => self.on_alternate(ctx, from, provider, object),
            // What only peers are told.
            Message::Welcome
            | Message::Found(_)
            | Message::Pong { .. }
            | Message::Stranger
            | Message::AlternateAck { .. } => {}
        }
    }

    fn on_login(&mut self, ctx: &mut Context<'_, Napster>, from: PeerId) {
        self.log_on(from, ctx.now());
        ctx.reply(from, Message::Welcome);
    }

    fn on_share(&mut self, ctx: &mut Context<'_, Napster>, from: PeerId, files: &[ObjectId]) {
        if self.hear(ctx, from) {
            self.list(from, files);
        }
    }

    /// Answers with some of those who have the object, from a random one on, so that no provider is always the first.
    fn on_search(&mut self, ctx: &mut Context<'_, Napster>, from: PeerId, object: ObjectId) {
        if !self.hear(ctx, from) {
            return;
        }
        ctx.visited();
        let matching = match &ctx.shared().words {
            Some(words) => self.matching(words.matching(object)),
            None => Vec::new(),
        };
        let named = self.providers.get(&object).map_or(&[][..], Vec::as_slice);
        let all = if ctx.shared().words.is_some() { matching.as_slice() } else { named };
        let start = if all.is_empty() { 0 } else { ctx.rng().random_range(0..all.len()) };
        let others = all[start..].iter().chain(&all[..start]).filter(|&&provider| provider != from);
        let providers = others.copied().take(ctx.shared().params.max_results as usize).collect();
        ctx.reply(from, Message::Found(Parcel::new(providers)));
    }

    /// Who has any of these objects, once for each.
    fn matching(&self, objects: &[ObjectId]) -> Vec<PeerId> {
        objects.iter().filter_map(|object| self.providers.get(object)).flatten().copied().collect()
    }

    /// Passes on to a provider behind a firewall that `from` waits for it to connect.
    fn on_alternate(
        &mut self,
        ctx: &mut Context<'_, Napster>,
        from: PeerId,
        provider: PeerId,
        object: ObjectId,
    ) {
        if self.hear(ctx, from) && self.members.get(provider).is_some() {
            ctx.pushing();
            ctx.send(provider, Message::AlternateAck { to: from, object });
        }
    }

    fn on_ping(&mut self, ctx: &mut Context<'_, Napster>, from: PeerId) {
        if self.hear(ctx, from) {
            let files = self.members.get(from).map_or(0, |files| files.len() as u32);
            ctx.reply(from, Message::Pong { files });
        }
    }

    /// Notes a sign of life; false if the peer is not logged on, which it is told. That is no answer to what it asked: once
    /// logged on, it asks again.
    fn hear(&mut self, ctx: &mut Context<'_, Napster>, from: PeerId) -> bool {
        let known = self.members.hear(from, ctx.now()).is_some();
        if !known {
            ctx.maintaining();
            ctx.reply(from, Message::Stranger);
        }
        known
    }

    /// Takes those off the lists who have been silent for too long.
    pub(super) fn expire(&mut self, ctx: &mut Context<'_, Napster>) {
        let gone = self.members.silent(ctx.now(), ctx.shared().params.expiry);
        gone.into_iter().for_each(|peer| self.forget(peer));
    }

    /// A new connection, in place of an earlier one with this nick: nothing listed yet.
    pub(super) fn log_on(&mut self, peer: PeerId, now: Time) {
        if let Some(earlier) = self.members.open(peer, Vec::new(), now) {
            self.unlist(earlier.peer, &earlier.what);
        }
    }

    /// Lists the files of a peer that is logged on, in place of what was listed before.
    pub(super) fn list(&mut self, peer: PeerId, files: &[ObjectId]) {
        let Some(listed) = self.members.get_mut(peer) else { return };
        let before = std::mem::replace(listed, files.to_vec());
        self.unlist(peer, &before);
        for &object in files {
            let providers = self.providers.entry(object).or_default();
            if let Err(place) = providers.binary_search(&peer) {
                providers.insert(place, peer);
            }
        }
    }

    fn unlist(&mut self, peer: PeerId, files: &[ObjectId]) {
        for object in files {
            let Some(providers) = self.providers.get_mut(object) else { continue };
            if let Ok(place) = providers.binary_search(&peer) {
                providers.remove(place);
            }
            if providers.is_empty() {
                self.providers.remove(object);
            }
        }
    }

    fn forget(&mut self, peer: PeerId) {
        if let Some(files) = self.members.close(peer) {
            self.unlist(peer, &files);
        }
    }

    /// Who is logged on, and every replica listed.
    pub(super) fn entries(&self) -> usize {
        self.members.len() + self.providers.values().map(Vec::len).sum::<usize>()
    }

    /// Whether it lists those online, and what they share, and nothing else.
    pub(super) fn agrees_with(&self, me: PeerId, online: &Online<'_>) -> Result<(), Violation> {
        if let Some(member) = self.members.iter().find(|member| !online.contains(member.peer)) {
            return Err(Violation::at(me, format!("it still lists {}, who is gone", member.peer)));
        }
        let mut listed = 0;
        for &peer in online.addresses().iter().filter(|peer| peer.number() < online.world().peers()) {
            let Some(files) = self.members.get(peer) else {
                return Err(Violation::at(peer, "it is not logged on"));
            };
            let shares = online.world().shares(peer.number());
            if files != shares {
                let what = format!("{files:?} are listed of what it shares, {shares:?}");
                return Err(Violation::at(peer, what));
            }
            let missing =
                |object: &&ObjectId| !self.providers.get(*object).is_some_and(|all| all.contains(&peer));
            if let Some(object) = shares.iter().find(missing) {
                return Err(Violation::at(peer, format!("it is not listed for object {}", object.rank())));
            }
            listed += shares.len();
        }
        let all: usize = self.providers.values().map(Vec::len).sum();
        if all == listed {
            Ok(())
        } else {
            Err(Violation::at(me, format!("it lists {all} replicas, not {listed}")))
        }
    }
}
