//! A supernode: its ordinary peers, its partners, and how clusters split and merge.

use rand::seq::SliceRandom;

use super::ordinary::Step;
use super::params::Shared;
use super::{Claim, Files, Kazaa, Load, Message};
use crate::protocols::cache::Cache;
use crate::protocols::unstructured::{Index, Neighbours, Seen};
use crate::sim::{Context, ObjectId, Online, Parcel, PeerId, Violation};

/// What a supernode knows beside what every peer does.
#[derive(Debug)]
pub(super) struct Supernode {
    /// Queries that passed lately, and from whom.
    pub(super) seen: Seen,
    /// The cluster's name: the address of its founder.
    pub(super) cluster: PeerId,
    /// By cluster and address. Those of its own cluster are its partners.
    pub(super) links: Vec<Link>,
    /// Supernodes that have been asked for a link.
    pub(super) connecting: Vec<PeerId>,
    pub(super) index: Index<ObjectId>,
    /// What its partners share themselves.
    pub(super) own: Index<ObjectId>,
    /// What other supernodes answered.
    pub(super) cache: Option<Cache<ObjectId>>,
    /// Of what its ordinary peers say that they have a part; ascending. Some of them may be its own no more.
    pub(super) parts: Vec<(ObjectId, PeerId)>,
}

/// A link to another supernode.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) peer: PeerId,
    pub(super) cluster: PeerId,
    pub(super) load: Load,
    /// Signs of life missed in a row.
    pub(super) missed: u8,
}

impl Supernode {
    pub(super) fn new(cluster: PeerId) -> Supernode {
        let (links, connecting) = (Vec::new(), Vec::new());
        Supernode {
            seen: Seen::EMPTY,
            cluster,
            links,
            connecting,
            index: Index::new(),
            own: Index::new(),
            cache: None,
            parts: Vec::new(),
        }
    }

    pub(super) fn links(&self) -> impl Iterator<Item = PeerId> {
        self.links.iter().map(|link| link.peer)
    }

    pub(super) fn partners(&self) -> impl Iterator<Item = PeerId> {
        self.links.iter().filter(|link| link.cluster == self.cluster).map(|link| link.peer)
    }

    /// How many peers the cluster has.
    pub(super) fn load(&self) -> Load {
        Load::new(self.index.len() + self.partners().count() + 1)
    }

    pub(super) fn entries(&self) -> usize {
        let cached = self.cache.as_ref().map_or(0, Cache::references);
        self.links.len() + self.index.entries() + self.own.replicas() + self.parts.len() + cached
    }
}

impl Kazaa {
    /// Becomes a supernode: of a cluster of its own, or a partner in another's.
    pub(super) fn found(&mut self, ctx: &mut Context<'_, Self>, cluster: Option<PeerId>) {
        (self.cold.step, self.cold.tries) = (Step::Idle, 0);
        self.parents = Neighbours::EMPTY;
        self.cold.published = ctx.shared().params.redundancy;
        self.supernode = Some(Box::new(Supernode::new(cluster.unwrap_or(ctx.me()))));
        self.seek_links(ctx);
    }

    pub(super) fn on_attach(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, claim: Claim) {
        let most = usize::from(ctx.shared().params.max_children);
        let now = ctx.now();
        let Some(supernode) =
            self.supernode.as_mut().filter(|sn| sn.index.contains(from) || sn.index.len() < most)
        else {
            ctx.reply(from, Message::Refused);
            return;
        };
        supernode.index.admit(from, claim, now);
        let circle = supernode.circle();
        let list = self.refresh_list(None, usize::from(ctx.shared().params.refresh_list));
        ctx.reply(from, Message::Welcome(circle));
        ctx.reply(from, Message::Supers(Parcel::new(list)));
    }

    pub(super) fn on_files(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, files: &[ObjectId]) {
        let list = |supernode: &mut Box<Supernode>| {
            supernode.index.list(from, files) || supernode.own.list(from, files)
        };
        let listed = self.supernode.as_mut().is_some_and(list);
        if !listed {
            ctx.maintaining();
            ctx.reply(from, Message::Detach);
        }
    }

    /// Notes of which files an ordinary peer has a part.
    pub(super) fn on_parts(&mut self, from: PeerId, files: &[ObjectId]) {
        let Some(supernode) = &mut self.supernode else { return };
        let Supernode { parts, index, .. } = &mut **supernode;
        parts.retain(|&(_, peer)| peer != from && index.contains(peer));
        if index.contains(from) {
            parts.extend(files.iter().map(|&object| (object, from)));
            parts.sort_unstable();
        }
    }

