//! An ordinary peer: how it finds a supernode and keeps to it.

use rand::RngExt;

use super::params::Shared;
use super::transfer::Transfers;
use super::{Circle, Files, Kazaa, Load, Message, Timer};
use crate::protocols::unstructured::{HostCache, PushRoutes, Uplink};
use crate::sim::{Context, Online, Parcel, PeerId, Protocol, Span, Time, Violation};

/// What a peer seldom needs.
#[derive(Debug, Default)]
pub(super) struct Cold {
    /// Supernodes it has heard of: the refresh list.
    pub(super) supers: HostCache,
    /// How many queries it has named.
    pub(super) count: u32,
    pub(super) step: Step,
    /// To how many supernodes it has uploaded what it shares.
    pub(super) published: u8,
    /// How often it has looked for a supernode in vain.
    pub(super) tries: u8,
    /// When it came online, and for how long it had been then, where it began in a settled network.
    pub(super) since: Time,
    pub(super) uptime_before: Span,
    pub(super) uplink: Uplink,
    /// Where hits of providers behind firewalls came from.
    pub(super) pushes: PushRoutes,
    /// What it downloads and uploads, in chunks.
    pub(super) transfers: Option<Box<Transfers>>,
}

/// How far it is on the way to a supernode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Step {
    /// It does not look for one.
    #[default]
    Idle,
    /// It has asked somebody for a refresh list,
    Asking,
    /// probes several, of which so many have not said anything yet, and this is the least busy so far,
    Probing { out: u8, best: Option<(Load, PeerId)> },
    /// asks one to be let in,
    Attaching(PeerId),
    /// or waits for a while.
    Resting,
}

/// So often a peer looks for supernodes before it founds a cluster: one that is able, and one that is not.
const TRIES: [u8; 2] = [4, 8];

impl Kazaa {
    /// Comes online.
    pub(super) fn join(&mut self, ctx: &mut Context<'_, Self>, contact: Option<PeerId>) {
        self.cold.since = ctx.now();
        self.cold.uplink = ctx.shared().fitness.uplink(ctx.me().number(), ctx.profile());
        match contact {
            Some(contact) if self.cold.supers.as_slice().is_empty() => self.ask_for_list(ctx, contact),
            Some(_) => self.seek(ctx),
            None => self.found(ctx, None),
        }
    }

    /// Looks for a supernode: among those it has heard of, or else asks who there are.
    pub(super) fn seek(&mut self, ctx: &mut Context<'_, Self>) {
        let probes = ctx.shared().params.probes;
        let patience = ctx.shared().params.patience;
        let mut out = 0;
        while out < probes
            && let Some(host) = self.cold.supers.take(ctx.rng())
        {
            if host.number() != ctx.me().number() {
                ctx.ask(host, Message::Probe, patience);
                out += 1;
            }
        }
        if out > 0 {
            self.cold.step = Step::Probing { out, best: None };
        } else {
            self.ask_around(ctx);
        }
    }

    /// Asks the well-known host and others, in turns, which supernodes they know. Who is alone, or itself the well-known
    /// host, founds a cluster.
    fn ask_around(&mut self, ctx: &mut Context<'_, Self>) {
        let host = if self.cold.tries.is_multiple_of(2) { ctx.well_known() } else { ctx.bootstrap() };
        match host {
            Some(host) => self.ask_for_list(ctx, host),
            None => self.found(ctx, None),
        }
    }

    fn ask_for_list(&mut self, ctx: &mut Context<'_, Self>, host: PeerId) {
        self.cold.step = Step::Asking;
        let patience = ctx.shared().params.patience;
        ctx.ask(host, Message::WhoIs, patience);
    }

    pub(super) fn on_who_is(&self, ctx: &mut Context<'_, Self>, from: PeerId) {
        let most = usize::from(ctx.shared().params.refresh_list);
        let list = self.refresh_list(self.supernode.is_some().then_some(ctx.me()), most);
        ctx.reply(from, Message::Supers(Parcel::new(list)));
    }

    /// The supernodes it knows: itself if it is one, those it is connected to, those it has heard of.
    pub(super) fn refresh_list(&self, myself: Option<PeerId>, most: usize) -> Vec<PeerId> {
        let linked = self.links();
        let mut list: Vec<PeerId> = myself.into_iter().chain(linked).take(most).collect();
        for &heard in self.cold.supers.as_slice() {
            if list.len() < most && !list.contains(&heard) {
                list.push(heard);
            }
        }
        list
    }

    pub(super) fn on_supers(&mut self, ctx: &mut Context<'_, Self>, list: &[PeerId]) {
        list.iter().for_each(|&host| self.hear_of(ctx, host));
        if self.cold.step == Step::Asking {
            match self.cold.supers.as_slice().is_empty() {
                false => self.seek(ctx),
                true => self.rest(ctx),
            }
        } else if self.supernode.is_some() {
            self.seek_links(ctx);
        }
    }

