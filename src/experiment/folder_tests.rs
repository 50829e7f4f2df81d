use super::*;

/// Every file below `path` with its content, by name.
fn content(path: &Path) -> BTreeMap<String, String> {
    fn walk(path: &Path, prefix: &str, found: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(path).unwrap().map(Result::unwrap) {
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                walk(&entry.path(), &format!("{name}/"), found);
            } else {
                found.insert(name, fs::read_to_string(entry.path()).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(path, "", &mut found);
    found
}

fn complete(path: &Path, files: &[(&str, &str)]) {
    let mut folder = ResultFolder::create(path).unwrap();
    for (name, text) in files {
        folder.write(name, text.as_bytes()).unwrap();
    }
    folder.write_log("took 1 s").unwrap();
    folder.commit("version = 1\n").unwrap();
}

#[test]
fn a_folder_is_complete_or_not_there() {
    let base = tempfile::tempdir().unwrap();
    let path = base.path().join("results/compare");
    let mut folder = ResultFolder::create(&path).unwrap();
    folder.write("summary.csv", b"abc").unwrap();
    assert_eq!(content(&path).keys().collect::<Vec<_>>(), [".partial/new/summary.csv"]);
    drop(folder);
    assert!(!path.exists());

    complete(&path, &[("summary.csv", "abc"), ("figures/a.svg", "<svg/>")]);
    let found = content(&path);
    assert_eq!(
        found.keys().collect::<Vec<_>>(),
        ["figures/a.svg", "manifest.toml", "run.log", "summary.csv"]
    );
    let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert!(
        found["manifest.toml"].starts_with("version = 1\n\n[[files]]\nname = \"figures/a.svg\"\nbytes = 6\n")
    );
    assert!(
        found["manifest.toml"]
            .ends_with(&format!("name = \"summary.csv\"\nbytes = 3\nsha256 = \"{digest}\"\n"))
    );
    assert!(!found["manifest.toml"].contains("run.log"));
    assert!(!path.join(PARTIAL).exists());
}

#[test]
fn a_new_run_replaces_the_former_and_keeps_the_user_s_files() {
    let base = tempfile::tempdir().unwrap();
    complete(base.path(), &[("a.csv", "old"), ("figures/old.svg", "old")]);
    fs::write(base.path().join("notes.txt"), "mine").unwrap();
    complete(base.path(), &[("a.csv", "new")]);
    let found = content(base.path());
    assert_eq!(found.keys().collect::<Vec<_>>(), ["a.csv", "manifest.toml", "notes.txt", "run.log"]);
    assert_eq!((found["a.csv"].as_str(), found["notes.txt"].as_str()), ("new", "mine"));
    assert!(!base.path().join("figures").exists());
}

#[test]
fn a_failed_run_leaves_the_former_result_untouched() {
    let base = tempfile::tempdir().unwrap();
    complete(base.path(), &[("a.csv", "old"), ("z.csv", "old")]);
    let before = content(base.path());
    let mut folder = ResultFolder::create(base.path()).unwrap();
    folder.write("a.csv", b"new").unwrap();
    let full = |writer: &mut dyn Write| {
        writer.write_all(b"half")?;
        Err(io::Error::from(io::ErrorKind::StorageFull))
    };
    let error = folder.write_with("b.csv", full).unwrap_err();
    assert!(error.message.ends_with("b.csv`: the disk is full"), "{error}");
    assert!(error.hint.unwrap().contains("--out"));
    assert!(!folder.staged().join("b.csv").exists());
    drop(folder);
    assert_eq!(content(base.path()), before);

    // A folder of the user's in the way of a file is found only while files are moved.
    fs::create_dir(base.path().join("m.csv")).unwrap();
    let mut folder = ResultFolder::create(base.path()).unwrap();
    for name in ["a.csv", "b.csv", "m.csv", "new/c.csv"] {
        folder.write(name, b"new").unwrap();
    }
    assert!(folder.commit("").unwrap_err().message.contains("m.csv` is a folder"));
    assert_eq!(content(base.path()), before);

    // And so is a file in the way of a folder, when some results have their final names already.
    fs::remove_dir(base.path().join("m.csv")).unwrap();
    fs::write(base.path().join("notes"), "mine").unwrap();
    let before = content(base.path());
    let mut folder = ResultFolder::create(base.path()).unwrap();
    for name in ["a.csv", "b.csv", "in/c.csv", "notes/c.csv"] {
        folder.write(name, b"new").unwrap();
    }
    assert!(folder.commit("").unwrap_err().message.contains("notes/c.csv`"));
    assert_eq!(content(base.path()), before);
    assert!(!base.path().join("in").exists());
    assert!(!base.path().join(PARTIAL).exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_truly_full_disk() {
    let base = tempfile::tempdir().unwrap();
    let mut folder = ResultFolder::create(base.path()).unwrap();
    std::os::unix::fs::symlink("/dev/full", folder.staged().join("a.csv")).unwrap();
    let error = folder.write("a.csv", &[0; 100_000]).unwrap_err();
    assert!(error.message.ends_with("a.csv`: the disk is full"), "{error}");
}

#[test]
fn folders_that_cannot_be() {
    let base = tempfile::tempdir().unwrap();
    let file = base.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(ResultFolder::create(&file).unwrap_err().message.ends_with("file` is a file, not a folder"));
    let error = ResultFolder::create(&file.join("below")).unwrap_err();
    assert!(error.message.ends_with("below`: a part of the path is a file, not a folder"), "{error}");
}

#[test]
fn names_stay_inside() {
    let base = tempfile::tempdir().unwrap();
    let mut folder = ResultFolder::create(base.path()).unwrap();
    for name in ["", "../a", "/a", "a/../b", ".partial/x", MANIFEST, RUN_LOG, "a\\b"] {
        assert!(folder.write(name, b"").is_err(), "{name}");
    }
    let outside = base.path().join("keep.txt");
    fs::write(&outside, "").unwrap();
    let inner = base.path().join("inner");
    fs::create_dir(&inner).unwrap();
    fs::write(inner.join(MANIFEST), "[[files]]\nname = '../keep.txt'").unwrap();
    complete(&inner, &[("a.csv", "")]);
    assert!(outside.exists());
}

#[test]
fn a_journal_outlives_a_failed_run() {
    let base = tempfile::tempdir().unwrap();
    let path = base.path().join("out");
    let folder = ResultFolder::create(&path).unwrap();
    fs::write(folder.partial().join("journal.jsonl"), "x").unwrap();
    drop(folder);
    assert_eq!(content(&path).keys().collect::<Vec<_>>(), [".partial/journal.jsonl"]);
    complete(&path, &[]);
    assert!(!path.join(PARTIAL).exists());
}

#[test]
fn digests_tell_parts_apart() {
    assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
    assert_eq!(digest(&[]).len(), 64);
}
