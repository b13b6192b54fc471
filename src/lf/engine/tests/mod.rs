//! Tests of the engine as a whole.

mod generate;
mod kinds;
mod model;
mod support;

mod real_packages;

mod hostile;
mod interfaces;
mod limits;
mod refusals;
mod replays;
pub(in crate::lf) mod rules;
mod updates;
mod values;
