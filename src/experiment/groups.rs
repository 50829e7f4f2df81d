//! The runs of a plan, grouped: variants of protocols, points of the sweep, replicates.

use std::collections::BTreeMap;

use super::plan::{Job, Plan};
use super::record::Record;
use crate::stats::Summary;

/// A protocol at one choice of its own swept parameters: what figures and tables set side by side.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Variant {
    /// The protocol's name.
    pub protocol: String,
    /// Its own swept keys, without `protocol.NAME.`, and their values.
    pub own: Vec<(String, String)>,
}

/// One point of the axes that all protocols share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Setting {
    /// Peers, as run.
    pub peers: u32,
    /// The shared swept keys beside `peers`, and their values.
    pub shared: Vec<(String, String)>,
}

/// The runs of one variant at one setting: replicates in order.
#[derive(Clone, Debug)]
pub struct Group<'a> {
    /// The variant, by its place in [`Groups::variants`].
    pub variant: usize,
    /// The setting.
    pub setting: Setting,
    /// Its records, one a replicate.
    pub records: Vec<&'a Record>,
    /// The job of the first replicate.
    pub job: &'a Job,
}

/// All groups, in the order of the plan.
#[derive(Clone, Debug)]
pub struct Groups<'a> {
    /// The variants, in the order of the plan.
    pub variants: Vec<Variant>,
    /// The groups.
    pub groups: Vec<Group<'a>>,
}

impl Variant {
    /// In a few words: `chord`, `gnutella ttl=7`.
    pub fn name(&self) -> String {
        self.name_without("")
    }

    /// The same without the swept key `without`, such as `protocol.gnutella.ttl`.
    pub fn name_without(&self, without: &str) -> String {
        let others = self.own.iter().filter(|(key, _)| self.own_key(without) != Some(key));
        let own = others.map(|(key, value)| format!(" {key}={value}"));
        format!("{}{}", self.protocol, own.collect::<String>())
    }

    /// What `key` is called in the protocol's own table, if it lies there.
    fn own_key<'k>(&self, key: &'k str) -> Option<&'k str> {
        key.strip_prefix("protocol.")?.strip_prefix(&self.protocol)?.strip_prefix('.')
    }

    /// Its value of the swept key `key`, if that is one of its own.
    pub fn value(&self, key: &str) -> Option<&str> {
        let own = self.own_key(key)?;
        self.own.iter().find(|(known, _)| known == own).map(|(_, value)| value.as_str())
    }
}

impl Setting {
    /// The shared keys beside `peers` in a few words; empty if there are none.
    pub fn series(&self) -> String {
        let parts: Vec<String> = self.shared.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        parts.join(", ")
    }

    /// Whether it has these values.
    pub fn matches(&self, only: &BTreeMap<String, String>) -> bool {
        only.iter().all(|(key, value)| match key.as_str() {
            "peers" => self.peers.to_string() == *value,
            _ => self.shared.iter().all(|(k, v)| k != key || v == value),
        })
    }
}

impl<'a> Groups<'a> {
    /// Groups the records of a plan, which come in the order of its jobs.
    pub fn new(plan: &'a Plan, records: &'a [Record]) -> Groups<'a> {
        let mut all = Groups { variants: Vec::new(), groups: Vec::new() };
        for (job, record) in plan.jobs.iter().zip(records) {
            let (variant, shared) = split(plan, job);
            let variant = match all.variants.iter().position(|known| *known == variant) {
                Some(known) => known,
                None => {
                    all.variants.push(variant);
                    all.variants.len() - 1
                }
            };
            let setting = Setting { peers: record.peers, shared };
            match all.groups.iter_mut().find(|group| group.variant == variant && group.setting == setting) {
                Some(group) => group.records.push(record),
                None => all.groups.push(Group { variant, setting, records: vec![record], job }),
            }
        }
        all
    }

    /// The settings, each once, in the order of the plan.
    pub fn settings(&self) -> Vec<&Setting> {
        let mut settings: Vec<&Setting> = Vec::new();
        for group in &self.groups {
            if !settings.contains(&&group.setting) {
                settings.push(&group.setting);
            }
        }
        settings
    }

    /// The shared keys beside `peers` as they occur, each combination once.
    pub fn series(&self) -> Vec<Vec<(String, String)>> {
        let mut series: Vec<Vec<(String, String)>> = Vec::new();
        for group in &self.groups {
            if !series.contains(&group.setting.shared) {
                series.push(group.setting.shared.clone());
            }
        }
        series
    }

    /// The group of a variant at a setting.
    pub fn get(&self, variant: usize, setting: &Setting) -> Option<&Group<'a>> {
        self.groups.iter().find(|group| group.variant == variant && group.setting == *setting)
    }

    /// Whether `only` lets a group pass: by its setting, and by its variant's own swept keys.
    pub fn passes(&self, group: &Group<'_>, only: &BTreeMap<String, String>) -> bool {
        let variant = &self.variants[group.variant];
        let own = |(key, wanted): (&String, &String)| variant.value(key).is_none_or(|value| value == wanted);
        group.setting.matches(only) && only.iter().all(own)
    }

    /// The most peers of any group that `only` lets pass.
    pub fn largest(&self, only: &BTreeMap<String, String>) -> Option<u32> {
        let passing = self.groups.iter().filter(|group| group.setting.matches(only));
        passing.map(|group| group.setting.peers).max()
    }
}

impl Group<'_> {
    /// The replicates' values in a column; those without one are left out.
    pub fn values(&self, column: &str) -> Vec<f64> {
        self.records.iter().filter_map(|record| record.values.get(column).copied()).collect()
    }

    /// Mean and interval over the replicates.
    pub fn summary(&self, column: &str) -> Option<Summary> {
        Summary::of(&self.values(column))
    }
}

/// A job's variant, and the shared swept keys with their values.
fn split(plan: &Plan, job: &Job) -> (Variant, Vec<(String, String)>) {
    let prefix = format!("protocol.{}.", job.protocol);
    let mut variant = Variant { protocol: job.protocol.clone(), own: Vec::new() };
    let mut shared = Vec::new();
    for (key, value) in plan.swept.iter().zip(&job.labels) {
        match key.strip_prefix(&prefix) {
            Some(own) => variant.own.push((own.to_string(), value.clone())),
            None if key.starts_with("protocol.") => {}
            None => shared.push((key.clone(), value.clone())),
        }
    }
    (variant, shared)
}
