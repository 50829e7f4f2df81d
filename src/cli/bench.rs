//! `peerlab bench`.

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use super::{Failure, print, width};
use crate::bench::{phold, whole};
use crate::experiment::diagnostic::Diagnostic;
use crate::experiment::json;
use crate::report::{Column, Table, count, significant};
use crate::sim::QueueKind;

/// Measure speed: the kernel under PHOLD, or whole protocols.
#[derive(Debug, Args)]
pub(super) struct Bench {
    /// What to measure; everything by default
    what: Option<What>,
    /// For `phold`: how many events are pending
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    pending: Option<u32>,
    /// For `chord` and `flood`: how many peers
    #[arg(long, value_parser = clap::value_parser!(u32).range(16..=100_000_000))]
    peers: Option<u32>,
    /// CSV instead of a table
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// One JSON document instead of tables
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// The kernel's queue against the standard library's binary heap
    Phold,
    /// Settled Chord, static, recursive lookups
    Chord,
    /// Gnutella's flooding at TTL 7 on a random overlay
    Flood,
}

/// Events that one measurement of PHOLD handles at least: more where fewer are pending.
const PHOLD_EVENTS: u64 = 6_000_000;

impl Bench {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let wanted = |what| self.what.is_none_or(|only| only == what);
        let mut measured = Map::new();
        if wanted(What::Phold) {
            measured.insert("phold".to_string(), self.phold()?.into());
        }
        if wanted(What::Chord) {
            measured.insert("chord".to_string(), self.whole("chord", whole::chord)?.into());
        }
        if wanted(What::Flood) {
            measured.insert("flood".to_string(), self.whole("flood", whole::flood)?.into());
        }
        if self.json { print(&json::document(&Value::Object(measured))) } else { Ok(()) }
    }

    /// The wheel and the heap in turn, on the same workload.
    fn phold(&self) -> Result<Vec<Value>, Failure> {
        let sizes = self.pending.map_or_else(|| vec![1_000, 100_000, 1_000_000], |pending| vec![pending]);
        if self.csv {
            print("pending,queue,events,events_per_s\n")?;
        }
        let headings = ["pending", "wheel M/s", "heap M/s", "ratio"].map(Column::number);
        let mut table = Table::new(headings);
        let mut rows = Vec::new();
        for pending in sizes {
            let events = PHOLD_EVENTS.max(u64::from(pending) * 3);
            let wheel = phold::run(pending, 2 * events, QueueKind::Wheel);
            let heap = phold::run(pending, events / 2, QueueKind::Heap);
            for (queue, rate) in [("wheel", wheel), ("heap", heap)] {
                if self.csv {
                    print(&format!("{pending},{queue},{},{:.0}\n", rate.events, rate.per_second()))?;
                }
                let speed = json::number(rate.per_second());
                rows.push(json!({ "pending": pending, "queue": queue, "events": rate.events, "events_per_s": speed }));
            }
            let millions = |rate: phold::Rate| significant(rate.per_second() / 1e6, 3);
            let ratio = significant(wheel.per_second() / heap.per_second(), 3);
            table.row([count(u64::from(pending)), millions(wheel), millions(heap), ratio]);
        }
        if !self.csv && !self.json {
            print(&format!("PHOLD, one thread\n{}\n", table.render(width(), crate::report::Colour::Never)))?;
        }
        Ok(rows)
    }

    fn whole(
        &self,
        name: &str,
        measure: fn(u32) -> Result<whole::Measurement, String>,
    ) -> Result<Vec<Value>, Failure> {
        let sizes = self.peers.map_or_else(|| vec![1_000, 100_000, 1_000_000], |peers| vec![peers]);
        if self.csv {
            print(
                "protocol,peers,settled_s,lookups,messages,messages_per_s,hops_mean,peak_bytes_per_peer\n",
            )?;
        }
        let headings = ["peers", "settled s", "lookups", "messages", "M messages/s", "hops", "peak B/peer"];
        let mut table = Table::new(headings.map(Column::number));
        let mut rows = Vec::new();
        for peers in sizes {
            let m = measure(peers).map_err(|what| Failure::User(Diagnostic::new(what)))?;
            // The system knows the peak of the whole process: it is that of this network only if there was no other.
            let alone = self.what.is_some() && self.peers.is_some();
            let bytes = m.peak_bytes.filter(|_| alone).map(|bytes| bytes / u64::from(peers));
            rows.push(json!({
                "peers": peers,
                "settled_s": json::number(m.settled_s),
                "lookups": m.lookups,
                "messages": m.messages,
                "messages_per_s": json::number(m.per_second()),
                "hops_mean": json::number(m.hops_mean),
                "peak_bytes_per_peer": bytes,
            }));
            if self.csv {
                let bytes = bytes.map_or(String::new(), |bytes| bytes.to_string());
                print(&format!(
                    "{name},{peers},{:.3},{},{},{:.0},{:.4},{bytes}\n",
                    m.settled_s,
                    m.lookups,
                    m.messages,
                    m.per_second(),
                    m.hops_mean
                ))?;
            }
            table.row([
                count(u64::from(peers)),
                significant(m.settled_s, 3),
                count(m.lookups),
                count(m.messages),
                significant(m.per_second() / 1e6, 3),
                significant(m.hops_mean, 4),
                bytes.map_or_else(|| "–".to_string(), count),
            ]);
        }
        if !self.csv && !self.json {
            let table = table.render(width(), crate::report::Colour::Never);
            print(&format!("{name}, static, one thread\n{table}\n"))?;
        }
        Ok(rows)
    }
}
