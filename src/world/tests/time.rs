//! Arrivals, sessions, newcomers, faults, and their order.

use super::*;
use crate::sim::{ObjectId, Span, World};

fn lookups(story: &[(Time, Happening)]) -> Vec<(Time, crate::sim::PlannedLookup)> {
    let lookup = |&(time, what): &(Time, Happening)| match what {
        Happening::Lookup(planned) => Some((time, planned)),
        _ => None,
    };
    story.iter().filter_map(lookup).collect()
}

/// Gaps of 20,000 arrivals: the mean's standard error is 0.7 %, and a quarter lie above ln 4 means ± 0.3 %.
#[test]
fn poisson_arrivals_have_exponential_gaps() {
    let text = "workload = { lookups = 20_000, rate = '50 /s' }";
    let times: Vec<_> = lookups(&story(&mut *world(text, 20, 1).director(0))).iter().map(|l| l.0).collect();
    let gaps: Vec<f64> = times.windows(2).map(|pair| pair[1].since(pair[0]).as_secs_f64() * 50.0).collect();
    let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
    assert!((mean - 1.0).abs() < 0.03, "{mean}");
    let long = gaps.iter().filter(|&&gap| gap > 1.386_294).count() as f64 / gaps.len() as f64;
    assert!((long - 0.25).abs() < 0.013, "{long}");
}

#[test]
fn even_arrivals_warm_up_and_end() {
    let text =
        "workload = { lookups = 5, rate = '2 /s', arrivals = 'even', warm_up = '1.5 s', deadline = '4 s' }";
    let world = world(text, 20, 1);
    let mut director = world.director(0);
    assert_eq!((director.end(), director.deadline()), (Time(7_500_000_000), Span::secs(4)));
    let story = story(&mut *director);
    let at: Vec<_> = story
        .iter()
        .map(|(time, what)| (time.nanos() / 1_000_000, matches!(what, Happening::Measure)))
        .collect();
    let expected = [
        (500, false),
        (1000, false),
        (1500, true),
        (1500, false),
        (2000, false),
        (2500, false),
        (3000, false),
        (3500, false),
    ];
    assert_eq!(at, expected);
    let flags: Vec<_> =
        lookups(&story).iter().map(|(_, planned)| (planned.number, planned.measured)).collect();
    assert_eq!(flags, [(0, false), (1, false), (2, true), (3, true), (4, true), (5, true), (6, true)]);
}

#[test]
fn the_end_without_lookups_and_with_a_duration() {
    let end = |text: &str| world(text, 20, 1).end();
    assert_eq!(end("workload = { lookups = 0, warm_up = '5 s', duration = '10 s' }"), Time(15_000_000_000));
    let even = "lookups = 10, arrivals = 'even', rate = '1 /s'";
    assert_eq!(end(&format!("workload = {{ {even}, duration = '1 min' }}")), Time(60_000_000_000));
    assert_eq!(end(&format!("workload = {{ {even}, duration = '1 s' }}")), Time(40_000_000_000));
}

#[test]
fn workloads_without_end_are_refused() {
    let error = refusal("workload.rate = 0", Some(5));
    assert_eq!((error.key.as_str(), error.nearest.as_deref().is_some()), ("workload.rate", true));
    assert_eq!(
        refusal("workload = { warm_up = '1 d', rate = '1000000 /s' }", Some(5)).key,
        "workload.warm_up"
    );
    assert_eq!(
        refusal("churn.sessions.exponential.online = 0", Some(5)).key,
        "churn.sessions.exponential.online"
    );
    assert!(
        lookups(&story(
            &mut *world("workload = { lookups = 0, rate = 0, duration = '1 min' }", 50, 1).director(0)
        ))
        .is_empty()
    );
}

