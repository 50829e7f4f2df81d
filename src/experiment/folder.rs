//! A results folder: nothing half-written ever has a final name.
//!
//! Everything is first written into a hidden folder inside the results folder, hence on the same file system, and moved
//! to its final name by [`ResultFolder::commit`]. What a former run left is set aside on the way: it is deleted when all
//! is in place, and put back if anything fails.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::diagnostic::Diagnostic;

/// The manifest's name in every results folder.
pub const MANIFEST: &str = "manifest.toml";
/// The log's name: what varies from run to run, listed nowhere.
pub const RUN_LOG: &str = "run.log";
/// The hidden folder, inside the results folder, that holds what is not finished.
pub const PARTIAL: &str = ".partial";

/// A results folder being written. Dropped without [`ResultFolder::commit`], it leaves the folder as it was, but for a
/// journal in [`ResultFolder::partial`] that a later run may resume from.
#[derive(Debug)]
pub struct ResultFolder {
    path: PathBuf,
    /// The folders that this run made, the results folder first: it removes them if it fails.
    made: Vec<PathBuf>,
    files: BTreeMap<String, Digested>,
    log: bool,
}

#[derive(Debug)]
struct Digested {
    bytes: u64,
    sha256: String,
}

impl ResultFolder {
    /// Makes the folder at `path`, unless it exists, and checks that it can be written to.
    ///
    /// # Errors
    ///
    /// `path` is a file, or its file system says no.
    pub fn create(path: &Path) -> Result<ResultFolder, Diagnostic> {
        if path.exists() && !path.is_dir() {
            let hint = "choose another folder with --out";
            return Err(
                Diagnostic::new(format!("`{}` is a file, not a folder", path.display())).with_hint(hint)
            );
        }
        let above = path.ancestors().filter(|folder| !folder.as_os_str().is_empty());
        let made = above.take_while(|folder| !folder.exists()).map(Path::to_path_buf).collect();
        let folder = ResultFolder { path: path.to_owned(), made, files: BTreeMap::new(), log: false };
        // Whatever an interrupted run had staged is written again; its journal stays.
        for staged in [folder.staged(), folder.former()] {
            if staged.exists() {
                fs::remove_dir_all(&staged).map_err(|error| Diagnostic::io("remove", &staged, &error))?;
            }
        }
        let staged = folder.staged();
        fs::create_dir_all(&staged).map_err(|error| folder.refused("write into", path, &error))?;
        Ok(folder)
    }

    /// The folder for what is not finished; the journal's place. Removed by [`ResultFolder::commit`].
    pub fn partial(&self) -> PathBuf {
        self.path.join(PARTIAL)
    }

