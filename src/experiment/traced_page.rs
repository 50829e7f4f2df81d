//! A followed lookup in the forms in which it is handed on: JSON lines, and a page to step through that stays usable
//! however large the network is.

use serde_json::json;

use super::followed::{Kind, Step};
use super::json;
use super::network_view::{Centre, Part};
use super::traced::Traced;
use crate::report::{PagePeer, PagePlace, PageStep, TracePage, count};
use crate::sim::Site;

/// The most zones of a square that are drawn, the most peers of a ring, and the most where nobody has a place of its own.
const DRAWN: (usize, usize, usize) = (5000, 1000, 300);
/// The most peers that the table lists.
const LISTED: usize = 300;
/// The most links that are drawn.
const LINKS: usize = 2000;
/// The most links of one peer that are named.
const NAMED: usize = 64;
/// The most events of a page.
const STEPS: usize = 5000;

/// One event a line, as JSON objects with the same keys.
pub fn json_lines(traced: &Traced) -> String {
    let event = |(number, step): (usize, &Step)| {
        json!({
            "step": number,
            "after_ms": milliseconds(step),
            "from": step.from,
            "to": step.to,
            "hops": step.hops,
            "account": step.account.name(),
            "what": step.kind.word(),
            "message": step.told(),
        })
    };
    json::lines((1..).zip(&traced.steps).map(event))
}

/// The page.
pub fn page(traced: &Traced) -> TracePage {
    let shown = Shown::of(traced);
    let steps = &traced.steps[..traced.steps.len().min(STEPS)];
    let listed = &shown.involved[..shown.involved.len().min(LISTED)];
    let is_listed = within(traced.members.len(), listed);
    let (mut links, links_left) = shown.links(traced);
    if shown.geometry {
        links.clear(); // Those of the peer in question are drawn; all of them would hide the rest.
    }
    let mut of = vec![Vec::new(); traced.members.len()];
    for &(from, to) in &traced.links {
        of[from as usize].push(to);
    }
    let peer = |number: u32| {
        let member = &traced.members[number as usize];
        let links = &of[number as usize];
        PagePeer {
            number,
            part: member.part.word(),
            entries: member.entries,
            holds: member.holds,
            links: links[..links.len().min(NAMED)].to_vec(),
            degree: links.len(),
            places: traced.sites[number as usize].iter().map(place).collect(),
            drawn: shown.drawn[number as usize],
        }
    };
    let numbers = 0..traced.members.len() as u32;
    let peers = numbers.filter(|&n| shown.drawn[n as usize] || is_listed[n as usize]).map(peer).collect();
    let centre = Centre::of(&traced.members, traced.origin, true);
    let requests = steps.iter().filter(|step| step.kind == Kind::Request);
    let mut left_out = Vec::new();
    let mut leave = |all: usize, some: usize, what: &str| {
        if all > some {
            let (all, some) = (count(all as u64), count(some as u64));
            left_out.push(format!(
                "Of {all} {what} {some} are {}.",
                if what == "events" { "here" } else { "shown" }
            ));
        }
    };
    leave(traced.members.len(), shown.drawn.iter().filter(|&&drawn| drawn).count(), "peers and servers");
    if !shown.geometry {
        leave(links.len() + links_left, links.len(), "links between them");
    }
    leave(shown.involved.len(), listed.len(), "peers that take part, in the table,");
    leave(traced.steps.len(), steps.len(), "events");
    TracePage {
        title: title(traced),
        subtitle: format!(
            "{}: {} · {} peers, seed {} · lookup {} of {}, issued at {}",
            traced.protocol,
            traced.title,
            count(traced.peers.into()),
            traced.seed,
            traced.lookup,
            traced.scenario,
            traced.issued
        ),
        outcome: traced.outcome().into_iter().rev().collect::<Vec<_>>().join(" · "),
        left_out,
        peers,
        involved: listed.to_vec(),
        links,
        tree: if centre.tiers { Vec::new() } else { requests.map(|step| (step.from, step.to)).collect() },
        first: centre.first,
        origin: traced.origin,
        object: traced.object.rank(),
        sought: traced.sought.as_ref().map(place),
        route: traced.answer.as_ref().map_or_else(Vec::new, |answer| answer.route.clone()),
        steps: steps.iter().map(step).collect(),
    }
}

