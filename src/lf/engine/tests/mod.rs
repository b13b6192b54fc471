//! Tests of the engine as a whole.

mod generate;
mod support;

mod real_packages;

mod builtins;
mod expressions;
