//! `peerlab papers`.

use std::path::PathBuf;

use clap::Args;

use super::{Failure, print};
use crate::experiment::verdicts;

/// Print the page that sets ours beside what papers printed, as Markdown.
///
/// It is made from the `published.csv` of each shipped scenario that has been run.
#[derive(Debug, Args)]
pub(super) struct Papers {
    /// The folder with the results, those of papers/NAME in papers/NAME
    #[arg(default_value = "results")]
    folder: PathBuf,
}

impl Papers {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        print(&verdicts::page(&self.folder)?)
    }
}
