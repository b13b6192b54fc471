//! The script's side: values of running code, read and made.
//!
//! `read` takes apart what a script asks, `make` puts together what it is answered. Records and variants
//! of the library are addressed by the names of their fields and constructors, which the library's own
//! signature knows: fields that a version does not have are neither asked for nor given.

mod make;
mod read;

pub(super) use read::{Fields, Malformed, Read};

use super::library::Library;
use crate::lf::engine::Evaluation;

/// A script's code and its library.
pub(super) struct Code {
    pub(super) evaluation: Evaluation,
    pub(super) library: Library,
}
