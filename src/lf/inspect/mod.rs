//! What is in a DAR, for people and for programs: `jura lf inspect`.
//!
//! `contents` (what there is to tell) → `render` (as text; as JSON by serde).
//!
//! Nothing here prints; the command line does.

mod contents;
mod render;

#[cfg(test)]
mod tests;

pub use contents::{
    Choice, Contents, DataType, Field, Interface, Method, Package, Template, TypeForm, inspect,
};
