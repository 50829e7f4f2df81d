//! The command line, one file per subcommand. It only translates: what it calls is the library.

mod bench;
mod check;
mod completions;
mod graph;
mod lab;
mod list;
mod papers;
mod run;
mod show;
mod show_can;
mod show_network;
mod trace;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
#[cfg(unix)]
use std::sync::{Arc, atomic::AtomicBool};

use clap::{Parser, Subcommand};

use crate::experiment::diagnostic::Diagnostic;
use crate::experiment::interrupt::EXIT_CODE;

/// The user's mistakes; ours are 1.
const USER_ERROR: u8 = 2;

/// What a lookup costs in a peer-to-peer network, architecture by architecture.
///
/// Without a subcommand the main job is run: `peerlab run compare`.
#[derive(Debug, Parser)]
#[command(name = "peerlab", version, about, long_about)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a scenario: tables on the screen, CSV and figures in a folder
    Run(run::Run),
    /// Validate a scenario without running it, and print it as resolved
    Check(check::Check),
    /// List protocols, scenarios, overlays, latency models or columns
    List(list::List),
    /// Show how a small network works: tables and the route of a lookup, as text and SVG
    Show(show::Show),
    /// Follow one lookup, event by event: as text, as JSON lines, or as a page to step through
    ///
    /// Of a scenario it is a lookup of the real run: the same peers, links, content and departures. Of a protocol it is
    /// one in a network of 24 peers; everything about that network can be set.
    Trace(trace::Trace),
    /// Measure the speed of this machine under the kernel and under whole protocols
    Bench(bench::Bench),
    /// Print the page that sets ours beside what papers printed
    Papers(papers::Papers),
    /// Graphs in files: generate, measure, fit, attack, convert, draw
    Graph(graph::Graph),
    /// Print a script that completes the command line in a shell
    Completions(completions::Completions),
    /// Print the manual page, in roff
    Man(completions::Manual),
    /// Labs for students: handout, scenarios, and a check of the answers by the model
    Lab(lab::Lab),
}

/// Why a command failed.
pub(crate) enum Failure {
    /// Something is wrong with what the user gave.
    User(Diagnostic),
    /// Ctrl-C.
    Interrupted,
}

impl From<Diagnostic> for Failure {
    fn from(error: Diagnostic) -> Failure {
        Failure::User(error)
    }
}

/// Runs the command line of this process. Exit code 0; 2 for the user's mistakes; 130 after Ctrl-C.
pub fn main() -> ExitCode {
    mind_the_file_size_limit();
    let arguments = Arguments::parse();
    let result = match arguments.command.unwrap_or_else(|| Command::Run(run::Run::main_job())) {
        Command::Run(run) => run.execute(),
        Command::Check(check) => check.execute(),
        Command::List(list) => list.execute(),
        Command::Show(show) => show.execute(),
        Command::Papers(papers) => papers.execute(),
        Command::Trace(trace) => trace.execute(),
        Command::Graph(graph) => graph.execute(),
        Command::Bench(bench) => bench.execute(),
        Command::Completions(completions) => completions.execute(),
        Command::Man(manual) => manual.execute(),
        Command::Lab(lab) => lab.execute(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Interrupted) => ExitCode::from(EXIT_CODE as u8),
        Err(Failure::User(error)) => {
            let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            tell(error.render(colour).trim_end());
            ExitCode::from(USER_ERROR)
        }
    }
}

/// A write beyond the limit on file sizes (`ulimit -f`) shall fail like one on a full disk, with an error to be told,
/// and not end the process: whoever handles the signal stays alive, and the flag that it raises is of no interest.
fn mind_the_file_size_limit() {
    #[cfg(unix)]
    {
        // Without a handler such a write ends the process, which is no worse than before.
        let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::new(AtomicBool::new(false)));
    }
}

/// Prints data on stdout. A reader that has gone away (`| head`) ends the program quietly.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => {
            Err(Failure::User(Diagnostic::new(format!("cannot write to standard output: {error}"))))
        }
    }
}

/// Talks on stderr. That nobody listens any more (`2>&1 | head`) is no reason to fail.
pub(crate) fn tell(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Tells of odd things that do not stop anything.
pub(crate) fn warn(remarks: &[Diagnostic]) {
    for remark in remarks {
        tell(&remark.to_string().trim_end().replacen("error", "warning", 1));
    }
}

/// Columns that a table on stdout may take.
pub(crate) fn width() -> usize {
    80
}
