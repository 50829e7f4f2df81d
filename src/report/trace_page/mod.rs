//! One lookup as a page to step through: a single HTML file that needs nothing else, neither to open nor to work.

use std::f64::consts::{FRAC_PI_2, TAU};

use serde::Serialize;
use serde_json::{Value, json};

use super::radial::{self, places};

/// The drawing's width and height, and its middle.
const WIDTH: f64 = 1200.0;
const HEIGHT: f64 = 900.0;
const MIDDLE: (f64, f64) = (WIDTH / 2.0, HEIGHT / 2.0);
/// The radius of a ring of identifiers, and how far outside it names stand.
const RING: f64 = 365.0;
const OUTSIDE: [f64; 2] = [42.0, 66.0];
/// Up to so many peers of a ring have their identifiers written beside them.
const NAMED: usize = 64;
/// How far the outermost ring of a network reaches from the middle.
const REACH: (f64, f64) = (560.0, 410.0);
/// The side of a square.
const SIDE: f64 = 860.0;
/// The radius of the largest peer.
const LARGEST: f64 = 24.0;

/// What the page shows.
#[derive(Debug, Clone, Default)]
pub struct TracePage {
    /// What happens, in a line.
    pub title: String,
    /// What it happens in.
    pub subtitle: String,
    /// What came of it, for the end.
    pub outcome: String,
    /// What is not shown, in sentences.
    pub left_out: Vec<String>,
    /// Those who take part, and those who are drawn.
    pub peers: Vec<PagePeer>,
    /// Who takes part, by number, in the order of the table; each among `peers`.
    pub involved: Vec<u32>,
    /// Links to draw between `peers` by number.
    pub links: Vec<(u32, u32)>,
    /// Where there is no geometry: who stands in the middle, by number.
    pub first: Vec<u32>,
    /// Links along which the others follow first, by number.
    pub tree: Vec<(u32, u32)>,
    /// Who asks.
    pub origin: u32,
    /// The object's number.
    pub object: u32,
    /// Where it belongs, and how that is called.
    pub sought: Option<PagePlace>,
    /// From the origin to whoever answered first.
    pub route: Vec<u32>,
    /// What happens, in order.
    pub steps: Vec<PageStep>,
}

/// A participant.
#[derive(Debug, Clone, Default)]
pub struct PagePeer {
    /// Its number.
    pub number: u32,
    /// What it is to the others, in a word: `peer`, `supernode` or `server`.
    pub part: &'static str,
    /// How many entries it keeps.
    pub entries: usize,
    /// Whether it has the object.
    pub holds: bool,
    /// Whom it would send to, by number; not all if they are many.
    pub links: Vec<u32>,
    /// How many these are.
    pub degree: usize,
    /// Where it stands, if the overlay has a geometry.
    pub places: Vec<PagePlace>,
    /// Whether it is drawn.
    pub drawn: bool,
}

/// A place in an overlay's space.
#[derive(Debug, Clone, PartialEq)]
pub enum PagePlace {
    /// A share of a turn, and the identifier.
    Ring(f64, String),
    /// The least and the greatest corner in the unit square.
    Square([f64; 2], [f64; 2]),
}

/// Something that happens: milliseconds since the lookup was issued, from, to, hops, what, account, message.
#[derive(Debug, Clone, Serialize)]
pub struct PageStep(pub f64, pub u32, pub u32, pub u16, pub &'static str, pub &'static str, pub String);

impl TracePage {
    /// The page.
    pub fn html(&self) -> String {
        // Markup in a message must not end the element that the data stand in.
        let data = self.data().to_string().replace('<', "\\u003c");
        let filled = [
            ("title", escaped(&self.title)),
            ("subtitle", escaped(&self.subtitle)),
            ("style", include_str!("page.css").to_string()),
            ("script", include_str!("page.js").to_string()),
            ("data", data),
        ];
        let mut page = String::new();
        let mut parts = include_str!("page.html").split("{{");
        page += parts.next().unwrap_or_default();
        for part in parts {
            let (name, rest) = part.split_once("}}").unwrap_or(("", part));
            page += filled.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text);
            page += rest;
        }
        page
    }

    fn data(&self) -> Value {
        let drawing = Drawing::of(self);
        let peers = self.peers.iter().zip(&drawing.peers).map(|(peer, spots)| {
            let mut object = json!({
                "number": peer.number,
                "part": peer.part,
                "entries": peer.entries,
                "holds": peer.holds,
                "links": peer.links,
                "degree": peer.degree,
                "name": name(&peer.places),
            });
            if let (Some(at), Some(object)) = (spots.at, object.as_object_mut()) {
                object.insert("at".into(), json!(at));
                object.insert("spots".into(), json!(spots.others));
                if !spots.boxes.is_empty() {
                    object.insert("boxes".into(), json!(spots.boxes));
                }
                if let Some(outside) = spots.outside {
                    object.insert("outside".into(), json!(outside));
                }
            }
            object
        });
        let there = |number: &u32| self.peers.iter().any(|peer| peer.drawn && peer.number == *number);
        let links = self.links.iter().filter(|(one, other)| there(one) && there(other));
        let sought = self.sought.as_ref().map(|place| {
            let spots = Spots::of(std::slice::from_ref(place));
            json!({ "at": spots.at, "name": name(std::slice::from_ref(place)), "outside": inside(place) })
        });
        json!({
            "title": self.title,
            "subtitle": self.subtitle,
            "outcome": self.outcome,
            "left_out": self.left_out,
            "shape": drawing.shape,
            "size": rounded(drawing.size),
            "frame": [MIDDLE.0 - SIDE / 2.0, MIDDLE.1 - SIDE / 2.0, SIDE, SIDE],
            "guides": drawing.guides,
            "ticks": drawing.ticks,
            "peers": peers.collect::<Vec<_>>(),
            "involved": self.involved,
            "links": links.collect::<Vec<_>>(),
            "origin": self.origin,
            "object": self.object,
            "sought": sought,
            "route": self.route,
            "steps": self.steps,
        })
    }
}

