//! Classes of peers: shares, links, firewalls, and who says what of itself.

use super::*;
use crate::sim::{Profile, Span, World};

fn profiles(world: &Terrain) -> Vec<Profile> {
    (0..world.peers()).map(|peer| world.profile(peer)).collect()
}

const CLASSES: &str = "
    population.servers = { up = '100 Mbit/s', service = '2 ms' }
    [[population.classes]]
    name = 'fast'
    share = '20 %'
    up = '3 Mbit/s'
    down = '6 Mbit/s'
    claim = '56 kbit/s'
    [[population.classes]]
    name = 'slow'
    share = '80 %'
    up = '128 kbit/s'
    firewalled = '25 %'
";

#[test]
fn everyone_is_alike_unless_told_otherwise() {
    let world = world("", 50, 1);
    assert!((0..60).all(|number| world.profile(number) == Profile::default()));
    assert!(world.classes().is_empty());
}

#[test]
fn classes_have_their_shares_and_links() {
    let world = world(CLASSES, 200, 1);
    assert_eq!(world.classes(), ["fast", "slow"]);
    let profiles = profiles(&world);
    let fast = Profile {
        class: 0,
        up: 3_000_000,
        down: 6_000_000,
        claim: 56_000,
        firewalled: false,
        service: Span::ZERO,
    };
    let slow = Profile { class: 1, up: 128_000, down: 0, claim: 128_000, ..fast };
    let walled = Profile { firewalled: true, ..slow };
    let count = |wanted: Profile| profiles.iter().filter(|&&profile| profile == wanted).count();
    assert_eq!((count(fast), count(slow), count(walled)), (40, 120, 40));
    let server =
        Profile { up: 100_000_000, claim: 100_000_000, service: Span::millis(2), ..Profile::default() };
    assert_eq!((world.profile(200), world.profile(999)), (server, server));
    let (first, second) = profiles.split_at(100);
    let of = |half: &[Profile]| half.iter().filter(|profile| profile.class == 0).count();
    assert!(of(first).abs_diff(of(second)) <= 24, "at random: {} and {}", of(first), of(second));
    assert_eq!(profiles, self::profiles(&self::world(CLASSES, 200, 1)), "a function of the seed");
    assert_ne!(profiles, self::profiles(&self::world(CLASSES, 200, 2)));
}

/// Every share is rounded down or up, never further, and all peers have a class.
#[test]
fn shares_are_exactly_rounded() {
    for peers in [1, 2, 3, 4, 5, 7, 10, 99, 1000] {
        let world = world("population.mix = 'bharambe-2006'\ncontent.replicas = 1", peers, 1);
        let mut counts = [0u32; 3];
        profiles(&world).iter().for_each(|profile| counts[usize::from(profile.class)] += 1);
        assert_eq!(counts.iter().sum::<u32>(), peers);
        for (count, share) in counts.into_iter().zip([0.2, 0.4, 0.4]) {
            assert!((f64::from(count) - share * f64::from(peers)).abs() < 1.0, "{peers}: {counts:?}");
        }
    }
    let thirds: String = (0..3)
        .map(|class| format!("[[population.classes]]\nname = '{class}'\nshare = {}\n", 1.0 / 3.0))
        .collect();
    let world = world(&thirds, 300, 1);
    let mut counts = [0; 3];
    profiles(&world).iter().for_each(|profile| counts[usize::from(profile.class)] += 1);
    assert_eq!(counts, [100; 3]);
}

#[test]
fn the_mixes_are_those_of_the_papers() {
    let world = world("population.mix = 'bharambe-2006'", 1000, 1);
    assert_eq!(world.classes(), ["fast", "medium", "slow"]);
    let expected = [(200, 6_000_000, 3_000_000), (400, 1_500_000, 400_000), (400, 784_000, 128_000)];
    for (class, (count, down, up)) in (0..).zip(expected) {
        let profile = Profile { class, up, down, claim: up, ..Profile::default() };
        assert_eq!(profiles(&world).iter().filter(|&&found| found == profile).count(), count);
    }
    for (name, _) in crate::world::Mix::LISTED {
        let text = format!("population.mix = '{name}'");
        let read = settings(&text);
        assert_eq!(settings(&toml::to_string(&read).unwrap()), read);
        assert!(!self::world(&text, 20, 1).classes().is_empty());
    }
}

#[test]
fn firewalls_nest() {
    let walled = |text: &str| -> Vec<u32> {
        let world = world(text, 400, 1);
        (0..400).filter(|&peer| world.profile(peer).firewalled).collect()
    };
    let (few, many) = (walled("population.firewalled = '25 %'"), walled("population.firewalled = '60 %'"));
    assert_eq!((few.len(), many.len()), (100, 240));
    assert!(few.iter().all(|peer| many.contains(peer)), "a larger share adds to them");
    let mixed = format!("population.firewalled = '50 %'\n{CLASSES}");
    assert_eq!(walled(&mixed).len(), 40 + 80, "half of the fast, a quarter of the slow");
}

/// Neither classes nor firewalls touch what else a world has.
#[test]
fn classes_leave_the_rest() {
    let plain = world("", 100, 1);
    let classed = world(CLASSES, 100, 1);
    assert_eq!(story(&mut *plain.director(1)), story(&mut *classed.director(1)));
    assert!((0..100).all(|peer| plain.shares(peer) == classed.shares(peer)));
}

#[test]
fn impossible_classes_are_refused() {
    let class = |rest: &str| format!("[[population.classes]]\nname = 'a'\n{rest}\n");
    let said = |text: &str| refusal(text, Some(10)).to_string();
    assert_eq!(
        said(&class("share = '90 %'")),
        "population.classes.0.share: the shares of all classes make \"90 %\", expected \"100 %\" in all; the nearest \
         valid value is \"100 %\""
    );
    let two = class("share = '70 %'") + "[[population.classes]]\nname = 'b'\nshare = '20 %'";
    assert!(said(&two).ends_with("the nearest valid value is \"30 %\""), "{}", said(&two));
    assert!(said(&(class("share = 1") + &class("share = 0"))).contains("two classes are called `a`"));
    assert!(said("[[population.classes]]\nshare = 1").starts_with("population.classes.0.name: is missing"));
    for rate in ["up", "down", "claim"] {
        let error = refusal(&class(&format!("share = 1\n{rate} = 0")), Some(10));
        assert_eq!(error.key, format!("population.classes.0.{rate}"));
        assert_eq!(error.nearest.as_deref(), Some("\"1 bit/s\""));
    }
    assert_eq!(refusal("population.servers.up = 0", Some(10)).key, "population.servers.up");
    let both = format!("population.mix = 'bharambe-2006'\n{}", class("share = 1"));
    assert!(said(&both).contains("`population.classes`"));
}
