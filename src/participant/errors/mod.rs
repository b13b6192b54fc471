//! What applications are told when something is refused.
//!
//! Every public error stands in one table ([`ErrorId`]): id, category, what it means, what to do.
//! Ids, categories and what follows from a category are Canton's, since clients decide on them.
//! Nothing in here knows gRPC; the door renders a [`Refusal`].

mod category;
mod refusal;
mod table;

mod convert;
mod interpretation;
mod requests;

pub use category::Category;
pub use refusal::{Refusal, Resource};
pub use table::ErrorId;
