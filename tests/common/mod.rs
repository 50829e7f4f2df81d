//! Running the real program, and reading what it leaves.

#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The scenario that most tests are about: three protocols, fifty peers, a hundredth of a second.
pub const TINY: &str = r#"name = "tiny"
title = "Fifty peers"
peers = 50
protocols = ["napster", "gnutella", "chord"]

[workload]
lookups = 30
rate = "10 /s"
deadline = "5 s"

[content]
objects = 100
"#;

/// What a run of the program said.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Said {
    pub fn of(output: Output) -> Said {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes UTF-8");
        let said =
            Said { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) };
        assert!(!said.stderr.contains("panicked"), "{}", said.stderr);
        said
    }

    /// Exit code 0.
    #[track_caller]
    pub fn well(self) -> Said {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        self
    }

    /// Exit code 2 and nothing on stdout; on stderr all of `parts`.
    #[track_caller]
    pub fn refused(self, parts: &[&str]) -> Said {
        assert_eq!(self.code, Some(2), "{self:?}");
        assert_eq!(self.stdout, "");
        assert!(self.stderr.starts_with("error: "), "{}", self.stderr);
        for part in parts {
            assert!(self.stderr.contains(part), "`{part}` is missing in\n{}", self.stderr);
        }
        self
    }
}

/// The program, in a folder of its own, away from the user's data and colours.
pub fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_peerlab"));
    command.current_dir(folder).env_remove("PEERLAB_DATA").env_remove("NO_COLOR").stdin(Stdio::null());
    command
}

/// A temporary folder to run the program in; gone with the value.
pub struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    /// With `tiny.toml` in it.
    pub fn new() -> Place {
        let place = Place { folder: tempfile::tempdir().expect("a temporary folder") };
        place.write("tiny.toml", TINY);
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a temporary file");
    }

    pub fn command(&self) -> Command {
        program(self.folder.path())
    }

    /// `peerlab ARGUMENTS`, split at spaces.
    pub fn say(&self, arguments: &str) -> Said {
        self.say_all(&arguments.split(' ').collect::<Vec<_>>())
    }

    pub fn say_all(&self, arguments: &[&str]) -> Said {
        Said::of(self.command().args(arguments).output().expect("the program starts"))
    }

    /// `peerlab run tiny.toml --out out`, with each of `sets` laid over it.
    pub fn tiny(&self, sets: &[&str]) -> Said {
        let mut arguments = vec!["run", "tiny.toml", "--out", "out"];
        arguments.extend(sets.iter().flat_map(|set| ["--set", set]));
        self.say_all(&arguments)
    }

    /// The folder's files, by path with `/`, and their bytes.
    pub fn files(&self, name: &str) -> BTreeMap<String, Vec<u8>> {
        let root = self.path(name);
        let mut found = BTreeMap::new();
        collect(&root, &root, &mut found);
        found
    }

    /// The same without the log, which differs from run to run.
    pub fn results(&self, name: &str) -> BTreeMap<String, Vec<u8>> {
        let mut files = self.files(name);
        assert!(files.remove("run.log").is_some(), "there is no log among {:?}", files.keys());
        files
    }

    /// A CSV file: its header, and its rows by column.
    pub fn csv(&self, name: &str) -> Csv {
        Csv::read(&self.path(name))
    }
}

fn collect(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            collect(root, &entry, found);
        } else {
            let name = entry.strip_prefix(root).expect("it lies inside").to_string_lossy().into_owned();
            found.insert(name, fs::read(&entry).expect("a file"));
        }
    }
}

/// A CSV file in memory.
pub struct Csv {
    pub header: Vec<String>,
    pub rows: Vec<BTreeMap<String, String>>,
}

impl Csv {
    pub fn read(path: &Path) -> Csv {
        let mut reader = csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        let header: Vec<String> = reader.headers().expect("a header").iter().map(String::from).collect();
        let row = |record: csv::StringRecord| {
            header.iter().cloned().zip(record.iter().map(String::from)).collect::<BTreeMap<_, _>>()
        };
        let rows = reader.records().map(|record| row(record.expect("a row"))).collect();
        let csv = Csv { header, rows };
        csv.no_nonsense();
        csv
    }

    /// A missing value is an empty field.
    fn no_nonsense(&self) {
        for (column, value) in self.rows.iter().flatten() {
            let word = value.to_lowercase();
            assert!(!["nan", "inf", "-inf", "none", "null"].contains(&word.as_str()), "{column} is {value}");
        }
    }

    /// A column of numbers.
    pub fn numbers(&self, column: &str) -> Vec<f64> {
        let number = |text: &String| text.parse().unwrap_or_else(|_| panic!("{column}: `{text}`"));
        self.rows.iter().map(|row| number(&row[column])).collect()
    }
}
