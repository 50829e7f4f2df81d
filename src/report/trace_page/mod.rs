//! One lookup as a page to step through: a single HTML file that needs nothing else, neither to open nor to work.

mod drawing;

use serde::Serialize;
use serde_json::{Value, json};

use self::drawing::{Drawing, FRAME, Spots, inside, rounded};

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
            "frame": FRAME,
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

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests;