    /// A sign of life. One from somebody who is not connected shows that its sender has missed the end of a connection.
    pub(super) fn on_ping(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, claim: Claim) {
        let now = ctx.now();
        let heard = self.supernode.as_mut().and_then(|supernode| {
            let files = supernode.index.hear(from, claim, now)?;
            Some((supernode.circle(), files))
        });
        match heard {
            Some((circle, files)) => ctx.reply(from, Message::Pong { circle, files: Files(files) }),
            None => {
                ctx.maintaining();
                ctx.reply(from, Message::Detach);
            }
        }
    }

    /// What is due now and then.
    pub(super) fn supernode_s_duties(&mut self, ctx: &mut Context<'_, Self>) {
        let (now, params) = (ctx.now(), ctx.shared().params.clone());
        let own_files = self.own_files(ctx).len();
        let Some(supernode) = &mut self.supernode else { return };
        supernode.index.expire(now, params.expiry);
        let own = supernode.status();
        supernode.links().for_each(|peer| ctx.ask(peer, Message::Alive(own), params.patience));
        let (partners, me) = (supernode.partners().collect::<Vec<_>>(), ctx.me());
        let files = Files(own_files as u32);
        partners.iter().for_each(|&partner| ctx.send(partner, Message::Own(files)));
        let missing = supernode.linked_clusters() < usize::from(params.links);
        if partners.iter().all(|&partner| me < partner) {
            self.lead(ctx, partners.len());
        } else if partners.len() >= usize::from(params.redundancy)
            && let Some(&first) = partners.iter().min().filter(|_| partners.iter().all(|&p| p < me))
        {
            // One too many, by two recruitments at once: the last one goes.
            self.step_down(ctx, first, false);
        }
        if missing && self.supernode.is_some() {
            self.seek_links(ctx);
            if let Some(host) = ctx.bootstrap() {
                ctx.ask(host, Message::WhoIs, params.patience);
            }
        }
    }

    /// What the first of the partners decides for the cluster.
    fn lead(&mut self, ctx: &mut Context<'_, Self>, partners: usize) {
        let Some(supernode) = &self.supernode else { return };
        let params = ctx.shared().params.clone();
        let Load(load) = supernode.load();
        let unfit = !self.cold.uplink.able && !self.cold.uplink.modified;
        if unfit && let Some(heir) = supernode.index.fittest(ctx.rng()) {
            self.hand_over(ctx, heir);
        } else if load > params.split {
            self.split(ctx);
        } else if load < params.merge
            && let Some(to) = self.larger_cluster(params.split)
        {
            self.step_down(ctx, to, true);
        } else {
            (partners + 1..usize::from(params.redundancy)).for_each(|_| self.recruit(ctx));
        }
    }

    /// The largest cluster larger than this one that has room for it: somebody there. Of equals the greater name is larger,
    /// so that two do not join each other.
    fn larger_cluster(&self, split: u16) -> Option<PeerId> {
        let supernode = self.supernode.as_ref()?;
        let Load(own) = supernode.load();
        let mine = (Load(own), supernode.cluster);
        let fits = |Load(load): Load| u32::from(load) + u32::from(own) <= u32::from(split);
        let larger = supernode.links.iter().filter(|link| {
            link.cluster != supernode.cluster && (link.load, link.cluster) > mine && fits(link.load)
        });
        larger.max_by_key(|link| (link.load, link.cluster, link.peer)).map(|link| link.peer)
    }

    /// The cluster has grown too large: the fittest ordinary peer founds another, with half of the others.
    fn split(&mut self, ctx: &mut Context<'_, Self>) {
        let Some(supernode) = &mut self.supernode else { return };
        let Some(founder) = supernode.index.fittest(ctx.rng()) else { return };
        supernode.index.forget(founder);
        ctx.send(founder, Message::Promote);
        let mut children: Vec<PeerId> = supernode.index.children().map(|child| child.address).collect();
        children.shuffle(&mut ctx.rng());
        children.truncate(children.len() / 2);
        for child in children {
            supernode.index.forget(child);
            ctx.send(child, Message::Move { to: founder });
        }
    }

    /// A supernode that is not fit leaves its place to an ordinary peer that is.
    fn hand_over(&mut self, ctx: &mut Context<'_, Self>, heir: PeerId) {
        let Some(supernode) = &mut self.supernode else { return };
        supernode.index.forget(heir);
        ctx.send(heir, Message::Promote);
        self.step_down(ctx, heir, true);
    }

    /// An ordinary peer becomes a partner.
    fn recruit(&mut self, ctx: &mut Context<'_, Self>) {
        let Some(supernode) = &mut self.supernode else { return };
        let Some(partner) = supernode.index.fittest(ctx.rng()) else { return };
        supernode.index.forget(partner);
        ctx.send(partner, Message::Recruit { cluster: supernode.cluster });
    }

