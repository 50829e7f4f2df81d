use super::*;
use crate::experiment::followed::Kind;

fn try_traced(protocol: &str, set: &[&str], lookup: u32) -> Result<Traced, Stop> {
    let set: Vec<String> = set.iter().map(|one| one.to_string()).collect();
    let plan = small_plan(protocol, &set).expect("a small network");
    let job = candidates(&plan, None).expect("it has lookups")[0];
    follow(&plan, job, None, lookup, &|| false)
}

fn traced(protocol: &str, set: &[&str], lookup: u32) -> Traced {
    try_traced(protocol, set, lookup).unwrap_or_else(|stop| panic!("{stop:?}"))
}

/// Ids and keys of the textbook: from 8 by its fingers to the owner of 54.
#[test]
fn the_textbook_s_route() {
    let ids = "protocol.chord.ids=[1, 8, 14, 21, 32, 38, 42, 48, 51, 56]";
    let set = [
        "peers=10",
        "protocol.chord.bits=6",
        ids,
        "protocol.chord.keys=[54]",
        "protocol.chord.routing=recursive",
        "protocol.chord.list_routes=false",
        "content.objects=1",
        "content.replicas=1",
    ];
    let ids = [1, 8, 14, 21, 32, 38, 42, 48, 51, 56];
    // The one who has the object does not ask: its turn passes.
    let mut seen = (0..100).filter_map(|lookup| try_traced("chord", &set, lookup).ok());
    let seen = seen.find(|seen| ids[seen.origin as usize] == 8);
    let route = seen.expect("8 asks once").answer.expect("it is found").route;
    assert_eq!(route.iter().map(|&peer| ids[peer as usize]).collect::<Vec<_>>(), [8, 42, 51, 56]);
}

/// The witness sees what the run's own books say of the same lookup.
#[test]
fn every_protocol_is_followed_and_counted() {
    for name in NAMES {
        let seen = traced(name, &[], 3);
        assert_eq!((seen.protocol.as_str(), seen.peers, seen.lookup), (*name, 24, 3));
        assert_eq!(seen.steps[0].kind, Kind::Issued, "{name}");
        assert_eq!((seen.steps[0].to, seen.steps[0].after), (seen.origin, Span::ZERO), "{name}");
        assert!(seen.steps.windows(2).all(|pair| pair[0].after <= pair[1].after), "{name}: out of order");
        assert!(seen.answer.is_some(), "{name} found nothing");
        assert!(seen.steps.len() >= 2, "{name}: {:?}", seen.steps);
        assert!(seen.members.len() as u32 >= seen.peers && seen.sites.len() == seen.members.len());
        assert_eq!(seen.involved()[0], seen.origin, "{name}");
        let geometry = seen.sites[..24].iter().all(|sites| !sites.is_empty());
        assert_eq!(geometry, ["chord", "can"].contains(name), "{name}");
        assert_eq!(seen.sought.is_some(), geometry, "{name}");
    }
}

/// The zones of a square leave nothing out.
#[test]
fn sites_cover_the_square() {
    let seen = traced("can", &[], 0);
    let area: f64 = seen
        .sites
        .iter()
        .flatten()
        .map(|site| match site {
            Site::Square { low, high } => (high[0] - low[0]) * (high[1] - low[1]),
            Site::Ring { .. } => panic!("a square is no ring"),
        })
        .sum();
    assert!((area - 1.0).abs() < 1e-12, "{area}");
}

#[test]
fn what_is_not_there_is_said() {
    let plan = small_plan("gnutella", &[]).expect("a small network");
    let said = candidates(&plan, Some("chrod")).expect_err("there is none").to_string();
    assert!(said.contains("no runs of a protocol `chrod`") && said.contains("There are: gnutella"), "{said}");
    let job = candidates(&plan, Some("gnutella")).expect("there is one")[0];
    let Err(Stop::Failed(error)) = follow(&plan, job, None, 100, &|| false) else { panic!("lookup 100") };
    let said = error.to_string();
    assert!(said.contains("there is no lookup 100: `gnutella` has 100"), "{said}");
    assert!(said.contains("the nearest is 99"), "{said}");
    let stopped = follow(&plan, job, None, 50, &|| true);
    assert!(matches!(stopped, Err(Stop::Interrupted { .. })));
}