/// A place on the page.
type Spot = [f64; 2];

/// Where a peer is drawn.
#[derive(Debug, Clone, Default)]
struct Spots {
    at: Option<Spot>,
    /// All places of it on a ring, the first one included.
    others: Vec<Spot>,
    /// Left, top, width and height of its zones.
    boxes: Vec<[f64; 4]>,
    /// Where its name stands.
    outside: Option<Spot>,
}

impl Spots {
    fn of(places: &[PagePlace]) -> Spots {
        let mut spots = Spots::default();
        for place in places {
            match *place {
                PagePlace::Ring(turn, _) => spots.others.push(round_ring(turn, RING)),
                PagePlace::Square(low, high) => {
                    let (left, bottom) = (MIDDLE.0 - SIDE / 2.0, MIDDLE.1 + SIDE / 2.0);
                    let (width, height) = (SIDE * (high[0] - low[0]), SIDE * (high[1] - low[1]));
                    // As in the books, the second coordinate grows upwards.
                    let corner = (left + SIDE * low[0], bottom - SIDE * high[1]);
                    spots.boxes.push([corner.0, corner.1, width, height].map(rounded));
                }
            }
        }
        let area = |zone: &[f64; 4]| zone[2] * zone[3];
        let largest = spots.boxes.iter().max_by(|a, b| area(a).total_cmp(&area(b)));
        let middle = |zone: &[f64; 4]| [zone[0] + zone[2] / 2.0, zone[1] + zone[3] / 2.0].map(rounded);
        spots.at = largest.map(middle).or_else(|| spots.others.first().copied());
        spots
    }
}

/// Where everything stands.
struct Drawing {
    shape: &'static str,
    /// The radius of a peer.
    size: f64,
    /// Middle and radii of ellipses behind the peers.
    guides: Vec<[f64; 4]>,
    /// Where peers are that stand beside their place, which another one has.
    ticks: Vec<Spot>,
    /// In the order of the page's peers.
    peers: Vec<Spots>,
}

impl Drawing {
    fn of(page: &TracePage) -> Drawing {
        let drawn: Vec<usize> = (0..page.peers.len()).filter(|&i| page.peers[i].drawn).collect();
        let place = drawn.iter().find_map(|&i| page.peers[i].places.first());
        let mut peers = vec![Spots::default(); page.peers.len()];
        match place {
            Some(place) => {
                for &i in &drawn {
                    peers[i] = Spots::of(&page.peers[i].places);
                }
                match place {
                    PagePlace::Ring(..) => ring(page, &drawn, peers),
                    PagePlace::Square(..) => {
                        Drawing { shape: "square", size: 10.0, guides: Vec::new(), ticks: Vec::new(), peers }
                    }
                }
            }
            None => network(page, &drawn, peers),
        }
    }
}

fn ring(page: &TracePage, drawn: &[usize], mut peers: Vec<Spots>) -> Drawing {
    let size = (0.3 * TAU * RING / drawn.len().max(1) as f64).clamp(3.0, 20.0);
    let turn = |i: usize| match page.peers[i].places.first() {
        Some(PagePlace::Ring(turn, _)) => Some((*turn, i)),
        Some(PagePlace::Square(..)) | None => None,
    };
    let mut round: Vec<(f64, usize)> = drawn.iter().filter_map(|&i| turn(i)).collect();
    round.sort_by(|a, b| a.0.total_cmp(&b.0));
    let turns = apart(round.iter().map(|&(turn, _)| turn).collect(), 2.15 * size / (TAU * RING));
    // Names of near neighbours stand at two distances in turn.
    let (mut before, mut far) = (f64::NEG_INFINITY, false);
    let mut ticks = Vec::new();
    for (&(own, i), &turn) in round.iter().zip(&turns) {
        if (own - turn).abs() * TAU * RING > 1.0 {
            ticks.push(round_ring(own, RING));
        }
        let spot = round_ring(turn, RING);
        peers[i].at = Some(spot);
        peers[i].others[0] = spot;
        if drawn.len() <= NAMED {
            far = (turn - before) * TAU * RING < 58.0 && !far;
            before = turn;
            peers[i].outside = Some(round_ring(turn, RING + OUTSIDE[usize::from(far)]));
        }
    }
    let guides = vec![[MIDDLE.0, MIDDLE.1, RING, RING]];
    Drawing { shape: "ring", size, guides, ticks, peers }
}