/// Follows a story: who is online, checked at every step; gives peer-nanoseconds online.
fn follow(world: &Terrain, servers: u32) -> f64 {
    let mut director = world.director(servers);
    let participants = world.peers() + servers;
    let mut online: Vec<bool> = (0..participants).map(|number| director.starts_online(number)).collect();
    let (mut last, mut sum, mut now_online) = (Time::ZERO, 0.0, 0u32);
    now_online += online[..world.peers() as usize].iter().filter(|&&on| on).count() as u32;
    let end = director.end();
    for (time, what) in story(&mut *director) {
        assert!(time >= last && time <= end, "in order of time, none after the end");
        sum += f64::from(now_online) * time.since(last).nanos() as f64;
        last = time;
        let (number, comes) = match what {
            Happening::Join(number) | Happening::Arrive(number) => (number, true),
            Happening::Leave(number) | Happening::Crash(number) => (number, false),
            Happening::Lookup(planned) => {
                assert!(planned.origin < world.peers() && online[planned.origin as usize]);
                continue;
            }
            Happening::Measure | Happening::Strike(_) | Happening::Part(_) | Happening::Heal(_) => continue,
        };
        assert_eq!(online[number as usize], !comes, "only who is offline comes, only who is online goes");
        online[number as usize] = comes;
        if number < world.peers() {
            now_online = if comes { now_online + 1 } else { now_online - 1 };
        }
    }
    sum + f64::from(now_online) * end.since(last).nanos() as f64
}

/// Little's law: with sessions of 30 s and pauses of 10 s three quarters are online, from the first moment on. Over 400
/// peers and 1,000 s, some 13 independent stretches a peer and more, the standard error is below 0.5 %.
#[test]
fn sessions_keep_the_expected_share_online() {
    let text = "churn.sessions.exponential = { online = '30 s', offline = '10 s' }
        workload = { lookups = 0, duration = '1000 s' }";
    let world = world(text, 400, 1);
    let share = follow(&world, 0) / (400.0 * 1e12);
    assert!((share - 0.75).abs() < 0.01, "{share}");
    let director = world.director(0);
    let first = (0..400).filter(|&peer| director.starts_online(peer)).count();
    assert!(first.abs_diff(300) < 52, "six standard deviations: {first}");
    // A peer goes every 40 s, in half of the cases without a word: six standard deviations of 10,000.
    let count = |wanted: fn(&Happening) -> bool| {
        story(&mut *world.director(0)).iter().filter(|(_, what)| wanted(what)).count()
    };
    let (leaves, crashes) = (
        count(|what| matches!(what, Happening::Leave(_))),
        count(|what| matches!(what, Happening::Crash(_))),
    );
    assert!((leaves + crashes).abs_diff(10_000) < 600, "{leaves} + {crashes}");
    assert!(leaves.abs_diff(crashes) < 600, "{leaves}, {crashes}");
}

/// The first departures come as often as later ones: sessions under way at the start have exponential rests.
#[test]
fn sessions_start_in_equilibrium() {
    let text = "churn = { graceful = 1, sessions = { exponential = { online = '1 h', offline = 0 } } }
        workload = { lookups = 0, duration = '360 s' }";
    let story = story(&mut *world(text, 20_000, 1).director(0));
    let gone = story.iter().filter(|(_, what)| matches!(what, Happening::Leave(_))).count();
    assert!(gone.abs_diff(2000) < 270, "a tenth in a tenth of an hour, six standard deviations: {gone}");
    assert!(!story.iter().any(|(_, what)| matches!(what, Happening::Crash(_))));
}

#[test]
fn everything_at_once_keeps_its_order() {
    let text =
        "churn = { newcomers = '20 %', sessions = { exponential = { online = '3 s', offline = '1 s' } } }
        workload = { lookups = 2000, rate = '100 /s', warm_up = '2 s', deadline = '1 s' }
        [[faults]]
        at = '5 s'
        crash = { everyone = {} }
        back = '1 s'
        [[faults]]
        at = '3 s'
        crash = { share = '50 %' }
        back = '10 s'
        [[faults]]
        at = '8 s'
        crash = { peers = [3, 4, 4, 5] }
        [[faults]]
        at = '9 s'
        crash = { servers = {} }
        back = 0";
    for seed in 0..5 {
        follow(&world(text, 50, seed), 2);
    }
    follow(&world(&format!("content.replicas = 1\n{text}"), 6, 1), 0);
}

