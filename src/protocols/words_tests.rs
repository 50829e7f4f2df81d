//! Questions by words, in every architecture that can answer them, against a look at everybody's objects.

use std::sync::Arc;

use super::chord::{self, Chord};
use super::gnutella::{self, Gnutella};
use super::gnutella06::{self, Gnutella06};
use super::kazaa::{self, Kazaa};
use super::napster::{self, Napster};
use crate::sim::{Account, Engine, LookupRecord, Outcome, Protocol, QueueKind, World};
use crate::world::{Settings, Terrain};

/// Three hundred peers, and questions of `words` words, of which there are fifty.
fn world(words: u32, churn: &str) -> Arc<Terrain> {
    let text = format!(
        "content = {{ objects = 200, replicas = 5, words = {{ vocabulary = 50, per_object = 4 }} }}\n\
         workload = {{ lookups = 60, words = {words}, warm_up = '60 s', misses = '10 %' }}\noverlay.components = 'join'\n{churn}"
    );
    let settings: Settings = toml::from_str(&text).expect("it parses");
    Arc::new(Terrain::build(&settings, Some(300), 5, None, true).expect("it can be built"))
}

fn run<P: Protocol>(world: &Arc<Terrain>, params: &P::Params) -> Outcome {
    let run = |queue| {
        let director = world.director(P::servers(params));
        let world: Arc<dyn World> = Arc::clone(world) as Arc<dyn World>;
        Engine::<P>::new(world, director, params, queue).expect("the parameters are valid").run()
    };
    let outcome = run(QueueKind::Wheel);
    assert_eq!(outcome, run(QueueKind::Heap), "wheel and heap disagree");
    outcome
}

/// Who but the origin holds any object with all words of the question.
fn matching(world: &Terrain, record: &LookupRecord) -> Vec<u32> {
    let words = world.keywords().expect("there are words");
    let question = words.question(record.object);
    let matches = |number: u32| {
        let mut shares = world.shares(number).iter();
        shares.any(|&object| question.iter().all(|word| words.of(object).contains(word)))
    };
    (0..world.peers()).filter(|&number| number != record.origin && matches(number)).collect()
}

/// All that match are found, no more and no less.
fn finds_all<P: Protocol>(params: &P::Params) {
    for asked in [1, 2, 3] {
        let world = world(asked, "");
        let outcome = run::<P>(&world, params);
        let mut some = 0;
        for record in &outcome.lookups {
            let expected = matching(&world, record);
            assert_eq!(record.online_holders as usize, expected.len());
            assert_eq!(record.providers as usize, expected.len(), "{} words: {record:?}", asked);
            assert_eq!(record.answer.map(|answer| answer.correct), (!expected.is_empty()).then_some(true));
            some += usize::from(expected.len() > world.holders(record.object).len());
        }
        assert!(some > 0 || asked == 3, "questions match more than the object that is meant");
    }
}

#[test]
fn a_server_intersects_its_lists() {
    finds_all::<Napster>(&napster::Params { max_results: 10_000, ..napster::Params::default() });
}

#[test]
fn a_flood_to_the_edge_meets_everything_that_matches() {
    finds_all::<Gnutella>(&gnutella::Params { ttl: gnutella::Ttl::Edge, ..gnutella::Params::default() });
}

#[test]
fn lists_are_intersected_along_the_ring() {
    finds_all::<Chord>(&chord::Params { max_results: u16::MAX, ..chord::Params::default() });
    let recursive = chord::Params {
        routing: chord::Routing::Recursive,
        replication: 2,
        virtual_nodes: 2,
        ..chord::Params::default()
    };
    finds_all::<Chord>(&chord::Params { max_results: u16::MAX, ..recursive });
}

/// Every supernode and every ultrapeer within reach is asked; all of them are.
#[test]
fn super_peers_find_what_matches() {
    let near = gnutella06::Params { ttl: 30, ..gnutella06::Params::default() };
    finds_all::<Gnutella06>(&near);
    let clusters = kazaa::Params {
        cluster: 10,
        split: 20,
        merge: 4,
        links: 4,
        max_links: 6,
        ttl: 30,
        ..kazaa::Params::default()
    };
    finds_all::<Kazaa>(&kazaa::Params { max_results: 10_000, ..clusters });
}

/// Lists are published word by word, handed over, and found again, while peers come and go.
#[test]
fn lists_outlive_their_owners() {
    let churn = "churn = { graceful = '100 %', sessions = { exponential = { online = '20 min', offline = '5 min' } } }";
    let world = world(2, churn);
    let params = chord::Params { replication: 3, ..chord::Params::default() };
    let outcome = run::<Chord>(&world, &params);
    let possible: Vec<&LookupRecord> =
        outcome.lookups.iter().filter(|record| record.online_holders > 0).collect();
    let right = possible.iter().filter(|record| record.answer.is_some_and(|answer| answer.correct)).count();
    assert!(right * 100 >= possible.len() * 90, "{right} of {}", possible.len());
    let publish = outcome.tally.on(Account::Publish);
    assert!(
        publish.messages > 4 * 2 * outcome.tally.published,
        "each of four words takes a search and a store"
    );
}

/// Each further word is one more owner to find, and a list on its way.
#[test]
fn further_words_cost_a_search_and_a_list() {
    let sums = |asked: u32| {
        let outcome = run::<Chord>(&world(asked, ""), &chord::Params::default());
        let sum = |of: fn(&LookupRecord) -> u64| outcome.lookups.iter().map(of).sum::<u64>();
        (
            sum(|record| record.messages),
            sum(|record| u64::from(record.answer.map_or(0, |answer| answer.hops))),
        )
    };
    let (one, two) = (sums(1), sums(2));
    assert!(two.0 > one.0 * 3 / 2 && two.1 > one.1 * 3 / 2, "{one:?}, {two:?}");
}
