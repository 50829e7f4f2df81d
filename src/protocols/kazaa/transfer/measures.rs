//! What is measured of downloads in chunks: how long they took whom, and what is missing in the whole network.

use std::collections::{BTreeMap, BTreeSet};

use super::{Download, Transfers};
use crate::protocols::bittorrent::pieces::{count, count_without};
use crate::protocols::kazaa::Kazaa;
use crate::protocols::kazaa::params::Shared;
use crate::sim::{ObjectId, Online};

/// Those who share what they download, those who do not, and those with a modified client, sharing or not.
const TIMES: [&str; 3] = ["download_s_mean_honest", "download_s_mean_riders", "download_s_mean_modified"];
const COMPLETE: [&str; 3] = ["fetched_honest", "fetched_riders", "fetched_modified"];

pub(in crate::protocols::kazaa) fn measures(
    network: &[&Kazaa],
    online: &Online<'_>,
    shared: &Shared,
) -> Vec<(&'static str, f64)> {
    if shared.shapes.is_empty() {
        return Vec::new();
    }
    let mut values = Vec::new();
    let all =
        || (0..).zip(network).filter_map(|(number, peer)| Some((number, peer.cold.transfers.as_deref()?)));
    for (group, (time, complete)) in TIMES.into_iter().zip(COMPLETE).enumerate() {
        let members = all().filter(|&(number, transfers)| group_of(number, transfers, shared) == group);
        let begun = members.flat_map(|(_, transfers)| &transfers.downloads);
        let (mut count, mut over, mut seconds) = (0u32, 0u32, 0.0);
        for download in begun.filter(|download| download.began >= online.measured_since()) {
            count += 1;
            if let Some(finished) = download.finished {
                over += 1;
                seconds += finished.since(download.began).as_secs_f64();
            }
        }
        values.extend((over > 0).then(|| (time, seconds / f64::from(over))));
        values.extend((count > 0).then(|| (complete, f64::from(over) / f64::from(count))));
    }
    let begun = all().map(|(_, transfers)| transfers.downloads.len()).sum::<usize>();
    let present: BTreeSet<u32> = online.addresses().iter().map(|peer| peer.number()).collect();
    let here = || all().filter(|(number, _)| present.contains(number));
    let wanting: Vec<&Download> = here().flat_map(|(_, transfers)| transfers.unfinished()).collect();
    let mut offered: BTreeMap<ObjectId, Vec<u64>> = BTreeMap::new();
    for download in &wanting {
        offered.entry(download.object).or_insert_with(|| {
            let holds = |holder: &u32| present.contains(holder);
            let whole = online.world().holders(download.object).iter().any(holds);
            if whole { download.shape.full() } else { vec![0; download.shape.words()] }
        });
    }
    for (_, transfers) in here().filter(|&(number, _)| !shared.rides_free(number)) {
        for download in &transfers.downloads {
            if let Some(words) = offered.get_mut(&download.object) {
                words.iter_mut().zip(&download.have).for_each(|(word, have)| *word |= have);
            }
        }
    }
    let missing = |download: &Download| {
        let words = offered.get(&download.object).map_or(&[][..], Vec::as_slice);
        download.shape.pieces() - count(words)
    };
    let objects: BTreeMap<ObjectId, u32> = wanting.iter().map(|d| (d.object, missing(d))).collect();
    let stuck = |download: &&&Download| {
        let full = download.shape.full();
        let reachable = offered.get(&download.object).map_or(0, |words| count_without(words, &download.have));
        count(&download.have) + reachable < count(&full)
    };
    let lacking: u32 = objects.values().sum();
    values.push(("missing_chunks_mean", f64::from(lacking) / objects.len().max(1) as f64));
    let stuck = wanting.iter().filter(stuck).count();
    values.extend((begun > 0).then(|| ("stuck_downloads", stuck as f64 / begun as f64)));
    values
}

fn group_of(number: u32, transfers: &Transfers, shared: &Shared) -> usize {
    if transfers.modified { 2 } else { usize::from(shared.rides_free(number)) }
}
