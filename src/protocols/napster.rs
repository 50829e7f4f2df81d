//! Napster: one index server knows who has what; peers ask it, and fetch from each other.
//!
//! drscholl, *Napster Messages*, 2000 and 2001: the protocol as the OpenNap project wrote it down, there being no paper.
//! Message numbers below are its own. S. Saroiu, K. P. Gummadi, S. D. Gribble, *A Measurement Study of Peer-to-Peer File
//! Sharing Systems*, MMCN 2002, describe the architecture.
//!
//! | here | there |
//! | --- | --- |
//! | `log_on`, `on_welcome`; `index`: `on_login` | login (2), login ack (3) |
//! | `upload`; `index`: `on_share`, `list` | client notification of shared file (100) |
//! | `look_up`; `index`: `on_search` | client search request (200), response (201), end of response (202) |
//! | `keep_alive`, `on_pong`; `index`: `on_ping` | the numbers of files and users that a server tells its clients (214) |
//! | `index`: `expire`, `forget` | the end of the TCP connection, by time or by goodbye |
//! | `Alternate`; `index`: `on_alternate` | alternate download request (500) and ack (501), for providers behind firewalls |
//!
//! A connection is a login here: a server that has been down knows nobody, a peer that asks it is told so, and logs on
//! again. The download request (203, 204) and the download are the engine's.
//!
//! Left out: several linked servers and the redirector that picks one, accounts and passwords, chat, hot lists, resuming. A
//! search is for an object or, where the workload asks so, for words: the server intersects its lists of the files with each
//! word, and names every file that has them all.

mod index;
#[cfg(test)]
#[path = "napster_tests.rs"]
mod tests;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::index::Index;
use super::sessions::{Login, Sign, check_times};
use crate::sim::{
    Context, Keywords, Lookup, ObjectId, Online, Parcel, PeerId, Protocol, Push, Routine, Setup, Span,
    Textbook, Time, Violation, query_text,
};

/// A participant: a peer, or the index server.
#[derive(Debug)]
pub enum Napster {
    /// A peer.
    Peer(Client),
    /// The index server.
    Index(Box<Index>),
}

/// What a peer knows.
#[derive(Debug)]
pub struct Client {
    /// On the server that knows this peer's list.
    login: Login,
    /// It has uploaded its list once.
    published: bool,
}

/// The `[protocol.napster]` table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// The most providers that one answer names. Napster's clients asked for 100.
    pub max_results: u32,
    /// From one sign of life to the next.
    pub keepalive: Span,
    /// After how long a silence the server takes a peer off its lists.
    pub expiry: Span,
    /// How long a peer waits for the server.
    pub timeout: Span,
    /// How often it asks again.
    pub retries: u8,
}

impl Default for Params {
    fn default() -> Params {
        Params {
            max_results: 100,
            keepalive: Span::secs(60),
            expiry: Span::secs(150),
            timeout: Span::secs(2),
            retries: 2,
        }
    }
}

/// What is said. `retry` counts from 0.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each variant says what its fields are")]
pub enum Message {
    /// To the server: here I am.
    Login { retry: u8 },
    /// To a peer: logged on.
    Welcome,
    /// To the server: this is what I share.
    Share(Parcel<ObjectId>),
    /// To the server: goodbye.
    Logout,
    /// To the server: who has this object?
    Search { object: ObjectId, retry: u8 },
    /// To a peer: these have it.
    Found(Parcel<PeerId>),
    /// To the server: I am still here.
    Ping { retry: u8 },
    /// To a peer: so many files of yours are listed.
    Pong { files: u32 },
    /// To a peer: I do not know you.
    Stranger,
    /// To the server: this provider, behind a firewall, is to connect to me, with the object.
    Alternate { provider: PeerId, object: ObjectId },
    /// To a peer: connect to this one.
    AlternateAck { to: PeerId, object: ObjectId },
}

/// What is waited for: for peers the next sign of life, for the server the next look at who has been silent.
#[derive(Clone, Copy, Debug)]
pub struct Tick;

/// Parameters made ready.
#[derive(Debug)]
pub struct Shared {
    params: Params,
    peers: u32,
    /// Where questions are asked by words.
    words: Option<Arc<Keywords>>,
}

impl Protocol for Napster {
    const NAME: &'static str = "napster";
    const PAPER: &'static str = "drscholl, Napster Messages (OpenNap, 2000-2001)";
    const TITLE: &'static str = "one index server, downloads between peers";
    const TEXTBOOK: Textbook = Textbook { messages: "O(1)", hops: "O(1)", state: "O(n)" };
    const WORDS: bool = true;
    type Params = Params;
    type Shared = Shared;
    type Message = Message;
    type Timer = Tick;
    type Plan = Index;

    fn servers(_params: &Params) -> u32 {
        1
    }

