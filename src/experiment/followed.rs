//! One lookup that was followed: its events, what each is to it, and the way to the first answer.

use crate::sim::{Account, Happened, Span, Time, TraceEvent};

/// Something that happens on the account of the lookup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When, after the lookup was issued.
    pub after: Span,
    /// Who sent it; of an answer that has come, the provider that it names.
    pub from: u32,
    /// Whom it concerns.
    pub to: u32,
    /// Hops so far.
    pub hops: u16,
    /// Who pays.
    pub account: Account,
    /// What it is.
    pub kind: Kind,
    /// The message, as its type prints itself.
    pub message: String,
}

/// What a step is to the lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The origin begins.
    Issued,
    /// A request comes to somebody for the first time.
    Request,
    /// A request comes to somebody who had one already.
    Duplicate,
    /// An answer.
    Answer,
    /// The origin knows a provider.
    Answered,
    /// A message is lost, or finds nobody.
    Lost,
    /// A wait is over.
    Alarm,
}

impl Kind {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Issued => "issued",
            Kind::Request => "request",
            Kind::Duplicate => "again",
            Kind::Answer => "answer",
            Kind::Answered => "answered",
            Kind::Lost => "lost",
            Kind::Alarm => "time is up",
        }
    }

    /// Whether something was sent from one to another.
    pub fn is_message(self) -> bool {
        matches!(self, Kind::Request | Kind::Duplicate | Kind::Answer | Kind::Lost)
    }
}

/// The first answer to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// How long it took.
    pub after: Span,
    /// Who is said to have the object.
    pub provider: u32,
    /// From the origin to the participant that answered, forward by forward.
    pub route: Vec<u32>,
}

impl Step {
    /// The message without the names of types that its fields have beside their own.
    pub fn told(&self) -> String {
        let plain = |text: &str| text.replace("ObjectId(", "(");
        // What is said first, then the envelope: from and to which of a peer's nodes.
        if let Some((envelope, said)) = self.message.split_once(", say: ")
            && let Some(nodes) = envelope.strip_prefix("Message { ")
        {
            let said = plain(said.strip_suffix(" }").unwrap_or(said));
            return if nodes == "at: 0, from: 0" { said } else { format!("{said} ({nodes})") };
        }
        // `Query(Query { … })` says the same twice.
        if let Some((name, rest)) = self.message.split_once('(')
            && let Some(fields) = rest.strip_prefix(name).and_then(|rest| rest.strip_suffix(')'))
        {
            return format!("{name}{}", plain(fields));
        }
        plain(&self.message)
    }
}

/// What each event is to the lookup, which was issued at `issued`.
pub fn steps(events: &[TraceEvent], issued: Time) -> Vec<Step> {
    let mut asked: Vec<u32> = Vec::new();
    let mut steps = Vec::with_capacity(events.len());
    for event in events {
        let to = event.to.number();
        let place = asked.binary_search(&to);
        let kind = match (event.happened, place) {
            (Happened::Issued, _) => Kind::Issued,
            (Happened::Answered, _) => Kind::Answered,
            (Happened::Alarm, _) => Kind::Alarm,
            (Happened::Lost | Happened::Dropped, _) => Kind::Lost,
            (Happened::Delivered, _) if event.answer => Kind::Answer,
            (Happened::Delivered, Ok(_)) => Kind::Duplicate,
            (Happened::Delivered, Err(_)) => Kind::Request,
        };
        if let (Kind::Issued | Kind::Request, Err(place)) = (kind, place) {
            asked.insert(place, to);
        }
        steps.push(Step {
            after: event.time.since(issued),
            from: event.from.number(),
            to,
            hops: event.hops,
            account: event.account,
            kind,
            message: event.message.clone(),
        });
    }
    steps
}

/// The first answer, and the way to whoever gave it.
pub fn answer(steps: &[Step]) -> Option<Answer> {
    let answer = steps.iter().find(|step| step.kind == Kind::Answered)?;
    Some(Answer { after: answer.after, provider: answer.from, route: route(answer.to, steps, answer) })
}

