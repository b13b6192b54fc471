//! Tests of the engine as a whole.

mod generate;
mod kinds;
mod model;
mod support;

mod real_packages;

mod builtins;
mod expressions;

mod interfaces;
mod limits;
mod mutated;
mod refusals;
mod replays;
mod updates;
mod upgrades;
mod values;
