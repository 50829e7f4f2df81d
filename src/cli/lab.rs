//! `peerlab lab`: what there is, its files into a folder, and the check of answers.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Failure, print, tell, width};
use crate::experiment::diagnostic::Diagnostic;
use crate::experiment::folder::write_file;
use crate::lab::answers::{Answers, Given, sheet};
use crate::lab::check::{Verdict, check, points, solve};
use crate::lab::{self, Bench, LABS};
use crate::report::{Colour, Column, Table};

/// Labs for students.
#[derive(Debug, Args)]
pub(super) struct Lab {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the labs
    List,
    /// Write a lab's handout, scenarios and answer sheet into a folder; nothing is overwritten
    Start {
        /// The lab: its name, or its number
        name: String,
        /// The folder; the lab's name if not given
        folder: Option<PathBuf>,
        /// Your own number: the seed of your runs
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(0..=i64::MAX as u64))]
        seed: u64,
    },
    /// Say which answers are right, by running the model
    Check {
        /// The lab: its name, or its number
        name: String,
        /// The answers
        answers: PathBuf,
    },
    /// Print the answer sheet as the model fills it in
    #[command(hide = true)]
    Solve {
        /// The lab: its name, or its number
        name: String,
        /// The seed of the runs
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(0..=i64::MAX as u64))]
        seed: u64,
    },
}

impl Lab {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        match &self.what {
            What::List => list(),
            What::Start { name, folder, seed } => start(name, folder.clone(), *seed),
            What::Check { name, answers } => check_answers(name, answers),
            What::Solve { name, seed } => solved(name, *seed),
        }
    }
}

fn list() -> Result<(), Failure> {
    let mut table = Table::new([
        Column::text("lab"),
        Column::number("questions"),
        Column::number("points"),
        Column::text("about"),
    ]);
    for lab in LABS {
        let (questions, points) = (lab.questions.len().to_string(), lab.points().to_string());
        table.row([lab.name.to_string(), questions, points, lab.title.to_string()]);
    }
    print(&table.render(width(), Colour::Never))
}

/// Every file or none: what is there already is found before anything is written.
fn start(name: &str, folder: Option<PathBuf>, seed: u64) -> Result<(), Failure> {
    let lab = lab::find(name)?;
    let folder = folder.unwrap_or_else(|| lab.name.into());
    let mut files =
        vec![("HANDOUT.md", lab.handout.to_string()), ("ANSWERS.toml", sheet(lab, seed, |_| None))];
    for &(name, text) in lab.files {
        let line = format!("seed = {seed} # your own number\n");
        files.push((name, text.replacen("seed = 1 # your own number\n", &line, 1)));
    }
    let taken = files.iter().map(|(name, _)| folder.join(name)).find(|path| path.exists());
    if let Some(taken) = taken {
        let error =
            Diagnostic::new(format!("`{}` is there already, and is not overwritten", taken.display()));
        return Err(error.with_hint("name another folder: peerlab lab start NAME FOLDER").into());
    }
    for (name, text) in &files {
        write_file(&folder.join(name), text.as_bytes())?;
    }
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    tell(&format!("lab {} is in {}: {}", lab.name, folder.display(), names.join(", ")));
    Ok(())
}

fn check_answers(name: &str, path: &std::path::Path) -> Result<(), Failure> {
    let lab = lab::find(name)?;
    let answers = Answers::read(lab, path)?;
    let verdicts = check(lab, &answers)?;
    let mut text = format!("lab {}, seed {}\n", lab.name, answers.seed);
    let widest = lab.questions.iter().map(|question| question.key.len()).max().unwrap_or(0);
    for (question, verdict) in lab.questions.iter().zip(&verdicts) {
        let key = question.key;
        text += &match verdict {
            Verdict::Right => format!("  {key:widest$}  right\n"),
            Verdict::Wrong(hint) => format!("  {key:widest$}  wrong: {hint}\n"),
            Verdict::Missing => format!("  {key:widest$}  missing\n"),
        };
    }
    let count = |wanted: fn(&Verdict) -> bool| verdicts.iter().filter(|verdict| wanted(verdict)).count();
    let right = count(|verdict| *verdict == Verdict::Right);
    let missing = count(|verdict| *verdict == Verdict::Missing);
    let (asked, got) = (verdicts.len(), points(lab, &verdicts));
    text += &format!("{right} of {asked} answers are right: {got} of {} points\n", lab.points());
    print(&text)?;
    if right == asked {
        return Ok(());
    }
    let wrong = asked - right - missing;
    Err(Diagnostic::new(format!("of {asked} answers {wrong} are wrong and {missing} are missing")).into())
}

fn solved(name: &str, seed: u64) -> Result<(), Failure> {
    let lab = lab::find(name)?;
    let mut bench = Bench::new(lab, seed);
    let mut given: Vec<(&str, Given)> = Vec::new();
    for question in lab.questions {
        given.push((question.key, solve(&mut bench, question)?));
    }
    let of = |key: &str| given.iter().find(|(known, _)| *known == key).map(|(_, given)| given.clone());
    print(&sheet(lab, seed, |question| of(question.key)))
}
