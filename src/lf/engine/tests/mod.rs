//! Tests of the engine as a whole.

mod generate;
mod keys_model;
mod kinds;
mod model;
mod support;

mod real_packages;

mod bound;
mod hostile;
mod key_answers;
mod key_hashes;
mod key_upgrades;
mod keys;

mod interfaces;
mod large;
mod limits;
mod mutated;
mod refusals;
mod replays;
pub(in crate::lf) mod rules;
mod updates;
mod upgrades;
mod values;
