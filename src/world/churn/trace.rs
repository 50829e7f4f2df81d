//! Sessions as somebody measured them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::sim::random::{Purpose, stream};
use crate::sim::{Span, Time};
use crate::world::WorldError;
use crate::world::population::sample;

/// The key that names the file.
pub(super) const KEY: &str = "churn.sessions.trace.file";

/// The stream that draws who of a trace takes part; peers' own come before it.
const DRAW: u64 = u64::MAX;

/// No line of a trace comes near this many bytes; a file without line ends shall not fill the memory.
const LINE_LIMIT: u64 = 1 << 16;

/// The columns of a trace by their names, and as crawlers call them.
const COLUMNS: [[&str; 2]; 3] = [["peer", "id"], ["start", "first_seen"], ["end", "last_seen"]];

/// One line: whose session, from when to when in seconds.
#[derive(Clone, Copy, Debug)]
struct Session {
    peer: u32,
    start: f64,
    end: f64,
    line: u32,
}

/// A measured trace: who was online when.
#[derive(Debug)]
pub(in crate::world) struct Trace {
    /// By peer, in the order in which the file names them, and time.
    sessions: Vec<Session>,
    peers: u32,
}

/// What the participants of a run do: by participant, the times at which it comes and goes by turns, from the start of
/// the run.
#[derive(Debug)]
pub(in crate::world) struct Replay {
    rows: Vec<u32>,
    times: Vec<Time>,
    /// By participant: whether it is online at the start.
    online: Vec<bool>,
}

impl Replay {
    /// Whether `peer` is in a session at the start.
    pub(super) fn starts_online(&self, peer: u32) -> bool {
        self.online[peer as usize]
    }

    /// When change number `change` of `peer` happens.
    pub(super) fn time(&self, peer: u32, change: u32) -> Option<Time> {
        let row = self.rows[peer as usize] as usize..self.rows[peer as usize + 1] as usize;
        self.times[row].get(change as usize).copied()
    }
}

impl Trace {
    /// Reads a CSV file with a header: see [`SessionLaw::Trace`](super::SessionLaw::Trace).
    ///
    /// # Errors
    /// Names the file and the line: of a column that is missing, a time that is no number, a session that ends before it
    /// starts or that overlaps another one of its peer; also a file without any session, or one that cannot be read.
    pub(in crate::world) fn read(path: &Path) -> Result<Trace, WorldError> {
        let failed =
            |error: io::Error| WorldError::new(KEY, format!("{}: cannot read: {error}", path.display()));
        let mut reader = BufReader::with_capacity(1 << 16, File::open(path).map_err(failed)?);
        let gzip = reader.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]);
        let (mut sessions, peers) = if gzip {
            parse(path, BufReader::with_capacity(1 << 16, MultiGzDecoder::new(reader)))?
        } else {
            parse(path, reader)?
        };
        if sessions.is_empty() {
            return Err(WorldError::new(KEY, format!("{}: no session in it", path.display()))
                .expected("a line a session, with its peer, start and end"));
        }
        sessions
            .sort_by(|a, b| a.peer.cmp(&b.peer).then(a.start.total_cmp(&b.start)).then(a.line.cmp(&b.line)));
        let overlapping =
            sessions.windows(2).filter(|pair| pair[0].peer == pair[1].peer && pair[1].start < pair[0].end);
        let lines = overlapping.map(|pair| (pair[0].line.max(pair[1].line), pair[0].line.min(pair[1].line)));
        if let Some((later, former)) = lines.min() {
            let message = format!("{}:{later}: the session overlaps that of line {former}", path.display());
            return Err(WorldError::new(KEY, message).expected("sessions of a peer one after the other"));
        }
        Ok(Trace { sessions, peers })
    }

    /// Checks that there are enough peers in it.
    ///
    /// # Errors
    /// If there are fewer than take part.
    pub(in crate::world) fn check(&self, peers: u32) -> Result<(), WorldError> {
        if peers <= self.peers {
            return Ok(());
        }
        let message = format!("got {peers}, but the trace of `{KEY}` has sessions of {}", self.peers);
        Err(WorldError::new("peers", message).expected("at most that many peers").nearest(self.peers))
    }

    /// The sessions of `peers` participants, from the time `from` after the trace's first start on. If the trace has more
    /// peers, as many are drawn at random; they keep their order.
    pub(in crate::world) fn replay(&self, from: Span, peers: u32, seed: u64) -> Replay {
        let mut chosen: Vec<u32> = (0..self.peers).collect();
        if peers < self.peers {
            chosen = sample(self.peers, peers, &mut stream(seed, Purpose::Churn, DRAW));
            chosen.sort_unstable();
        }
        let origin = self.sessions.iter().map(|session| session.start).fold(f64::INFINITY, f64::min)
            + from.nanos() as f64 * 1e-9;
        let nanos = |seconds: f64| Time(((seconds - origin) * 1e9 + 0.5) as u64);
        let mut replay =
            Replay { rows: vec![0], times: Vec::new(), online: Vec::with_capacity(peers as usize) };
        for peer in chosen {
            let first = self.sessions.partition_point(|session| session.peer < peer);
            let own = self.sessions[first..].iter().take_while(|session| session.peer == peer);
            let mut online = false;
            for session in own.filter(|session| session.end > origin) {
                if session.start <= origin {
                    online = true;
                } else {
                    replay.times.push(nanos(session.start));
                }
                replay.times.push(nanos(session.end));
            }
            replay.online.push(online);
            replay.rows.push(replay.times.len() as u32);
        }
        replay
    }
}

