//! Snapshots: the overlay of a running protocol as a graph, at given times.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::fmt;
use std::path::Path;

use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::Degrees;
use crate::experiment::diagnostic::Diagnostic;
use crate::experiment::folder::digest;
use crate::experiment::plan::{Job, Plan};
use crate::graph::{EdgeList, components};
use crate::graph::{Format, GraphFile, write_graph_as};
use crate::sim::{Engine, Protocol, Role, Span, Time};
use crate::units::nearest;

/// The table `[snapshot]`: when the overlay is written into the results as a graph file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SnapshotSettings {
    /// At these times from the start of the run: one, or a list.
    #[serde(skip_serializing_if = "Times::is_empty")]
    pub at: Times,
    /// And again and again, so long after each other; not by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<Span>,
    /// Of the replicates, so many from the first on; of all by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicates: Option<u32>,
    /// In which language, packed in any case; `snap`, an edge list, by default.
    #[serde(skip_serializing_if = "Language::is_default")]
    pub format: Language,
}

impl SnapshotSettings {
    /// Whether nothing is asked for.
    pub fn is_default(&self) -> bool {
        *self == SnapshotSettings::default()
    }

    /// # Errors
    /// Instants without time between them, no replicate: the key to blame and what is wrong.
    pub fn check(&self) -> Result<(), (String, String)> {
        let wrong = |key: &str, what: &str| Err((format!("snapshot.{key}"), what.to_owned()));
        if self.every == Some(Span::ZERO) {
            return wrong("every", "got 0, expected a span above zero, or no such key");
        }
        if self.replicates == Some(0) {
            return wrong("replicates", "got 0, expected at least 1, or no such key for all of them");
        }
        if self.at.0.is_empty() && self.every.is_none() && self.replicates.is_some() {
            return wrong("replicates", "says of which runs, but neither `at` nor `every` says when");
        }
        Ok(())
    }

    /// The instants in a run that lasts until `end`, ascending, each once.
    fn instants(&self, end: Time) -> VecDeque<Time> {
        let at = self.at.0.iter().map(|&span| Time::ZERO + span);
        let every = self.every.into_iter().flat_map(|step| {
            std::iter::successors(Some(Time::ZERO + step), move |&time| Some(time + step))
                .take_while(|&time| time <= end)
        });
        let all: BTreeSet<Time> = at.filter(|&time| time <= end).chain(every).collect();
        all.into_iter().collect()
    }
}

/// The language of graph files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language(pub Format);

impl Default for Language {
    fn default() -> Language {
        Language(Format::Snap)
    }
}

impl Language {
    fn is_default(&self) -> bool {
        *self == Language::default()
    }

    /// The usual ending of its files.
    fn ending(self) -> &'static str {
        let listed = Format::LISTED.iter().find(|(format, ..)| *format == self.0);
        listed.and_then(|(_, _, endings)| endings.first()).copied().unwrap_or("txt")
    }
}

impl Serialize for Language {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.name())
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Language, D::Error> {
        let name = String::deserialize(deserializer)?;
        let known: Vec<&str> = Format::LISTED.iter().map(|&(_, name, _)| name).collect();
        match Format::LISTED.iter().find(|(_, known, _)| *known == name) {
            Some(&(format, ..)) => Ok(Language(format)),
            None => {
                let near =
                    nearest(&name, &known).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                Err(de::Error::custom(format!(
                    "unknown format `{name}`, expected one of {}{near}",
                    known.join(", ")
                )))
            }
        }
    }
}

/// One time, or a list of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Times(pub Vec<Span>);

impl Times {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de> Deserialize<'de> for Times {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Times, D::Error> {
        struct Read;

        impl<'de> Visitor<'de> for Read {
            type Value = Times;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time such as \"1 h\", or a list of times")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Times, E> {
                text.parse().map(|span| Times(vec![span])).map_err(E::custom)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Times, A::Error> {
                let mut times = Vec::new();
                while let Some(span) = list.next_element()? {
                    times.push(span);
                }
                Ok(Times(times))
            }
        }

        deserializer.deserialize_any(Read)
    }
}

/// The overlay as it is: a node for each participant online (servers are participants), numbered by ascending number,
/// which is its id; a row for each link, directed from the one that would send. A node may be without links.
pub fn overlay<P: Protocol>(engine: &Engine<P>) -> EdgeList {
    let ids: Vec<u32> = engine.online().iter().map(|peer| peer.number()).collect();
    let node = |number: u32| ids.partition_point(|&id| id < number) as u32;
    let edges = engine.links().into_iter().map(|(from, to)| (node(from), node(to))).collect();
    EdgeList { ids: ids.into_iter().map(u64::from).collect(), edges }
}

/// The same with who works for others, as far as the architecture makes a difference.
fn file<P: Protocol>(engine: &Engine<P>) -> GraphFile {
    let supernode = |peer: &crate::sim::PeerId| engine.peer(peer.number()).role() == Role::Supernode;
    let supernodes: Vec<bool> = engine.online().iter().map(supernode).collect();
    let any = supernodes.contains(&true);
    let (list, names) = (overlay(engine), Vec::new());
    GraphFile { directed: true, list, names, supernodes: if any { supernodes } else { Vec::new() } }
}

