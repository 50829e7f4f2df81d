//! The labs' questions, one file each, in the order in which they are taught.

macro_rules! scenarios {
    ($($name:literal),* $(,)?) => {
        &[$((concat!($name, ".toml"), include_str!(concat!("../../../scenarios/labs/", $name, ".toml")))),*]
    };
}

macro_rules! page {
    ($lab:literal) => {
        include_str!(concat!("../../../docs/labs/", $lab, "/handout.md"))
    };
}

mod find_it;
mod flood;
mod own;
mod plug;
mod power_law;
mod rings;
mod supernodes;
mod swarms;
mod who_pays;

use super::Lab;

/// All labs.
pub const LABS: &[&Lab] = &[
    &find_it::LAB,
    &rings::LAB,
    &flood::LAB,
    &who_pays::LAB,
    &plug::LAB,
    &own::LAB,
    &supernodes::LAB,
    &swarms::LAB,
    &power_law::LAB,
];
