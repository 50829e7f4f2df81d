//! Logins: what a client knows of its login on a server, and what the server knows of its clients. A connection is a login;
//! the server forgets one on which nothing has come for long, and a client that has heard so logs on again. What is said
//! on the way is the protocol's.

use std::collections::BTreeMap;

use crate::sim::{PeerId, Span, Time};

/// Refuses times that leave no login alive.
pub fn check_times(keepalive: Span, expiry: Span, timeout: Span) -> Result<(), String> {
    let refuse = |wrong: bool, why: &str| if wrong { Err(why.to_owned()) } else { Ok(()) };
    refuse(keepalive == Span::ZERO, "keepalive must be more than 0 s")?;
    refuse(timeout == Span::ZERO, "timeout must be more than 0 s")?;
    refuse(expiry <= keepalive, "expiry must be longer than keepalive")
}

/// What a client knows of its login.
#[derive(Clone, Copy, Debug, Default)]
pub struct Login {
    server: Option<PeerId>,
    knocking: bool,
}

/// What a client does when its next sign of life is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It says that it is still here.
    Ping,
    /// It logs on: the server has been silent.
    LogOn,
    /// It is logging on.
    None,
}

impl Login {
    /// A client that has been logged on for long.
    pub fn on(server: PeerId) -> Login {
        Login { server: Some(server), knocking: false }
    }

    /// The server that knows this client, if one does.
    pub fn server(self) -> Option<PeerId> {
        self.server
    }

    /// The client asks to be logged on.
    pub fn knock(&mut self) {
        self.knocking = true;
    }

    /// The server has logged it on.
    pub fn accept(&mut self, server: PeerId) {
        *self = Login::on(server);
    }

    /// Nobody has answered, however often it knocked: it rests until the next sign of life is due.
    pub fn rest(&mut self) {
        self.knocking = false;
    }

    /// The server has been silent.
    pub fn lose(&mut self) {
        self.server = None;
    }

    /// The server does not know the client: whether it has to log on, which it may be doing.
    pub fn refuse(&mut self) -> bool {
        self.server = None;
        !self.knocking
    }

    /// What is to be done now that a sign of life is due.
    pub fn sign(self) -> Sign {
        match self.server {
            Some(_) => Sign::Ping,
            None if self.knocking => Sign::None,
            None => Sign::LogOn,
        }
    }
}

/// What a server knows of those who are logged on: by number, which stands for the host's address or its user's name.
#[derive(Clone, Debug)]
pub struct Sessions<T> {
    members: BTreeMap<u32, Session<T>>,
}

/// A client that is logged on.
#[derive(Clone, Debug)]
pub struct Session<T> {
    /// Which session of the client it is.
    pub peer: PeerId,
    /// What else the server knows of it.
    pub what: T,
    heard: Time,
}

impl<T> Default for Sessions<T> {
    fn default() -> Sessions<T> {
        Sessions { members: BTreeMap::new() }
    }
}

impl<T> Sessions<T> {
    /// Logs a client on, in place of an earlier session of its, which is given back.
    pub fn open(&mut self, peer: PeerId, what: T, now: Time) -> Option<Session<T>> {
        self.members.insert(peer.number(), Session { peer, what, heard: now })
    }

    /// Logs this session off, if it is on.
    pub fn close(&mut self, peer: PeerId) -> Option<T> {
        self.get(peer)?;
        self.members.remove(&peer.number()).map(|session| session.what)
    }

    /// Notes a sign of life at `now`: what is known of the session, if it is on.
    pub fn hear(&mut self, peer: PeerId, now: Time) -> Option<&mut T> {
        let session = self.members.get_mut(&peer.number()).filter(|session| session.peer == peer)?;
        session.heard = now;
        Some(&mut session.what)
    }

    /// What is known of this session, if it is on.
    pub fn get(&self, peer: PeerId) -> Option<&T> {
        self.members.get(&peer.number()).filter(|session| session.peer == peer).map(|session| &session.what)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, peer: PeerId) -> Option<&mut T> {
        let session = self.members.get_mut(&peer.number()).filter(|session| session.peer == peer)?;
        Some(&mut session.what)
    }

    /// Who has been silent for longer than `expiry`, by number.
    pub fn silent(&self, now: Time, expiry: Span) -> Vec<PeerId> {
        let silent = self.members.values().filter(|session| now.since(session.heard) > expiry);
        silent.map(|session| session.peer).collect()
    }

    /// Everyone who is logged on, by number.
    pub fn iter(&self) -> impl Iterator<Item = &Session<T>> {
        self.members.values()
    }

    /// How many are logged on.
    pub fn len(&self) -> usize {
        self.members.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_by_silence_goodbye_or_the_next_one() {
        let [a, b] = [PeerId::new(3), PeerId::new(5)];
        let at = |s| Time::ZERO + Span::secs(s);
        let mut sessions = Sessions::default();
        assert!(sessions.open(a, 'a', at(0)).is_none() && sessions.open(b, 'b', at(0)).is_none());
        assert_eq!(sessions.hear(a, at(60)), Some(&mut 'a'));
        assert_eq!(sessions.silent(at(150), Span::secs(150)), []);
        assert_eq!(sessions.silent(at(151), Span::secs(150)), [b]);
        let again = a.next_session();
        assert!(sessions.get(again).is_none() && sessions.close(again).is_none(), "not logged on");
        assert_eq!(sessions.open(again, 'c', at(200)).map(|earlier| earlier.what), Some('a'));
        assert!(
            sessions.close(a).is_none() && sessions.hear(a, at(201)).is_none(),
            "the earlier one is over"
        );
        assert_eq!((sessions.close(b), sessions.len()), (Some('b'), 1));
        assert_eq!(sessions.iter().map(|session| session.peer).collect::<Vec<_>>(), [again]);
    }

    #[test]
    fn a_client_logs_on_once_and_again_when_it_is_forgotten() {
        let server = PeerId::new(9);
        let mut login = Login::default();
        assert_eq!(login.sign(), Sign::LogOn);
        login.knock();
        assert_eq!((login.sign(), login.refuse()), (Sign::None, false), "it is logging on already");
        login.rest();
        assert_eq!(login.sign(), Sign::LogOn);
        login.accept(server);
        assert_eq!((login.sign(), login.server()), (Sign::Ping, Some(server)));
        assert!(login.refuse());
        assert_eq!((login.sign(), login.server()), (Sign::LogOn, None));
        login.accept(server);
        login.lose();
        assert_eq!(login.sign(), Sign::LogOn);
    }
}
