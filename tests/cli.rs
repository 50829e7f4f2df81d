//! The program as its users meet it: arguments in; text, files and exit codes out.

mod common;

#[path = "cli/commands.rs"]
mod commands;
#[path = "cli/docs.rs"]
mod docs;
#[path = "cli/fit.rs"]
mod fit;
#[path = "cli/folders.rs"]
mod folders;
#[path = "cli/graph_measures.rs"]
mod graph_measures;
#[path = "cli/graphs.rs"]
mod graphs;
#[path = "cli/interrupts.rs"]
mod interrupts;
#[path = "cli/labs.rs"]
mod labs;
#[path = "cli/live.rs"]
mod live;
#[path = "cli/machine.rs"]
mod machine;
#[path = "cli/odd_worlds.rs"]
mod odd_worlds;
#[path = "cli/reference.rs"]
mod reference;
#[path = "cli/refusals.rs"]
mod refusals;
#[path = "cli/series.rs"]
mod series;
#[path = "cli/show.rs"]
mod show;
#[path = "cli/trace.rs"]
mod trace;
