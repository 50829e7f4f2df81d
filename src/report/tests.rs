//! Tests of figures and tables: nothing panics, the same input gives the same bytes, and what is written can
//! be read.

use super::axis::{Map, Role, fit};
use super::key::spread;
use super::ticks::ticks;
use super::*;
use crate::stats::Summary;

fn labels(axis: &Axis, low: f64, high: f64, most: usize) -> Vec<String> {
    let map = Map { scale: axis.scale, low, high, from: 0.0, to: 1000.0 };
    ticks(axis, &map, most).into_iter().filter_map(|tick| tick.label).collect()
}

#[test]
fn ticks_are_legible() {
    let log = Axis::log10("");
    assert_eq!(
        labels(&log, 0.9, 2e6, 12),
        ["1", "10", "100", "1\u{202f}k", "10\u{202f}k", "100\u{202f}k", "1\u{202f}M"]
    );
    assert_eq!(labels(&log, 0.000_01, 1.0, 12), ["10⁻⁵", "0.0001", "0.001", "0.01", "0.1", "1"]);
    assert_eq!(labels(&log, 1.5, 80.0, 12), ["2", "5", "10", "20", "50"]);
    assert_eq!(labels(&log, 100.0, 120.0, 5), ["100", "105", "110", "115", "120"]);
    assert!(labels(&log, 1e-300, 1e300, 8).len() <= 8);
    let sizes = Axis::log2("peers");
    assert_eq!(labels(&sizes, 120.0, 8200.0, 12), ["128", "256", "512", "1,024", "2,048", "4,096", "8,192"]);
    assert_eq!(labels(&sizes, 128.0, 8192.0, 4), ["128", "512", "2,048", "8,192"]);
    assert_eq!(labels(&sizes, 128.0, 1048576.0, 4), ["2⁷", "2¹¹", "2¹⁵", "2¹⁹"]);
    assert_eq!(labels(&sizes.clone().ticks([100.0, 1000.0]), 90.0, 2000.0, 9), ["100", "1,000"]);
    let shares = [0.1, 0.25, 0.5, 1.0];
    for scale in [Axis::linear("share"), sizes.clone()] {
        assert_eq!(labels(&scale.ticks(shares), 0.1, 1.0, 9), ["0.1", "0.25", "0.5", "1"]);
    }
    let linear = Axis::linear("");
    assert_eq!(labels(&linear, 0.0, 1.05, 6), ["0", "0.2", "0.4", "0.6", "0.8", "1"]);
    assert_eq!(labels(&linear, -1.0, 1.0, 5), ["−1", "−0.5", "0", "0.5", "1"]);
    assert_eq!(
        labels(&linear, 0.0, 2_000_000.0, 5),
        ["0", "0.5\u{202f}M", "1\u{202f}M", "1.5\u{202f}M", "2\u{202f}M"]
    );
    assert_eq!(labels(&linear.clone().format(TickFormat::Percent), 0.0, 100.0, 3), ["0 %", "50 %", "100 %"]);
    let time = Axis::log10("").format(TickFormat::Milliseconds);
    assert_eq!(
        labels(&time, 10.0, 10_000.0, 8),
        ["10\u{202f}ms", "100\u{202f}ms", "1\u{202f}s", "10\u{202f}s"]
    );
    assert_eq!(labels(&Axis::categories("", ["a", "b"]), -0.5, 1.5, 9), ["a", "b"]);
}

#[test]
fn ranges_hold_the_data() {
    for (axis, role) in
        [(Axis::linear(""), Role::Up), (Axis::log10(""), Role::Bars), (Axis::log2(""), Role::Across)]
    {
        for values in
            [vec![], vec![5.0], vec![5.0, 5.0], vec![1e-9, 1e9], vec![0.0], vec![-3.0, 4.0], vec![f64::NAN]]
        {
            let map = fit(&axis, values.iter().copied(), role);
            assert!(map.low < map.high, "{values:?} on {:?}", axis.scale);
            assert!(values.iter().all(|&value| map.place(value).is_none() || map.shows(value)), "{values:?}");
        }
    }
    assert_eq!(fit(&Axis::linear("").range(0.0, 100.0), [500.0].into_iter(), Role::Up).high, 100.0);
    assert!(fit(&Axis::log10("").range(0.0, 100.0), [5.0].into_iter(), Role::Up).low > 0.0);
}

