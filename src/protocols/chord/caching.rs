//! Caching along the path (Dabek et al., SOSP 2001): a lookup leaves the answer at the last node that it asked in vain, and
//! later ones that pass there end there. So answers to what is popular spread outwards from the owner, hop by hop, as lookups
//! end one hop earlier than those before.
//!
//! CFS leaves the data at every node of the path; its authors say that the second-to-last one should do, which is what happens
//! here: one message a lookup. What is left says how long it is still good for, so that no answer grows older than `cache_life`
//! by being handed on.

use super::message::{Say, SearchId};
use super::node::{Ctx, Node};
use super::search::Search;
use super::tables::NodeRef;
use crate::protocols::cache::Cache;
use crate::protocols::index::Entry;
use crate::sim::{ObjectId, Parcel, PeerId, Time};
use crate::space::ring::Id;

impl Node {
    /// Entries to remember.
    #[cold]
    pub(super) fn remember(&mut self, ctx: &Ctx<'_>, entries: &[Entry]) {
        let room = ctx.shared().params.cache;
        let cache = self.cache.get_or_insert_with(|| Box::new(Cache::new(room)));
        // The first named is to be the first again.
        for entry in entries.iter().rev() {
            cache.learn(entry.key, entry.provider, ctx.now() + entry.left);
        }
    }

    /// What it remembers of `key`, as messages carry it.
    fn recall(&mut self, ctx: &Ctx<'_>, key: Id) -> Vec<Entry> {
        let (now, cache) = (ctx.now(), self.cache.as_mut());
        let answer = cache.map_or_else(Vec::new, |cache| cache.recall(key, now));
        let entry = |(provider, good_until): (PeerId, Time)| Entry {
            key,
            object: ObjectId::default(),
            provider,
            left: good_until.since(now),
            copies: 0,
        };
        answer.into_iter().map(entry).collect()
    }

    /// The user wants `key`, and the node itself remembers who provides it: whether it does.
    #[cold]
    pub(super) fn answer_from_cache(&mut self, ctx: &mut Ctx<'_>, key: Id) -> bool {
        let providers = providers(&self.recall(ctx, key));
        ctx.answer(&providers);
        !providers.is_empty()
    }

    /// Iterative lookup: who provides the key, or else who comes next?
    #[cold]
    pub(super) fn recall_or_closest(&mut self, ctx: &mut Ctx<'_>, from: NodeRef, key: Id, search: SearchId) {
        let entries = self.recall(ctx, key);
        if entries.is_empty() {
            self.closest(ctx, from, key, search);
        } else {
            self.reply(ctx, from, Say::Cached { search, entries: Parcel::new(entries) });
        }
    }

    /// A node on the way remembers who provides the key; the one asked before it is to do so, too.
    #[cold]
    pub(super) fn recalled(
        &mut self,
        ctx: &mut Ctx<'_>,
        from: NodeRef,
        number: SearchId,
        entries: Vec<Entry>,
    ) {
        let Some(search) = self.take_search(number) else { return };
        ctx.answer(&providers(&entries));
        if let Some(last) = search.asked_last().filter(|&last| last != from) {
            self.send(ctx, last, Say::Remember(Parcel::new(entries)));
        }
    }

    /// The owner has answered: the last node asked the way is to remember it.
    #[cold]
    pub(super) fn leave_answer(&mut self, ctx: &mut Ctx<'_>, search: &Search, providers: &[PeerId]) {
        if let Some(last) = search.asked_last() {
            self.leave_at(ctx, last, search.key, providers);
        }
    }

    fn leave_at(&mut self, ctx: &mut Ctx<'_>, at: NodeRef, key: Id, providers: &[PeerId]) {
        if !providers.is_empty() && at != self.me {
            let left = ctx.shared().params.cache_life;
            let entry =
                |&provider: &PeerId| Entry { key, object: ObjectId::default(), provider, left, copies: 0 };
            let entries: Vec<Entry> = providers.iter().map(entry).collect();
            self.send(ctx, at, Say::Remember(Parcel::new(entries)));
        }
    }

    /// Recursive lookup: a node that remembers the answer tells `origin`, and leaves it with the node before.
    #[cold]
    pub(super) fn find_or_recall(&mut self, ctx: &mut Ctx<'_>, from: NodeRef, key: Id, origin: NodeRef) {
        let entries = self.recall(ctx, key);
        if entries.is_empty() {
            self.find_successor(ctx, key, origin);
            return;
        }
        self.reply(ctx, origin, Say::Providers(Parcel::new(providers(&entries))));
        if from != origin {
            self.send(ctx, from, Say::Remember(Parcel::new(entries)));
        }
    }