#[test]
fn newcomers_come_once_and_stay() {
    let text = "churn = { newcomers = '10 %', sessions = { exponential = { online = '1 s' } } }
        workload = { lookups = 0, warm_up = '10 s', duration = '100 s' }";
    let plain = world(
        "churn.newcomers = '10 %'\nworkload = { lookups = 0, warm_up = '10 s', duration = '100 s' }",
        200,
        1,
    );
    let story_plain = story(&mut *plain.director(0));
    let joins: Vec<_> = story_plain.iter().filter(|(_, what)| matches!(what, Happening::Join(_))).collect();
    assert_eq!((joins.len(), story_plain.len()), (20, 21));
    let director = plain.director(0);
    for (part, (time, what)) in joins.into_iter().enumerate() {
        // Each in its own twentieth of 80 s after the warm-up.
        assert_eq!((time.nanos() - 10_000_000_000) / 4_000_000_000, part as u64);
        let Happening::Join(peer) = *what else { unreachable!() };
        assert!(!director.starts_online(peer));
        let churning = story(&mut *world(text, 200, 1).director(0));
        let own: Vec<_> = churning.iter().filter(|(_, what)| matches!(*what, Happening::Join(p) | Happening::Leave(p) | Happening::Crash(p) if p == peer)).collect();
        assert_eq!(own.len(), 1, "sessions concern the others");
    }
    let starts = |peers, share: &str| {
        let world = world(&format!("churn.newcomers = '{share}'\ncontent.replicas = 1"), peers, 1);
        (0..peers).filter(|&peer| world.director(0).starts_online(peer)).count()
    };
    assert_eq!(
        (starts(1, "0.1 %"), starts(2, "0.1 %"), starts(50, "0 %"), starts(4, "100 %")),
        (1, 1, 50, 0)
    );
}

#[test]
fn faults_strike_whom_they_name() {
    let crash = |victims: &str, back: &str| {
        let text = format!(
            "workload.lookups = 0\nworkload.duration = '20 s'\nfaults = [{{ at = '5 s', crash = {victims}{back} }}]"
        );
        story(&mut *world(&text, 10, 1).director(2))
    };
    let numbers = |story: &[(Time, Happening)]| {
        let mut numbers: Vec<_> = story
            .iter()
            .filter_map(|(_, what)| match *what {
                Happening::Crash(number) => Some(number),
                _ => None,
            })
            .collect();
        numbers.sort_unstable();
        numbers
    };
    assert_eq!(numbers(&crash("{ share = '30 %' }", "")).len(), 3);
    assert_eq!(numbers(&crash("{ peers = [7, 2, 7] }", "")), [2, 7]);
    assert_eq!(numbers(&crash("{ servers = {} }", "")), [10, 11]);
    assert_eq!(numbers(&crash("{ everyone = {} }", "")).len(), 12);
    let world = world("content = { objects = 3, replicas = 2 }", 10, 1);
    let at = "content = { objects = 3, replicas = 2 }\nworkload.lookups = 0\nworkload.duration = '20 s'\n";
    let struck =
        story(&mut *self::world(&format!("{at}faults = [{{ crash.holders-of = 1 }}]"), 10, 1).director(0));
    assert_eq!(numbers(&struck), world.holders(ObjectId::new(1)));
    let refused = |what: &str| refusal(&format!("{at}faults = [{{ crash = {what} }}]"), Some(10));
    let error = refused("{ holders-of = 3 }");
    assert_eq!((error.key.as_str(), error.nearest.as_deref()), ("faults.0.crash.holders-of", Some("2")));
    let back = crash("{ peers = [7] }", ", back = '2 s'");
    assert_eq!(
        back[1..],
        [(Time(5_000_000_000), Happening::Crash(7)), (Time(7_000_000_000), Happening::Join(7))]
    );
    assert_eq!(crash("{ servers = {} }", ", back = 0").len(), 5);
}

