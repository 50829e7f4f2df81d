//! Downloads past firewalls. A peer behind one accepts no connection from outside: who wants something from it has it asked,
//! over a connection that stands (PUSH), to connect itself. If both are behind firewalls, there is no way.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use super::engine::core::{Core, Head};
use super::engine::transport::GET_BYTES;
use super::event::{Body, Hops, Since};
use super::ledger::Cause;
use super::peer::{ObjectId, PeerId};
use super::protocol::Protocol;
use super::time::Time;

/// Bytes with which a provider that was pushed opens the connection: Gnutella's "GIV index:identifier/name".
pub(super) const GIV_BYTES: u32 = 4 + 2 + 32 + 1 + 66 + 2;

/// A provider behind a firewall that is to be asked to connect to this peer, with the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Push {
    /// Whom to ask.
    pub provider: PeerId,
    /// What is wanted of it.
    pub object: ObjectId,
}

/// What downloads wait for.
#[derive(Debug, Default)]
pub(super) struct Walls {
    /// Lookups of which nobody named so far can be reached, by number: since when there is something to download.
    seeking: BTreeMap<u32, Time>,
    /// Who waits for a provider to connect, for what, and since when.
    pushed: BTreeSet<(PeerId, ObjectId, Time)>,
}

impl<P: Protocol> Context<'_, P> {
    /// Like [`answer`](Self::answer), for protocols that know a way to a provider behind a firewall: if the download is to
    /// come from one, it is returned, and to be asked ([`pushing`](Self::pushing)) to [`give`](Self::give) the object.
    #[must_use]
    #[inline]
    pub fn answer_or_push(&mut self, providers: &[PeerId]) -> Option<Push> {
        self.answered(providers, true)
    }

    /// Whether `provider` accepts no connection from outside, as answers say that name it: the push flag of Gnutella's
    /// hits, port 0 in Napster. False where the engine downloads nothing.
    #[inline]
    pub fn needs_push(&self, provider: PeerId) -> bool {
        self.core.walls.is_some() && self.core.world.profile(provider.number()).firewalled
    }

    /// From here to the end of the handler, what is sent asks somebody behind a firewall to connect: on the account of
    /// transfers. Each call counts one message.
    pub fn pushing(&mut self) {
        self.core.tally.pushes += 1;
        self.transferring();
    }

    /// Connects to `to`, which has asked for it, and offers it `object`.
    pub fn give(&mut self, to: PeerId, object: ObjectId) {
        let hops = Hops::new(self.hops.saturating_add(1), false);
        self.core.transmit(self.head, self.now, to, Body::Giv(object), GIV_BYTES, self.cause, hops, 0);
    }

    /// An answer to the lookup in `slot` where there are firewalls: downloads from the first provider that can be reached,
    /// or says whom to push. While there is none, later answers are tried.
    #[cold]
    #[inline(never)]
    pub(super) fn past_walls(
        &mut self,
        slot: u32,
        first: bool,
        providers: &[PeerId],
        pushes: bool,
    ) -> Option<Push> {
        let entry = self.core.ledger.entry(slot);
        let (number, object, deadline) = (entry.record.number, entry.record.object, entry.deadline);
        if self.now > deadline {
            return None;
        }
        let (core, me) = (&mut *self.core, self.head.me);
        let walls = core.walls.as_mut()?;
        let since = if first { self.now } else { walls.seeking.remove(&number)? };
        if first {
            core.tally.fetches += 1;
        } else {
            core.tally.unreachable -= 1;
        }
        let behind = |peer: PeerId| core.world.profile(peer.number()).firewalled;
        let reaches = |provider: &&PeerId| !behind(**provider) || pushes && !behind(me);
        match providers.iter().find(reaches) {
            Some(&provider) if behind(provider) => {
                walls.pushed.insert((me, object, since));
                Some(Push { provider, object })
            }
            Some(&provider) => {
                core.get(self.head, self.now, provider, object, since);
                None
            }
            None => {
                core.tally.unreachable += 1;
                walls.seeking.insert(number, since);
                None
            }
        }
    }
}

impl<P: Protocol> Core<P> {
    /// What there is to remember of downloads, if there are firewalls in their way.
    pub(super) fn walls(world: &dyn super::World, peers: u32) -> Option<Box<Walls>> {
        let walled = world.fetches() && (0..peers).any(|number| world.profile(number).firewalled);
        walled.then(Box::default)
    }

    /// Asks `provider` for the download of `object` that is wanted since `since`.
    pub(super) fn get(
        &mut self,
        head: &mut Head,
        now: Time,
        provider: PeerId,
        object: ObjectId,
        since: Time,
    ) {
        let (since, token) = Since::split(since);
        let (body, hops) = (Body::Get(object, since), Hops::new(1, false));
        self.transmit(head, now, provider, body, GET_BYTES, Cause::TRANSFER, hops, token);
    }

    /// A provider that was pushed has connected: the download goes over that connection.
    #[cold]
    pub(super) fn connected(&mut self, head: &mut Head, now: Time, from: PeerId, object: ObjectId) {
        let key = |since| (head.me, object, since);
        let Some(walls) = self.walls.as_mut() else { return };
        // Earlier ones have failed: nobody connected.
        let wanted: Vec<_> = walls.pushed.range(key(Time::ZERO)..=key(Time::NEVER)).copied().collect();
        wanted.iter().for_each(|wanted| {
            walls.pushed.remove(wanted);
        });
        if let Some(&(_, _, since)) = wanted.last() {
            self.get(head, now, from, object, since);
        }
    }
}
