//! A student's answers: one TOML file, a key for each question.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::{Lab, Question, Rule};
use crate::experiment::diagnostic::{Diagnostic, Place};
use crate::stats::six;
use crate::units::nearest;

/// What stands where an answer is still to come.
const BLANK: &str = "?";
/// The key of the student's seed.
const SEED: &str = "seed";

/// What a student has written.
#[derive(Debug)]
pub struct Answers {
    /// The seed of the student's runs.
    pub seed: u64,
    given: BTreeMap<String, Given>,
}

/// One answer, of the type that its question wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// A number.
    Number(f64),
    /// Whole numbers.
    List(Vec<u64>),
    /// A word.
    Word(String),
}

impl Answers {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// It cannot be read, or [`Answers::parse`] refuses it.
    pub fn read(lab: &Lab, path: &Path) -> Result<Answers, Diagnostic> {
        let text = std::fs::read_to_string(path).map_err(|error| Diagnostic::io("read", path, &error))?;
        Answers::parse(lab, &path.display().to_string(), &text)
    }

    /// Reads `text`; errors will call it `file`.
    ///
    /// # Errors
    /// It is not TOML, has a key that is no question, or an answer of another type than its question wants.
    pub fn parse(lab: &Lab, file: &str, text: &str) -> Result<Answers, Diagnostic> {
        let at = |span: Range<usize>, message: String| {
            Diagnostic::new(message).at(Place::in_text(file, text, span))
        };
        let table = DeTable::parse(text).map_err(|error| {
            let hint = "text stands in quotes, lists in brackets: word = \"chord\", list = [1, 2, 3]";
            at(error.span().unwrap_or(0..0), format!("this is not TOML: {}", error.message())).with_hint(hint)
        })?;
        let mut answers = Answers { seed: 1, given: BTreeMap::new() };
        for (key, value) in table.get_ref() {
            let name = key.get_ref().as_ref();
            if name == SEED {
                let seed = whole(value.get_ref());
                answers.seed = seed.ok_or_else(|| {
                    at(value.span(), "expected a whole number from 0 on in `seed`".to_string())
                })?;
                continue;
            }
            let Some(question) = lab.questions.iter().find(|question| question.key == name) else {
                let mut keys: Vec<&str> = lab.questions.iter().map(|question| question.key).collect();
                keys.push(SEED);
                let near =
                    nearest(name, &keys).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                let error = at(key.span(), format!("lab {} has no question `{name}`{near}", lab.name));
                return Err(error.with_hint(format!("its questions: {}", keys.join(", "))));
            };
            if matches!(value.get_ref(), DeValue::String(text) if text.trim() == BLANK) {
                continue;
            }
            match question.rule.read(value.get_ref()) {
                Ok(given) => answers.given.insert(name.to_string(), given),
                Err(Unfit { expected, hint }) => {
                    let error = at(value.span(), format!("expected {expected} in `{name}`"));
                    return Err(match hint {
                        Some(hint) => error.with_hint(hint),
                        None => error,
                    });
                }
            };
        }
        Ok(answers)
    }

    /// The answer to a question; `None` if it is missing.
    pub fn to(&self, question: &Question) -> Option<&Given> {
        self.given.get(question.key)
    }
}

/// What an answer should have been.
struct Unfit {
    expected: String,
    hint: Option<String>,
}

