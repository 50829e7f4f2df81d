//! One server that has everything, and its clients: the baseline.
//!
//! J. Postel, J. Reynolds, *File Transfer Protocol (FTP)*, RFC 959, 1985; P. Hethmon, *Extensions to FTP*, RFC 3659, 2007.
//!
//! | here | there |
//! | --- | --- |
//! | `log_on`, `on_ready` | RFC 959, section 4.1.1: USER; reply 230 |
//! | `look_up`, `on_size` | RFC 3659, section 4: SIZE; replies 213, 550 |
//! | `keep_alive` | RFC 959, section 4.1.3: NOOP; replies 200, 421 |
//! | `on_leave` | RFC 959, section 4.1.1: QUIT |
//!
//! Peers share nothing here: all there is lies with the server. A control connection is a login; the server forgets one on
//! which nothing has come for long. The retrieval itself (RETR) is the engine's, over the server's access link, whose rate
//! is the capacity of the service.
//!
//! Left out: passwords, directories, and the data connection's set-up.

use serde::{Deserialize, Serialize};

use super::sessions::{Login, Sessions, Sign, check_times};
use crate::sim::{
    Context, Lookup, ObjectId, Online, PeerId, Protocol, Routine, Setup, Span, Textbook, Time, Violation,
};

/// A participant: a client, or the server.
#[derive(Debug)]
pub enum ClientServer {
    /// A client.
    Client(Client),
    /// The server.
    Server(Server),
}

/// What a client knows.
#[derive(Debug, Default)]
pub struct Client {
    login: Login,
}

/// What the server knows: who is logged on.
#[derive(Clone, Debug, Default)]
pub struct Server {
    sessions: Sessions<()>,
}

/// The `[protocol.client-server]` table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// From one sign of life to the next; default 60 s.
    pub keepalive: Span,
    /// After how long a silence the server ends a session; default 150 s.
    pub expiry: Span,
    /// How long a client waits for the server; default 2 s.
    pub timeout: Span,
    /// How often it asks again; default 2.
    pub retries: u8,
}

impl Default for Params {
    fn default() -> Params {
        Params { keepalive: Span::secs(60), expiry: Span::secs(150), timeout: Span::secs(2), retries: 2 }
    }
}

/// What is said. `retry` counts from 0.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "each variant says what its fields are")]
pub enum Message {
    /// To the server: USER.
    User { retry: u8 },
    /// To a client: 230, logged on.
    Ready,
    /// To the server: how large is this object?
    Size { object: ObjectId, retry: u8 },
    /// To a client: 213, so large; it is here.
    Here,
    /// To a client: 550, there is no such object.
    Missing,
    /// To the server: NOOP.
    Noop { retry: u8 },
    /// To a client: 200.
    Okay,
    /// To a client: 421, the connection is closed.
    Closed,
    /// To the server: QUIT.
    Quit,
}

/// What is waited for: for clients the next sign of life, for the server the next look at who has been silent.
#[derive(Clone, Copy, Debug)]
pub struct Tick;

/// Parameters made ready.
#[derive(Debug)]
pub struct Shared {
    params: Params,
    peers: u32,
    objects: u32,
}

impl Protocol for ClientServer {
    const NAME: &'static str = "client-server";
    const PAPER: &'static str = "RFC 959 (FTP), 1985";
    const TITLE: &'static str = "one server that has everything";
    const TEXTBOOK: Textbook = Textbook { messages: "O(1)", hops: "O(1)", state: "O(n)" };
    const PEERS_SHARE: bool = false;
    type Params = Params;
    type Shared = Shared;
    type Message = Message;
    type Timer = Tick;
    type Plan = Server;

    fn servers(_params: &Params) -> u32 {
        1
    }

    fn shared(setup: &Setup<'_>, params: &Params) -> Result<Shared, String> {
        check_times(params.keepalive, params.expiry, params.timeout)?;
        Ok(Shared { params: params.clone(), peers: setup.world.peers(), objects: setup.world.objects() })
    }

