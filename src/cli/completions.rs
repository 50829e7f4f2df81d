//! `peerlab completions` and `peerlab man`: what the shell and the manual know of the command line.

use std::path::PathBuf;

use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;

use super::{Arguments, Failure, print, tell};
use crate::experiment::diagnostic::Diagnostic;
use crate::experiment::folder::write_file;
use crate::units::nearest;

const NAME: &str = "peerlab";

/// Print a script that completes `peerlab` in a shell.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), NAME, &mut script);
        print(&String::from_utf8_lossy(&script))
    }
}

/// Print the manual page, in roff: `peerlab man | man -l -`.
#[derive(Debug, Args)]
pub(super) struct Manual {
    /// The subcommand whose page is wanted, such as `graph fit`; that of the whole program if not given
    command: Vec<String>,
    /// Write all pages into this folder instead, as peerlab.1, peerlab-run.1 and so forth
    #[arg(long, value_name = "FOLDER", conflicts_with = "command")]
    out: Option<PathBuf>,
}

impl Manual {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let mut whole = Arguments::command();
        whole.build();
        if let Some(folder) = &self.out {
            let mut pages = Vec::new();
            collect(&whole, &mut pages)?;
            for (name, text) in &pages {
                write_file(&folder.join(format!("{name}.1")), text)?;
            }
            tell(&format!("{} pages are in {}", pages.len(), folder.display()));
            return Ok(());
        }
        let mut wanted = &whole;
        for word in &self.command {
            let Some(found) = wanted.find_subcommand(word) else { return Err(unknown(wanted, word).into()) };
            wanted = found;
        }
        print(&String::from_utf8_lossy(&page(wanted)?))
    }
}

/// The pages of a command and all below it, by name.
fn collect(command: &Command, pages: &mut Vec<(String, Vec<u8>)>) -> Result<(), Diagnostic> {
    pages.push((page_name(command), page(command)?));
    let below = command.get_subcommands().filter(|below| below.get_name() != "help" && !below.is_hide_set());
    below.into_iter().try_for_each(|below| collect(below, pages))
}

fn page_name(command: &Command) -> String {
    command.get_display_name().unwrap_or(command.get_name()).to_string()
}

fn page(command: &Command) -> Result<Vec<u8>, Diagnostic> {
    let mut text = Vec::new();
    clap_mangen::Man::new(command.clone())
        .title(page_name(command))
        .source(concat!("peerlab ", env!("CARGO_PKG_VERSION")))
        .manual("Peerlab")
        .render(&mut text)
        .map_err(|error| Diagnostic::new(format!("the manual page cannot be written: {error}")))?;
    Ok(text)
}

fn unknown(command: &Command, word: &str) -> Diagnostic {
    let names: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    let name = command.get_bin_name().unwrap_or(NAME);
    let error = Diagnostic::new(format!("`{name}` has no subcommand `{word}`"));
    if names.is_empty() {
        return error.with_hint(format!("`peerlab man{}` is its page", name.trim_start_matches(NAME)));
    }
    let near = nearest(word, &names).map(|name| format!("did you mean `{name}`? ")).unwrap_or_default();
    error.with_hint(format!("{near}There are: {}", names.join(", ")))
}