    fn shared(setup: &Setup<'_>, params: &Params) -> Result<Shared, String> {
        if params.max_results == 0 {
            return Err("max_results must be at least 1".to_owned());
        }
        check_times(params.keepalive, params.expiry, params.timeout)?;
        let words = setup.world.keywords().cloned();
        Ok(Shared { params: params.clone(), peers: setup.world.peers(), words })
    }

    fn new(me: PeerId, shared: &Shared) -> Napster {
        if me.number() < shared.peers {
            Napster::Peer(Client { login: Login::default(), published: false })
        } else {
            Napster::Index(Box::default())
        }
    }

    fn plan(setup: &Setup<'_>, _shared: &Shared) -> Index {
        let mut index = Index::default();
        for &peer in setup.online.iter().filter(|peer| peer.number() < setup.world.peers()) {
            index.log_on(peer, Time::ZERO);
            index.list(peer, setup.world.shares(peer.number()));
        }
        index
    }

    fn settled(plan: &Index, shared: &Shared, me: PeerId) -> Napster {
        if me.number() < shared.peers {
            Napster::Peer(Client { login: Login::on(PeerId::new(shared.peers)), published: true })
        } else {
            Napster::Index(Box::new(plan.clone()))
        }
    }

    fn routines(shared: &Shared) -> Vec<Routine<Tick>> {
        vec![Routine { timer: Tick, period: shared.params.keepalive }]
    }

    fn on_join(&mut self, ctx: &mut Context<'_, Self>, _contact: Option<PeerId>) {
        match self {
            Napster::Peer(peer) => peer.log_on(ctx, 0),
            Napster::Index(_) => {}
        }
    }

    fn on_leave(&mut self, ctx: &mut Context<'_, Self>) {
        match self {
            Napster::Peer(_) => ctx.send(ctx.server(0), Message::Logout),
            Napster::Index(_) => {}
        }
    }

    fn on_lookup(&mut self, ctx: &mut Context<'_, Self>, lookup: Lookup) {
        match self {
            Napster::Peer(peer) => peer.look_up(ctx, lookup),
            Napster::Index(_) => {}
        }
    }

    fn on_message(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, message: Message) {
        match self {
            Napster::Peer(peer) => peer.on_message(ctx, from, message),
            Napster::Index(index) => index.on_message(ctx, from, message),
        }
    }

    fn on_silence(&mut self, ctx: &mut Context<'_, Self>, _to: PeerId, asked: Message) {
        match self {
            Napster::Peer(peer) => peer.on_silence(ctx, asked),
            Napster::Index(_) => {}
        }
    }

    fn on_timer(&mut self, ctx: &mut Context<'_, Self>, Tick: Tick) {
        match self {
            Napster::Peer(peer) => peer.keep_alive(ctx),
            Napster::Index(index) => index.expire(ctx),
        }
    }

    /// A peer knows the server. The server sends to nobody unasked.
    fn links(&self) -> impl Iterator<Item = PeerId> {
        match self {
            Napster::Peer(peer) => peer.login.server(),
            Napster::Index(_) => None,
        }
        .into_iter()
    }

    /// A peer: the server. The server: who is logged on, and every replica listed.
    fn entries(&self) -> usize {
        match self {
            Napster::Peer(_) => 1,
            Napster::Index(index) => index.entries(),
        }
    }

    /// Two bytes of length, two of type, and the text that the messages' numbers stand for. Names and texts have the mean
    /// length that Yang and Garcia-Molina (*Designing a Super-Peer Network*, 2003) measured in Gnutella, the others that of
    /// the examples in the specification.
    fn wire_size(shared: &Shared, message: &Message) -> u32 {
        const HEADER: u32 = 2 + 2;
        const NICK: u32 = 10;
        /// Name in quotes, MD5 in hexadecimal, size, bit rate, frequency, length, and a blank after each.
        const FILE: u32 = (66 + 2 + 1) + (32 + 1) + (7 + 1) + (3 + 1) + (5 + 1) + (3 + 1);
        match message {
            // Nick, password, port, client in quotes, link type.
            Message::Login { .. } => HEADER + NICK + 1 + 8 + 1 + 4 + 1 + "\"nap v0.8\"".len() as u32 + 1 + 1,
            // The e-mail address that the server has on file.
            Message::Welcome => HEADER + 20,
            Message::Share(files) => files.as_slice().len() as u32 * (HEADER + FILE),
            Message::Logout => HEADER,
            Message::Search { .. } => {
                let text = query_text(shared.words.as_deref());
                HEADER + "FILENAME CONTAINS \"\" MAX_RESULTS 100".len() as u32 + text
            }
            // One message a file, with the provider's nick, address and link type; and the end.
            Message::Found(providers) => {
                providers.as_slice().len() as u32 * (HEADER + FILE + NICK + 1 + 10 + 1 + 1) + HEADER
            }
            Message::Ping { .. } => HEADER,
            Message::Pong { .. } => HEADER + 16,
            Message::Stranger => HEADER + 16,
            // Nick, name in quotes.
            Message::Alternate { .. } => HEADER + NICK + 1 + (66 + 2),
            // Nick, address, port, name in quotes, MD5, link type.
            Message::AlternateAck { .. } => HEADER + NICK + 1 + 10 + 1 + 5 + 1 + (66 + 2) + 1 + 32 + 1 + 1,
        }
    }

