//! Laws of sessions, traces, identities, flash crowds, and strikes at the overlay.

use std::fs;

use super::*;
use crate::sim::{PlannedLookup, Span, Strike, World};
use crate::world::SessionLaw;

const MINUTE: u64 = 60_000_000_000;

/// Peer-time online, mean over the run, and how many sessions began in it.
fn online(world: &Terrain) -> (f64, u64) {
    let mut director = world.director(0);
    let mut online = (0..world.peers()).filter(|&peer| director.starts_online(peer)).count() as u64;
    let (mut last, mut sum, mut begun) = (Time::ZERO, 0.0, 0);
    let end = director.end();
    for (time, what) in story(&mut *director) {
        sum += online as f64 * time.since(last).as_secs_f64();
        last = time;
        match what {
            Happening::Join(_) | Happening::Arrive(_) => (online, begun) = (online + 1, begun + 1),
            Happening::Leave(_) | Happening::Crash(_) => online -= 1,
            Happening::Lookup(_) | Happening::Measure => {}
            Happening::Strike(_) | Happening::Part(_) | Happening::Heal(_) => {}
        }
    }
    ((sum + online as f64 * end.since(last).as_secs_f64()) / end.as_secs_f64(), begun)
}

/// Little's law, by law: mean online = arrivals a second × mean session, within 1 %, and so it is from the first moment on.
/// In equilibrium the number online is exactly binomial, so 40,000 peers alone leave 0.25 % and less; arrivals, some 100,000
/// in ten hours, another 0.5 % at most for the laws with the heaviest tails.
#[test]
fn little_s_law_holds_for_every_law() {
    for ((law, mean_min, offline_min), pauses) in [
        ("exponential = { online = '20 min', offline = '10 min' }", 20.0, 10.0),
        ("pareto = { online = '20 min', shape = 2.5, offline = '10 min' }", 20.0, 10.0),
        ("weibull = { shape = 0.5, scale = '10 min', offline = '10 min' }", 20.0, 10.0),
        ("log-normal = { median = '20 min', sigma = 1, offline = '20 min' }", 20.0 * 1.648_721, 20.0),
        ("fixed = { online = '20 min', offline = '5 min' }", 20.0, 5.0),
        ("stutzbach-red-hat = { offline = '1 h' }", 118.76, 60.0),
        ("stutzbach-debian = { offline = '1 h' }", 42.4 * 3.86, 60.0),
        ("stutzbach-flatout = { offline = '1 h' }", 41.9 * 1.5394, 60.0),
    ]
    .into_iter()
    .zip(["exponential", "fixed", "weibull", "pareto", "log-normal"].into_iter().cycle())
    {
        let text = format!(
            "churn.sessions.{law}\nchurn.pauses.{pauses} = {{}}\nworkload = {{ lookups = 0, duration = '10 h' }}"
        );
        let peers = 40_000.0;
        let (mean_online, begun) = online(&world(&text, 40_000, 1));
        let expected = peers * mean_min / (mean_min + offline_min);
        assert!((mean_online / expected - 1.0).abs() < 0.01, "{law}: {mean_online} for {expected}");
        let little = begun as f64 / 600.0 * mean_min;
        assert!((little / mean_online - 1.0).abs() < 0.015, "{law}, {pauses}: {little} for {mean_online}");
    }
}

/// Sessions under way at the start end as they would have: of fixed ones, a tenth in each tenth of their length.
#[test]
fn what_is_under_way_at_the_start_is_in_its_midst() {
    let text = "churn.sessions.fixed = { online = '1 h', offline = 0 }\nworkload = { lookups = 0, duration = '1 h' }";
    let mut tenths = [0u32; 10];
    for (time, what) in story(&mut *world(text, 10_000, 1).director(0)) {
        if matches!(what, Happening::Leave(_) | Happening::Crash(_)) {
            tenths[(time.nanos() / (6 * MINUTE)).min(9) as usize] += 1;
        }
    }
    // Six standard deviations.
    assert!(tenths.iter().all(|count| count.abs_diff(1000) < 180), "{tenths:?}");
}

