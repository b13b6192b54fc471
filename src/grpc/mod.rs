//! What every gRPC port has: health, reflection, an orderly end.
//!
//! A port is bound once and handed to the role that serves it, so that no connection is refused
//! while the role is built anew.

mod health;
mod serve;

pub(crate) use health::GrpcHealth;
pub(crate) use serve::{incoming, reflection, serve_until_told, unimplemented_otherwise};