    /// The owner tells `origin`. If the lookup came recursively, the owner leaves the answer with the node before; where the
    /// origin has asked the way itself, it does so.
    #[cold]
    pub(super) fn get_and_leave(&mut self, ctx: &mut Ctx<'_>, from: NodeRef, key: Id, origin: NodeRef) {
        if from != origin && self.owns(key, ctx.shared()) {
            let known: Vec<PeerId> = self.index.providers(key, ctx.now()).collect();
            self.leave_at(ctx, from, key, &known);
        }
        self.get(ctx, key, origin);
    }
}

fn providers(entries: &[Entry]) -> Vec<PeerId> {
    entries.iter().map(|entry| entry.provider).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Chord, Params, Routing};
    use crate::protocols::gnutella::test_world::{Script, TestWorld, engine, run_to_rest};
    use crate::sim::{Happening, QueueKind, Span};

    fn still() -> Params {
        let never = Span::ZERO;
        Params {
            stabilize: never,
            fix_fingers: never,
            check_predecessor: never,
            republish: never,
            ..Params::default()
        }
    }

    /// Every lookup for what is popular ends one hop before the last one, until answers have aged.
    #[test]
    fn answers_spread_outwards() {
        let mut world = TestWorld::new(300);
        let (a, b) = (world.object(vec![7, 90]), world.object(vec![8]));
        let life = Span::secs(100);
        for routing in [Routing::Iterative, Routing::Recursive] {
            let off = Params { routing, successors: 4, ..still() };
            let params = Params { cache: 1, cache_life: life, ..off.clone() };
            let mut script = Script::until(400);
            for i in 0..9 {
                script = script.lookup(5000 * i, 3, a);
            }
            // Handed on at 15 s and later, but never for longer than from the first answer on.
            script = script.lookup(101_000, 3, a).lookup(110_000, 3, b).lookup(120_000, 3, a);
            let hops = |params: &Params| -> Vec<u16> {
                let outcome = run_to_rest::<Chord>(&world, script.clone(), params);
                let answers = outcome.lookups.iter().map(|record| record.answer.expect("it is there"));
                answers.inspect(|answer| assert!(answer.correct)).map(|answer| answer.hops).collect()
            };
            let far = hops(&off)[0];
            assert!(far >= 3, "else there is nothing to see: {far}");
            let found = hops(&params);
            let expected: Vec<u16> = (0..9).map(|i| far.saturating_sub(i).max(1)).collect();
            assert_eq!(found[..9], expected, "{routing:?}");
            assert_eq!(found[9], far, "all answers are of the first lookup's age");
        }
    }

    /// Room for one answer; and a provider that has gone is named until the answer has aged.
    #[test]
    fn answers_make_room_and_go_stale() {
        let mut world = TestWorld::new(64);
        let objects: Vec<_> = (0..40).map(|_| world.object(vec![7])).collect();
        let params = Params { cache: 3, ..still() };
        let mut script = Script::until(400);
        for (i, &object) in objects.iter().enumerate() {
            script = script.lookup(1000 * i as u64, 3 + (i as u32 % 4), object);
        }
        let (with, without) = (run_to_rest::<Chord>(&world, script.clone(), &params), {
            run_to_rest::<Chord>(&world, script.clone(), &still())
        });
        let kept: Vec<u64> = with.entries.iter().zip(&without.entries).map(|(a, b)| a.1 - b.1).collect();
        assert!(kept.iter().sum::<u64>() > 5 && kept.iter().all(|&kept| kept <= 3), "{kept:?}");
        let first = objects[0];
        let origin = (0..64).find(|&origin| {
            let script = Script::until(60).lookup(0, origin, first);
            run_to_rest::<Chord>(&world, script, &still()).lookups[0].answer.is_some_and(|a| a.hops > 2)
        });
        let origin = origin.expect("somebody is far from the key");
        let script = Script::until(60).lookup(0, origin, first).at(10_000, Happening::Crash(7));
        let script = script.lookup(20_000, origin, first);
        let stale = engine::<Chord>(&world, script, &params, QueueKind::Wheel).run().lookups[1];
        assert_eq!(stale.answer.map(|answer| answer.correct), Some(false));
    }
}
