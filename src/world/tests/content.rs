//! Popularity, allocation and placement.

use super::*;
use crate::sim::{ObjectId, World};

fn replicas(world: &Terrain) -> Vec<usize> {
    (0..world.objects()).map(|rank| world.holders(ObjectId::new(rank)).len()).collect()
}

fn asked(world: &Terrain) -> Vec<(u32, u32)> {
    let asked = |(_, what)| match what {
        Happening::Lookup(planned) => Some((planned.origin, planned.object.rank())),
        _ => None,
    };
    story(&mut *world.director(0)).into_iter().filter_map(asked).collect()
}

/// 20,000 lookups for 50 objects that each peer almost never holds: chi-square with 49 degrees of freedom is below 85.4
/// with probability .999.
#[test]
fn lookups_follow_zipfs_law() {
    let text = "content = { objects = 50, zipf = 0.8, replicas = 1 }\nworkload = { lookups = 20_000, rate = '1000 /s' }";
    let world = world(text, 20_000, 2);
    let mut counts = vec![0u32; 50];
    for (_, object) in asked(&world) {
        counts[object as usize] += 1;
    }
    let total: f64 = (1..=50).map(|rank| libm::pow(f64::from(rank), -0.8)).sum();
    let mut chi = 0.0;
    for (rank, &count) in (1..).zip(&counts) {
        let expected = 20_000.0 * libm::pow(f64::from(rank), -0.8) / total;
        assert!((expected / 20_000.0 - world.popularity().probability(rank - 1)).abs() < 1e-12);
        chi += (f64::from(count) - expected).powi(2) / expected;
    }
    assert!(chi < 85.4, "chi-square {chi}");
    assert_eq!(world.popularity().probability(50), 0.0);
}

#[test]
fn uniform_placement_gives_every_object_as_many() {
    let of = |text: &str, peers| replicas(&world(text, peers, 1));
    assert_eq!(of("", 500), vec![10; 1000]);
    assert_eq!(of("content.replicas = '0.1 %'", 4000), vec![4; 1000]);
    assert_eq!(of("content.replicas = '0.1 %'", 100), vec![1; 1000]);
    assert_eq!(of("content.replicas = '100 %'", 10), vec![10; 1000]);
    assert!(of("content.objects = 0", 10).is_empty());
}

/// Weights r^−1 on 4 objects: 12/25, 6/25, 4/25, 3/25 of 100 replicas. Square roots: r^−1/2 of 100 is 35.9, 25.4, 20.7,
/// 18.0 of which the largest remainders round up.
#[test]
fn proportional_and_square_root_placement_in_closed_form() {
    let of = |placement: &str, exponent: f64, mean: u32, peers| {
        let text = format!(
            "content = {{ objects = 4, zipf = {exponent:?}, replicas = {mean}, placement = '{placement}' }}"
        );
        replicas(&world(&text, peers, 1))
    };
    assert_eq!(of("proportional", 1.0, 25, 100), [48, 24, 16, 12]);
    assert_eq!(of("square-root", 1.0, 25, 100), [36, 25, 21, 18]);
    assert_eq!(of("square-root", 2.0, 25, 100), [48, 24, 16, 12]);
    // Nobody above the number of peers: 40, then the other 60 in proportion 6 : 4 : 3.
    assert_eq!(of("proportional", 1.0, 25, 40), [40, 28, 18, 14]);
    assert_eq!(of("proportional", 1.0, 25, 25), [25; 4]);
    // Nobody without: 1.44 + 0.36 + 0.16 + 0.09 of two replicas each.
    assert_eq!(of("proportional", 2.0, 1, 100), [1; 4]);
    assert_eq!(of("proportional", 2.0, 2, 100), [5, 1, 1, 1]);
    assert_eq!(of("proportional", 0.0, 7, 100), [7; 4]);
}