    fn stocks(shared: &Shared, _server: u32, object: ObjectId) -> bool {
        object.rank() < shared.objects
    }

    fn new(me: PeerId, shared: &Shared) -> ClientServer {
        if me.number() < shared.peers {
            ClientServer::Client(Client::default())
        } else {
            ClientServer::Server(Server::default())
        }
    }

    fn plan(setup: &Setup<'_>, shared: &Shared) -> Server {
        let mut sessions = Sessions::default();
        for &peer in setup.online.iter().filter(|peer| peer.number() < shared.peers) {
            sessions.open(peer, (), Time::ZERO);
        }
        Server { sessions }
    }

    fn settled(plan: &Server, shared: &Shared, me: PeerId) -> ClientServer {
        if me.number() < shared.peers {
            ClientServer::Client(Client { login: Login::on(PeerId::new(shared.peers)) })
        } else {
            ClientServer::Server(plan.clone())
        }
    }

    fn routines(shared: &Shared) -> Vec<Routine<Tick>> {
        vec![Routine { timer: Tick, period: shared.params.keepalive }]
    }

    fn on_join(&mut self, ctx: &mut Context<'_, Self>, _contact: Option<PeerId>) {
        match self {
            ClientServer::Client(client) => client.log_on(ctx, 0),
            ClientServer::Server(_) => {}
        }
    }

    fn on_leave(&mut self, ctx: &mut Context<'_, Self>) {
        match self {
            ClientServer::Client(_) => ctx.send(ctx.server(0), Message::Quit),
            ClientServer::Server(_) => {}
        }
    }

    fn on_lookup(&mut self, ctx: &mut Context<'_, Self>, lookup: Lookup) {
        match self {
            ClientServer::Client(client) => client.look_up(ctx, lookup),
            ClientServer::Server(_) => {}
        }
    }

    fn on_message(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, message: Message) {
        match self {
            ClientServer::Client(client) => client.on_message(ctx, from, message),
            ClientServer::Server(server) => server.on_message(ctx, from, message),
        }
    }

    fn on_silence(&mut self, ctx: &mut Context<'_, Self>, _to: PeerId, asked: Message) {
        match self {
            ClientServer::Client(client) => client.on_silence(ctx, asked),
            ClientServer::Server(_) => {}
        }
    }

    fn on_timer(&mut self, ctx: &mut Context<'_, Self>, Tick: Tick) {
        match self {
            ClientServer::Client(client) => client.keep_alive(ctx),
            ClientServer::Server(server) => server.expire(ctx),
        }
    }

    /// A client knows the server. The server sends to nobody unasked.
    fn links(&self) -> impl Iterator<Item = PeerId> {
        match self {
            ClientServer::Client(client) => client.login.server(),
            ClientServer::Server(_) => None,
        }
        .into_iter()
    }

    /// A client: the server. The server: who is logged on; what it has itself is no entry.
    fn entries(&self) -> usize {
        match self {
            ClientServer::Client(_) => 1,
            ClientServer::Server(server) => server.sessions.len(),
        }
    }

    /// The text of commands and replies, each with the end of its line. Names have the mean length that Yang and
    /// Garcia-Molina (*Designing a Super-Peer Network*, 2003) measured in Gnutella.
    fn wire_size(_shared: &Shared, message: &Message) -> u32 {
        const NAME: usize = 66;
        const EOL: usize = 2;
        let text = match message {
            Message::User { .. } => "USER anonymous".len(),
            Message::Ready => "230 User logged in.".len(),
            Message::Size { .. } => "SIZE ".len() + NAME,
            Message::Here => "213 4194304".len(),
            Message::Missing => "550 No such file.".len(),
            Message::Noop { .. } => "NOOP".len(),
            Message::Okay => "200 OK.".len(),
            Message::Closed => "421 Connection closed.".len(),
            Message::Quit => "QUIT".len(),
        };
        (text + EOL) as u32
    }