/// What a run keeps of one snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// When, in nanoseconds from the start of the run.
    pub at_ns: u64,
    /// Its file in the results, and the digest of what is in it; `None` if files are not kept.
    pub file: Option<(String, String)>,
    /// Directed links.
    pub links: u64,
    /// Pairs of neighbours, in whatever direction.
    pub edges: u64,
    /// Components, directions apart.
    pub components: u32,
    /// Nodes in the largest.
    pub largest: u32,
    /// How many neighbours nodes have, directions apart.
    pub degrees: Degrees,
}

/// Takes snapshots of one run.
#[derive(Debug)]
pub struct Snapshots {
    due: VecDeque<Time>,
    language: Language,
    taken: Vec<(Time, GraphFile)>,
}

impl Snapshots {
    /// For replicate number `replicate` of a run until `end`; `None` if it is not asked for any.
    pub fn of(settings: &SnapshotSettings, replicate: u32, end: Time) -> Option<Snapshots> {
        let wanted = settings.replicates.is_none_or(|first| replicate < first);
        let due = if wanted { settings.instants(end) } else { VecDeque::new() };
        (!due.is_empty()).then_some(Snapshots { due, language: settings.format, taken: Vec::new() })
    }

    /// When the next is due.
    pub fn next(&self) -> Time {
        self.due.front().copied().unwrap_or(Time::NEVER)
    }

    /// Goes on to the one after the next.
    pub(super) fn skip(&mut self) -> Option<Time> {
        self.due.pop_front()
    }

    /// Takes one, if it is due.
    pub fn look<P: Protocol>(&mut self, engine: &Engine<P>) {
        if self.next() <= engine.now() {
            self.skip();
            self.taken.push((engine.now(), file(engine)));
        }
    }

    /// Measures the snapshots and, if there is a folder to keep files in, writes each into a packed file. `protocol`,
    /// `point` and `replicate` are what their names say of the run. `stop` is asked now and then.
    ///
    /// # Errors
    /// The file system refuses, or `stop` says so.
    pub fn keep(
        self,
        folder: Option<&Path>,
        (protocol, point, replicate): (&str, &str, u32),
        stop: &dyn Fn() -> bool,
    ) -> Result<Vec<Snapshot>, Diagnostic> {
        let Snapshots { language, taken, .. } = self;
        let ending = language.ending();
        let kept = taken.into_iter().map(|(at, file)| {
            let named = match folder {
                Some(folder) => {
                    let time = Span(at.nanos()).to_string().replace(' ', "");
                    let parts: Vec<&str> =
                        ["overlay", protocol, point].into_iter().filter(|part| !part.is_empty()).collect();
                    let name = format!("{}-{replicate}-{time}.{ending}.gz", parts.join("-"));
                    Some((name.clone(), write(&folder.join(&name), &file, language.0, stop)?))
                }
                None => None,
            };
            let (graph, _) = file.undirected();
            let components = components(&graph);
            let degrees: Vec<u32> = graph.degrees().collect();
            Ok(Snapshot {
                at_ns: at.nanos(),
                file: named,
                links: file.list.edges.len() as u64,
                edges: graph.edges(),
                components: components.count(),
                largest: components.largest().map_or(0, |largest| components.sizes[largest as usize]),
                degrees: Degrees::of(&degrees),
            })
        });
        kept.collect()
    }
}

/// Writes a snapshot, and gives the digest of the file.
fn write(
    path: &Path,
    file: &GraphFile,
    format: Format,
    stop: &dyn Fn() -> bool,
) -> Result<String, Diagnostic> {
    let refused = |error: std::io::Error| Diagnostic::io("write", path, &error);
    path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(refused)?;
    write_graph_as(path, file, Some(format), stop).map_err(|error| Diagnostic::new(error.to_string()))?;
    std::fs::read(path).map(|bytes| digest(&[&bytes])).map_err(refused)
}

impl Snapshot {
    /// Whether its file lies in `folder` as it was written.
    pub fn is_in(&self, folder: &Path) -> bool {
        self.file.as_ref().is_none_or(|(name, wanted)| {
            std::fs::read(folder.join(name)).is_ok_and(|bytes| digest(&[&bytes]) == *wanted)
        })
    }
}

/// For each job of a plan what file names say of its point: the number of peers and the swept values, if that is short
/// and no other point of its protocol looks alike, else the point's number.
pub fn point_names(plan: &Plan) -> Vec<String> {
    let point = |job: &Job| (job.protocol.clone(), job.scenario.peers, job.labels.clone());
    let mut numbers: HashMap<_, usize> = HashMap::new();
    // By name: how many points of a protocol would be called so.
    let mut alike: HashMap<(String, String), usize> = HashMap::new();
    for job in &plan.jobs {
        let next = numbers.len();
        numbers.entry(point(job)).or_insert_with(|| {
            *alike.entry((job.protocol.clone(), plain_name(job))).or_default() += 1;
            next
        });
    }
    let name = |job: &Job| {
        let plain = plain_name(job);
        let unique = alike.get(&(job.protocol.clone(), plain.clone())) == Some(&1);
        if unique && plain.len() <= LONGEST { plain } else { format!("point{}", numbers[&point(job)]) }
    };
    plan.jobs.iter().map(name).collect()
}

/// No point's name is longer.
const LONGEST: usize = 80;

/// The values of a job's point with nothing in them that file systems mind.
fn plain_name(job: &Job) -> String {
    let peers = job.scenario.peers.map(|peers| peers.to_string());
    let parts = peers.iter().chain(job.labels.iter().filter(|label| !label.is_empty()));
    let plain = |part: &String| {
        let words = part.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.'));
        words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
    };
    parts.map(plain).collect::<Vec<_>>().join("-")
}
