//! `peerlab graph draw`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::super::Failure;
use super::super::show::Picture;
use super::files::{FormatName, counted, read};
use crate::experiment::diagnostic::Diagnostic;
use crate::graph::{GraphFile, components};
use crate::report::{OverlayDrawing, ReportError, significant};

/// Draw a small graph as an SVG: components side by side, the best connected nodes large.
///
/// Supernodes, where the file says who is one (a boolean attribute `supernode` in GraphML, GEXF or DOT), are hexagons; else the
/// nodes of outstanding degree have a dark rim. Directions are not drawn.
#[derive(Debug, Args)]
pub(super) struct Draw {
    /// The graph, in any format
    file: PathBuf,
    /// Where the picture goes
    #[arg(short, long, value_name = "FILE.svg")]
    output: PathBuf,
    /// Also draw it as a PNG, beside the SVG
    #[arg(long)]
    png: bool,
    /// What stands above the picture; what there is if not given
    #[arg(long)]
    title: Option<String>,
    /// What the file is written in, whatever its name says
    #[arg(long, value_enum, value_name = "FORMAT")]
    from: Option<FormatName>,
}

impl Draw {
    pub(super) fn execute(self) -> Result<(), Failure> {
        if self.output.extension().is_none_or(|ending| !ending.eq_ignore_ascii_case("svg")) {
            let error = format!(
                "{}: the picture is an SVG, expected a name that ends in .svg",
                self.output.display()
            );
            let hint = format!("-o {}", self.output.with_extension("svg").display());
            return Err(Failure::User(Diagnostic::new(error).with_hint(hint)));
        }
        let file = read(&self.file, self.from)?;
        let picture = picture(&file, &self.file, self.title.as_deref());
        let drawn = match picture.render_svg() {
            Err(error @ ReportError::TooMany { .. }) => {
                let hint = "peerlab graph measure says in numbers what no drawing can show";
                let error = Diagnostic::new(format!("{}: {error}", self.file.display()));
                return Err(Failure::User(error.with_hint(hint)));
            }
            drawn => drawn,
        };
        let png = self.png.then(|| self.output.with_extension("png"));
        Picture { svg: &self.output, png: png.as_deref() }.write(drawn)
    }
}

fn picture(file: &GraphFile, path: &Path, title: Option<&str>) -> OverlayDrawing {
    let (graph, _) = file.undirected();
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let parts = components(&graph).count();
    let usual = format!(
        "{name}: {}, {}, {}",
        counted(u64::from(graph.nodes()), "node"),
        counted(graph.edges(), "link"),
        counted(u64::from(parts), "component")
    );
    let mean = 2.0 * graph.edges() as f64 / f64::from(graph.nodes());
    let largest = graph.degrees().max().unwrap_or(0);
    let label = |node: u32| match file.names.get(node as usize) {
        Some(name) => name.clone(),
        None => file.list.ids[node as usize].to_string(),
    };
    OverlayDrawing {
        title: title.map_or(usual, str::to_owned),
        subtitle: format!(
            "mean degree {}, largest {largest}; discs grow with the degree",
            significant(mean, 3)
        ),
        labels: (0..file.nodes()).map(label).collect(),
        links: graph.edge_list().map(|(u, v)| (u as usize, v as usize)).collect(),
        supernodes: file.supernodes.clone(),
        notes: Vec::new(),
    }
}