/// While a fault holds a peer its sessions go on unseen: the others' story, and its own afterwards, stay as they were.
#[test]
fn a_fault_does_not_shift_sessions() {
    let base = "churn.sessions.exponential = { online = '4 s', offline = '2 s' }\nworkload = { lookups = 0, duration = '100 s' }\n";
    let quiet = story(&mut *world(base, 30, 1).director(0));
    let fault = "faults = [{ at = '20 s', crash = { share = '50 %' }, back = '30 s' }]";
    let struck = story(&mut *world(&format!("{base}{fault}"), 30, 1).director(0));
    let victims: Vec<u32> = struck
        .iter()
        .filter_map(|&(time, what)| match what {
            Happening::Crash(peer) if time == Time(20_000_000_000) => Some(peer),
            _ => None,
        })
        .collect();
    assert!((5..15).contains(&victims.len()));
    let later = |story: &[(Time, Happening)]| -> Vec<_> {
        story.iter().copied().filter(|(time, _)| time.nanos() > 50_000_000_000).collect()
    };
    assert_eq!(later(&quiet), later(&struck));
    let held = |&(time, what): &(Time, Happening)| match what {
        Happening::Join(peer) => {
            victims.contains(&peer) && (20_000_000_000..50_000_000_000).contains(&time.nanos())
        }
        _ => false,
    };
    assert!(quiet.iter().any(held) && !struck.iter().any(held));
    assert!(
        struck.iter().any(|&(time, what)| time == Time(50_000_000_000) && matches!(what, Happening::Join(_)))
    );
}

#[test]
fn nobody_online_asks_nothing() {
    let text = "faults = [{ at = '50 s', crash = { everyone = {} } }]";
    let story = story(&mut *world(text, 30, 1).director(1));
    let asked = lookups(&story);
    assert!((300..700).contains(&asked.len()));
    assert!(asked.iter().all(|(time, _)| time.nanos() < 50_000_000_000));
}

/// One peer in 500 is online: it asks, whatever the candidates say.
#[test]
fn few_online_ask_everything() {
    let text = "faults = [{ at = 0, crash = { share = '99.6 %' } }]\nworkload.rate = '1000 /s'";
    let asked = lookups(&story(&mut *world(text, 500, 1).director(3)));
    assert_eq!(asked.len(), 1000);
    let first = asked[0].1.origin;
    let share = asked.iter().filter(|(_, planned)| planned.origin == first).count();
    assert!(share.abs_diff(500) < 100, "two are left: {share}");
}

/// A partition strikes nobody: it parts and heals.
#[test]
fn a_partition_parts_and_heals() {
    let text = "workload = { lookups = 0, duration = '20 s' }
        faults = [{ at = '5 s', partition = '30 %', back = '10 s' }, { at = '6 s', partition = '50 %' }]";
    let story = story(&mut *world(text, 10, 1).director(2));
    let [_, (at, Happening::Part(cut)), (_, Happening::Part(other)), (healed, Happening::Heal(0))] =
        story[..]
    else {
        panic!("{story:?}")
    };
    assert_eq!((at, healed), (Time(5_000_000_000), Time(15_000_000_000)));
    assert_ne!(cut.key, other.key);
    // Six standard deviations of 10,000 coins; 0 is on one of the sides.
    let apart = (0..10_000).filter(|&number| cut.separates(0, number)).count();
    assert!(apart.min(10_000 - apart).abs_diff(3000) < 280, "{apart}");
    let refused = |fault: &str| refusal(&format!("faults = [{{ {fault} }}]"), Some(10)).to_string();
    assert!(refused("partition = '0 %'").ends_with("the nearest valid value is \"50 %\""));
    assert!(refused("partition = '50 %', crash.servers = {}").contains("stands beside `crash`"));
}

#[test]
fn impossible_faults_are_refused_and_late_ones_remarked() {
    let error = refusal("faults = [{}, { crash = { peers = [1, 10] } }]", Some(10));
    assert_eq!(error.key, "faults.0.crash");
    let error = refusal("faults = [{ crash = { peers = [1, 10] } }]", Some(10));
    assert_eq!(
        error.to_string(),
        "faults.0.crash.peers.1: got 10, expected the number of a peer, below 10; the nearest valid value is 9"
    );
    let late = world("faults = [{ at = '1 h', crash = { servers = {} } }]", 30, 1);
    assert_eq!(late.remarks().iter().filter(|remark| remark.key == "faults.0.at").count(), 1);
    assert!(late.remarks()[0].message.contains("never strikes"));
}
