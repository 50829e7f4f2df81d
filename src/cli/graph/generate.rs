//! `peerlab graph generate`.

use std::path::PathBuf;

use clap::builder::ValueParser;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, Subcommand, ValueEnum};

use super::super::{Failure, tell};
use super::files::{FormatName, counted, failure, tell_lost, write};
use super::patience::patiently;
use crate::experiment::diagnostic::Diagnostic;
use crate::graph::generate::DegreeReport;
use crate::graph::{Applied, ComponentPolicy, Graph, apply, read_degrees};
use crate::sim::random::{Purpose, stream};
use crate::world::{GraphModel, WorldError};

/// Draw a graph from a model and write it to a file or to standard output.
///
/// It is the graph that a scenario with this overlay, this number of peers and this seed has.
#[derive(Debug, Args)]
#[command(subcommand_value_name = "MODEL", subcommand_help_heading = "Models")]
pub(super) struct Generate {
    #[command(subcommand)]
    model: Model,
    /// How many peers
    #[arg(short = 'n', long, global = true, value_name = "N")]
    peers: Option<u32>,
    /// The seed
    #[arg(long, global = true, default_value_t = 1)]
    seed: u64,
    /// What becomes of a graph in several components
    #[arg(long, global = true, value_enum, default_value = "keep")]
    components: Policy,
    /// Where the graph goes, in the format of its ending, packed if it ends in .gz; standard output if not given
    #[arg(short, long, global = true, value_name = "FILE")]
    output: Option<PathBuf>,
    /// What to write it in, whatever the name says
    #[arg(long, global = true, value_enum, value_name = "FORMAT")]
    to: Option<FormatName>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Policy {
    /// Leave it as it is
    Keep,
    /// Link each smaller component to the largest
    Join,
    /// Keep the largest alone
    Largest,
}

/// A model by its name, with the parameters that were given.
#[derive(Debug)]
struct Model {
    name: &'static str,
    given: Vec<(&'static str, String)>,
}

/// A subcommand for each model, an option for each parameter.
impl Subcommand for Model {
    fn augment_subcommands(command: Command) -> Command {
        GraphModel::PARAMETERS.iter().fold(command, |command, &(name, parameters)| {
            let about = GraphModel::LISTED.iter().find(|(listed, _)| *listed == name);
            let about = about.map_or_else(String::new, |(_, about)| capital(about));
            let options = parameters.iter().map(|&(name, help)| {
                let option = Arg::new(name).long(name).help(help);
                option.value_name("VALUE").value_parser(ValueParser::string()).allow_hyphen_values(true)
            });
            command.subcommand(Command::new(name).about(about).args(options))
        })
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Model::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        GraphModel::PARAMETERS.iter().any(|&(known, _)| known == name)
    }
}

impl FromArgMatches for Model {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Model, clap::Error> {
        let missing = || clap::Error::new(clap::error::ErrorKind::MissingSubcommand);
        let (name, matches) = matches.subcommand().ok_or_else(missing)?;
        let known = GraphModel::PARAMETERS.iter().find(|&&(known, _)| known == name);
        let &(name, parameters) = known.ok_or_else(missing)?;
        let value = |name: &'static str| Some((name, matches.get_one::<String>(name)?.clone()));
        Ok(Model { name, given: parameters.iter().filter_map(|&(name, _)| value(name)).collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Model::from_arg_matches(matches)?;
        Ok(())
    }
}

/// With a capital, unless it begins with a formula.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if second.is_alphabetic() => first.to_uppercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

impl Model {
    /// The model with these parameters, read as a scenario's table would be.
    fn build(&self) -> Result<GraphModel, Diagnostic> {
        let mut table = toml::Table::new();
        for (name, text) in &self.given {
            let (key, value) = (name.replace('-', "_"), value(text));
            let alone = toml::Table::from_iter([(key.clone(), value.clone())]);
            if let Err(error) = self.read(alone) {
                return Err(Diagnostic::new(format!("--{name}: {}", error.message().trim())));
            }
            table.insert(key, value);
        }
        self.read(table).map_err(|error| Diagnostic::new(error.message().to_owned()))
    }

