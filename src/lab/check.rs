//! Right or wrong, question by question; and the model answers.

use super::answers::{Answers, Given};
use super::{Bench, Found, Lab, Question, Rule};
use crate::experiment::diagnostic::Diagnostic;

/// What is said of one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As the model has it.
    Right,
    /// Not as the model has it; with a hint.
    Wrong(&'static str),
    /// There is no answer.
    Missing,
}

/// Checks every answer.
///
/// # Errors
/// The model cannot be run.
pub fn check(lab: &Lab, answers: &Answers) -> Found<Vec<Verdict>> {
    check_on(&mut Bench::new(lab, answers.seed), lab, answers)
}

/// The same on a bench that may have run the model before.
///
/// # Errors
/// The model cannot be run.
pub fn check_on(bench: &mut Bench<'_>, lab: &Lab, answers: &Answers) -> Found<Vec<Verdict>> {
    let one = |question: &Question| match answers.to(question) {
        Some(given) => judge(bench, question, given),
        None => Ok(Verdict::Missing),
    };
    lab.questions.iter().map(one).collect()
}

fn judge(bench: &mut Bench<'_>, question: &Question, given: &Given) -> Found<Verdict> {
    let right = match (&question.rule, given) {
        (Rule::Near { within, slack, model }, Given::Number(number)) => {
            near(*number, model(bench)?, *within, *slack)
        }
        (Rule::Count(model), Given::Number(number)) => *number == model(bench)?,
        (Rule::List(model), Given::List(list)) => *list == model(bench)?,
        (Rule::Word(_, model), Given::Word(word)) => word == model(bench)?,
        (Rule::Choice { holds, .. }, Given::Number(number)) => holds(bench, *number)?,
        // The answers were read by the same rule.
        _ => false,
    };
    if right {
        return Ok(Verdict::Right);
    }
    if let Given::Number(number) = given {
        let (within, slack) = match question.rule {
            Rule::Near { within, slack, .. } => (within, slack),
            _ => (0.0, 0.0),
        };
        for trap in question.traps {
            if near(*number, (trap.value)(bench)?, within, slack) {
                return Ok(Verdict::Wrong(trap.hint));
            }
        }
    }
    Ok(Verdict::Wrong(question.hint))
}

/// Whether `number` is within a share of `model`, or within a slack; rounding to six digits is no error.
fn near(number: f64, model: f64, within: f64, slack: f64) -> bool {
    let tolerance = (within * model.abs()).max(slack).max(1e-5 * model.abs());
    (number - model).abs() <= tolerance
}

/// What the model answers.
///
/// # Errors
/// The model cannot be run, or nothing that can be chosen will do.
pub fn solve(bench: &mut Bench<'_>, question: &Question) -> Found<Given> {
    Ok(match &question.rule {
        Rule::Near { model, .. } | Rule::Count(model) => Given::Number(model(bench)?),
        Rule::List(model) => Given::List(model(bench)?),
        Rule::Word(_, model) => Given::Word(model(bench)?.to_string()),
        Rule::Choice { of, holds } => {
            for &value in *of {
                if holds(bench, value)? {
                    return Ok(Given::Number(value));
                }
            }
            let seed = bench.seed();
            return Err(Diagnostic::new(format!("with seed {seed} nothing will do for `{}`", question.key)));
        }
    })
}

/// The points of right answers.
pub fn points(lab: &Lab, verdicts: &[Verdict]) -> u32 {
    let right = lab.questions.iter().zip(verdicts).filter(|(_, verdict)| **verdict == Verdict::Right);
    right.map(|(question, _)| question.points).sum()
}
