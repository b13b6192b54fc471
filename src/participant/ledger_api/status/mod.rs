//! Refusals as clients see them: `google.rpc.Status` with details.
//!
//! Invariants: the rendering is Canton's, since clients read it by program; the whole of it fits into
//! the headers that any client takes; what an error of ours or a matter of security says stays in the
//! log, the client gets the ids by which it can be found there.

mod details;
mod render;

pub(in crate::participant) use render::{Correlation, render, to_grpc};
