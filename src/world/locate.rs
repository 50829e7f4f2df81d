//! Where measured inputs lie: this project ships none, a scenario names them by path.

use std::fs;
use std::path::{Path, PathBuf};

use super::WorldError;
use crate::units::nearest;

/// Where to look for the files that a scenario names.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    /// The folder of the scenario.
    pub(super) scenario: Option<PathBuf>,
    /// Folders of data; their subfolders count, too.
    pub(super) data: Vec<PathBuf>,
}

impl Places {
    /// The scenario's folder, then what the environment variable `PEERLAB_DATA` names, then `data`.
    pub(super) fn usual(scenario: Option<&Path>) -> Places {
        let named = std::env::var_os("PEERLAB_DATA").filter(|value| !value.is_empty());
        Places {
            scenario: scenario.map(Path::to_path_buf),
            data: named.map(PathBuf::from).into_iter().chain([PathBuf::from("data")]).collect(),
        }
    }

    /// The file that `path` means, the value of `key`.
    ///
    /// # Errors
    /// No path at all, or nothing there: says where it looked.
    pub(super) fn find(&self, key: &str, path: &Path) -> Result<PathBuf, WorldError> {
        if path.as_os_str().is_empty() {
            return Err(WorldError::new(key, "no file is named")
                .expected("the path of a file, such as \"p2p-Gnutella06.txt.gz\""));
        }
        let candidates = self.candidates(path);
        if let Some(found) = candidates.iter().find(|candidate| candidate.exists() && !candidate.is_dir()) {
            return Ok(found.clone());
        }
        if let Some(folder) = candidates.iter().find(|candidate| candidate.is_dir()) {
            return Err(WorldError::new(key, format!("{} is a folder", folder.display())).expected("a file"));
        }
        let message = format!("there is no file {}; looked for {}", path.display(), self.list(path));
        let error = WorldError::new(key, message)
            .expected("a file that exists; `scripts/fetch-data.sh` fetches the measured ones into data/");
        Err(match self.nearest_name(path) {
            Some(name) => error.nearest(format!("\"{name}\"")),
            None => error,
        })
    }

    /// The file in one of the folders whose name comes nearest, if that is near enough to be meant.
    fn nearest_name(&self, path: &Path) -> Option<String> {
        let wanted = path.file_name()?.to_str()?;
        let deep = self.data.iter().flat_map(|root| subfolders(root));
        // Where a bare name is looked for first.
        let here = path.parent().filter(|parent| parent.as_os_str().is_empty()).map(|_| PathBuf::from("."));
        let folders = here.into_iter().chain(self.scenario.iter().chain(&self.data).cloned()).chain(deep);
        let entries = folders.filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
        let files = entries.filter(|entry| entry.path().is_file());
        let mut names: Vec<String> = files.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort_unstable(); // Folders list in any order; the first of equally near names wins.
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        nearest(wanted, &names).map(str::to_owned)
    }

    /// Where the file may lie, in the order in which it is looked for.
    fn candidates(&self, path: &Path) -> Vec<PathBuf> {
        let mut candidates = vec![path.to_path_buf()];
        if path.is_absolute() {
            return candidates;
        }
        candidates.extend(self.scenario.iter().map(|folder| folder.join(path)));
        for root in &self.data {
            candidates.push(root.join(path));
            candidates.extend(subfolders(root).into_iter().map(|folder| folder.join(path)));
        }
        candidates
    }

    /// The same in words, subfolders by a star.
    fn list(&self, path: &Path) -> String {
        let mut places = vec![path.display().to_string()];
        if path.is_relative() {
            places.extend(self.scenario.iter().map(|folder| folder.join(path).display().to_string()));
            for root in &self.data {
                places.push(root.join(path).display().to_string());
                places.push(root.join("*").join(path).display().to_string());
            }
        }
        places.join(", ")
    }
}

/// The folders in `root`, by name: the system lists them in any order.
fn subfolders(root: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort_unstable();
    folders
}
