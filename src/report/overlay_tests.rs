//! Drawings of small overlays.

use super::canvas::Area;
use super::overlay::OverlayDrawing;
use super::pack::packed;
use super::stress::relaxed;
use super::{ReportError, svg_to_png};

fn rows(count: usize, links: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut rows = vec![Vec::new(); count];
    for &(one, other) in links {
        rows[one].push(other);
        rows[other].push(one);
    }
    rows
}

fn ring(count: usize) -> Vec<(usize, usize)> {
    (0..count).map(|node| (node, (node + 1) % count)).collect()
}

#[test]
fn distances_look_as_they_are() {
    // The longest way of a path is as long as it is, and lies flat.
    let path: Vec<(usize, usize)> = (1..20).map(|node| (node - 1, node)).collect();
    let spots = relaxed(&rows(20, &path));
    let (first, last) = (spots[0], spots[19]);
    assert!(((first.0 - last.0).abs() - 19.0).abs() < 0.5, "{first:?} {last:?}");
    assert!(spots.iter().all(|spot| spot.1.abs() < 1.0));
    // A ring is round: all nodes are as far from its middle.
    let spots = relaxed(&rows(24, &ring(24)));
    let radii: Vec<f64> = spots.iter().map(|spot| libm::hypot(spot.0, spot.1)).collect();
    let (least, most) = radii.iter().fold((f64::MAX, 0.0f64), |(l, m), &r| (l.min(r), m.max(r)));
    assert!(most / least < 1.1 && least > 2.0, "{least} {most}");
    // Every link of a lattice is about as long as any other.
    let lattice: Vec<(usize, usize)> = (0..36)
        .flat_map(|node| {
            let right = (node % 6 < 5).then_some((node, node + 1));
            let below = (node < 30).then_some((node, node + 6));
            right.into_iter().chain(below)
        })
        .collect();
    let spots = relaxed(&rows(36, &lattice));
    for (one, other) in lattice {
        let length = libm::hypot(spots[one].0 - spots[other].0, spots[one].1 - spots[other].1);
        assert!((0.5..1.5).contains(&length), "{one} {other}: {length}");
    }
}

#[test]
fn rectangles_do_not_overlap() {
    let area = Area { left: 10.0, top: 20.0, right: 610.0, bottom: 420.0 };
    let sizes: Vec<(f64, f64)> =
        std::iter::once((9.0, 6.0)).chain((0..60).map(|i| (1.0 + f64::from(i % 3), 1.0))).collect();
    let (scale, corners) = packed(&sizes, area, 1e3);
    let placed: Vec<Area> = sizes
        .iter()
        .zip(&corners)
        .map(|(size, at)| {
            let (right, bottom) = (at.0 + scale * size.0 - 1e-6, at.1 + scale * size.1 - 1e-6);
            Area { left: at.0, top: at.1, right, bottom }
        })
        .collect();
    for (i, one) in placed.iter().enumerate() {
        assert!(one.inside(&area), "{one:?}");
        assert!(placed[..i].iter().all(|other| !one.overlaps(other)), "{one:?}");
    }
    let filled: f64 = sizes.iter().map(|(width, height)| scale * scale * width * height).sum();
    assert!(filled > 0.5 * 600.0 * 400.0, "half of the area at least is used: {filled}");
    assert_eq!(packed(&[(1.0, 1.0)], area, 70.0).0, 70.0, "no larger than it should be");
}

fn drawing(count: usize, links: Vec<(usize, usize)>, supernodes: Vec<bool>) -> OverlayDrawing {
    OverlayDrawing {
        title: format!("{count} nodes"),
        labels: (0..count).map(|node| node.to_string()).collect(),
        links,
        supernodes,
        ..OverlayDrawing::default()
    }
}

#[test]
fn any_small_overlay_is_drawn() {
    let star: Vec<(usize, usize)> = (1..40).map(|node| (0, node)).collect();
    for (count, links) in [
        (0, Vec::new()),
        (1, vec![(0, 0)]),
        (2, vec![(0, 1), (1, 0)]),
        (3, vec![(0, 7)]),
        (40, star),
        (50, ring(50)),
        (600, Vec::new()),
        (600, ring(600)),
    ] {
        let svg = drawing(count, links.clone(), Vec::new()).render_svg().unwrap();
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{count} nodes");
        assert_eq!(svg, drawing(count, links, Vec::new()).render_svg().unwrap());
        svg_to_png(&svg).unwrap();
    }
}

#[test]
fn the_key_says_what_there_is() {
    let mut links = ring(12);
    links.extend([(12, 13), (13, 14), (15, 16)]);
    let svg = drawing(19, links.clone(), Vec::new()).render_svg().unwrap();
    for text in
        ["largest component: 12 nodes", "component: 3 nodes", "component: 2 nodes", "2 nodes without links"]
    {
        assert!(svg.contains(text), "{text}");
    }
    assert!(!svg.contains("supernode") && !svg.contains("links or more"));
    links.extend((1..8).map(|node| (0, node + 2)));
    assert!(drawing(19, links.clone(), Vec::new()).render_svg().unwrap().contains("links or more"));
    let told = drawing(19, links, (0..19).map(|node| node == 3).collect()).render_svg().unwrap();
    assert!(told.contains("supernode (1)") && !told.contains("links or more"));
}

#[test]
fn too_many_nodes_are_refused() {
    let error = drawing(601, Vec::new(), Vec::new()).render_svg().unwrap_err();
    assert!(matches!(error, ReportError::TooMany { found: 601, limit: 600 }));
    assert_eq!(error.to_string(), "601 nodes are too many to draw, expected at most 600");
}
