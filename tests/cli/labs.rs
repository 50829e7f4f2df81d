//! `peerlab lab`: what is written where, and exit codes. What is right and wrong is tested with the library.

use std::fs;

use crate::common::Place;

#[test]
fn labs_are_listed() {
    let said = Place::new().say("lab list").well();
    for name in ["1-find-it", "5-pull-the-plug", "9-power-law"] {
        assert!(said.stdout.contains(name), "{}", said.stdout);
    }
}

#[test]
fn a_lab_is_started_solved_and_checked() {
    let place = Place::new();
    place.say("lab start 1 mine --seed 12").well();
    let names: Vec<String> = place.files("mine").into_keys().collect();
    assert_eq!(names, ["ANSWERS.toml", "HANDOUT.md", "find-it.toml"]);
    let scenario = fs::read_to_string(place.path("mine/find-it.toml")).expect("the scenario");
    assert!(scenario.contains("\nseed = 12 # your own number\n"));
    place.say("check mine/find-it.toml").well();

    let blank = place.say("lab check 1-find-it mine/ANSWERS.toml");
    assert_eq!(blank.code, Some(2));
    assert!(blank.stdout.contains("seed 12") && blank.stdout.contains("missing"), "{}", blank.stdout);
    assert!(blank.stderr.contains("0 are wrong and 12 are missing"), "{}", blank.stderr);

    let solved = place.say("lab solve find-it --seed 12").well();
    place.write("right.toml", &solved.stdout);
    let right = place.say("lab check find-it right.toml").well();
    assert!(right.stdout.contains("12 of 12 answers are right"), "{}", right.stdout);
    assert_eq!(right.stdout, place.say("lab check find-it right.toml").well().stdout);

    let text = solved.stdout.replace("index_messages = 2\n", "index_messages = 1\n");
    place.write("wrong.toml", &text);
    let wrong = place.say("lab check 1 wrong.toml");
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stdout.contains("wrong: the answer is a message, too"), "{}", wrong.stdout);
    assert!(wrong.stderr.contains("1 are wrong"), "{}", wrong.stderr);
}

#[test]
fn a_lab_overwrites_nothing() {
    let place = Place::new();
    fs::create_dir(place.path("mine")).expect("a folder");
    place.write("mine/ANSWERS.toml", "seed = 3\n");
    place.say("lab start 1 mine").refused(&["ANSWERS.toml` is there already", "name another folder"]);
    assert_eq!(place.files("mine").into_keys().collect::<Vec<_>>(), ["ANSWERS.toml"]);
    assert_eq!(fs::read_to_string(place.path("mine/ANSWERS.toml")).expect("it stays"), "seed = 3\n");
}

#[test]
fn labs_are_refused_with_the_nearest() {
    let place = Place::new();
    place.say("lab start ringz").refused(&["no lab called `ringz`", "did you mean `rings`?"]);
    place.say("lab check 1 nothing.toml").refused(&["cannot read `nothing.toml`"]);
    place.write("a.toml", "seed = 1\nflod_512 = 3\n");
    place.say("lab check 1 a.toml").refused(&["a.toml:2:1", "did you mean `flood_512`?"]);
    place.write("a.toml", "ring_hops = \"three\"\n");
    place
        .say("lab check 1 a.toml")
        .refused(&["a.toml:1:13", "expected a whole number from 0 on, found text"]);
}