    /// Becomes an ordinary peer of another supernode's, with all of its cluster or alone.
    fn step_down(&mut self, ctx: &mut Context<'_, Self>, to: PeerId, whole: bool) {
        let Some(supernode) = self.supernode.take() else { return };
        for child in supernode.index.children() {
            let farewell = if whole { Message::Move { to } } else { Message::Detach };
            ctx.send(child.address, farewell);
        }
        for link in &supernode.links {
            let partner = whole && link.cluster == supernode.cluster;
            ctx.send(link.peer, if partner { Message::Move { to } } else { Message::Unlink });
        }
        self.change_to(ctx, ctx.me(), to);
    }

    /// A supernode sends its ordinary peers, or its partners, elsewhere.
    pub(super) fn on_move(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, to: PeerId) {
        let partner = self.supernode.as_ref().is_some_and(|sn| sn.partners().any(|partner| partner == from));
        if partner {
            self.step_down(ctx, to, false);
        } else if self.parents.contains(from) {
            self.change_to(ctx, from, to);
        }
    }

    /// This peer is to be a supernode.
    pub(super) fn on_promote(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, cluster: Option<PeerId>) {
        if !self.parents.contains(from) {
            return;
        }
        for &parent in self.parents.as_slice().iter().filter(|&&parent| parent != from) {
            ctx.send(parent, Message::Detach);
        }
        self.hear_of(ctx, from);
        self.found(ctx, cluster);
    }
}

impl Supernode {
    /// Links and connections are mutual, with peers that are online, and not too many.
    pub(super) fn agrees(
        &self,
        me: PeerId,
        network: &[&Kazaa],
        online: &Online<'_>,
        shared: &Shared,
    ) -> Result<(), Violation> {
        let wrong = |what: String| Err(Violation::at(me, what));
        let params = &shared.params;
        if self.index.len() > usize::from(params.max_children) {
            return wrong(format!("{} ordinary peers, room for {}", self.index.len(), params.max_children));
        }
        if self.linked_clusters() > usize::from(params.max_links) {
            return wrong(format!(
                "links with {} clusters, room for {}",
                self.linked_clusters(),
                params.max_links
            ));
        }
        if self.partners().count() >= usize::from(params.redundancy) {
            return wrong(format!("{} partners, at most {}", self.partners().count(), params.redundancy - 1));
        }
        for child in self.index.children() {
            let known = online.position(child.address).map(|position| network[position]);
            if !known.is_some_and(|peer| peer.parents.contains(me)) {
                return wrong(format!("its ordinary peer {} is gone, or another's", child.address));
            }
        }
        for link in &self.links {
            let Some(position) = online.position(link.peer) else {
                return wrong(format!("a link to {}, who is gone", link.peer));
            };
            let other = network[position].supernode.as_ref();
            if !other.is_some_and(|other| other.cluster == link.cluster && other.link(me).is_some()) {
                return wrong(format!("the link to {} is not mutual", link.peer));
            }
            let number = link.peer.number();
            let shares = network[position].files(online.world().shares(number), shared.rides_free(number));
            if link.cluster == self.cluster && self.own.files_of(link.peer) != shares {
                return wrong(format!("it does not list what its partner {} shares", link.peer));
            }
        }
        Ok(())
    }
}

/// What is seen of the two tiers.
pub(super) fn measures(network: &[&Kazaa], online: &Online<'_>) -> Vec<(&'static str, f64)> {
    let present = online.addresses().iter().map(|peer| (peer, network[peer.index()]));
    let supernodes: Vec<(&PeerId, &Kazaa, &Supernode)> =
        present.filter_map(|(me, peer)| Some((me, peer, peer.supernode.as_deref()?))).collect();
    if supernodes.is_empty() {
        return Vec::new();
    }
    let count = supernodes.len() as f64;
    let children: usize = supernodes.iter().map(|(_, _, sn)| sn.index.len()).sum();
    let links: usize = supernodes.iter().map(|(_, _, sn)| sn.links.len() - sn.partners().count()).sum();
    let clusters: usize = supernodes.iter().map(|(_, _, sn)| sn.linked_clusters()).sum();
    let led = supernodes.iter().filter(|(me, _, sn)| sn.partners().all(|partner| **me < partner)).count();
    let unfit = supernodes.iter().filter(|(_, peer, _)| !peer.cold.uplink.able).count();
    let mut measures = vec![
        ("super_peers", count),
        ("children_mean", children as f64 / count),
        ("super_links_mean", links as f64 / count),
        ("unfit_super_peers", unfit as f64 / count),
        ("clusters", led as f64),
    ];
    if clusters > 0 {
        // Every one of the partners keeps its own connections to each neighbouring cluster.
        let partners = count / led.max(1) as f64;
        measures.push(("cluster_connections_mean", links as f64 / clusters as f64 * partners));
    }
    measures
}
