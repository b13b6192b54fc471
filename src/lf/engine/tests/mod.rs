//! Tests of the engine as a whole.

mod generate;
mod keys_model;
mod kinds;
mod model;
mod support;

mod real_packages;

mod builtins;
mod expressions;
mod key_answers;
mod key_hashes;
mod keys;

mod interfaces;
mod limits;
mod refusals;
mod replays;
mod updates;
mod upgrades;
mod values;
