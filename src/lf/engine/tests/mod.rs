//! Tests of the engine as a whole.

mod generate;
mod model;
mod support;

mod real_packages;

mod builtins;
mod expressions;

mod replays;
mod updates;