#[test]
fn laws_are_checked() {
    for (text, key, nearest) in [
        ("sessions.pareto.shape = 1", "sessions.pareto.shape", "1.1"),
        ("sessions.pareto.online = 0", "sessions.pareto.online", "\"1 s\""),
        ("sessions.weibull.shape = 0.01", "sessions.weibull.shape", "0.1"),
        ("sessions.weibull.scale = 0", "sessions.weibull.scale", "\"1 s\""),
        ("sessions.log-normal.sigma = 9", "sessions.log-normal.sigma", "4"),
        ("sessions.log-normal.median = 0", "sessions.log-normal.median", "\"1 s\""),
        ("sessions.fixed.online = 0", "sessions.fixed.online", "\"1 s\""),
        ("pauses.pareto.shape = 0.5", "pauses.pareto.shape", "1.1"),
        ("pauses.weibull.shape = 99", "pauses.weibull.shape", "20"),
        ("pauses.log-normal.sigma = -1", "pauses.log-normal.sigma", "0"),
        ("crowd.peers = 11", "crowd.peers", "10"),
    ] {
        let error = refusal(&format!("churn.{text}"), Some(10));
        assert_eq!((error.key, error.nearest.as_deref()), (format!("churn.{key}"), Some(nearest)));
    }
    let error = refusal("churn = { newcomers = '20 %', crowd.peers = 9 }\ncontent.replicas = 1", Some(10));
    assert_eq!(error.nearest.as_deref(), Some("8"));
    for (name, _) in SessionLaw::LISTED.iter().filter(|(name, _)| *name != "trace") {
        let text = format!("churn.sessions.{name} = {{}}");
        let read = settings(&text);
        assert_eq!(settings(&toml::to_string(&read).unwrap()), read);
        assert!(read.check().is_ok());
    }
}

/// New identities: at the same times as ever somebody comes and somebody goes, but it is not always the same peer, and nobody
/// comes as itself again.
#[test]
fn new_identities_come_at_the_same_times() {
    let text = |identity: &str| {
        format!(
            "churn = {{ identity = '{identity}', sessions.exponential = {{ online = '10 min', offline = '10 min' }} }}
            workload = {{ lookups = 0, duration = '2 h' }}"
        )
    };
    let (same, new) = (world(&text("same"), 200, 1), world(&text("new"), 200, 1));
    let (same, new) = (story(&mut *same.director(0)), story(&mut *new.director(0)));
    let times = |story: &[(Time, Happening)]| story.iter().map(|&(time, _)| time).collect::<Vec<_>>();
    assert_eq!(times(&same), times(&new));
    assert!(!new.iter().any(|(_, what)| matches!(what, Happening::Join(_))));
    assert!(!same.iter().any(|(_, what)| matches!(what, Happening::Arrive(_))));
    let others = same.iter().zip(&new).filter(|((_, same), (_, new))| match (same, new) {
        (Happening::Join(same), Happening::Arrive(new)) => same != new,
        _ => false,
    });
    let arrivals = new.iter().filter(|(_, what)| matches!(what, Happening::Arrive(_))).count();
    // A hundred are away: one in a hundred arrivals is of the peer whose turn it would have been.
    assert!(others.count() * 100 > arrivals * 95 && arrivals > 1000);
    follow_strictly(&self::world(&text("new"), 200, 1));
    let struck = format!(
        "{}\nfaults = [{{ at = '30 min', crash = {{ share = '50 %' }}, back = '20 min' }}, {{ at = '1 h', crash.everyone = {{}}, back = '1 min' }}]",
        text("new")
    );
    follow_strictly(&self::world(&struck, 200, 1));
}

/// Only who is offline comes, only who is online goes.
fn follow_strictly(world: &Terrain) {
    let mut director = world.director(0);
    let mut online: Vec<bool> = (0..world.peers()).map(|peer| director.starts_online(peer)).collect();
    for (_, what) in story(&mut *director) {
        let (peer, comes) = match what {
            Happening::Join(peer) | Happening::Arrive(peer) => (peer, true),
            Happening::Leave(peer) | Happening::Crash(peer) => (peer, false),
            Happening::Lookup(PlannedLookup { origin, .. }) => {
                assert!(online[origin as usize]);
                continue;
            }
            Happening::Measure | Happening::Strike(_) | Happening::Part(_) | Happening::Heal(_) => continue,
        };
        assert_eq!(online[peer as usize], !comes);
        online[peer as usize] = comes;
    }
}

