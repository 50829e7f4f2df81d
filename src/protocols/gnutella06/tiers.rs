//! Who is an ultrapeer: promotion, demotion, and what must hold between the tiers.

use super::leaves::Leaves;
use super::params::Shared;
use super::{Gnutella06, Message};
use crate::protocols::unstructured::{Claim, Neighbours};
use crate::sim::{Context, Online, PeerId, Violation};

impl Gnutella06 {
    /// What this peer says of its fitness.
    pub(super) fn claim(&self, ctx: &Context<'_, Self>) -> Claim {
        let uptime = ctx.now() + self.cold.uptime_before;
        ctx.shared().fitness.claim(self.cold.uplink, uptime.since(self.cold.since))
    }

    /// Closes all connections.
    pub(super) fn say_bye(&self, ctx: &mut Context<'_, Self>) {
        self.neighbours.as_slice().iter().for_each(|&peer| ctx.send(peer, Message::Bye));
        if let Some(leaves) = &self.leaves {
            leaves.index.children().for_each(|leaf| ctx.send(leaf.address, Message::Bye));
        }
    }

    /// Starts anew, as a leaf or an ultrapeer.
    fn change(&mut self, ctx: &mut Context<'_, Self>, leaves: Option<Box<Leaves>>) {
        self.say_bye(ctx);
        let former = std::mem::replace(&mut self.neighbours, Neighbours::EMPTY);
        self.leaves = leaves;
        former.as_slice().iter().for_each(|&host| self.hear_of(ctx, host));
        self.cold.connecting.clear();
        (self.cold.attempts, self.cold.failures) = (0, 0);
        self.seek(ctx);
    }

    pub(super) fn become_ultrapeer(&mut self, ctx: &mut Context<'_, Self>) {
        self.change(ctx, Some(Box::new(Leaves::new())));
    }

    /// `X-Ultrapeer-Needed`, from one of its ultrapeers. If that is to go, it takes a keep-alive or two to see that it can.
    pub(super) fn on_needed(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, instead: bool) {
        if !self.is_ultrapeer() && self.neighbours.contains(from) {
            self.become_ultrapeer(ctx);
            if let Some(leaves) = self.leaves.as_mut().filter(|_| instead) {
                let interval = ctx.shared().params.ping_interval;
                leaves.needed_until = ctx.now() + interval + interval + interval;
            }
        }
    }

    /// An ultrapeer sees that there are enough and not too many: one that had to refuse a leaf, or is not fit itself, has its
    /// fittest leaf become one too; one with few leaves becomes a leaf, if there is a busier one; and so does one that is
    /// not fit, if there is a fit one: but only where others have room for it and its leaves.
    pub(super) fn look_after(&mut self, ctx: &mut Context<'_, Self>) {
        let (min_leaves, able) = (usize::from(ctx.shared().params.min_leaves), self.cold.uplink.able);
        let Some(leaves) = &mut self.leaves else { return };
        let full = std::mem::take(&mut leaves.full);
        let busier = std::mem::take(&mut leaves.busier);
        let fitter = std::mem::take(&mut leaves.fitter);
        let roomy = std::mem::take(&mut leaves.room) > leaves.index.len();
        let few = leaves.index.len() < min_leaves && ctx.now() >= leaves.needed_until;
        if roomy && (!able && fitter || few && busier) {
            self.change(ctx, None);
        } else if (full || !able)
            && let Some(leaf) = leaves.index.fittest(ctx.rng())
        {
            ctx.send(leaf, Message::Needed { instead: !able });
        }
    }

    /// Connections are mutual, with peers that are online and in their tiers, and not too many; ultrapeers know their
    /// leaves' tables.
    pub(super) fn agrees(
        &self,
        me: PeerId,
        network: &[&Gnutella06],
        online: &Online<'_>,
        shared: &Shared,
    ) -> Result<(), Violation> {
        let wrong = |what: String| Err(Violation::at(me, what));
        let params = &shared.params;
        let neighbours = self.neighbours.as_slice();
        let room = if self.is_ultrapeer() { params.max_degree } else { params.leaf_degree };
        if neighbours.len() > usize::from(room) {
            return wrong(format!("{} ultrapeers, room for {room}", neighbours.len()));
        }
        if !self.is_ultrapeer() && neighbours.is_empty() {
            return wrong("a leaf without an ultrapeer".to_owned());
        }
        for &neighbour in neighbours {
            let Some(position) = online.position(neighbour) else {
                return wrong(format!("its ultrapeer {neighbour} is gone"));
            };
            let other = network[position];
            let Some(leaves) = &other.leaves else {
                return wrong(format!("{neighbour} is no ultrapeer"));
            };
            if self.is_ultrapeer() {
                if !other.neighbours.contains(me) {
                    return wrong(format!("its neighbour {neighbour} does not know it"));
                }
            } else if leaves.index.files_of(me) != shared.table(online.world().shares(me.number())) {
                return wrong(format!("its ultrapeer {neighbour} does not have its table"));
            } else if !leaves.index.contains(me) {
                return wrong(format!("its ultrapeer {neighbour} does not know it"));
            }
        }
        let Some(leaves) = &self.leaves else { return Ok(()) };
        if leaves.index.len() > usize::from(params.max_leaves) {
            return wrong(format!("{} leaves, room for {}", leaves.index.len(), params.max_leaves));
        }
        for leaf in leaves.index.children() {
            let other = online.position(leaf.address).map(|position| network[position]);
            if !other.is_some_and(|other| !other.is_ultrapeer() && other.neighbours.contains(me)) {
                return wrong(format!("its leaf {} is gone, or another's", leaf.address));
            }
        }
        Ok(())
    }
}

/// What is seen of the two tiers.
pub(super) fn measures(network: &[&Gnutella06], online: &Online<'_>) -> Vec<(&'static str, f64)> {
    let present = online.addresses().iter().map(|peer| network[peer.index()]);
    let (mut ultrapeers, mut leaves, mut links, mut unfit) = (0u32, 0, 0, 0u32);
    for peer in present {
        if let Some(own) = &peer.leaves {
            ultrapeers += 1;
            leaves += own.index.len();
            links += peer.neighbours.as_slice().len();
            if !peer.cold.uplink.able {
                unfit += 1;
            }
        }
    }
    if ultrapeers == 0 {
        return Vec::new();
    }
    let count = f64::from(ultrapeers);
    vec![
        ("super_peers", count),
        ("children_mean", leaves as f64 / count),
        ("super_links_mean", links as f64 / count),
        ("unfit_super_peers", f64::from(unfit) / count),
    ]
}