    /// With the server online: exactly those online are logged on.
    fn invariants(network: &[&ClientServer], online: &Online<'_>, shared: &Shared) -> Result<(), Violation> {
        for (&me, participant) in online.addresses().iter().zip(network) {
            let ClientServer::Server(server) = participant else { continue };
            if let Some(gone) = server.sessions.iter().find(|session| !online.contains(session.peer)) {
                return Err(Violation::at(me, format!("{} is gone, and still logged on", gone.peer)));
            }
            let mut clients = online.addresses().iter().filter(|peer| peer.number() < shared.peers);
            if let Some(&peer) = clients.find(|&&peer| server.sessions.get(peer).is_none()) {
                return Err(Violation::at(peer, "it is not logged on"));
            }
        }
        Ok(())
    }
}

impl Client {
    fn on_message(&mut self, ctx: &mut Context<'_, ClientServer>, from: PeerId, message: Message) {
        match message {
            Message::Ready => self.login.accept(from),
            Message::Here => ctx.answer(&[from]),
            Message::Closed => self.on_closed(ctx),
            Message::Missing | Message::Okay => {}
            // What only servers are told.
            Message::User { .. } | Message::Size { .. } | Message::Noop { .. } | Message::Quit => {}
        }
    }

    /// No word from the server: ask again, a few times.
    fn on_silence(&mut self, ctx: &mut Context<'_, ClientServer>, asked: Message) {
        let last = ctx.shared().params.retries;
        match asked {
            Message::User { retry } if retry < last => self.log_on(ctx, retry + 1),
            // Until the next sign of life is due.
            Message::User { .. } => self.login.rest(),
            Message::Size { object, retry } if retry < last => {
                Client::ask(ctx, Message::Size { object, retry: retry + 1 });
            }
            Message::Noop { retry } if retry < last => Client::ask(ctx, Message::Noop { retry: retry + 1 }),
            Message::Noop { .. } => self.login.lose(),
            Message::Size { .. }
            | Message::Ready
            | Message::Here
            | Message::Missing
            | Message::Okay
            | Message::Closed
            | Message::Quit => {}
        }
    }

    fn ask(ctx: &mut Context<'_, ClientServer>, question: Message) {
        let timeout = ctx.shared().params.timeout;
        ctx.ask(ctx.server(0), question, timeout);
    }

    fn log_on(&mut self, ctx: &mut Context<'_, ClientServer>, retry: u8) {
        self.login.knock();
        Client::ask(ctx, Message::User { retry });
    }

    fn look_up(&self, ctx: &mut Context<'_, ClientServer>, lookup: Lookup) {
        Client::ask(ctx, Message::Size { object: lookup.object, retry: 0 });
    }

    /// Shows that the client is still here; or tries to log on, if the server has been silent.
    fn keep_alive(&mut self, ctx: &mut Context<'_, ClientServer>) {
        match self.login.sign() {
            Sign::Ping => Client::ask(ctx, Message::Noop { retry: 0 }),
            Sign::LogOn => self.log_on(ctx, 0),
            Sign::None => {}
        }
    }

    /// The server has started anew, or has not heard of this client for long.
    fn on_closed(&mut self, ctx: &mut Context<'_, ClientServer>) {
        if self.login.refuse() {
            ctx.maintaining();
            self.log_on(ctx, 0);
        }
    }
}

impl Server {
    fn on_message(&mut self, ctx: &mut Context<'_, ClientServer>, from: PeerId, message: Message) {
        match message {
            Message::User { retry: _ } => {
                self.sessions.open(from, (), ctx.now());
                ctx.reply(from, Message::Ready);
            }
            Message::Size { object, retry: _ } => self.on_size(ctx, from, object),
            Message::Noop { retry: _ } => {
                if self.hear(ctx, from) {
                    ctx.reply(from, Message::Okay);
                }
            }
            Message::Quit => {
                self.sessions.close(from);
            }
            // What only clients are told.
            Message::Ready | Message::Here | Message::Missing | Message::Okay | Message::Closed => {}
        }
    }