#[test]
fn a_flash_crowd_comes_within_its_time_and_stays() {
    let text = "churn = { newcomers = '10 %', crowd = { peers = 150, at = '1 min', within = '10 s' } }
        workload = { lookups = 0, duration = '10 min' }";
    let world = world(text, 200, 1);
    let director = world.director(0);
    assert_eq!((0..200).filter(|&peer| director.starts_online(peer)).count(), 30);
    let (mut crowd, mut all) = (Vec::new(), Vec::new());
    for (time, what) in story(&mut *world.director(0)) {
        let Happening::Join(peer) = what else { continue };
        all.push(peer);
        if (60_000_000_000..70_000_000_000).contains(&time.nanos()) {
            crowd.push(peer);
        }
    }
    assert!((150..=152).contains(&crowd.len()), "a newcomer may come at the same time: {}", crowd.len());
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 170, "each once");
    let everyone =
        "churn.crowd = { peers = '100 %', within = 0 }\nworkload.lookups = 1\nworkload.duration = '1 s'";
    let story = story(&mut *self::world(everyone, 50, 1).director(0));
    assert!(
        story
            .iter()
            .filter(|(_, what)| matches!(what, Happening::Join(_)))
            .all(|(time, _)| *time == Time::ZERO)
    );
}

/// The engine says whom a strike hits: the director then takes them for offline, whatever comes next.
#[test]
fn the_director_learns_whom_a_strike_has_hit() {
    let text = "workload = { lookups = 2000, rate = '100 /s' }
        [[faults]]
        at = '5 s'
        crash = { best-connected = '20 %' }
        back = '10 s'
        [[faults]]
        at = '5 s'
        crash = { supernodes = {} }";
    let world = world(text, 10, 1);
    let mut director = world.director(2);
    let (mut strikes, mut during, mut after, mut back) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    loop {
        let time = director.next_time();
        let Some(what) = director.next() else { break };
        match what {
            Happening::Strike(strike) => {
                strikes.push((time, strike));
                director.struck(if strikes.len() == 1 { &[3, 7] } else { &[4] });
            }
            Happening::Lookup(asked) if time < Time(15_000_000_000) => during.push((time, asked.origin)),
            Happening::Lookup(asked) => after.push(asked.origin),
            Happening::Join(peer) => back.push((time, peer)),
            _ => {}
        }
    }
    let at = Time(5_000_000_000);
    assert_eq!(strikes, [(at, Strike::BestConnected(2)), (at, Strike::Supernodes)]);
    let struck = |peers: &[u32]| during.iter().any(|&(time, origin)| time >= at && peers.contains(&origin));
    assert!(!struck(&[3, 7, 4]) && struck(&[1]));
    assert_eq!(back, [(Time(15_000_000_000), 3), (Time(15_000_000_000), 7)]);
    assert!(after.contains(&3) && !after.contains(&4));
    // If nobody says, nobody was hit.
    assert!(lookups_of(&story(&mut *world.director(0)), 4));
    let error = refusal("faults = [{ crash = { best-connected = 11 } }]", Some(10));
    assert_eq!((error.key.as_str(), error.nearest.as_deref()), ("faults.0.crash.best-connected", Some("10")));
}

fn lookups_of(story: &[(Time, Happening)], origin: u32) -> bool {
    let late = story.iter().filter(|(time, _)| *time > Time(6_000_000_000));
    late.clone().any(|(_, what)| matches!(what, Happening::Lookup(asked) if asked.origin == origin))
}

fn traced(lines: &str, rest: &str, peers: u32) -> Result<Terrain, WorldError> {
    let folder = tempfile::TempDir::new().unwrap();
    fs::write(folder.path().join("trace.csv"), lines).unwrap();
    let text = format!(
        "churn = {{ graceful = 1, sessions.trace = {{ file = 'trace.csv' {rest} }} }}\ncontent.replicas = 1
        workload = {{ lookups = 0, duration = '100 s' }}"
    );
    let built = Terrain::build(&settings(&text), Some(peers), 1, Some(folder.path()), true);
    let previewed = settings(&text).preview(Some(peers), Some(folder.path()));
    assert_eq!(built.as_ref().err(), previewed.as_ref().err(), "`check` says the same");
    built
}