    /// The results folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn staged(&self) -> PathBuf {
        self.partial().join("new")
    }

    fn former(&self) -> PathBuf {
        self.partial().join("former")
    }

    /// Writes the file `name`, relative to the folder, with `/` between its parts.
    ///
    /// # Errors
    ///
    /// The file system refuses; the name is reserved or leads out of the folder.
    pub fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
        self.write_with(name, |writer| writer.write_all(bytes))
    }

    /// Writes the file `name` piece by piece, for what should not lie in memory whole.
    ///
    /// # Errors
    ///
    /// As [`ResultFolder::write`], and whatever `fill` returns.
    pub fn write_with(
        &mut self,
        name: &str,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Diagnostic> {
        if !is_inside(name) || name == MANIFEST || name == RUN_LOG {
            return Err(Diagnostic::new(format!("`{name}` cannot be the name of a result")));
        }
        let digested = self.stage(name, fill)?;
        self.files.insert(name.to_owned(), digested);
        Ok(())
    }

    /// Writes the log, which is moved with the results but listed nowhere.
    ///
    /// # Errors
    ///
    /// The file system refuses.
    pub fn write_log(&mut self, text: &str) -> Result<(), Diagnostic> {
        self.stage(RUN_LOG, |writer| writer.write_all(text.as_bytes()))?;
        self.log = true;
        Ok(())
    }

    fn stage(
        &self,
        name: &str,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Digested, Diagnostic> {
        let staged = self.staged().join(name);
        let write = || {
            staged.parent().map_or(Ok(()), fs::create_dir_all)?;
            let mut writer = Digesting::new(BufWriter::new(File::create(&staged)?));
            fill(&mut writer)?;
            writer.finish()
        };
        write().map_err(|error| {
            // Already failing: that the remains cannot be removed either would hide the cause.
            let _ = fs::remove_file(&staged);
            self.refused("write", &self.path.join(name), &error)
        })
    }

    /// Writes the manifest, `header` and a `[[files]]` table per file in the order of their names, and gives everything
    /// its final name. Files that the former manifest lists and this run did not write are removed; others stay.
    ///
    /// # Errors
    ///
    /// The file system refuses; the folder is then as it was.
    pub fn commit(mut self, header: &str) -> Result<(), Diagnostic> {
        let manifest = self.manifest(header);
        self.stage(MANIFEST, |writer| writer.write_all(manifest.as_bytes()))?;
        let mut moves = Moves { folder: &self, done: Vec::new() };
        if let Err(error) = moves.all() {
            moves.undo();
            return Err(error);
        }
        for name in moves.done.iter().rev() {
            self.remove_empty_parents(name);
        }
        self.made.clear();
        let partial = self.partial();
        fs::remove_dir_all(&partial).map_err(|error| Diagnostic::io("remove", &partial, &error))
    }

    fn manifest(&self, header: &str) -> String {
        let mut text = header.trim_end().to_owned();
        for (name, Digested { bytes, sha256 }) in &self.files {
            let name = toml::Value::from(name.as_str());
            text.push_str(&format!("\n\n[[files]]\nname = {name}\nbytes = {bytes}\nsha256 = \"{sha256}\""));
        }
        text.trim_start().to_owned() + "\n"
    }

    /// The files that the former run's manifest lists; none if there is no readable manifest.
    fn former_files(&self) -> BTreeSet<String> {
        #[derive(Deserialize)]
        struct Manifest {
            #[serde(default)]
            files: Vec<Listed>,
        }
        #[derive(Deserialize)]
        struct Listed {
            name: String,
        }
        let text = fs::read_to_string(self.path.join(MANIFEST)).unwrap_or_default();
        let manifest: Option<Manifest> = toml::from_str(&text).ok();
        let names = manifest.into_iter().flat_map(|manifest| manifest.files).map(|listed| listed.name);
        // A manifest may have come from anywhere: it must not make us delete what lies outside.
        names.filter(|name| is_inside(name)).collect()
    }

    fn remove_empty_parents(&self, name: &str) {
        for parent in Path::new(name).ancestors().skip(1).filter(|parent| *parent != Path::new("")) {
            // Fails, as it should, where something is left inside.
            let _ = fs::remove_dir(self.path.join(parent));
        }
    }

    fn refused(&self, action: &str, path: &Path, error: &io::Error) -> Diagnostic {
        let hint = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                "free some space, or choose another folder with --out"
            }
            _ => "choose another folder with --out",
        };
        Diagnostic::io(action, path, error).with_hint(hint)
    }
}

