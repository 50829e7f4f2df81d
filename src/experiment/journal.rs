//! What an interrupted sweep has finished, so that the next run resumes instead of starting over.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::diagnostic::Diagnostic;

/// An append-only file of JSON lines: first the digest of what was run, then a key and a value per finished run.
///
/// A torn last line, as a crash leaves it, is dropped. Values come back as they went in, floats bit for bit, except
/// that JSON knows no infinity and no NaN: records with such a value should hold an `Option` instead.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: File,
    /// The file's length up to the last whole line.
    length: u64,
    entries: HashMap<String, Value>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    digest: String,
}

#[derive(Deserialize)]
struct Entry {
    key: String,
    value: Value,
}

#[derive(Serialize)]
struct NewEntry<'e, T> {
    key: &'e str,
    value: &'e T,
}

impl Journal {
    /// Opens the journal in `folder`; it starts afresh unless it was kept under the same `digest`.
    ///
    /// The digest should cover everything that a run's result follows from: the resolved scenario and the version.
    ///
    /// # Errors
    ///
    /// The file system refuses.
    pub fn open(folder: &Path, digest: &str) -> Result<Journal, Diagnostic> {
        let path = folder.join("journal.jsonl");
        // What is no plain file is not read: a device may never end.
        let kept = if path.is_file() { fs::read(&path).unwrap_or_default() } else { Vec::new() };
        let (mut length, entries) = read(&kept, digest);
        let mut open = || {
            fs::create_dir_all(folder)?;
            let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
            file.set_len(length)?;
            if length == 0 {
                remove_folder(&folder.join(FILES))?;
                let header = serde_json::to_string(&Header { digest: digest.to_owned() })? + "\n";
                file.write_all(header.as_bytes())?;
                length = header.len() as u64;
            }
            Ok((file, length))
        };
        match open() {
            Ok((file, length)) => Ok(Journal { path, state: Mutex::new(State { file, length, entries }) }),
            Err(error) => Err(Diagnostic::io("write", &path, &error)),
        }
    }

    /// What was kept under `key`; `None` if nothing was, or no `T`.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.entries.get(key).and_then(|value| T::deserialize(value).ok())
    }

    /// How many runs the journal holds that an earlier process finished.
    pub fn resumed(&self) -> usize {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).entries.len()
    }

    /// The folder for what finished runs leave beside their values, which goes with the journal.
    pub fn files(&self) -> PathBuf {
        self.path.with_file_name(FILES)
    }

    /// Removes the journal if it holds nothing worth resuming from: what failed at once leaves nothing behind.
    pub fn forget_if_empty(self) {
        let Ok(kept) = fs::read(&self.path) else { return };
        if kept.iter().filter(|&&byte| byte == b'\n').count() <= 1 {
            // The next run starts afresh anyway.
            let _ = fs::remove_file(&self.path);
            let _ = remove_folder(&self.files());
        }
    }

    /// Keeps `value` under `key`, for the next process: [`Journal::get`] of this one does not see it.
    ///
    /// # Errors
    ///
    /// The file system refuses, or `T` has no form in JSON. The journal then is as it was.
    pub fn append<T: Serialize>(&self, key: &str, value: &T) -> Result<(), Diagnostic> {
        let line = serde_json::to_string(&NewEntry { key, value }).map_err(|error| {
            Diagnostic::new(format!("cannot keep the run `{key}` in the journal: {error}"))
        })?;
        let line = line + "\n";
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match state.file.write_all(line.as_bytes()) {
            Ok(()) => {
                state.length += line.len() as u64;
                Ok(())
            }
            Err(error) => {
                // Half a line would spoil the next one; if this fails too, the reader stops at the half line.
                let _ = state.file.set_len(state.length);
                Err(Diagnostic::io("write", &self.path, &error))
            }
        }
    }
}

/// The folder beside the journal for files of finished runs.
pub(super) const FILES: &str = "files";

fn remove_folder(path: &Path) -> std::io::Result<()> {
    if path.is_dir() { fs::remove_dir_all(path) } else { Ok(()) }
}

/// The entries of a journal kept under `digest`, up to the first line that is torn, and their length in bytes.
fn read(bytes: &[u8], digest: &str) -> (u64, HashMap<String, Value>) {
    let mut lines = bytes.split_inclusive(|&byte| byte == b'\n').filter(|line| line.ends_with(b"\n"));
    let mut entries = HashMap::new();
    let header = lines.next().and_then(|line| Some((line, serde_json::from_slice::<Header>(line).ok()?)));
    let mut length = match header {
        Some((line, header)) if header.digest == digest => line.len(),
        _ => return (0, entries),
    };
    for line in lines {
        let Ok(Entry { key, value }) = serde_json::from_slice(line) else {
            break;
        };
        entries.insert(key, value);
        length += line.len();
    }
    (length as u64, entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(folder: &Path) -> Vec<u8> {
        fs::read(folder.join("journal.jsonl")).unwrap()
    }

    #[test]
    fn resumes_under_the_same_digest_only() {
        let folder = tempfile::tempdir().unwrap();
        let first = Journal::open(folder.path(), "d1").unwrap();
        first.append("chord 128 #0", &(0.1 + 0.2, u64::MAX)).unwrap();
        first.append("chord 128 #1", &(1.0, 2u64)).unwrap();
        drop(first);
        let second = Journal::open(folder.path(), "d1").unwrap();
        assert_eq!(second.get("chord 128 #0"), Some((0.1 + 0.2, u64::MAX)));
        assert_eq!(second.get::<String>("chord 128 #0"), None);
        assert_eq!(second.get::<(f64, u64)>("other"), None);
        assert_eq!(second.resumed(), 2);
        drop(second);
        assert_eq!(Journal::open(folder.path(), "d2").unwrap().resumed(), 0);
        assert_eq!(Journal::open(folder.path(), "d1").unwrap().resumed(), 0);
    }

    #[test]
    fn a_torn_line_is_dropped_wherever_it_tears() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path(), "d").unwrap();
        journal.append("a", &1).unwrap();
        let whole = bytes(folder.path()).len();
        journal.append("b", &"two\nlines").unwrap();
        drop(journal);
        let all = bytes(folder.path());
        for cut in 0..all.len() {
            fs::write(folder.path().join("journal.jsonl"), &all[..cut]).unwrap();
            let journal = Journal::open(folder.path(), "d").unwrap();
            assert_eq!(journal.get::<u8>("a"), (cut >= whole).then_some(1), "cut at {cut}");
            journal.append("b", &"two\nlines").unwrap();
            drop(journal);
            assert_eq!(Journal::open(folder.path(), "d").unwrap().get::<String>("b").unwrap(), "two\nlines");
        }
    }

    #[test]
    fn garbage_starts_afresh() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("journal.jsonl"), b"\xff\x00\n\n{}\n").unwrap();
        assert_eq!(Journal::open(folder.path(), "d").unwrap().resumed(), 0);
        assert_eq!(bytes(folder.path()), b"{\"digest\":\"d\"}\n");
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(Journal::open(&file, "d").unwrap_err().message.starts_with("cannot write `"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/dev/full", folder.path().join("journal.jsonl")).unwrap();
        assert!(Journal::open(folder.path(), "d").is_err());
    }

    #[test]
    fn threads_may_share_it() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path(), "d").unwrap();
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let journal = &journal;
                scope.spawn(move || {
                    (0..50).for_each(|i| journal.append(&format!("{thread} {i}"), &i).unwrap())
                });
            }
        });
        assert_eq!(Journal::open(folder.path(), "d").unwrap().resumed(), 200);
    }
}