#[test]
fn a_trace_is_played_as_it_was_measured() {
    let lines = "# measured by hand\npeer,start,end\nanna,1000,1010.5\nbert,1002,1200\nanna,1010.5,1030\nanna,1040,1050\n\
                 once,1001,\nzero,1003,1003\ncarl,1020,1100\n";
    let world = traced(lines, "", 3).unwrap();
    let director = world.director(0);
    assert_eq!([0, 1, 2].map(|peer| director.starts_online(peer)), [true, false, false]);
    let happened: Vec<_> = story(&mut *world.director(0));
    let ms = |ms: u64| Time(ms * 1_000_000);
    assert_eq!(
        happened[1..],
        [
            (ms(2_000), Happening::Join(1)),
            (ms(10_500), Happening::Leave(0)),
            (ms(10_500), Happening::Join(0)),
            (ms(20_000), Happening::Join(2)),
            (ms(30_000), Happening::Leave(0)),
            (ms(40_000), Happening::Join(0)),
            (ms(50_000), Happening::Leave(0)),
            (ms(100_000), Happening::Leave(2)),
        ]
    );
    // Twenty-five seconds on.
    let later = traced(lines, ", from = '25 s'", 3).unwrap();
    let director = later.director(0);
    assert_eq!([0, 1, 2].map(|peer| director.starts_online(peer)), [true, true, true]);
    assert_eq!(story(&mut *later.director(0))[1], (ms(5_000), Happening::Leave(0)));
    // Of more peers, as many as take part.
    let two = traced(lines, "", 2).unwrap();
    assert!(story(&mut *two.director(0)).len() > 2);
    let error = traced(lines, "", 4).unwrap_err();
    assert_eq!((error.key.as_str(), error.nearest.as_deref()), ("peers", Some("3")));
}

#[test]
fn a_malformed_trace_names_its_line() {
    let said = |lines: &str| traced(lines, "", 1).unwrap_err().to_string();
    let named = |lines: &str, line: u32, words: &str| {
        let said = said(lines);
        assert!(said.starts_with("churn.sessions.trace.file: ") && said.contains(words), "{said}");
        assert!(said.contains(&format!("trace.csv:{line}: ")), "{said}");
    };
    named("peer,start,end\na,1,5\nb,1,2\na,4,9\n", 4, "overlaps that of line 2");
    named("peer,start,end\na,8,9\na,8.5,8.6\n", 3, "overlaps that of line 2");
    named("peer,start,end\na,1,2\na,5,3\n", 3, "ends at 3, before it starts at 5");
    named("peer,start,end\na,x,2\n", 2, "column `start`: found `x`");
    named("peer,start,end\na,1,inf\n", 2, "column `end`: found `inf`");
    named("peer,start,end\n,1,2\n", 2, "column `peer`: it is empty");
    named("peer,start\na,1\n", 1, "no column `end` in the header");
    assert!(said("peer,start,end\na,1,\n").contains("no session in it"));
    assert!(said("").contains("no session in it"));
    for stray in ["identity = 'new'", "pauses.fixed = {}"] {
        let error = refusal(
            &format!("churn = {{ {stray}, sessions.trace.file = 'x' }}\ncontent.replicas = 1"),
            Some(5),
        );
        assert!(error.to_string().contains("stands beside a trace"), "{error}");
    }
    assert_eq!(
        refusal("churn.sessions.trace = {}\ncontent.replicas = 1", Some(5)).key,
        "churn.sessions.trace.file"
    );
}

/// The measured trace: 205,339 peers of ten swarms over 34 h, of whom some were seen more than once.
#[test]
fn the_measured_trace_can_be_played() {
    let text = "churn.sessions.trace = { file = 'bittorrent-2015-08-30-peers.csv.gz', from = '12 h' }
        workload = { lookups = 0, duration = '6 h' }";
    let world = match Terrain::build(&settings(text), Some(2000), 1, None, false) {
        Ok(world) => world,
        Err(error) => {
            assert!(error.message.contains("there is no file"), "{error}");
            return eprintln!(
                "skipped: no measured data under PEERLAB_DATA or data/ (scripts/fetch-data.sh)"
            );
        }
    };
    let (mean, begun) = online(&world);
    assert!(mean > 50.0 && mean < 1000.0 && begun > 100, "{mean} online, {begun} sessions");
    assert_eq!(world.director(0).end(), Time::ZERO + Span::secs(6 * 3600));
}
