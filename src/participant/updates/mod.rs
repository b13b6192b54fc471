//! The way out: what readers are shown of the ledger.
//!
//! `format` is what a reader asks for; `resolve` makes a `selection` of it (names become ids);
//! `projection` decides what of an entry passes; `told` adds the contents of contracts and, with
//! what is vetted (`vetting`), their `views`. On these
//! stand the reads: `stream` (updates), `completions`, `active` (contracts at an offset), `lookup`
//! (single updates, contracts and parties). `follow` paces what goes along with the ledger.
//!
//! Invariants: nothing beyond the ledger end of a read's beginning is shown, and nothing of a
//! transaction before all of it is indexed. A read holds a connection while it reads a page, never
//! while somebody takes what it read; a stream holds one page. What was read is looked at once more
//! after it was read: if its beginning is gone (`pruned`), it is refused and never told in parts. Decisions are pure (`selection`,
//! `projection`); SQL stands in `store`.

mod config;
mod format;

mod selection;

mod projection;

mod vetting;

mod told;
mod views;

mod store;

mod pruned;
mod read_model;
mod resolve;

mod contents;

mod active;
mod completions;
mod follow;
mod lookup;
mod pages;
mod stream;

pub use active::{ActiveContract, ActiveCursor, ActiveReader, Place};
pub use completions::CompletionFilter;
pub use config::Config;
pub use format::{
    EventFormat, Filter, InterfaceFilter, NamedType, Shape, TemplateFilter, TopologyFormat,
    TransactionFormat, UpdateFormat, Wildcard,
};
pub use lookup::Life;
pub use pages::Page;
pub use projection::{Projection, Projector, Shown, show_life};
pub use read_model::ReadModel;
pub use resolve::Resolution;
pub use selection::{Carries, IndexKey, Resolved, Selection};
pub use store::KnownParty;
pub use stream::{Stretch, Told};
pub use told::{Content, Update, View};
