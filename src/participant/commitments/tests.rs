//! Sums, books and checks.
#![allow(clippy::unwrap_used)]