/// How the request came to whoever gave the answer, by the first request that came to each on the way.
fn route(from: u32, steps: &[Step], answer: &Step) -> Vec<u32> {
    let before = || steps.iter().filter(|step| step.after <= answer.after);
    let asked_by = |peer: u32| before().find(|step| step.kind == Kind::Request && step.to == peer);
    let provider = answer.from;
    let hops_of = |peer: u32| asked_by(peer).map_or(0, |step| step.hops);
    let mut answerer = from;
    if answer.hops > 0 && hops_of(provider) == answer.hops {
        answerer = provider; // It answered itself.
    }
    // Else back along the answers: the one that came to the origin, the one that it passes on, and so forth.
    let mut carried: Option<&Step> = None;
    for _ in steps {
        if hops_of(answerer) >= answer.hops {
            break;
        }
        let fits = |step: &&Step| {
            let (there, same) = (step.kind == Kind::Answer && step.to == answerer, step.hops == answer.hops);
            there && same && step.from != answerer
        };
        let alike = |step: &&Step| carried.is_none_or(|carried| carried.message == step.message);
        let found = before().rev().filter(fits).find(alike).or_else(|| before().rev().find(fits));
        let Some(step) = found else { break };
        carried = Some(step);
        answerer = step.from;
    }
    let mut route = vec![answerer];
    while let Some(step) = asked_by(*route.last().unwrap_or(&from)).filter(|_| route.len() <= steps.len()) {
        route.push(if hops_of(step.from) + 1 == step.hops {
            step.from
        } else {
            // One who asks peer after peer: the way leads over the one whom it asked before.
            let earlier = |other: &&Step| {
                let asks = matches!(other.kind, Kind::Request | Kind::Duplicate);
                asks && other.from == step.from && other.hops + 1 == step.hops && other.after < step.after
            };
            before().rev().find(earlier).map_or(step.from, |other| other.to)
        });
    }
    route.reverse();
    route
}

/// Leaves out the deadlines that nobody notices: those that pass when there is an answer.
pub fn noticed(steps: &mut Vec<Step>) {
    let mut answered = false;
    steps.retain(|step| {
        answered |= step.kind == Kind::Answered;
        step.kind != Kind::Alarm || !answered
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(kind: Kind, from: u32, to: u32, hops: u16, after: u64) -> Step {
        let (after, message) = (Span::millis(after), String::new());
        Step { after, from, to, hops, account: Account::Lookup, kind, message }
    }

    /// Peer 1 asks 2, which names 3, which names 4, which answers that 9 has it.
    #[test]
    fn the_way_of_one_who_asks_peer_after_peer() {
        let mut steps = vec![step(Kind::Issued, 1, 1, 0, 0)];
        for (hops, peer) in [(1, 2), (2, 3), (3, 4)] {
            steps.push(step(Kind::Request, 1, peer, hops, 20 * u64::from(hops)));
            steps.push(step(Kind::Answer, peer, 1, hops, 20 * u64::from(hops) + 10));
        }
        steps.push(step(Kind::Alarm, 1, 1, 1, 65));
        steps.push(step(Kind::Answered, 9, 1, 3, 70));
        steps.push(step(Kind::Alarm, 1, 1, 2, 80));
        let answer = answer(&steps).expect("there is one");
        assert_eq!((answer.route, answer.provider), (vec![1, 2, 3, 4], 9));
        noticed(&mut steps);
        assert_eq!(steps.iter().filter(|step| step.kind == Kind::Alarm).count(), 1);
    }

    /// The same handed on from peer to peer.
    #[test]
    fn the_way_of_what_is_handed_on() {
        let steps = [
            step(Kind::Issued, 1, 1, 0, 0),
            step(Kind::Request, 1, 2, 1, 10),
            step(Kind::Request, 2, 3, 2, 20),
            step(Kind::Request, 2, 5, 2, 21),
            step(Kind::Request, 3, 4, 3, 30),
            step(Kind::Answer, 4, 1, 3, 40),
            step(Kind::Answered, 9, 1, 3, 40),
        ];
        assert_eq!(answer(&steps).expect("there is one").route, [1, 2, 3, 4]);
    }
}
