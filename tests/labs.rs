//! The labs: model answers pass, and wrong ones fail with the right hint.

use peerlab::lab::answers::{Answers, Given, sheet};
use peerlab::lab::check::{Verdict, check_on, solve};
use peerlab::lab::{Bench, LABS, Lab, Question, Rule, find};

fn question(lab: &'static Lab, key: &str) -> &'static Question {
    lab.questions.iter().find(|question| question.key == key).expect("it is asked")
}

fn model_answers(bench: &mut Bench<'_>, lab: &'static Lab) -> Vec<(&'static str, Given)> {
    let answer =
        |question: &Question| solve(bench, question).unwrap_or_else(|e| panic!("{}: {e}", question.key));
    let given: Vec<Given> = lab.questions.iter().map(answer).collect();
    lab.questions.iter().map(|question| question.key).zip(given).collect()
}

/// The sheet filled in with `answers` but for what `wrong` says, as a student would hand it in.
fn filled(
    lab: &'static Lab,
    seed: u64,
    answers: &[(&'static str, Given)],
    wrong: &[(&str, Given)],
) -> Answers {
    let of = |question: &Question| {
        let wrong = wrong.iter().find(|(key, _)| *key == question.key).map(|(_, given)| given.clone());
        let right = || answers.iter().find(|(key, _)| *key == question.key).map(|(_, given)| given.clone());
        wrong.or_else(right)
    };
    Answers::parse(lab, "ANSWERS.toml", &sheet(lab, seed, of)).unwrap_or_else(|error| panic!("{error}"))
}

/// The model's answers are right, with two seeds; and each of three wrong sheets fails where it is wrong, with that hint.
fn teaches(name: &str, wrong: [(&str, Given, &str); 3]) {
    let lab = find(name).expect("there is such a lab");
    for seed in [1, 4711] {
        let mut bench = Bench::new(lab, seed);
        let answers = model_answers(&mut bench, lab);
        let whole = check_on(&mut bench, lab, &filled(lab, seed, &answers, &[])).expect("the model runs");
        for (question, verdict) in lab.questions.iter().zip(&whole) {
            assert_eq!(*verdict, Verdict::Right, "{name}, seed {seed}: {}", question.key);
        }
        for (key, given, hint) in &wrong {
            let sheet = filled(lab, seed, &answers, &[(*key, given.clone())]);
            let verdicts = check_on(&mut bench, lab, &sheet).expect("the model runs");
            for (question, verdict) in lab.questions.iter().zip(verdicts) {
                match verdict {
                    Verdict::Wrong(told) if question.key == *key => {
                        assert!(told.contains(hint), "{name}: {key}: {told}");
                    }
                    Verdict::Right if question.key != *key => {}
                    other => panic!("{name}, seed {seed}: {}: {other:?}", question.key),
                }
            }
        }
    }
}

/// What the trap of `key` that says `hint` leads to, by the model.
fn trapped(name: &str, key: &str, hint: &str) -> Given {
    let lab = find(name).expect("there is such a lab");
    let trap = question(lab, key).traps.iter().find(|trap| trap.hint.contains(hint)).expect("such a trap");
    Given::Number((trap.value)(&mut Bench::new(lab, 1)).expect("the model runs"))
}

fn word(word: &str) -> Given {
    Given::Word(word.to_string())
}

#[test]
fn lab_1_find_it() {
    teaches(
        "1-find-it",
        [
            ("index_messages", Given::Number(1.0), "the answer is a message"),
            ("ring_hops", Given::Number(4.0), "you have counted nodes"),
            ("busiest", word("gnutella"), "load_max_share"),
        ],
    );
}

#[test]
fn lab_2_rings() {
    teaches(
        "2-rings",
        [
            ("owner_60", Given::Number(58.0), "before the key"),
            ("fingers_45", Given::List(vec![58, 58, 58, 58, 58, 17]), "modulo 64"),
            ("copies", Given::Number(8.0), "next smaller"),
        ],
    );
}

#[test]
fn lab_3_flood() {
    teaches(
        "3-flood",
        [
            ("law_mean", Given::Number(4.0), "weigh each"),
            ("ttl_90", Given::Number(2.0), "450 peers"),
            ("copies", Given::Number(1.0), "next fewer"),
        ],
    );
}

#[test]
fn lab_5_pull_the_plug() {
    teaches(
        "5-pull-the-plug",
        [
            ("index_without_server", Given::Number(1.0), "correct_worst"),
            ("worst_off", word("napster"), "remembers what the dead"),
            ("republish", Given::Number(600.0), "lifetime"),
        ],
    );
}

#[test]
fn lab_4_who_pays() {
    teaches(
        "4-who-pays",
        [
            ("server_load", Given::Number(1.0), "those who asked"),
            ("most_unequal", word("chord"), "load_gini"),
            ("index_state", Given::Number(3000.0), "keeps its users"),
        ],
    );
}

#[test]
fn lab_6_your_own_protocol() {
    teaches(
        "6-your-own-protocol",
        [
            ("owner_37", Given::Number(230.0), "a line has two ends"),
            ("owner_191", Given::Number(180.0), "11 away"),
            ("right", Given::Number(0.5), "every route end at the manager"),
        ],
    );
}

/// The model answer of lab 6 conforms, and its skeleton has the same blanks filled with nothing.
#[test]
fn the_nearest_key_table_conforms() {
    peerlab::conformance::calm::<peerlab::lab::nearest::Nearest>();
}

#[test]
fn lab_7_supernodes() {
    teaches(
        "7-supernodes",
        [
            ("connections_3", Given::Number(9.0), "the book's k squared"),
            ("unfit_honest", Given::Number(0.3), "unfit_super_peers"),
            ("partners", Given::Number(3.0), "one fewer"),
        ],
    );
}

#[test]
fn lab_8_swarms() {
    teaches(
        "8-swarms",
        [
            ("server_by_hand", Given::Number(128.0), "eight of them make a byte"),
            ("missing_in_order", Given::Number(2.0), "with chunks at random"),
            ("swarm_pays", Given::Number(128.0), "half as many"),
        ],
    );
}

#[test]
fn lab_9_power_law() {
    teaches(
        "9-power-law",
        [
            ("cohen", Given::Number(0.8), "below the line"),
            ("rejected", word("power-law"), "fit_p"),
            ("alpha", Given::Number(1.5), "is the seed yours"),
        ],
    );
}

/// A trap has its own hint, and its number is taken for wrong.
#[test]
fn traps_are_told_apart() {
    let lab = find("rings").expect("there is such a lab");
    let mut bench = Bench::new(lab, 1);
    let answers = model_answers(&mut bench, lab);
    let taken = trapped("2-rings", "slow_hops_44", "counted nodes");
    let sheet = filled(lab, 1, &answers, &[("slow_hops_44", taken)]);
    let verdicts = check_on(&mut bench, lab, &sheet).expect("the model runs");
    let wrong: Vec<&Verdict> = verdicts.iter().filter(|verdict| **verdict != Verdict::Right).collect();
    assert!(matches!(wrong[..], [Verdict::Wrong(hint)] if hint.contains("counted nodes")), "{wrong:?}");
}

#[test]
fn labs_are_well_made() {
    for lab in LABS {
        assert!(find(lab.name).is_ok_and(|found| found.name == lab.name));
        let mut keys: Vec<&str> = lab.questions.iter().map(|question| question.key).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), lab.questions.len(), "{}", lab.name);
        assert!(lab.questions.len() >= 8, "{} is too short for two hours", lab.name);
        for question in lab.questions {
            if let Rule::Choice { of, .. } = &question.rule {
                assert!(of.is_sorted(), "{}", question.key);
            }
            assert!(lab.handout.contains(&format!("`{}`", question.key)), "{}: {}", lab.name, question.key);
        }
        for (name, text) in lab.files {
            let own = text.matches("seed = 1 # your own number\n").count();
            assert!(!name.ends_with(".toml") || *name == "Cargo.toml" || own == 1, "{name}");
        }
    }
}

#[test]
fn answers_that_cannot_be_read() {
    let lab = find("1").expect("the first lab");
    let refused = |text: &str| Answers::parse(lab, "A.toml", text).expect_err(text).to_string();
    for (text, parts) in [
        (
            "flood_request = 3",
            &["A.toml:1:1", "no question `flood_request`", "did you mean `flood_requests`"][..],
        ),
        ("seed = 1\nflood_512 = \"many\"", &["A.toml:2:13", "expected a number, found text in `flood_512`"]),
        ("busiest = \"nabster\"", &["one of napster, gnutella, chord", "did you mean `napster`"]),
        ("flood_budget = 100", &["expected one of 64, 96", "the nearest that can be: 96"]),
        ("index_messages = -2", &["expected a whole number from 0 on"]),
        ("seed = \"x\"", &["whole number from 0 on in `seed`"]),
        ("flood_512 = ", &["A.toml:1", "this is not TOML"]),
    ] {
        let error = refused(text);
        for part in parts {
            assert!(error.contains(part), "{text}: {error}");
        }
    }
    let blank =
        Answers::parse(lab, "A.toml", &sheet(lab, 7, |_| None)).expect("the sheet as it is handed out");
    assert_eq!(blank.seed, 7);
    assert!(lab.questions.iter().all(|question| blank.to(question).is_none()));
}