#[test]
fn allocation_sums_to_the_mean_wherever_it_can() {
    for placement in ["proportional", "square-root"] {
        for exponent in [0.0, 0.3, 0.8, 1.0, 1.7, 2.0] {
            for (mean, riders) in [(1, 0), (3, 0), (10, 50), (49, 50), (50, 50), (99, 0)] {
                let text = format!("population.free_riders = '{riders} %'
                    content = {{ objects = 333, zipf = {exponent:?}, replicas = {mean}, placement = '{placement}' }}");
                let counts = replicas(&world(&text, 100, 1));
                assert_eq!(counts.iter().sum::<usize>(), 333 * mean, "{text}");
                assert!(
                    counts.is_sorted_by(|a, b| a >= b) && counts[332] >= 1 && counts[0] <= 100 - riders,
                    "{text}"
                );
            }
        }
    }
}

#[test]
fn free_riders_hold_nothing_and_both_ways_agree() {
    let world = world("population.free_riders = '66 %'\ncontent.replicas = 30", 100, 3);
    let idle = (0..100).filter(|&peer| world.shares(peer).is_empty()).count();
    assert_eq!(idle, 66);
    let mut held = 0;
    for rank in 0..1000 {
        let holders = world.holders(ObjectId::new(rank));
        assert!(holders.is_sorted_by(|a, b| a < b) && holders.len() == 30);
        held += holders.len();
        assert!(holders.iter().all(|&peer| world.shares(peer).binary_search(&ObjectId::new(rank)).is_ok()));
    }
    let shared: usize = (0..100).map(|peer| world.shares(peer).len()).sum();
    assert_eq!(shared, held);
    assert!((0..100).all(|peer| world.shares(peer).is_sorted_by(|a, b| a < b)));
    assert!(
        world.holders(ObjectId::new(1000)).is_empty() && world.holders(ObjectId::new(u32::MAX)).is_empty()
    );
    assert!(world.shares(100).is_empty() && world.shares(u32::MAX).is_empty());
}

/// Every peer holds 1,000 · 10 / 100 objects on average, binomial: chi-square over 100 peers with 99 degrees of freedom
/// (variance 90 instead of 100) is below 149 · 0.9 with probability .999; likewise when most go without.
#[test]
fn replicas_are_spread_evenly() {
    for replicas in [10, 90] {
        let world = world(&format!("content.replicas = {replicas}"), 100, 4);
        let expected = f64::from(replicas * 10);
        let variance = expected * f64::from(100 - replicas) / 100.0;
        let chi: f64 =
            (0..100).map(|peer| (world.shares(peer).len() as f64 - expected).powi(2) / variance).sum();
        assert!((58.0..149.0).contains(&chi), "{replicas}: {chi}");
    }
}

#[test]
fn lookups_ask_for_what_someone_else_holds() {
    let world = world("content = { objects = 20, replicas = 50 }", 60, 1);
    let asked = asked(&world);
    assert_eq!(asked.len(), 1000);
    for (origin, object) in asked {
        let holders = world.holders(ObjectId::new(object));
        // Every peer lacks something here but for one in 38.
        let lacks = world.shares(origin).len() < 20;
        assert!(!holders.is_empty() && lacks != holders.contains(&origin));
    }
}

#[test]
fn whoever_holds_everything_asks_for_what_others_hold_too() {
    let some = world("content = { objects = 5, replicas = 3 }", 3, 1);
    assert_eq!(asked(&some).len(), 1000);
    let lone = world("content = { objects = 5, replicas = 1 }", 1, 1);
    assert!(asked(&lone).is_empty());
    let nothing = world("content.objects = 0", 5, 1);
    assert!(asked(&nothing).is_empty());
}

/// 3,000 lookups at 25 %: six standard deviations are 142.
#[test]
fn misses_ask_for_what_does_not_exist() {
    let world = world("workload = { lookups = 3000, misses = '25 %' }", 100, 1);
    let missing = asked(&world).into_iter().filter(|&(_, object)| object >= 1000).count();
    assert!(missing.abs_diff(750) < 142, "{missing}");
    assert!(asked(&world).iter().all(|&(_, object)| object < 2000));
}

#[test]
fn identities_are_held_by_themselves_and_asked_for_by_others() {
    let world = world(
        "content.kind = 'identities'\npopulation.free_riders = '100 %'\nworkload.lookups = 5000",
        40,
        1,
    );
    assert_eq!(world.objects(), 40);
    assert_eq!((world.holders(ObjectId::new(7)), world.shares(7)), (&[7][..], &[ObjectId::new(7)][..]));
    assert!(world.holders(ObjectId::new(40)).is_empty() && world.shares(41).is_empty());
    let mut counts = [0; 40];
    for (origin, object) in asked(&world) {
        assert_ne!(origin, object);
        counts[object as usize] += 1;
    }
    assert!(counts.iter().all(|&count| (60..200).contains(&count)), "{counts:?}");
}

#[test]
fn impossible_content_is_refused_with_the_nearest_value() {
    let error = refusal("content.replicas = 10\npopulation.free_riders = '40 %'", Some(10));
    assert_eq!(
        error.to_string(),
        "content.replicas: got 10, expected at most one replica on each peer that shares, of which there are 6; \
        the nearest valid value is 6"
    );
    let error = refusal("content.replicas = '50 %'\npopulation.free_riders = '80 %'", Some(10));
    assert_eq!((error.message.as_str(), error.nearest.as_deref()), ("got \"50 %\", which is 5", Some("2")));
    assert!(
        refusal("population.free_riders = '100 %'", Some(10)).to_string().contains("all are free riders")
    );
    assert_eq!(refusal("content.zipf = 2.5", Some(10)).nearest.as_deref(), Some("2"));
    assert_eq!(refusal("content.zipf = nan", Some(10)).nearest, None);
    assert_eq!(refusal("content.replicas = 0", Some(10)).nearest.as_deref(), Some("1"));
    let error = refusal("content = { objects = 4294967295, replicas = 2 }", Some(10));
    assert_eq!((error.key.as_str(), error.nearest.as_deref()), ("content.replicas", Some("1")));
}

/// Objects have different words, the common ones more often; and nothing else in the world changes with them.
#[test]
fn words_have_a_stream_of_their_own() {
    let plain = world("", 100, 3);
    let text = "content.words = { vocabulary = 40, per_object = 6, zipf = 1.5 }\nworkload.words = 2";
    let named = world(text, 100, 3);
    assert_eq!(asked(&plain), asked(&named));
    assert_eq!(replicas(&plain), replicas(&named));
    let words = named.keywords().expect("there are words");
    let mut counts = vec![0; 40];
    for object in (0..1000).map(ObjectId::new) {
        let mut row = words.of(object).to_vec();
        assert_eq!(words.question(object), row[..2]);
        row.iter().for_each(|word| counts[word.0 as usize] += 1);
        row.sort_unstable();
        row.dedup();
        assert_eq!(row.len(), 6);
    }
    assert!(counts[0] > 900 && counts[39] < 100 && counts[..5].is_sorted_by(|a, b| a > b), "{counts:?}");
    // Two words of many: most questions match their object alone, whose holders answer.
    assert!((0..1000).map(ObjectId::new).all(|o| named.answerers(o).len() >= named.holders(o).len()));
    assert!(
        plain.keywords().is_none() && plain.answerers(ObjectId::new(3)) == plain.holders(ObjectId::new(3))
    );
    // As many words as an object has, and hardly a chance to draw the last ones.
    let all =
        world("content.words = { vocabulary = 8, per_object = 8, zipf = 2.0 }\nworkload.words = 8", 20, 3);
    assert_eq!(all.keywords().map(|words| words.matching(ObjectId::new(5)).len()), Some(1000));
}

#[test]
fn words_that_cannot_be_are_refused() {
    let refused = |text: &str, key: &str, nearest: Option<&str>| {
        let settings: Settings = toml::from_str(text).expect("it parses");
        let error = settings.check().expect_err(text);
        assert_eq!((error.key.as_str(), error.nearest.as_deref()), (key, nearest), "{error}");
    };
    refused("workload.words = 2", "workload.words", Some("0"));
    refused("content.words = {}\nworkload.words = 6", "workload.words", Some("5"));
    refused("content.words.per_object = 0", "content.words.per_object", Some("1"));
    refused("content.words.per_object = 65", "content.words.per_object", Some("64"));
    refused("content.words.vocabulary = 3", "content.words.vocabulary", Some("5"));
    refused("content.words.zipf = 2.5", "content.words.zipf", Some("2"));
    refused("content = { kind = 'identities', words = {} }", "content.words", None);
}