#[test]
fn names_are_spread_without_overlap() {
    let heights = [20.0, 30.0, 20.0, 20.0];
    let centres = spread(&[100.0, 101.0, 102.0, 300.0], &heights, 0.0, 400.0);
    assert_eq!(centres[3], 300.0);
    for (i, pair) in centres.windows(2).enumerate() {
        assert!(pair[1] - pair[0] >= 0.5 * (heights[i] + heights[i + 1]) - 1e-9, "{centres:?}");
    }
    assert!((centres[..3].iter().sum::<f64>() / 3.0 - 101.0).abs() < 6.0, "{centres:?}");
    let low = spread(&[395.0, 399.0], &[20.0, 20.0], 0.0, 400.0);
    assert_eq!(low, [370.0, 390.0]);
    let tight = spread(&[0.0; 10], &[20.0; 10], 0.0, 100.0);
    assert!(tight.is_sorted() && tight[9] <= 95.0 + 1e-9);
}

#[test]
fn crossings_are_where_curves_change_places() {
    let (x, y) = (Axis::log10("ratio"), Axis::log10("cost"));
    let places: Vec<f64> = (-8..=8).map(|i| libm::pow(10.0, f64::from(i) / 2.0)).collect();
    let falling = Series::line("falling", places.iter().map(|&x| (x, 100.0 / x)).collect::<Vec<_>>());
    let level = Series::line("level", places.iter().map(|&x| (x, 5.0)).collect::<Vec<_>>());
    let found = crossings(&falling, &level, &x, &y);
    assert_eq!(found.len(), 1);
    assert!((found[0].0 - 20.0).abs() < 1e-9 && (found[0].1 - 5.0).abs() < 1e-9, "{found:?}");
    assert!(crossings(&level, &level, &x, &y).is_empty());
    let touching = Series::line("touching", [(1e-4, 9.0), (1.0, 5.0), (1e4, 9.0)]);
    assert!(crossings(&touching, &level, &x, &y).is_empty());
    let through = Series::line("through", [(1e-4, 9.0), (1.0, 5.0), (10.0, 5.0), (1e4, 2.0)]);
    assert_eq!(crossings(&through, &level, &x, &y).len(), 1);
    assert!(crossings(&falling, &Series::line("none", [(-1.0, 1.0)]), &x, &y).is_empty());
}

/// Values that have broken plotting code before.
const HOSTILE: [f64; 14] = [
    0.0,
    -1.0,
    5.0,
    5.0,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    1e300,
    f64::MAX,
    -f64::MAX,
    f64::MIN_POSITIVE,
    1e-320,
    0.3,
    1e6,
];

#[test]
fn nothing_panics() {
    let axes = || {
        let shown = |axis: Axis| [axis.clone(), axis.clone().range(1.0, 1.0), axis.range(0.5, 20.0)];
        let named = Axis::categories(
            "named",
            ["a", "", "a very long name of a place that cannot fit anywhere at all"],
        );
        [Axis::linear("linear"), Axis::log10("log"), Axis::log2("log2"), named].into_iter().flat_map(shown)
    };
    let styles = [Style::Line, Style::Band, Style::Steps, Style::Tail, Style::Points, Style::Bars];
    let long = "a title that goes on and on ".repeat(30);
    for (i, x) in axes().enumerate() {
        for (j, y) in axes().enumerate() {
            let mut figure = Figure::new(&long, x.clone(), y.clone()).subtitle(&long).caption(&long);
            for (k, style) in styles.into_iter().enumerate() {
                let value = |step: usize| HOSTILE[(step * (i + 3) + j + k) % HOSTILE.len()];
                let point = |step: usize| {
                    Point::with_interval(value(step), value(step + 1), value(step + 2), value(step))
                };
                figure = figure
                    .series(Series::new(&long, style, (0..(i + j * k) % 20).map(point)).slot(usize::MAX - k));
                figure = figure.mark(Mark::new(value(1), value(2), "mark"));
                figure = figure.reference(Reference::Horizontal { y: value(3), label: "level".into() });
                figure = figure.reference(Reference::Vertical { x: value(4), label: "place".into() });
                figure = figure.reference(Reference::law("law", value(5), value(6), |n| n));
            }
            let svg = render_svg(&figure).unwrap();
            if (i + j) % 12 == 0 {
                svg_to_png(&svg).unwrap();
            }
        }
    }
}