    fn read(&self, parameters: toml::Table) -> Result<GraphModel, toml::de::Error> {
        toml::Table::from_iter([(self.name.to_owned(), toml::Value::Table(parameters))]).try_into()
    }
}

/// A value in TOML, or else a number such as .5, or else a string.
fn value(text: &str) -> toml::Value {
    let table = toml::from_str::<toml::Table>(&format!("value = {text}")).ok();
    let found = table.and_then(|mut table| table.remove("value"));
    let number = || text.parse().ok().map(toml::Value::Float);
    found.or_else(number).unwrap_or_else(|| toml::Value::String(text.to_owned()))
}

/// The same error with the option's name in place of the scenario's key.
fn told(error: WorldError) -> Diagnostic {
    let name = error.key.rsplit('.').next().unwrap_or(&error.key);
    let expected = error.expected.map_or_else(String::new, |expected| format!(", expected {expected}"));
    let message = format!("--{}: {}{expected}", name.replace('_', "-"), error.message);
    let diagnostic = Diagnostic::new(message);
    match error.nearest {
        Some(nearest) => diagnostic.with_hint(format!("the nearest valid value is {nearest}")),
        None => diagnostic,
    }
}

impl Generate {
    pub(super) fn execute(self) -> Result<(), Failure> {
        let model = self.model.build()?;
        let empirical = matches!(model, GraphModel::Empirical { .. });
        if self.peers.is_none() && !empirical {
            let error = Diagnostic::new("--peers is missing: how many peers?");
            return Err(Failure::User(error.with_hint("--peers 1000")));
        }
        patiently(format!("generating {}", self.model.name), move |stop| {
            let degrees = match &model {
                GraphModel::Empirical { path, .. } if path.as_os_str().is_empty() => {
                    let error = Diagnostic::new("--path is missing: a file of degrees, or of a graph");
                    return Err(Failure::User(error.with_hint("--path degrees.txt")));
                }
                GraphModel::Empirical { path, .. } => Some(read_degrees(path).map_err(failure)?),
                _ => None,
            };
            let peers = self.peers.or(degrees.as_ref().map(|degrees| degrees.len() as u32)).unwrap_or(0);
            let drawn = model.draw(peers, degrees.as_deref(), self.seed).map_err(told)?;
            drop(degrees);
            let policy = match self.components {
                Policy::Keep => ComponentPolicy::Keep,
                Policy::Join => ComponentPolicy::Join,
                Policy::Largest => ComponentPolicy::Largest,
            };
            let rng = &mut stream(self.seed, Purpose::Topology, 1);
            let (graph, applied) = apply(policy, drawn.graph, rng).map_err(failure)?;
            let kept = write(self.output.as_deref(), &graph, self.to, stop)?;
            report(&graph, drawn.report, &applied, policy);
            tell_lost(kept);
            Ok(())
        })
    }
}

/// What has come out, on stderr.
fn report(graph: &Graph, wired: Option<DegreeReport>, applied: &Applied, policy: ComponentPolicy) {
    let mean = 2.0 * graph.edges() as f64 / f64::from(graph.nodes());
    let squares: f64 = graph.degrees().map(|degree| f64::from(degree) * f64::from(degree)).sum();
    let kappa = if graph.edges() == 0 { 0.0 } else { squares / (2.0 * graph.edges() as f64) };
    let largest = graph.degrees().max().unwrap_or(0);
    tell(&format!(
        "{}, {}; mean degree {mean:.4}, largest {largest}, kappa {kappa:.3}",
        counted(u64::from(graph.nodes()), "peer"),
        counted(graph.edges(), "link")
    ));
    if let Some(wired) = wired {
        let faults = format!(
            "{} and {}",
            counted(wired.self_loops, "self-loop"),
            counted(wired.repetitions, "repeated link")
        );
        let done = if wired.links_got < wired.links_asked {
            format!("{faults} erased; peers with fewer links than asked for: {}", wired.nodes_short)
        } else {
            format!("{faults}, {}; every peer has its degree", counted(wired.swaps, "swap"))
        };
        tell(&format!(
            "asked for {} links, mean degree {:.4}, largest {}; got {}, mean {:.4}, largest {}: {done}",
            wired.links_asked,
            wired.mean_asked(),
            wired.max_asked,
            wired.links_got,
            wired.mean_got(),
            wired.max_got
        ));
    }
    let what = match (applied.components_before, policy) {
        (1, _) => "connected".to_owned(),
        (many, ComponentPolicy::Keep) => format!("{many} components, kept as they are"),
        (many, ComponentPolicy::Join) => {
            format!("{many} components, joined by {}", counted(u64::from(applied.links_added), "link"))
        }
        (many, ComponentPolicy::Largest) => {
            format!("{many} components, the largest kept: {} peers dropped", applied.nodes_dropped)
        }
    };
    tell(&what);
}
