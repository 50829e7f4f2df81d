//! The command line: parse, call, print the error, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    peerlab::cli::main()
}