/// Shares of a turn, ascending, moved as little as it takes for neighbours to be `least` apart, their order kept.
fn apart(mut turns: Vec<f64>, least: f64) -> Vec<f64> {
    let n = turns.len();
    if n < 2 || n as f64 * least > 0.9 {
        return turns;
    }
    for _ in 0..400 {
        let mut moved = false;
        for i in 0..n {
            let next = (i + 1) % n;
            let over = if next == 0 { 1.0 } else { 0.0 };
            let gap = turns[next] + over - turns[i];
            if gap < least - 1e-9 {
                let half = (least - gap) / 2.0;
                (turns[i], turns[next], moved) = (turns[i] - half, turns[next] + half, true);
            }
        }
        if !moved {
            break;
        }
    }
    turns
}

fn network(page: &TracePage, drawn: &[usize], mut peers: Vec<Spots>) -> Drawing {
    let place = |number: &u32| drawn.iter().position(|&i| page.peers[i].number == *number);
    let pair = |(one, other): &(u32, u32)| Some((place(one)?, place(other)?));
    let first: Vec<usize> = page.first.iter().filter_map(place).collect();
    let tree: Vec<_> = page.tree.iter().filter_map(pair).collect();
    let links: Vec<_> = page.links.iter().filter_map(pair).collect();
    let places = places(drawn.len(), &first, &tree, &links);
    let rings = places.iter().map(|place| place.ring).max().unwrap_or(0).max(1);
    let at = |place: &radial::Place| {
        let share = place.ring as f64 / rings as f64;
        let angle = TAU * place.turn - FRAC_PI_2;
        let (x, y) = (share * REACH.0 * libm::cos(angle), share * REACH.1 * libm::sin(angle));
        [MIDDLE.0 + x, MIDDLE.1 + y].map(rounded)
    };
    let spots: Vec<Spot> = places.iter().map(at).collect();
    let mut least = f64::INFINITY;
    for (i, one) in spots.iter().enumerate() {
        for other in &spots[..i] {
            least = least.min(libm::hypot(one[0] - other[0], one[1] - other[1]));
        }
    }
    for (&i, &spot) in drawn.iter().zip(&spots) {
        peers[i] = Spots { at: Some(spot), others: vec![spot], ..Spots::default() };
    }
    let guide = |ring: usize| {
        let share = ring as f64 / rings as f64;
        [MIDDLE.0, MIDDLE.1, rounded(share * REACH.0), rounded(share * REACH.1)]
    };
    let guides = (1..=rings).map(guide).collect();
    Drawing { shape: "network", size: (0.36 * least).clamp(3.0, LARGEST), guides, ticks: Vec::new(), peers }
}

/// Where the key's name stands: inside the ring.
fn inside(place: &PagePlace) -> Option<Spot> {
    match place {
        PagePlace::Ring(turn, _) => Some(round_ring(*turn, RING - 44.0)),
        PagePlace::Square(..) => None,
    }
}

fn round_ring(turn: f64, radius: f64) -> Spot {
    let angle = TAU * turn - FRAC_PI_2;
    [MIDDLE.0 + radius * libm::cos(angle), MIDDLE.1 + radius * libm::sin(angle)].map(rounded)
}

/// How a place is called: an identifier, or the corners of a zone in shares of a side.
fn name(places: &[PagePlace]) -> String {
    let names = places.iter().map(|place| match place {
        PagePlace::Ring(_, name) => name.clone(),
        PagePlace::Square(low, high) if low == high => format!("({:.3}, {:.3})", low[0], low[1]),
        PagePlace::Square(low, high) => {
            format!("{}–{} × {}–{}", short(low[0]), short(high[0]), short(low[1]), short(high[1]))
        }
    });
    names.collect::<Vec<_>>().join(", ")
}

fn short(share: f64) -> String {
    let text = format!("{share:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

fn rounded(value: f64) -> f64 {
    (10.0 * value).round() / 10.0
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_cannot_leave_their_place() {
        let page = TracePage {
            title: "a <b> & \"c\"".to_string(),
            peers: vec![PagePeer { part: "peer", drawn: true, ..PagePeer::default() }],
            steps: vec![PageStep(
                0.0,
                0,
                0,
                0,
                "issued",
                "lookup",
                "</script><script>x {{data}}".to_string(),
            )],
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
}
