//! Search by words: each word has a list of the objects whose names have it, at the owner of the word's key; a question goes to
//! the owner of its first word, whose list travels on to that of the next one to be intersected, and so forth.
//!
//! P. Reynolds, A. Vahdat, *Efficient Peer-to-Peer Keyword Searching*, Middleware 2003. What it costs: J. Li, B. T. Loo, J.
//! Hellerstein, F. Kaashoek, D. Karger, R. Morris, *On the Feasibility of Peer-to-Peer Web Indexing and Search*, IPTPS 2003.
//!
//! A list names an object and one of its holders an entry, and travels whole; words go in the order in which they are asked, as
//! the origin does not know which is rare. Whoever owns the last word answers the origin, with `max_results` entries at most. Owners
//! are looked up iteratively, whatever the routing of other lookups.
//!
//! Left out: Bloom filters instead of lists, caches of lists, and a second try by the origin when a node dies with a question in
//! hand.

use rand::RngExt;

use super::message::Say;
use super::node::{Ctx, Node};
use super::params::Shared;
use super::search::Goal;
use super::tables::NodeRef;
use crate::protocols::index::Entry;
use crate::sim::{Keywords, ObjectId, Parcel, PeerId, Setup, Span, Word};
use crate::space::ring::Id;

/// A question under way.
#[derive(Clone, Debug)]
pub struct Question {
    /// Who asks.
    origin: NodeRef,
    /// What stands for its words.
    object: ObjectId,
    /// How many of its words have been looked up.
    done: u8,
    /// How often in a row an owner was silent.
    silences: u8,
    /// What has all of those words, with its holders; ascending.
    pub(super) listed: Vec<(ObjectId, PeerId)>,
}

/// So many owners in a row may be silent.
const MOST_SILENCES: u8 = 4;

impl Node {
    /// Publishes one of the peer's objects in the lists of its words.
    #[cold]
    pub(super) fn publish_words(&mut self, ctx: &mut Ctx<'_>, object: ObjectId) {
        ctx.publishing(1);
        let keys: Vec<Id> = match &ctx.shared().words {
            Some(words) => words.of(object).iter().map(|&word| ctx.shared().key_of_word(word)).collect(),
            None => Vec::new(),
        };
        for key in keys {
            if self.owns(key, ctx.shared()) {
                let entry = Entry { object, ..self.entry(ctx, key) };
                self.store(ctx, vec![entry]);
            } else {
                self.search(ctx, key, Goal::List(object));
            }
        }
    }

    /// The user asks by the words that `object` stands for.
    #[cold]
    pub(super) fn look_up_words(&mut self, ctx: &mut Ctx<'_>, object: ObjectId) {
        let question = Question { origin: self.me, object, done: 0, silences: 0, listed: Vec::new() };
        self.find_next(ctx, question);
    }

    /// Takes a question to the owner of its next word.
    fn find_next(&mut self, ctx: &mut Ctx<'_>, question: Question) {
        let Some(key) = question.key(ctx.shared()) else { return };
        if self.owns(key, ctx.shared()) {
            self.intersect(ctx, question, key);
        } else {
            self.search_word(ctx, key, question);
        }
    }

    /// The owner of the next word is known.
    pub(super) fn hand_to(&mut self, ctx: &mut Ctx<'_>, owner: NodeRef, question: Question) {
        if owner != self.me {
            self.ask(ctx, owner, Say::Intersect(Parcel::new(vec![question])));
        } else if let Some(key) = question.key(ctx.shared()) {
            self.intersect(ctx, question, key);
        }
    }

    /// The owner of the next word is silent: who is it now?
    #[cold]
    pub(super) fn find_again(&mut self, ctx: &mut Ctx<'_>, questions: Vec<Question>) {
        for mut question in questions {
            question.silences += 1;
            if question.silences <= MOST_SILENCES {
                self.find_next(ctx, question);
            }
        }
    }