    /// With the server online: exactly those online are logged on, each with exactly what it shares.
    fn invariants(network: &[&Napster], online: &Online<'_>, _shared: &Shared) -> Result<(), Violation> {
        for (&me, participant) in online.addresses().iter().zip(network) {
            match participant {
                Napster::Peer(_) => {}
                Napster::Index(index) => index.agrees_with(me, online)?,
            }
        }
        Ok(())
    }
}

impl Client {
    fn on_message(&mut self, ctx: &mut Context<'_, Napster>, from: PeerId, message: Message) {
        match message {
            Message::Welcome => self.on_welcome(ctx, from),
            Message::Found(providers) => self.on_found(ctx, providers.as_slice()),
            Message::Pong { files } => self.on_pong(ctx, files),
            Message::Stranger => self.on_stranger(ctx),
            Message::AlternateAck { to, object } => ctx.give(to, object),
            // What only servers are told.
            Message::Login { .. }
            | Message::Share(_)
            | Message::Logout
            | Message::Search { .. }
            | Message::Ping { .. }
            | Message::Alternate { .. } => {}
        }
    }

    /// No word from the server: ask again, a few times.
    fn on_silence(&mut self, ctx: &mut Context<'_, Napster>, asked: Message) {
        let last = ctx.shared().params.retries;
        match asked {
            Message::Login { retry } if retry < last => self.log_on(ctx, retry + 1),
            // Until the next sign of life is due.
            Message::Login { .. } => self.login.rest(),
            Message::Search { object, retry } if retry < last => {
                self.ask(ctx, Message::Search { object, retry: retry + 1 });
            }
            // Not found.
            Message::Search { .. } => {}
            Message::Ping { retry } if retry < last => self.ask(ctx, Message::Ping { retry: retry + 1 }),
            Message::Ping { .. } => self.login.lose(),
            Message::Welcome
            | Message::Share(_)
            | Message::Logout
            | Message::Found(_)
            | Message::Pong { .. }
            | Message::Stranger
            | Message::Alternate { .. }
            | Message::AlternateAck { .. } => {}
        }
    }

    fn ask(&self, ctx: &mut Context<'_, Napster>, question: Message) {
        let timeout = ctx.shared().params.timeout;
        ctx.ask(ctx.server(0), question, timeout);
    }

    fn log_on(&mut self, ctx: &mut Context<'_, Napster>, retry: u8) {
        self.login.knock();
        self.ask(ctx, Message::Login { retry });
    }

    fn on_welcome(&mut self, ctx: &mut Context<'_, Napster>, server: PeerId) {
        self.login.accept(server);
        self.upload(ctx);
    }

    /// Tells the server what this peer shares. The first time that is publishing; after a server's failure, or a loss,
    /// it is repair.
    fn upload(&mut self, ctx: &mut Context<'_, Napster>) {
        let Some(server) = self.login.server() else { return };
        let files = ctx.shares().to_vec();
        if files.is_empty() {
            return;
        }
        match std::mem::replace(&mut self.published, true) {
            false => ctx.publishing(files.len() as u32),
            true => ctx.maintaining(),
        }
        ctx.send(server, Message::Share(Parcel::new(files)));
    }

    /// Tells the server that this peer is still here; or tries to log on, if the server has been silent.
    fn keep_alive(&mut self, ctx: &mut Context<'_, Napster>) {
        match self.login.sign() {
            Sign::Ping => self.ask(ctx, Message::Ping { retry: 0 }),
            Sign::LogOn => self.log_on(ctx, 0),
            Sign::None => {}
        }
    }

    /// The server is there. Does it list what this peer shares?
    fn on_pong(&mut self, ctx: &mut Context<'_, Napster>, files: u32) {
        if files as usize != ctx.shares().len() {
            self.upload(ctx);
        }
    }

    /// The server has started anew, or has not heard of this peer for long.
    fn on_stranger(&mut self, ctx: &mut Context<'_, Napster>) {
        if self.login.refuse() {
            ctx.maintaining();
            self.log_on(ctx, 0);
        }
    }

    /// The server's list. A provider behind a firewall (its port is 0) is reached by way of the server.
    fn on_found(&self, ctx: &mut Context<'_, Napster>, providers: &[PeerId]) {
        if let Some(Push { provider, object }) = ctx.answer_or_push(providers) {
            ctx.pushing();
            ctx.send(ctx.server(0), Message::Alternate { provider, object });
        }
    }

    fn look_up(&self, ctx: &mut Context<'_, Napster>, lookup: Lookup) {
        self.ask(ctx, Message::Search { object: lookup.object, retry: 0 });
    }
}