    pub(super) fn hear_of(&mut self, ctx: &Context<'_, Self>, host: PeerId) {
        if host.number() != ctx.me().number() {
            self.cold.supers.learn(host, usize::from(ctx.shared().params.refresh_list));
        }
    }

    /// Whoever was asked for a list says nothing.
    pub(super) fn on_nobody(&mut self, ctx: &mut Context<'_, Self>) {
        if self.cold.step == Step::Asking {
            self.rest(ctx);
        }
    }

    /// In vain: tries again a little later, or founds a cluster.
    fn rest(&mut self, ctx: &mut Context<'_, Self>) {
        self.cold.tries += 1;
        if self.cold.tries >= TRIES[usize::from(!self.cold.uplink.able)] {
            self.found(ctx, None);
        } else {
            self.cold.step = Step::Resting;
            let pause = Span::millis(ctx.rng().random_range(1000..3000));
            ctx.after(pause, Timer::Seek);
        }
    }

    pub(super) fn seek_again(&mut self, ctx: &mut Context<'_, Self>) {
        if self.cold.step == Step::Resting {
            self.seek(ctx);
        }
    }

    pub(super) fn on_probe(&self, ctx: &mut Context<'_, Self>, from: PeerId) {
        match &self.supernode {
            Some(supernode) => ctx.reply(from, Message::Busy(supernode.load())),
            None => ctx.reply(from, Message::Refused),
        }
    }

    pub(super) fn on_busy(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, load: Load) {
        self.hear_of(ctx, from);
        if let Step::Probing { best, .. } = &mut self.cold.step
            && best.is_none_or(|(least, _)| load < least)
        {
            *best = Some((load, from));
        }
        self.probed(ctx);
    }

    pub(super) fn on_no_load(&mut self, ctx: &mut Context<'_, Self>, host: PeerId) {
        self.cold.supers.forget(host);
        self.probed(ctx);
    }

    /// One probe is over. When all are, the least busy supernode is asked to let this peer in.
    fn probed(&mut self, ctx: &mut Context<'_, Self>) {
        let Step::Probing { out, best } = &mut self.cold.step else { return };
        *out = out.saturating_sub(1);
        match (*out, *best) {
            (1.., _) => {}
            (0, Some((_, host))) => {
                self.cold.step = Step::Attaching(host);
                self.attach(ctx, host);
            }
            (0, None) => self.next(ctx),
        }
    }

    /// Goes on with those it has heard of, if there are any left, or starts anew a little later.
    fn next(&mut self, ctx: &mut Context<'_, Self>) {
        match self.cold.supers.as_slice().is_empty() {
            false => self.seek(ctx),
            true => self.rest(ctx),
        }
    }

    fn attach(&mut self, ctx: &mut Context<'_, Self>, host: PeerId) {
        let patience = ctx.shared().params.patience;
        let claim = self.claim(ctx);
        ctx.ask(host, Message::Attach(claim), patience);
    }

    /// No supernode, no room, or no answer.
    pub(super) fn on_refused(&mut self, ctx: &mut Context<'_, Self>, from: PeerId) {
        self.cold.supers.forget(from);
        match self.cold.step {
            Step::Attaching(host) if host == from => self.next(ctx),
            Step::Probing { .. } => self.probed(ctx),
            Step::Idle | Step::Asking | Step::Resting | Step::Attaching(_) => {}
        }
    }

    /// Connected: uploads what it shares, and connects to the partners.
    pub(super) fn on_welcome(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, circle: Circle) {
        if self.supernode.is_some() {
            ctx.reply(from, Message::Detach);
            return;
        }
        (self.cold.step, self.cold.tries) = (Step::Idle, 0);
        self.hear_of(ctx, from);
        self.parents.add(from);
        self.meet(ctx, from, circle);
        self.upload(ctx, from);
    }

    /// Keeps to the supernodes of one cluster: `from` and its partners.
    fn meet(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, circle: Circle) {
        let belongs = |peer: PeerId| peer == from || circle.as_slice().contains(&peer);
        for parent in self.parents.as_slice().to_vec() {
            if !belongs(parent) {
                self.parents.remove(parent);
                ctx.send(parent, Message::Detach);
            }
        }
        for &partner in circle.as_slice() {
            if !self.parents.contains(partner) && partner != ctx.me() {
                self.attach(ctx, partner);
            }
        }
    }