impl Rule {
    /// The answer that `value` is.
    fn read(&self, value: &DeValue<'_>) -> Result<Given, Unfit> {
        let unfit = |expected: &str, hint: Option<String>| {
            Err(Unfit { expected: format!("{expected}, found {}", kind(value)), hint })
        };
        match self {
            Rule::Near { .. } => match number(value) {
                Some(number) => Ok(Given::Number(number)),
                None => unfit("a number", Some("without its unit and without quotes, such as 12.5".into())),
            },
            Rule::Count(_) => match whole(value) {
                Some(number) => Ok(Given::Number(number as f64)),
                None => unfit("a whole number from 0 on", None),
            },
            Rule::List(_) => {
                let list = match value {
                    DeValue::Array(list) => list.iter().map(|one| whole(one.get_ref())).collect(),
                    _ => None,
                };
                match list {
                    Some(list) => Ok(Given::List(list)),
                    None => unfit("a list of whole numbers", Some("such as [3, 1, 4]".into())),
                }
            }
            Rule::Word(words, _) => match value {
                DeValue::String(text) if words.contains(&text.trim()) => {
                    Ok(Given::Word(text.trim().to_string()))
                }
                DeValue::String(text) => {
                    let near = nearest(text, words).map(|near| format!("did you mean `{near}`?"));
                    Err(Unfit { expected: format!("one of {}", words.join(", ")), hint: near })
                }
                _ => unfit(&format!("one of {} in quotes", words.join(", ")), None),
            },
            Rule::Choice { of, .. } => {
                let closest = |number: f64| {
                    of.iter().copied().min_by(|a, b| (a - number).abs().total_cmp(&(b - number).abs()))
                };
                match number(value) {
                    Some(number) if of.contains(&number) => Ok(Given::Number(number)),
                    Some(number) => Err(Unfit {
                        expected: format!("one of {}", spelled(of)),
                        hint: closest(number).map(|near| format!("the nearest that can be: {}", six(near))),
                    }),
                    None => unfit(&format!("one of {}", spelled(of)), None),
                }
            }
        }
    }
}

fn spelled(numbers: &[f64]) -> String {
    numbers.iter().map(|&number| six(number)).collect::<Vec<_>>().join(", ")
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) | DeValue::Float(_) => "another number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn whole(value: &DeValue<'_>) -> Option<u64> {
    match value {
        DeValue::Integer(integer) => {
            let number = u64::from_str_radix(integer.as_str(), integer.radix()).ok();
            number.filter(|&number| i64::try_from(number).is_ok())
        }
        _ => None,
    }
}

fn number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Integer(integer) => {
            i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(|number| number as f64)
        }
        DeValue::Float(float) => float.as_str().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

/// The file to be filled in, or filled in with `answers`.
pub fn sheet(lab: &Lab, seed: u64, answer: impl Fn(&Question) -> Option<Given>) -> String {
    let mut text = format!(
        "# Answers to lab {}: {}.\n# Replace each \"?\". Check them with: peerlab lab check {} ANSWERS.toml\n\n\
         # Your own number: the seed of your runs.\nseed = {seed}\n",
        lab.name, lab.title, lab.name
    );
    for question in lab.questions {
        let form = match &question.rule {
            Rule::Near { within, slack, .. } if *slack > 0.0 && *within == 0.0 => {
                format!("a number; right within {} either way", six(*slack))
            }
            Rule::Near { within, slack, .. } if *slack > 0.0 => {
                format!("a number; right within {} %, or {} either way", six(within * 100.0), six(*slack))
            }
            Rule::Near { within, .. } => format!("a number; right within {} %", six(within * 100.0)),
            Rule::Count(_) => "a whole number".to_string(),
            Rule::List(_) => "a list of whole numbers, such as [1, 2, 3]".to_string(),
            Rule::Word(words, _) => format!("one of {}, in quotes", words.join(", ")),
            Rule::Choice { of, .. } => format!("one of {}", spelled(of)),
        };
        let points = if question.points == 1 { "point" } else { "points" };
        text.push('\n');
        for line in question.ask.lines() {
            text.push_str(&format!("# {line}\n"));
        }
        text.push_str(&format!("# {} {points}; {form}\n", question.points));
        let answer = answer(question).map_or(format!("\"{BLANK}\""), |given| given.toml());
        text.push_str(&format!("{} = {answer}\n", question.key));
    }
    text
}

impl Given {
    /// The answer as TOML, numbers with six significant digits.
    pub fn toml(&self) -> String {
        match self {
            Given::Number(number) => six(*number),
            Given::List(list) => {
                format!("[{}]", list.iter().map(u64::to_string).collect::<Vec<_>>().join(", "))
            }
            Given::Word(word) => format!("\"{word}\""),
        }
    }
}
