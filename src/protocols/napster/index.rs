//! The index server: who is logged on, and who has what.

use std::collections::BTreeMap;

use rand::RngExt;

use super::{Message, Napster};
use crate::sim::{Context, ObjectId, Online, Parcel, PeerId, Time, Violation};

/// What the index server knows.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// Who has what: addresses, ascending.
    providers: BTreeMap<ObjectId, Vec<PeerId>>,
    /// Who is logged on, by nick, which is the peer's number whatever its session.
    members: BTreeMap<u32, Member>,
}

/// A peer that is logged on.
#[derive(Clone, Debug)]
struct Member {
    address: PeerId,
    heard: Time,
    files: Vec<ObjectId>,
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
        let all = self.providers.get(&object).map_or(&[][..], Vec::as_slice);
        let start = if all.is_empty() { 0 } else { ctx.rng().random_range(0..all.len()) };
        let others = all[start..].iter().chain(&all[..start]).filter(|&&provider| provider != from);
        let providers = others.copied().take(ctx.shared().params.max_results as usize).collect();
        ctx.reply(from, Message::Found(Parcel::new(providers)));
    }

    /// Passes on to a provider behind a firewall that `from` waits for it to connect.
    fn on_alternate(
        &mut self,
        ctx: &mut Context<'_, Napster>,
        from: PeerId,
        provider: PeerId,
        object: ObjectId,
    ) {
        if self.hear(ctx, from) && self.member(provider).is_some() {
            ctx.pushing();
            ctx.send(provider, Message::AlternateAck { to: from, object });
        }
    }

    fn on_ping(&mut self, ctx: &mut Context<'_, Napster>, from: PeerId) {
        if self.hear(ctx, from) {
            let files = self.members.get(&from.number()).map_or(0, |member| member.files.len() as u32);
            ctx.reply(from, Message::Pong { files });
        }
    }

    /// Notes a sign of life; false if the peer is not logged on, which it is told. That is no answer to what it asked: once
    /// logged on, it asks again.
    fn hear(&mut self, ctx: &mut Context<'_, Napster>, from: PeerId) -> bool {
        match self.member(from) {
            Some(member) => {
                member.heard = ctx.now();
                true
            }
            None => {
                ctx.maintaining();
                ctx.reply(from, Message::Stranger);
                false
            }
        }
    }

    /// Takes those off the lists who have been silent for too long.
    pub(super) fn expire(&mut self, ctx: &mut Context<'_, Napster>) {
        let (now, expiry) = (ctx.now(), ctx.shared().params.expiry);
        let silent = self.members.values().filter(|member| now.since(member.heard) > expiry);
        let gone: Vec<PeerId> = silent.map(|member| member.address).collect();
        gone.into_iter().for_each(|peer| self.forget(peer));
    }

    /// A new connection, in place of an earlier one with this nick: nothing listed yet.
    pub(super) fn log_on(&mut self, peer: PeerId, now: Time) {
        if let Some(earlier) = self.members.get(&peer.number()) {
            self.forget(earlier.address);
        }
        self.members.insert(peer.number(), Member { address: peer, heard: now, files: Vec::new() });
    }

    fn member(&mut self, peer: PeerId) -> Option<&mut Member> {
        self.members.get_mut(&peer.number()).filter(|member| member.address == peer)
    }

    /// Lists the files of a peer that is logged on, in place of what was listed before.
    pub(super) fn list(&mut self, peer: PeerId, files: &[ObjectId]) {
        let Some(member) = self.member(peer) else { return };
        let before = std::mem::replace(&mut member.files, files.to_vec());
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
        let Some(member) = self.member(peer) else { return };
        let files = std::mem::take(&mut member.files);
        self.unlist(peer, &files);
        self.members.remove(&peer.number());
    }

    /// Who is logged on, and every replica listed.
    pub(super) fn entries(&self) -> usize {
        self.members.len() + self.providers.values().map(Vec::len).sum::<usize>()
    }

    /// Whether it lists those online, and what they share, and nothing else.
    pub(super) fn agrees_with(&self, me: PeerId, online: &Online<'_>) -> Result<(), Violation> {
        if let Some(member) = self.members.values().find(|member| !online.contains(member.address)) {
            return Err(Violation::at(me, format!("it still lists {}, who is gone", member.address)));
        }
        let mut listed = 0;
        for &peer in online.addresses().iter().filter(|peer| peer.number() < online.world().peers()) {
            let Some(member) = self.members.get(&peer.number()) else {
                return Err(Violation::at(peer, "it is not logged on"));
            };
            let shares = online.world().shares(peer.number());
            if member.files != shares {
                return Err(Violation::at(
                    peer,
                    format!("{:?} are listed of what it shares, {shares:?}", member.files),
                ));
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
