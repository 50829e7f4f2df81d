//! Links between supernodes.

use super::supernode::{Link, Supernode};
use super::{Circle, Claim, Files, Kazaa, Message, Status};
use crate::sim::{Context, Parcel, PeerId};

/// So many links a supernode asks for from one sign of life to the next, beyond those to partners of known clusters.
const ATTEMPTS: usize = 64;

impl Supernode {
    /// The link with `peer`.
    pub(super) fn link(&self, peer: PeerId) -> Option<&Link> {
        self.links.iter().find(|link| link.peer == peer)
    }

    /// Adds a link, or brings it up to date. An earlier session of the same peer makes room.
    pub(super) fn add(&mut self, link: Link) {
        self.remove(|known| known.peer.number() == link.peer.number() && known.peer != link.peer);
        self.links.retain(|known| known.peer != link.peer);
        let place =
            self.links.partition_point(|known| (known.cluster, known.peer) < (link.cluster, link.peer));
        self.links.insert(place, link);
    }

    /// Takes links out, and what partners share with them.
    fn remove(&mut self, goes: impl Fn(&Link) -> bool) {
        for link in self.links.extract_if(.., |link| goes(link)) {
            self.own.forget(link.peer);
        }
    }

    /// The supernodes of each linked cluster.
    pub(super) fn clusters(&self) -> impl Iterator<Item = &[Link]> {
        self.links.chunk_by(|a, b| a.cluster == b.cluster)
    }

    /// With how many other clusters it is linked.
    pub(super) fn linked_clusters(&self) -> usize {
        self.clusters().filter(|cluster| cluster[0].cluster != self.cluster).count()
    }

    fn has_room(&self, cluster: PeerId, most: u16) -> bool {
        cluster == self.cluster
            || self.links.iter().any(|link| link.cluster == cluster)
            || self.linked_clusters() < usize::from(most)
    }

    /// What it says of itself.
    pub(super) fn status(&self) -> Status {
        Status { cluster: self.cluster, load: self.load(), circle: self.circle() }
    }

    pub(super) fn circle(&self) -> Circle {
        Circle::of(self.partners())
    }
}

impl Kazaa {
    /// Asks for links, while some are missing: supernodes it has heard of.
    pub(super) fn seek_links(&mut self, ctx: &mut Context<'_, Self>) {
        let wanted = usize::from(ctx.shared().params.links);
        let mut open = match &self.supernode {
            Some(sn) => wanted.saturating_sub(sn.linked_clusters() + sn.connecting.len()).min(ATTEMPTS),
            None => return,
        };
        let heard = self.cold.supers.as_slice().to_vec();
        for host in heard {
            if open == 0 {
                break;
            }
            if self.ask_for_link(ctx, host) {
                open -= 1;
            }
        }
    }

    /// Asks one supernode for a link, unless there is one, or it has been asked; whether it was asked.
    fn ask_for_link(&mut self, ctx: &mut Context<'_, Self>, host: PeerId) -> bool {
        let (me, patience) = (ctx.me(), ctx.shared().params.patience);
        let Some(supernode) = &mut self.supernode else { return false };
        let known = supernode.link(host).is_some() || supernode.connecting.contains(&host);
        if known || host.number() == me.number() {
            return false;
        }
        supernode.connecting.push(host);
        ctx.ask(host, Message::Link(supernode.status()), patience);
        true
    }

    pub(super) fn on_link(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, status: Status) {
        let most = ctx.shared().params.max_links;
        match &mut self.supernode {
            Some(supernode) if supernode.has_room(status.cluster, most) => {
                let own = supernode.status();
                ctx.reply(from, Message::Linked(own));
                self.linked(ctx, from, status);
            }
            Some(_) | None => ctx.reply(from, Message::Unlink),
        }
    }

    pub(super) fn on_linked(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, status: Status) {
        let most = ctx.shared().params.max_links;
        match &mut self.supernode {
            Some(supernode) if supernode.has_room(status.cluster, most) => {
                supernode.connecting.retain(|&host| host != from);
                self.linked(ctx, from, status);
            }
            Some(supernode) => {
                supernode.connecting.retain(|&host| host != from);
                ctx.reply(from, Message::Unlink);
            }
            None => ctx.reply(from, Message::Unlink),
        }
    }

    /// There is a link; its other end says what cluster it is in, and who else is.
    fn linked(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, status: Status) {
        self.hear_of(ctx, from);
        let Some(supernode) = &mut self.supernode else { return };
        if status.cluster == supernode.cluster && !supernode.own.contains(from) {
            supernode.own.admit(from, Claim::NONE, ctx.now());
            self.tell_own_files(ctx, from);
        }
        let Some(supernode) = &mut self.supernode else { return };
        supernode.add(Link { peer: from, cluster: status.cluster, load: status.load, missed: 0 });
        for &partner in status.circle.as_slice() {
            self.ask_for_link(ctx, partner);
        }
    }

    /// Tells a partner what this peer shares itself, so that either answers for both.
    pub(super) fn tell_own_files(&self, ctx: &mut Context<'_, Self>, partner: PeerId) {
        ctx.maintaining();
        let files = self.own_files(ctx);
        ctx.send(partner, Message::Files(Parcel::new(files)));
    }

    /// Is all listed that a partner shares itself?
    pub(super) fn on_own(&self, ctx: &mut Context<'_, Self>, from: PeerId, Files(files): Files) {
        let listed = self.supernode.as_ref().and_then(|supernode| supernode.own.listed(from));
        if listed.is_some_and(|listed| listed != files) {
            ctx.reply(from, Message::Which);
        }
    }

    /// The other end is still there. Is there a link?
    pub(super) fn on_alive(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, status: Status) {
        match &self.supernode {
            Some(supernode) if supernode.link(from).is_some() => {
                let own = supernode.status();
                ctx.reply(from, Message::AliveToo(own));
                self.linked(ctx, from, status);
            }
            Some(_) | None => {
                ctx.maintaining();
                ctx.reply(from, Message::Unlink);
            }
        }
    }

    pub(super) fn on_alive_too(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, status: Status) {
        if self.supernode.as_ref().is_some_and(|supernode| supernode.link(from).is_some()) {
            self.linked(ctx, from, status);
        }
    }

    /// A supernode that misses two signs of life in a row is gone. It may yet live, if the network loses messages: tell it.
    pub(super) fn on_no_sign(&mut self, ctx: &mut Context<'_, Self>, to: PeerId) {
        let patience = ctx.shared().params.patience;
        let Some(supernode) = &mut self.supernode else { return };
        let own = supernode.status();
        let Some(link) = supernode.links.iter_mut().find(|link| link.peer == to) else { return };
        link.missed += 1;
        if link.missed < 2 {
            ctx.ask(to, Message::Alive(own), patience);
        } else {
            ctx.send(to, Message::Unlink);
            self.on_unlink(to);
        }
    }

    /// No answer to a question for a link.
    pub(super) fn on_no_link(&mut self, to: PeerId) {
        self.cold.supers.forget(to);
        if let Some(supernode) = &mut self.supernode {
            supernode.connecting.retain(|&host| host != to);
        }
    }

    /// The other end ends the link, or knows of none; or has no room.
    pub(super) fn on_unlink(&mut self, from: PeerId) {
        self.on_no_link(from);
        if let Some(supernode) = &mut self.supernode {
            supernode.remove(|link| link.peer == from);
        }
    }
}