    /// Tells a supernode what this peer shares. For the first cluster that is publishing, to each of its supernodes; later,
    /// repair.
    fn upload(&mut self, ctx: &mut Context<'_, Self>, to: PeerId) {
        let files = self.own_files(ctx);
        match self.cold.published {
            0 => ctx.publishing(files.len() as u32),
            again if again < ctx.shared().params.redundancy => ctx.publishing(0),
            _ => ctx.maintaining(),
        }
        self.cold.published = self.cold.published.saturating_add(1);
        if !files.is_empty() {
            ctx.send(to, Message::Files(Parcel::new(files)));
        }
        self.list_parts(ctx, to);
    }

    /// Tells its supernodes that it is still here, and looks for one if it has none.
    pub(super) fn ordinary_peer_s_duties(&mut self, ctx: &mut Context<'_, Self>) {
        for parent in self.parents.as_slice().to_vec() {
            self.ping(ctx, parent, 0);
        }
        if self.parents.as_slice().is_empty() && !self.is_seeking() {
            self.seek(ctx);
        }
    }

    pub(super) fn ping(&self, ctx: &mut Context<'_, Self>, parent: PeerId, retry: u8) {
        let (claim, patience) = (self.claim(ctx), ctx.shared().params.patience);
        ctx.ask(parent, Message::Ping { claim, retry }, patience);
    }

    /// The supernode is there. Does it list what this peer shares, and are its partners the same?
    pub(super) fn on_pong(
        &mut self,
        ctx: &mut Context<'_, Self>,
        from: PeerId,
        circle: Circle,
        Files(files): Files,
    ) {
        if !self.parents.contains(from) {
            return;
        }
        self.meet(ctx, from, circle);
        let shares = self.own_files(ctx);
        if files as usize != shares.len() {
            ctx.maintaining();
            ctx.send(from, Message::Files(Parcel::new(shares)));
        }
    }

    /// A supernode that misses two pings in a row is gone. It may yet live, if the network loses messages: tell it.
    pub(super) fn on_no_pong(&mut self, ctx: &mut Context<'_, Self>, parent: PeerId, retry: u8) {
        if !self.parents.contains(parent) {
            return;
        }
        if retry == 0 {
            self.ping(ctx, parent, 1);
        } else {
            ctx.send(parent, Message::Detach);
            self.part(ctx, parent);
        }
    }

    /// The other end closes the connection, or knows of none.
    pub(super) fn on_detach(&mut self, ctx: &mut Context<'_, Self>, from: PeerId) {
        ctx.maintaining();
        if let Some(supernode) = &mut self.supernode {
            supernode.index.forget(from);
        }
        self.part(ctx, from);
    }

    /// Does without a supernode, and looks for another if it was the last.
    fn part(&mut self, ctx: &mut Context<'_, Self>, parent: PeerId) {
        self.cold.supers.forget(parent);
        if self.parents.remove(parent) && self.parents.as_slice().is_empty() && !self.is_seeking() {
            self.seek(ctx);
        }
    }

    /// Changes to another cluster.
    pub(super) fn change_to(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, to: PeerId) {
        for parent in std::mem::replace(&mut self.parents, super::Neighbours::EMPTY).as_slice() {
            if *parent != from {
                ctx.send(*parent, Message::Detach);
            }
        }
        if to == ctx.me() {
            self.seek(ctx);
        } else {
            self.cold.step = Step::Attaching(to);
            self.attach(ctx, to);
        }
    }

    /// Connections to supernodes are mutual, all to one cluster, and what it shares is listed.
    pub(super) fn agrees(
        &self,
        me: PeerId,
        network: &[&Kazaa],
        online: &Online<'_>,
        shared: &Shared,
    ) -> Result<(), Violation> {
        let wrong = |what: String| Err(Violation::at(me, what));
        let parents = self.parents.as_slice();
        if parents.is_empty() {
            return wrong("it has no supernode".to_owned());
        }
        for &parent in parents {
            let Some(position) = online.position(parent) else {
                return wrong(format!("its supernode {parent} is gone"));
            };
            let Some(supernode) = &network[position].supernode else {
                return wrong(format!("{parent} is no supernode"));
            };
            if !supernode.index.contains(me) {
                return wrong(format!("its supernode {parent} does not know it"));
            }
            let shares = self.files(online.world().shares(me.number()), shared.rides_free(me.number()));
            let listed = supernode.index.files_of(me);
            if listed != shares {
                return wrong(format!("{listed:?} are listed at {parent} of what it shares, {shares:?}"));
            }
            if let Some(partner) = supernode.partners().find(|partner| !parents.contains(partner)) {
                return wrong(format!("it is connected to {parent}, but not to its partner {partner}"));
            }
            if parents.len() != 1 + supernode.partners().count() {
                return wrong(format!("its supernodes {parents:?} are not those of one cluster"));
            }
        }
        Ok(())
    }
}