fn example() -> Figure {
    let points =
        |factor: f64| (7..=13).map(move |bits| (libm::exp2(f64::from(bits)), factor * f64::from(bits)));
    Figure::new("Hops < 7 & growing", Axis::log2("peers N"), Axis::linear("hops per lookup"))
        .subtitle("static ring")
        .series(Series::line("chord", points(0.5).map(|(x, y)| Point::with_half(x, y, 0.1))))
        .series(Series::line("empty", Vec::<Point>::new()))
        .series(Series::line("zeros", [(128.0, 0.0), (-2.0, 1.0), (256.0, f64::NAN)]))
        .mark(Mark::new(1024.0, 5.0, "half of log₂ N"))
}

#[test]
fn figures_are_the_same_bytes_and_say_what_is_missing() {
    let svg = render_svg(&example()).unwrap();
    assert_eq!(svg, render_svg(&example()).unwrap());
    assert!(svg.contains("<title>Hops &lt; 7 &amp; growing</title>"));
    assert!(svg.contains("empty (no data)"));
    assert!(svg.contains("Not shown: 1 value of zero or below, impossible on a log axis."), "{svg}");
    assert!(svg.contains("Not shown: 1 value without a number."));
    assert!(svg.contains("font-family=\"Inter, "));
    let png = svg_to_png(&svg).unwrap();
    assert_eq!(png, svg_to_png(&svg).unwrap());
    assert_eq!(&png[1..4], b"PNG");
    let side = |at: usize| u32::from_be_bytes([png[at], png[at + 1], png[at + 2], png[at + 3]]);
    assert_eq!((side(16), side(20)), (1920, 1080));
    let empty = render_svg(&Figure::new("", Axis::log10(""), Axis::linear(""))).unwrap();
    assert!(empty.contains("no data"));
    assert!(matches!(svg_to_png("no picture"), Err(ReportError::Svg(_))));
}

#[test]
fn files_appear_whole_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let [svg, png] = write_svg_png(&example(), dir.path(), "hops").unwrap();
    assert!(svg.ends_with("hops.svg") && png.ends_with("hops.png"));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2);
    let error = write_svg_png(&example(), &dir.path().join("missing"), "hops").unwrap_err();
    assert!(error.to_string().contains("missing/hops.svg"), "{error}");
}

#[test]
fn the_textbook_ring_draws_its_route() {
    let ids = [1u128, 8, 14, 21, 32, 38, 42, 48, 51, 56];
    let ring = Ring {
        title: "Chord".into(),
        bits: 6,
        nodes: ids.iter().map(|&id| RingNode { id, label: format!("N{id}") }).collect(),
        fingers: vec![(8, 14, "+1, +2, +4".into()), (8, 21, "+8".into()), (8, 42, "+32".into())],
        route: vec![8, 42, 51, 56],
        key: Some(54),
        ..Ring::default()
    };
    let svg = ring.render_svg().unwrap();
    for text in ["N1", "N56", "K54", "+32: N8 → N42"] {
        assert!(svg.contains(&format!(">\n{text}\n")), "{text} is missing");
    }
    assert!(svg_to_png(&svg).is_ok());
    let odd = Ring { bits: 0, route: vec![u128::MAX, 3, 3], key: Some(u128::MAX), ..ring.clone() };
    assert!(odd.render_svg().is_ok());
    let crowd = (0..5000).map(|i| RingNode { id: i * (u128::MAX / 5000), label: i.to_string() }).collect();
    let crowd = Ring { bits: 128, nodes: crowd, route: vec![], fingers: vec![], key: None, ..ring };
    assert!(crowd.render_svg().unwrap().len() < 1_000_000);
}

