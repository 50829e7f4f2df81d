//! Labs: a handout, scenarios with something to choose, questions, and a check that answers them by running the model.
//!
//! Nothing here knows a right answer. A [`Question`] says how the model is asked, the [`Bench`] runs it with the student's
//! seed, and [`check`](mod@check) compares. `docs/labs/NAME/` has the pages, `scenarios/labs/` the scenarios,
//! `content` the questions.

pub mod answers;
pub mod bench;
pub mod check;
mod content;
pub mod nearest;

pub use bench::Bench;
pub use content::LABS;

use crate::experiment::diagnostic::Diagnostic;
use crate::units::nearest;

/// A lab for two hours.
#[derive(Debug)]
pub struct Lab {
    /// Its number and name, as its folder is called: `1-find-it`.
    pub name: &'static str,
    /// What it is about, in a line.
    pub title: &'static str,
    /// The students' page.
    pub handout: &'static str,
    /// The files that a student gets beside it: name and text. Scenarios end in `.toml`.
    pub files: &'static [(&'static str, &'static str)],
    /// What is asked.
    pub questions: &'static [Question],
}

/// One question, and how the model answers it.
#[derive(Debug)]
pub struct Question {
    /// Its key in the answers.
    pub key: &'static str,
    /// What is asked, in a line or two, with the unit.
    pub ask: &'static str,
    /// What it is worth.
    pub points: u32,
    /// What is right.
    pub rule: Rule,
    /// Where to look again; never the answer.
    pub hint: &'static str,
    /// Well-known wrong ways, with hints of their own; for numbers.
    pub traps: &'static [Trap],
}

/// What the model says, or why it cannot be run.
pub type Found<T> = Result<T, Diagnostic>;

/// What is right, and how the model is asked for it.
#[derive(Debug)]
pub enum Rule {
    /// A number that was measured or computed: right within a share of the model's, or within an absolute slack.
    Near {
        /// The share.
        within: f64,
        /// The slack, in the number's unit.
        slack: f64,
        /// The model's.
        model: fn(&mut Bench<'_>) -> Found<f64>,
    },
    /// A whole number, exactly.
    Count(fn(&mut Bench<'_>) -> Found<f64>),
    /// Whole numbers in this order.
    List(fn(&mut Bench<'_>) -> Found<Vec<u64>>),
    /// One of these words.
    Word(&'static [&'static str], fn(&mut Bench<'_>) -> Found<&'static str>),
    /// A parameter of one's own choice: the model is run with it, and must do what was asked.
    Choice {
        /// The values that can be chosen, ascending; the model answer is the first that will do.
        of: &'static [f64],
        /// Whether the model does what was asked.
        holds: fn(&mut Bench<'_>, f64) -> Found<bool>,
    },
}

/// A well-known way to be wrong.
#[derive(Debug)]
pub struct Trap {
    /// The number that it leads to.
    pub value: fn(&mut Bench<'_>) -> Found<f64>,
    /// What to tell who has taken it.
    pub hint: &'static str,
}

impl Lab {
    /// What all its questions are worth.
    pub fn points(&self) -> u32 {
        self.questions.iter().map(|question| question.points).sum()
    }
}

/// The lab called `name`: in full (`1-find-it`), without its number, or by its number alone.
///
/// # Errors
/// There is none; with the nearest.
pub fn find(name: &str) -> Result<&'static Lab, Diagnostic> {
    let bare = |lab: &'static Lab| lab.name.split_once('-');
    let called = |lab: &&'static Lab| {
        lab.name == name || bare(lab).is_some_and(|(number, title)| number == name || title == name)
    };
    LABS.iter().copied().find(called).ok_or_else(|| {
        let names: Vec<&str> = LABS.iter().map(|lab| lab.name).collect();
        let titles: Vec<&str> = LABS.iter().filter_map(|lab| Some(bare(lab)?.1)).collect();
        let near = nearest(name, &names).or_else(|| nearest(name, &titles));
        let near = near.map_or(String::new(), |near| format!("did you mean `{near}`? "));
        Diagnostic::new(format!("there is no lab called `{name}`"))
            .with_hint(format!("{near}There are: {}", names.join(", ")))
    })
}