    /// A question arrives. What goes on to others is confirmed; an answer confirms itself.
    #[cold]
    pub(super) fn intersect_for(&mut self, ctx: &mut Ctx<'_>, from: NodeRef, questions: Vec<Question>) {
        for question in questions {
            let Some(key) = question.key(ctx.shared()) else { continue };
            let listed = self.index.postings(key, ctx.now()).next().is_some();
            if let Some(predecessor) = self.predecessor.filter(|_| !listed && !self.owns(key, ctx.shared())) {
                // The list has gone to somebody who has joined in between.
                self.reply(ctx, from, Say::Stored);
                self.send(ctx, predecessor, Say::Intersect(Parcel::new(vec![question])));
                continue;
            }
            if from != question.origin || !question.is_at_its_last_word(ctx.shared()) {
                self.reply(ctx, from, Say::Stored);
            }
            self.intersect(ctx, Question { silences: 0, ..question }, key);
        }
    }

    /// This node owns `key`, the next word of a question.
    fn intersect(&mut self, ctx: &mut Ctx<'_>, mut question: Question, key: Id) {
        let mut own: Vec<(ObjectId, PeerId)> = self.index.postings(key, ctx.now()).collect();
        own.sort_unstable();
        if question.done > 0 {
            own.retain(|entry| question.listed.binary_search(entry).is_ok());
        }
        let last = question.is_at_its_last_word(ctx.shared()) || own.is_empty();
        question.listed = own;
        question.done += 1;
        if last {
            self.answer_question(ctx, question);
        } else {
            self.find_next(ctx, question);
        }
    }

    /// Tells the origin some of what has all words, from a random entry on, so that none is always the first.
    fn answer_question(&mut self, ctx: &mut Ctx<'_>, question: Question) {
        let Question { origin, listed, .. } = question;
        let most = usize::from(ctx.shared().params.max_results);
        let start = if listed.is_empty() { 0 } else { ctx.rng().random_range(0..listed.len()) };
        let (last, first) = listed.split_at(start);
        let some: Vec<(ObjectId, PeerId)> = first.iter().chain(last).copied().take(most).collect();
        if origin == self.me {
            self.matched(ctx, &some);
        } else {
            self.reply(ctx, origin, Say::Matches(Parcel::new(some)));
        }
    }

    /// These have what the user asked for. The peer knows what it has itself.
    #[cold]
    pub(super) fn matched(&mut self, ctx: &mut Ctx<'_>, listed: &[(ObjectId, PeerId)]) {
        let me = self.me.peer.number();
        let others = listed.iter().map(|&(_, provider)| provider).filter(|peer| peer.number() != me);
        ctx.answer(&others.collect::<Vec<PeerId>>());
    }
}

impl Question {
    /// The key of its next word.
    fn key(&self, shared: &Shared) -> Option<Id> {
        let words = shared.words.as_ref()?.question(self.object);
        words.get(usize::from(self.done)).map(|&word| shared.key_of_word(word))
    }

    fn is_at_its_last_word(&self, shared: &Shared) -> bool {
        let words = shared.words.as_ref().map_or(0, |words| words.asked());
        u32::from(self.done) + 1 >= words
    }
}

/// What the lists of all words have when the ring has settled, in order of keys.
#[derive(Debug)]
pub struct Lists {
    entries: Vec<(Id, ObjectId, PeerId)>,
}

impl Lists {
    /// Lists what the peers online share.
    pub(super) fn new(setup: &Setup<'_>, shared: &Shared, words: &Keywords) -> Lists {
        let mut entries = Vec::new();
        for word in (0..words.vocabulary()).map(Word).filter(|&word| !words.with(word).is_empty()) {
            let key = shared.key_of_word(word);
            for &object in words.with(word) {
                let holders = setup.world.holders(object).iter().map(|&number| PeerId::new(number));
                let online = holders.filter(|peer| setup.online.binary_search(peer).is_ok());
                entries.extend(online.map(|peer| (key, object, peer)));
            }
        }
        entries.sort_unstable();
        Lists { entries }
    }

    /// The entries with keys in (`from`, `to`], going round the ring.
    pub(super) fn after(&self, from: Id, to: Id, left: Span) -> Vec<Entry> {
        let start = self.entries.partition_point(|&(key, ..)| key <= from);
        let n = self.entries.len();
        let within = (0..n).map(|i| self.entries[(start + i) % n]);
        let within = within.take_while(|&(key, ..)| key.in_half_open(from, to));
        within.map(|(key, object, provider)| Entry { key, object, provider, left, copies: 0 }).collect()
    }
}