/// Who and what is drawn.
struct Shown {
    /// Whether the overlay has a geometry.
    geometry: bool,
    involved: Vec<u32>,
    /// By number.
    drawn: Vec<bool>,
}

impl Shown {
    /// Who takes part first, then the servers, then the neighbours of those who take part, then the others by number.
    fn of(traced: &Traced) -> Shown {
        let geometry = traced.sites.iter().any(|sites| !sites.is_empty());
        let involved = traced.involved();
        let takes_part = within(traced.members.len(), &involved);
        let numbers = || 0..traced.members.len() as u32;
        let servers = numbers().filter(|&n| traced.members[n as usize].part == Part::Server);
        let beside = traced.links.iter().filter(|(from, _)| takes_part[*from as usize]).map(|&(_, to)| to);
        let route = traced.answer.iter().flat_map(|answer| answer.route.iter().copied());
        let order = route.chain(involved.iter().copied()).chain(servers).chain(beside).chain(numbers());
        let stands = |&number: &u32| !geometry || !traced.sites[number as usize].is_empty();
        let mut room = match traced.sites.iter().flatten().next() {
            Some(Site::Square { .. }) => DRAWN.0,
            Some(Site::Ring { .. }) => DRAWN.1,
            None => DRAWN.2,
        };
        let mut drawn = vec![false; traced.members.len()];
        for number in order.filter(stands) {
            let known = &mut drawn[number as usize];
            if room > 0 && !std::mem::replace(known, *known || room > 0) {
                room -= 1;
            }
        }
        Shown { geometry, involved, drawn }
    }

    /// Links between those drawn, each pair once, those of who takes part first; and how many there was no room for.
    fn links(&self, traced: &Traced) -> (Vec<(u32, u32)>, usize) {
        let takes_part = within(traced.members.len(), &self.involved);
        let there = |number: u32| self.drawn[number as usize];
        let between = traced.links.iter().filter(|&&(from, to)| there(from) && there(to));
        let mut pairs: Vec<(u32, u32)> = between.map(|&(from, to)| (from.min(to), from.max(to))).collect();
        pairs.sort_by_key(|&(one, other)| {
            (!(takes_part[one as usize] && takes_part[other as usize]), one, other)
        });
        pairs.dedup();
        let left = pairs.len().saturating_sub(LINKS);
        pairs.truncate(LINKS);
        (pairs, left)
    }
}

fn within(all: usize, some: &[u32]) -> Vec<bool> {
    let mut within = vec![false; all];
    some.iter().for_each(|&number| within[number as usize] = true);
    within
}

fn title(traced: &Traced) -> String {
    let (object, origin) = (traced.object.rank(), traced.origin);
    let sent = traced.steps.iter().filter(|step| step.kind.is_message()).count() as u64;
    let messages = format!("{} message{}", count(sent), if sent == 1 { "" } else { "s" });
    match &traced.answer {
        Some(answer) => {
            let hops = answer.route.len() - 1;
            let hops = format!("{hops} hop{}", if hops == 1 { "" } else { "s" });
            format!("Peer {origin} looks for object {object}: {messages}, first answer after {hops}")
        }
        None => format!("Peer {origin} looks for object {object}: {messages}, no answer"),
    }
}

fn place(site: &Site) -> PagePlace {
    match site {
        Site::Ring { turn, name } => PagePlace::Ring(*turn, name.clone()),
        Site::Square { low, high } => PagePlace::Square(*low, *high),
    }
}

fn step(step: &Step) -> PageStep {
    let (kind, account) = (step.kind.word(), step.account.name());
    PageStep(milliseconds(step), step.from, step.to, step.hops, kind, account, step.told())
}

fn milliseconds(step: &Step) -> f64 {
    step.after.nanos() as f64 / 1e6
}
