//! Tests of the topology as a whole.
#![allow(clippy::unwrap_used)]

mod statements;