#[test]
fn a_square_draws_its_route() {
    let zone =
        |x: u64, y: u64, label: &str| SquareZone { low: [x, y], high: [x + 1, y + 1], label: label.into() };
    let square = Square {
        title: "CAN".into(),
        side: 2,
        zones: vec![zone(0, 0, "A"), zone(1, 0, "B"), zone(0, 1, "C"), zone(1, 1, "D")],
        marked: vec![1, 2],
        route: vec![0, 1, 3],
        key: Some([1, 1]),
        notes: vec!["neighbours of A".into()],
        ..Square::default()
    };
    let svg = square.render_svg().unwrap();
    for text in ["A", "D", "key (1, 1)", "neighbours of A"] {
        assert!(svg.contains(&format!(">\n{text}\n")), "{text} is missing");
    }
    assert!(svg_to_png(&svg).is_ok());
    // Across an edge an arrow is drawn in two parts, not all the way back.
    let wide: Vec<SquareZone> =
        (0..4).map(|x| SquareZone { low: [x, 0], high: [x + 1, 4], label: String::new() }).collect();
    let straight = Square { side: 4, zones: wide, route: vec![0, 3], key: None, ..square.clone() };
    let round = Square { wraps: true, ..straight.clone() };
    assert_ne!(round.render_svg().unwrap(), straight.render_svg().unwrap());
    let odd = Square { side: 0, route: vec![9, 0, 0], marked: vec![7], ..square };
    assert!(odd.render_svg().is_ok());
}

#[test]
fn tables_fit_the_screen() {
    let columns = [
        "messages per lookup",
        "hops",
        "latency (ms)",
        "found (%)",
        "upkeep (messages per peer and s)",
        "state",
    ];
    let mut table = Table::new([Column::text("protocol")].into_iter().chain(columns.map(Column::number)));
    table.row(["napster", "2.00 ± 0.01", "1", "180.2 ± 3.1", "99.1 ± 0.2", "0.12", "1"]);
    table.rule().row([
        "gnutella, whole network",
        "30,121 ± 2,310",
        "3.41 ± 0.02",
        "–",
        "100",
        "12.3",
        "4.00 ± 0.01",
        "surplus",
    ]);
    table.row(["対等 überlang ".repeat(9)]);
    for colour in [Colour::Never, Colour::Always] {
        for width in [20, 60, 80, 200] {
            let text = table.render(width, colour);
            for line in text.lines() {
                let plain = line.replace("\x1b[1m", "").replace("\x1b[2m", "").replace("\x1b[0m", "");
                assert!(table::display_width(&plain) <= width, "{width}: {plain:?}");
                assert!(!plain.ends_with(' '));
            }
        }
    }
    let mut small = Table::new([Column::text("protocol"), Column::number("messages per lookup")]);
    small.row(["chord", "6.51 ± 0.02"]).row(["napster", "2"]).row(["flood", "30,121 ± 2,310"]);
    let expect = "            messages per\n\
                  protocol          lookup\n\
                  ────────────────────────\n\
                  chord       6.51 ± 0.02\n\
                  napster        2\n\
                  flood     30,121 ± 2,310\n";
    assert_eq!(small.to_string(), expect);
    assert_eq!(Table::new([]).row(["x"]).to_string().lines().count(), 2);
}

#[test]
fn numbers_for_people() {
    assert_eq!(count(1_234_567), "1,234,567");
    let cases = [
        (0.0, "0"),
        (0.012_34, "0.0123"),
        (7.25, "7.25"),
        (123.4, "123"),
        (1234.5, "1,234"),
        (9_999.6, "10.0 k"),
        (12_345.0, "12.3 k"),
        (1_200_000.0, "1.20 M"),
        (999_600.0, "1.00 M"),
        (3.4e15, "3.4e15"),
        (0.000_012, "1.2e-5"),
        (-5.5, "-5.50"),
        (f64::NAN, ""),
    ];
    for (value, text) in cases {
        assert_eq!(short(value), text, "{value}");
    }
    assert_eq!(
        [0.25, 87.3, 1_240.0, 750_000.0, 1.08e7].map(duration_ms),
        ["0.250 ms", "87.3 ms", "1.24 s", "12.5 min", "3 h"]
    );
    assert_eq!(mean_ci(None), "–");
    assert_eq!(mean_ci(Summary::of(&[2.0, 2.0]).as_ref()), "2");
    let summary = Summary { n: 9, mean: 30_121.3, sd: Some(1.0), ci95: Some(2_310.4) };
    assert_eq!(mean_ci(Some(&summary)), "30,121 ± 2,311");
    let summary = Summary { n: 9, mean: 1_213_456.0, sd: Some(1.0), ci95: Some(23_104.0) };
    assert_eq!(mean_ci(Some(&summary)), "1.21 ± 0.03 M");
}
