//! `peerlab graph fit`: is it a power law, and which?

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use super::super::{Failure, print, tell};
use crate::experiment::diagnostic::Diagnostic;
use crate::experiment::folder::write_file;
use crate::experiment::interrupt::Interrupt;
use crate::experiment::json::{self, number};
use crate::experiment::progress::Progress;
use crate::experiment::tail_figures::{Words, ccdf, counter_example, histogram};
use crate::experiment::tail_input::{Taken, read};
use crate::experiment::tail_words::report;
use crate::report::{Figure, ReportError, render_svg, svg_to_png};
use crate::stats::tail::{
    Comparison, Estimator, Fit as Fitted, Kind, Options, PValue, Sample, TailError, WrongLine, compare, fit,
    p_value, plain_histogram,
};
use crate::stats::{MISSING, six};

/// Fit a power law to the degrees of a graph, or to a list of numbers.
///
/// By maximum likelihood, from the x_min on whose Kolmogorov-Smirnov distance is least (Clauset, Shalizi, Newman 2009).
/// A file of one number a line is data, plain or gzip; one of two or more columns holds edges, and the degrees are
/// fitted.
#[derive(Debug, Args)]
pub(super) struct Fit {
    /// Numbers, one a line, or a graph
    file: PathBuf,
    /// What the file holds; its columns tell if not given
    #[arg(long = "as", value_enum, value_name = "WHAT")]
    taken: Option<As>,
    /// Fit a continuous law, to numbers that are no counts
    #[arg(long)]
    continuous: bool,
    /// Multiply the numbers by this
    #[arg(long, default_value_t = 1.0, value_name = "FACTOR")]
    scale: f64,
    /// Fit from here on, instead of searching where the tail begins
    #[arg(long, value_name = "X")]
    x_min: Option<f64>,
    /// Fit up to here, and leave out what is larger
    #[arg(long, value_name = "X")]
    x_max: Option<f64>,
    /// Which alpha of a discrete law: they differ by a thousandth or two
    #[arg(long, value_enum, default_value = "short")]
    estimator: Which,
    /// Test whether it is a power law at all, with so many synthetic samples
    #[arg(long, value_name = "REPLICATES", num_args = 0..=1, default_missing_value = "1000",
        value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    p_value: Option<u32>,
    /// The seed of the synthetic samples
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Compare with other laws on the same tail
    #[arg(long)]
    compare: bool,
    /// Print one JSON object
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print one row of CSV under its header
    #[arg(long)]
    csv: bool,
    /// Draw the share at or above each value, with the fit (and with --compare the other laws)
    #[arg(short, long, value_name = "FILE.svg|FILE.png")]
    output: Option<PathBuf>,
    /// Draw the histogram with bins that grow
    #[arg(long, value_name = "FILE.svg|FILE.png")]
    histogram: Option<PathBuf>,
    /// Draw how not to do it: a straight line through the log-log histogram, and how wrong it is
    #[arg(long, value_name = "FILE.svg|FILE.png")]
    counter_example: Option<PathBuf>,
    /// Write each figure as a PNG too
    #[arg(long)]
    png: bool,
    /// Say on standard error how many seconds the fit, the comparisons and the test took, without reading the file
    #[arg(long)]
    times: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum As {
    /// Numbers, one a line
    Data,
    /// Edges: degrees are fitted
    Graph,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Which {
    /// The one of greatest likelihood, for every x_min
    Exact,
    /// The same below 10; from x_min = 10 on the short form of Clauset et al., as the package powerlaw has it
    Short,
}

/// All that was found.
struct Found {
    taken: Taken,
    sample: Sample,
    fit: Fitted,
    p_value: Option<PValue>,
    rivals: Vec<Comparison>,
}

impl Fit {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let figures = [&self.output, &self.histogram, &self.counter_example];
        figures.into_iter().flatten().try_for_each(|path| kind_of(path).map(|_| ()))?;
        if !(self.scale.is_finite() && self.scale > 0.0) {
            let message = format!(
                "`--scale` is {}, expected a factor above 0; the nearest valid value is 1",
                self.scale
            );
            return Err(Diagnostic::new(message).into());
        }
        let found = self.find()?;
        let text = match (self.json, self.csv) {
            (true, _) => self.json(&found),
            (_, true) => self.csv(&found),
            (false, false) => self.plain(&found),
        };
        self.draw(&found)?;
        print(&text)
    }

    /// Reads and fits.
    fn find(&self) -> Result<Found, Failure> {
        let taken = match self.taken {
            Some(As::Data) => Taken::Data,
            Some(As::Graph) => Taken::Graph,
            None => Taken::from_file(&self.file)?,
        };
        if taken == Taken::Graph && (self.continuous || self.scale != 1.0) {
            let option = if self.continuous { "--continuous" } else { "--scale" };
            let message = format!(
                "`{}` is read as a graph, and degrees are whole numbers: `{option}` does not suit them",
                self.file.display()
            );
            return Err(Diagnostic::new(message).with_hint("numbers are fitted with `--as data`").into());
        }
        let kind = if self.continuous { Kind::Continuous } else { Kind::Discrete };
        let sample = read(&self.file, taken, kind, self.scale)?;
        let estimator = match self.estimator {
            Which::Exact => Estimator::Exact,
            Which::Short => Estimator::Short,
        };
        let options = Options { x_min: self.x_min, x_max: self.x_max, estimator };
        let fit = self.timed("fit", || fit(&sample, &options)).map_err(|error| self.refused(&error))?;
        let rivals = match self.compare {
            true => self.timed("compare", || compare(&sample, &fit)),
            false => Vec::new(),
        };
        let p_value = match self.p_value {
            Some(replicates) => {
                Some(self.timed("p-value", || self.test(&sample, &options, &fit, replicates))?)
            }
            None => None,
        };
        Ok(Found { taken, sample, fit, p_value, rivals })
    }

    /// Does `work`, and says how long it took if asked to.
    fn timed<T>(&self, what: &str, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        if self.times {
            tell(&format!("{what} {}", six(start.elapsed().as_secs_f64())));
        }
        result
    }

    /// The bootstrap, with progress on a terminal, until it is done or Ctrl-C.
    fn test(
        &self,
        sample: &Sample,
        options: &Options,
        fit: &Fitted,
        replicates: u32,
    ) -> Result<PValue, Failure> {
        let interrupt = Interrupt::install()?;
        let progress = Progress::start(u64::from(replicates), 0, !std::io::stderr().is_terminal());
        let proceed = || {
            progress.tick();
            !interrupt.requested()
        };
        let result = p_value(sample, options, fit, replicates, self.seed, &proceed);
        progress.finish();
        result.map_err(|error| match error {
            TailError::Interrupted => Failure::Interrupted,
            other => self.refused(&other),
        })
    }

    fn refused(&self, error: &TailError) -> Failure {
        let message = match error {
            TailError::Range { .. } => error.to_string().replace("x_m", "--x-m"),
            _ => format!("`{}`: {error}", self.file.display()),
        };
        Diagnostic::new(message).into()
    }

    /// The file's name without folder and endings.
    fn stem(&self) -> String {
        let name = self.file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
    }

    fn plain(&self, found: &Found) -> String {
        let (what, items) = match found.taken {
            Taken::Data => ("numbers", "numbers"),
            Taken::Graph => ("degrees", "nodes"),
        };
        let file = self.file.display();
        let mut text = format!("{file}: a {} power law fitted to {what}\n\n", found.fit.kind.name());
        text += &report(&found.fit, found.p_value.as_ref(), &found.rivals, items);
        let line = self.counter_example.as_ref().and_then(|_| wrong_line(&found.sample));
        if let Some(line) = line {
            text += &format!(
                "\nThe line through log-log points says alpha = {:.2}: {:.1} standard errors off.\nDo not use it.\n",
                line.alpha,
                (line.alpha - found.fit.alpha).abs() / found.fit.sigma
            );
        }
        text
    }

    fn json(&self, found: &Found) -> String {
        let mut object: Map<String, Value> =
            self.cells(found).into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
        if self.compare {
            let rivals = found.rivals.iter().map(|rival| {
                let parameters =
                    rival.other.parameters.iter().map(|&(name, value)| (name.to_owned(), number(value)));
                json!({
                    "against": rival.other.alternative.name(),
                    "r": number(rival.normalised),
                    "p": number(rival.p),
                    "log_ratio": number(rival.log_ratio),
                    "verdict": rival.verdict().name(),
                    "degenerate": rival.other.degenerate,
                    "parameters": parameters.collect::<Map<String, Value>>(),
                })
            });
            object.insert("comparisons".to_owned(), rivals.collect());
        }
        let remarks: Vec<String> = found.fit.remarks.iter().map(ToString::to_string).collect();
        object.insert("remarks".to_owned(), json!(remarks));
        json::document(&Value::Object(object))
    }

    fn csv(&self, found: &Found) -> String {
        let mut cells: Vec<(String, String)> = Vec::new();
        for (name, value) in self.cells(found) {
            let text = match value {
                Value::Null => MISSING.to_owned(),
                Value::String(text) => text,
                other => other.to_string(),
            };
            cells.push((name.to_owned(), text));
        }
        for rival in &found.rivals {
            let name = rival.other.alternative.name().replace('-', "_");
            cells.push((format!("{name}_r"), six(rival.normalised)));
            cells.push((format!("{name}_p"), six(rival.p)));
        }
        let mut writer = csv::Writer::from_writer(Vec::new());
        // Writing into memory cannot fail.
        let _ = writer.write_record(cells.iter().map(|cell| &cell.0));
        let _ = writer.write_record(cells.iter().map(|cell| &cell.1));
        String::from_utf8_lossy(&writer.into_inner().unwrap_or_default()).into_owned()
    }

    /// What JSON and CSV have in common, by name.
    fn cells(&self, found: &Found) -> Vec<(&'static str, Value)> {
        let fit = &found.fit;
        let p_value = found.p_value.as_ref();
        vec![
            ("file", json!(self.file.display().to_string())),
            ("as", json!(if found.taken == Taken::Graph { "graph" } else { "data" })),
            ("discrete", json!(fit.kind == Kind::Discrete)),
            ("n", json!(fit.n)),
            ("alpha", number(fit.alpha)),
            ("sigma", number(fit.sigma)),
            ("x_min", number(fit.x_min)),
            ("x_max", fit.x_max.map_or(Value::Null, number)),
            ("ks", number(fit.ks)),
            ("n_tail", json!(fit.n_tail)),
            ("distinct", json!(fit.distinct)),
            ("log_likelihood", number(fit.log_likelihood)),
            ("p_value", p_value.map_or(Value::Null, |p| number(p.p))),
            ("p_value_error", p_value.map_or(Value::Null, |p| number(p.error))),
            ("replicates", p_value.map_or(Value::Null, |p| json!(p.replicates))),
        ]
    }

    fn draw(&self, found: &Found) -> Result<(), Failure> {
        let stem = self.stem();
        let (quantity, items) = match found.taken {
            Taken::Data => ("value x", "numbers"),
            Taken::Graph => ("degree k (neighbours)", "nodes"),
        };
        let words = Words { data: &stem, quantity, items };
        let Found { sample, fit, rivals, .. } = found;
        if let Some(path) = &self.output {
            self.write(path, &ccdf(sample, fit, rivals, words))?;
        }
        if let Some(path) = &self.histogram {
            self.write(path, &histogram(sample, fit, words))?;
        }
        match (&self.counter_example, counter_example(sample, fit, words)) {
            (Some(path), Some(figure)) => self.write(path, &figure),
            // Two different values, without which there is no fit, make a line.
            (Some(_), None) | (None, _) => Ok(()),
        }
    }

    /// Writes a figure, and says so.
    fn write(&self, path: &Path, figure: &Figure) -> Result<(), Failure> {
        let ours = |error: ReportError| Diagnostic::new(error.to_string());
        let svg = render_svg(figure).map_err(ours)?;
        let png = match kind_of(path)? {
            Picture::Png => Some(path.to_path_buf()),
            Picture::Svg => {
                write_file(path, svg.as_bytes())?;
                tell(&format!("drawn in {}", path.display()));
                self.png.then(|| path.with_extension("png"))
            }
        };
        if let Some(png) = png {
            write_file(&png, &svg_to_png(&svg).map_err(ours)?)?;
            tell(&format!("drawn in {}", png.display()));
        }
        Ok(())
    }
}

fn wrong_line(sample: &Sample) -> Option<WrongLine> {
    WrongLine::through(&plain_histogram(sample, crate::experiment::tail_figures::WIDE_BINS))
}

enum Picture {
    Svg,
    Png,
}

/// By the file's ending.
fn kind_of(path: &Path) -> Result<Picture, Diagnostic> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("svg") => Ok(Picture::Svg),
        Some("png") => Ok(Picture::Png),
        _ => {
            let nearest = path.with_extension("svg");
            let message = format!(
                "`{}` is no name of a figure, expected one that ends in .svg or .png",
                path.display()
            );
            Err(Diagnostic::new(message).with_hint(format!("the nearest is `{}`", nearest.display())))
        }
    }
}
