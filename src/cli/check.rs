//! `peerlab check`, and how a scenario is found, by file or by name.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Failure, print, tell, warn};
use crate::experiment::diagnostic::Diagnostic;
use crate::experiment::document::Document;
use crate::experiment::plan::{Plan, toml_text};
use crate::experiment::preflight::preflight;
use crate::experiment::scenario::schema;
use crate::experiment::shipped;
use crate::units::nearest;

/// Which scenario, and what is changed about it.
#[derive(Clone, Debug, Args)]
pub(super) struct Which {
    /// A scenario: a file, or the name of a shipped one (`peerlab list scenarios`)
    pub(super) scenario: String,
    /// Lay a value over a key of the scenario: a dotted path, a value in TOML; a list makes a sweep axis
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(super) set: Vec<String>,
    /// The scenario's small version: an answer within seconds
    #[arg(long)]
    pub(super) quick: bool,
}

/// Validate a scenario without running it.
#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    which: Which,
}

impl Check {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let plan = self.which.plan()?;
        warn(&plan.remarks);
        preflight(&plan, self.which.folder().as_deref())?;
        tell(&format!("{} is valid: {} runs", self.which.scenario, plan.jobs.len()));
        print(&toml_text(&plan.resolved()?)?)
    }
}

impl Which {
    /// Reads the scenario and everything laid over it, and checks it.
    pub(super) fn plan(&self) -> Result<Plan, Diagnostic> {
        let mut document = self.document()?;
        match document.take("quick")? {
            Some(quick) if self.quick => document.apply(&quick)?,
            None if self.quick => tell("warning: the scenario has no table `quick`: it stays as it is"),
            Some(_) | None => {}
        }
        for assignment in &self.set {
            document.set(assignment)?;
        }
        Plan::new(document.into_sweep()?)
    }

    /// The folder of the scenario's file; none for a shipped one.
    pub(super) fn folder(&self) -> Option<PathBuf> {
        match shipped::find(&self.scenario) {
            Some(_) => None,
            None => {
                let folder = Path::new(&self.scenario).parent();
                folder.filter(|folder| !folder.as_os_str().is_empty()).map(Path::to_path_buf)
            }
        }
    }

    fn document(&self) -> Result<Document, Diagnostic> {
        if let Some(shipped) = shipped::find(&self.scenario) {
            return Document::parse(&format!("{}.toml", shipped.name), shipped.text, schema());
        }
        let path = Path::new(&self.scenario);
        if !path.exists() && path.extension().is_none_or(|extension| extension != "toml") {
            let names = shipped::names();
            let error = Diagnostic::new(format!(
                "there is no scenario called `{}`, and no file of that name",
                self.scenario
            ));
            let near = nearest(&self.scenario, &names).map(|name| format!("did you mean `{name}`? "));
            return Err(error.with_hint(format!(
                "{}There are: {}",
                near.unwrap_or_default(),
                names.join(", ")
            )));
        }
        Document::read(path, schema()).map_err(|error| match beside(path) {
            Some(near) if !path.exists() => error.with_hint(format!("did you mean `{}`?", near.display())),
            _ => error,
        })
    }
}

/// The scenario in the folder of `path` whose name comes nearest, if that is near enough to be meant.
fn beside(path: &Path) -> Option<PathBuf> {
    let folder = path.parent()?;
    let listed = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let names =
        std::fs::read_dir(listed).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".toml")).collect();
    names.sort_unstable(); // Folders list in any order; the first of equally near names wins.
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    nearest(path.file_name()?.to_str()?, &names).map(|name| folder.join(name))
}