/// The sessions that have a length, and how many peers they are of.
fn parse(path: &Path, mut reader: impl BufRead) -> Result<(Vec<Session>, u32), WorldError> {
    let at =
        |line: u32, message: String| WorldError::new(KEY, format!("{}:{line}: {message}", path.display()));
    let mut columns: Option<[usize; 3]> = None;
    let mut names: BTreeMap<String, u32> = BTreeMap::new();
    let mut sessions = Vec::new();
    let mut bytes = Vec::new();
    for line in 1u32.. {
        bytes.clear();
        let read = reader.by_ref().take(LINE_LIMIT).read_until(b'\n', &mut bytes).map_err(|error| {
            let read = line - 1;
            WorldError::new(KEY, format!("{}: cannot read on after line {read}: {error}", path.display()))
        })?;
        if read == 0 {
            break;
        }
        if read as u64 == LINE_LIMIT {
            return Err(at(line, format!("a line of {LINE_LIMIT} bytes or more"))
                .expected("a session: its peer, start and end"));
        }
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let fields: Vec<&str> = text.split(',').map(str::trim).collect();
        let Some(columns) = columns else {
            columns = Some(header(&fields).map_err(|missing| {
                at(line, format!("no column `{}` in the header", missing[0])).expected(
                    "a header that names `peer`, `start` and `end` (or `id`, `first_seen`, `last_seen`)",
                )
            })?);
            continue;
        };
        let field = |column: usize| fields.get(columns[column]).copied().unwrap_or("");
        let seconds = |column: usize| {
            let text = field(column);
            text.parse::<f64>().ok().filter(|seconds| seconds.is_finite()).ok_or_else(|| {
                let text: String = text.chars().take(40).flat_map(char::escape_debug).collect();
                at(line, format!("column `{}`: found `{text}`", COLUMNS[column][0]))
                    .expected("a time in seconds")
            })
        };
        if field(0).is_empty() {
            return Err(
                at(line, format!("column `{}`: it is empty", COLUMNS[0][0])).expected("a peer's name")
            );
        }
        let start = seconds(1)?;
        // Seen once: no length is known.
        if field(2).is_empty() {
            continue;
        }
        let end = seconds(2)?;
        if end < start {
            return Err(at(line, format!("the session ends at {end}, before it starts at {start}"))
                .expected("an end that is not before the start"));
        }
        if end > start {
            let next = names.len() as u32;
            let peer = *names.entry(field(0).to_owned()).or_insert(next);
            sessions.push(Session { peer, start, end, line });
        }
    }
    Ok((sessions, names.len() as u32))
}

/// Where the columns stand; the names of the first that is missing.
fn header(fields: &[&str]) -> Result<[usize; 3], [&'static str; 2]> {
    let mut places = [0; 3];
    for (place, names) in places.iter_mut().zip(COLUMNS) {
        *place = fields.iter().position(|field| names.contains(field)).ok_or(names)?;
    }
    Ok(places)
}