    fn on_size(&mut self, ctx: &mut Context<'_, ClientServer>, from: PeerId, object: ObjectId) {
        if self.hear(ctx, from) {
            ctx.visited();
            let here = object.rank() < ctx.shared().objects;
            ctx.reply(from, if here { Message::Here } else { Message::Missing });
        }
    }

    /// Notes a sign of life; false if the client is not logged on, which it is told. That is no answer to what it asked: once
    /// logged on, it asks again.
    fn hear(&mut self, ctx: &mut Context<'_, ClientServer>, from: PeerId) -> bool {
        let known = self.sessions.hear(from, ctx.now()).is_some();
        if !known {
            ctx.maintaining();
            ctx.reply(from, Message::Closed);
        }
        known
    }

    /// Ends the sessions of those who have been silent for too long.
    fn expire(&mut self, ctx: &mut Context<'_, ClientServer>) {
        for gone in self.sessions.silent(ctx.now(), ctx.shared().params.expiry) {
            self.sessions.close(gone);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocols::gnutella::test_world::{Script, TestWorld, run, run_to_rest};
    use crate::sim::Profile;

    /// Ten clients and a server that sends 8 Mbit/s; one object of 1,000,000 bytes, which peer 3 holds, too.
    fn world() -> (TestWorld, ObjectId) {
        let mut world = TestWorld::new(10);
        let object = world.object(vec![3]);
        world.size = 1_000_000;
        world.profile =
            |number| Profile { up: if number == 10 { 8_000_000 } else { 0 }, ..Profile::default() };
        (world, object)
    }

    #[test]
    fn the_server_has_everything_that_there_is() {
        let (world, object) = world();
        let script = Script::until(60).lookup(1000, 0, object).lookup(2000, 0, ObjectId::new(1));
        let outcome = run_to_rest::<ClientServer>(&world, script, &Params::default());
        let record = outcome.lookups[0];
        let answer = record.answer.unwrap();
        assert_eq!((record.messages, answer.hops, answer.correct), (2, 1, true));
        assert_eq!((record.providers, record.online_holders), (1, 1), "peer 3 shares nothing here");
        assert!(outcome.lookups[1].answer.is_none());
    }

    /// 1,000,000 bytes at 8 Mbit/s take a second, on top of 100 ms for the request and the way back; ten at a time share the
    /// link, and the last is served when all could be.
    #[test]
    fn clients_share_the_servers_link() {
        let (world, object) = world();
        let alone =
            run::<ClientServer>(&world, Script::until(60).lookup(1000, 0, object), &Params::default());
        let took = alone.tally.fetch_longest.as_secs_f64();
        assert!((took - 1.1).abs() < 0.001, "{took}");
        let script = (0..10).fold(Script::until(60), |script, peer| script.lookup(1000, peer, object));
        let together = run_to_rest::<ClientServer>(&world, script, &Params::default());
        assert_eq!(together.tally.fetched, 10);
        let longest = together.tally.fetch_longest.as_secs_f64();
        let mean = together.tally.fetch_nanos as f64 * 1e-9 / 10.0;
        assert!((longest - 10.1).abs() < 0.01, "{longest}");
        assert!(mean > 9.9, "they finish together: {mean}");
    }

    /// What waits for clients that have gone is sent into the void; what waits at a server that has crashed is not sent.
    #[test]
    fn what_a_server_has_not_sent_is_withdrawn_when_it_crashes() {
        let (world, object) = world();
        let script = (0..10).fold(Script::until(60), |script, peer| script.lookup(1000, peer, object));
        let script = script.at(5000, crate::sim::Happening::Crash(10));
        let outcome = run_to_rest::<ClientServer>(&world, script, &Params::default());
        assert_eq!((outcome.tally.fetched, outcome.tally.withdrawn), (0, 10));
    }
}