impl Drop for ResultFolder {
    /// Removes what was staged, and the folders if that leaves them empty; after a commit there is nothing to do.
    fn drop(&mut self) {
        // Nobody is left to hear of a failure here, and the next run clears up anyway.
        let _ = fs::remove_dir_all(self.staged());
        let _ = fs::remove_dir_all(self.former());
        let _ = fs::remove_dir(self.partial());
        for folder in &self.made {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// The renaming at the end, which can be taken back.
struct Moves<'f> {
    folder: &'f ResultFolder,
    /// Names set aside or put in place so far.
    done: Vec<String>,
}

impl Moves<'_> {
    /// Sets the former results aside and moves the new ones in, the manifest last.
    fn all(&mut self) -> Result<(), Diagnostic> {
        let mut new: Vec<String> = self.folder.files.keys().cloned().collect();
        new.extend(self.folder.log.then(|| RUN_LOG.to_owned()));
        new.push(MANIFEST.to_owned());
        let mut old: BTreeSet<String> = self.folder.former_files();
        old.extend(new.iter().cloned());
        for name in &old {
            self.done.push(name.clone());
            self.rename(name, &self.folder.path, &self.folder.former())?;
        }
        new.iter().try_for_each(|name| self.rename(name, &self.folder.staged(), &self.folder.path))
    }

    /// Moves `name`, if there is such a file, from one folder to another.
    fn rename(&self, name: &str, from: &Path, to: &Path) -> Result<(), Diagnostic> {
        let (source, target) = (from.join(name), to.join(name));
        if source.symlink_metadata().is_err() {
            return Ok(());
        }
        let blamed = self.folder.path.join(name);
        if source.is_dir() {
            return Err(Diagnostic::new(format!("`{}` is a folder, where a file must go", blamed.display())));
        }
        let moved =
            target.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::rename(&source, &target));
        moved.map_err(|error| self.folder.refused("replace", &blamed, &error))
    }

    /// Puts everything back, as far as the file system lets us.
    fn undo(&self) {
        for name in &self.done {
            let (set_aside, final_name) = (self.folder.former().join(name), self.folder.path.join(name));
            let is_new = !self.folder.staged().join(name).exists() && !final_name.is_dir();
            let _ = if set_aside.exists() {
                fs::rename(&set_aside, &final_name)
            } else if is_new && self.folder.wrote(name) {
                fs::remove_file(&final_name)
            } else {
                Ok(())
            };
            self.folder.remove_empty_parents(name);
        }
    }
}

impl ResultFolder {
    fn wrote(&self, name: &str) -> bool {
        self.files.contains_key(name) || name == MANIFEST || name == RUN_LOG && self.log
    }
}

/// Whether `name` is a relative path that stays inside and touches nothing hidden.
fn is_inside(name: &str) -> bool {
    let plain = |part: Component<'_>| matches!(part, Component::Normal(part) if !part.to_string_lossy().starts_with('.'));
    !name.is_empty() && !name.contains('\\') && Path::new(name).components().all(plain)
}

/// Counts and digests what passes through.
struct Digesting<W> {
    inner: W,
    bytes: u64,
    sha256: Sha256,
}

impl<W: Write> Digesting<W> {
    fn new(inner: W) -> Digesting<W> {
        Digesting { inner, bytes: 0, sha256: Sha256::new() }
    }

    fn finish(mut self) -> io::Result<Digested> {
        self.inner.flush()?;
        Ok(Digested { bytes: self.bytes, sha256: hex(&self.sha256.finalize()) })
    }
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.bytes += written as u64;
        self.sha256.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// The SHA-256 digest of `parts`, each preceded by its length, in hexadecimal.
pub fn digest(parts: &[&[u8]]) -> String {
    let mut sha256 = Sha256::new();
    for part in parts {
        sha256.update((part.len() as u64).to_le_bytes());
        sha256.update(part);
    }
    hex(&sha256.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
#[path = "folder_tests.rs"]
mod tests;

/// Writes one file outside a results folder, whole or not at all; makes its folder if need be. What is no file, such as
/// `/dev/stdout`, is written to as it is.
///
/// # Errors
///
/// Anything that the file system refuses, with the path.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
    // A device or a pipe is written to, not replaced by a file of its name.
    if path.exists() && !path.is_file() && !path.is_dir() {
        return fs::write(path, bytes).map_err(|error| Diagnostic::io("write", path, &error));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut file = tempfile::Builder::new();
        #[cfg(unix)]
        file.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = file.tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(|error| Diagnostic::io("write", path, &error))
}
