use super::drawing::apart;
use super::*;

#[test]
fn strings_cannot_leave_their_place() {
    let page = TracePage {
        title: "a <b> & \"c\"".to_string(),
        peers: vec![PagePeer { part: "peer", drawn: true, ..PagePeer::default() }],
        steps: vec![PageStep(0.0, 0, 0, 0, "issued", "lookup", "</script><script>x {{data}}".to_string())],
        ..TracePage::default()
    };
    let html = page.html();
    assert!(html.contains("<title>a &lt;b&gt; &amp; &quot;c&quot;</title>"));
    assert_eq!(html.matches("</script>").count(), 2);
    assert!(html.contains("\\u003c/script>\\u003cscript>x {{data}}"));
    assert!(!html.contains("src=") && !html.contains("@import") && !html.contains("url(h"));
}

#[test]
fn peers_on_a_ring_stand_beside_each_other() {
    let moved = apart(vec![0.001, 0.2, 0.201, 0.202, 0.999], 0.01);
    let gap = |i: usize| (moved[(i + 1) % 5] - moved[i]).rem_euclid(1.0);
    assert!((0..5).all(|i| gap(i) >= 0.01 - 1e-6), "{moved:?}");
    assert!((moved[2] - 0.201).abs() < 1e-3, "the middle one stays: {moved:?}");
    assert_eq!(apart(vec![0.1, 0.5], 0.01), [0.1, 0.5]);
    assert_eq!(apart(vec![0.1, 0.1], 0.6), [0.1, 0.1], "there is no room");
}

#[test]
fn a_ring_a_square_and_a_network() {
    let shape = |places: [PagePlace; 2]| {
        let peer = |(number, place): (u32, PagePlace)| PagePeer {
            number,
            places: vec![place],
            drawn: true,
            ..PagePeer::default()
        };
        let peers = (0..).zip(places).map(peer).collect();
        TracePage { peers, ..TracePage::default() }.data()
    };
    let ring = shape([0.0, 0.25].map(|turn| PagePlace::Ring(turn, "x".into())));
    assert_eq!(ring["shape"], "ring");
    assert_eq!(ring["peers"][0]["at"], json!([600.0, 85.0]));
    assert_eq!(ring["peers"][1]["at"], json!([965.0, 450.0]));
    let square =
        shape([PagePlace::Square([0.0, 0.0], [0.5, 1.0]), PagePlace::Square([0.5, 0.0], [1.0, 1.0])]);
    assert_eq!(square["peers"][1]["boxes"], json!([[600.0, 20.0, 430.0, 860.0]]));
    assert_eq!(square["peers"][1]["name"], "0.5–1 × 0–1");
    let two = [0, 1].map(|number| PagePeer { number, drawn: true, ..PagePeer::default() });
    let network =
        TracePage { peers: two.to_vec(), first: vec![1], links: vec![(0, 1)], ..TracePage::default() };
    assert_eq!(network.data()["shape"], "network");
    assert_eq!(network.data()["peers"][1]["at"], json!([600.0, 450.0]));
}
