//! Your own protocol, in one file: every peer knows the next ones around a circle, and a question goes around until
//! somebody holds the object. Copy it, and make it clever.
//!
//! `cargo run --release --example your_own_protocol`

use peerlab::sim::{Context, Lookup, ObjectId, Online, PeerId, Protocol, Setup, Textbook, Violation};
use peerlab::units::{CountOrShare, Span};
use peerlab::world::Settings;
use serde::{Deserialize, Serialize};

/// One peer. `self` is the peer that the text calls "I".
struct Circle {
    next: PeerId,
}

/// The `[protocol.circle]` table: how many peers one question may bother.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Params {
    patience: u16,
}

impl Default for Params {
    fn default() -> Params {
        Params { patience: 1000 }
    }
}

/// What peers say.
#[derive(Clone, Debug)]
enum Message {
    /// Who has this? Tell the origin.
    Who { object: ObjectId, origin: PeerId, left: u16 },
    /// I have.
    Me,
}

impl Protocol for Circle {
    const NAME: &'static str = "circle";
    const PAPER: &'static str = "this file";
    const TITLE: &'static str = "ask around the circle";
    const TEXTBOOK: Textbook = Textbook { messages: "O(n)", hops: "O(n)", state: "O(1)" };
    type Params = Params;
    type Shared = (Params, u32);
    type Message = Message;
    type Timer = ();
    type Plan = ();

    fn shared(setup: &Setup<'_>, params: &Params) -> Result<Self::Shared, String> {
        Ok((params.clone(), setup.world.peers()))
    }

    fn new(me: PeerId, (_, peers): &Self::Shared) -> Circle {
        Circle { next: PeerId::new((me.number() + 1) % peers) }
    }

    fn plan(_setup: &Setup<'_>, _shared: &Self::Shared) {}

    fn settled(_plan: &(), shared: &Self::Shared, me: PeerId) -> Circle {
        Circle::new(me, shared)
    }

    fn on_join(&mut self, _ctx: &mut Context<'_, Self>, _contact: Option<PeerId>) {}

    fn on_lookup(&mut self, ctx: &mut Context<'_, Self>, Lookup { object, .. }: Lookup) {
        let (origin, left) = (ctx.me(), ctx.shared().0.patience);
        ctx.send(self.next, Message::Who { object, origin, left });
    }

    fn on_message(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, message: Message) {
        match message {
            Message::Who { object, origin, .. } if ctx.holds(object) => ctx.reply(origin, Message::Me),
            Message::Who { left: 0, .. } => {}
            Message::Who { object, origin, left } => {
                ctx.send(self.next, Message::Who { object, origin, left: left - 1 });
            }
            Message::Me => ctx.answer(&[from]),
        }
    }

    fn links(&self) -> impl Iterator<Item = PeerId> {
        std::iter::once(self.next)
    }

    fn entries(&self) -> usize {
        1
    }

    fn wire_size(_shared: &Self::Shared, _message: &Message) -> u32 {
        32
    }

    fn invariants(_network: &[&Self], _online: &Online<'_>, _shared: &Self::Shared) -> Result<(), Violation> {
        Ok(())
    }
}

fn main() -> Result<(), String> {
    const PEERS: u32 = 200;
    const REPLICAS: u32 = 10;
    let mut settings = Settings::default();
    settings.content.replicas = CountOrShare::Count(REPLICAS.into());
    settings.workload.deadline = Span::secs(600);
    let outcome = peerlab::simulate::<Circle>(&settings, PEERS, 1, &Params::default())?;
    let answers: Vec<_> = outcome.lookups.iter().filter_map(|lookup| lookup.answer).collect();
    let hops: u64 = answers.iter().map(|answer| u64::from(answer.hops)).sum();
    println!(
        "{} of {} lookups answered, after {:.1} hops on average; expected n / (r + 1) = {:.1}",
        answers.len(),
        outcome.lookups.len(),
        hops as f64 / answers.len() as f64,
        f64::from(PEERS) / f64::from(REPLICAS + 1)
    );
    Ok(())
}
