//! Identities on a domain: who has which key, who hosts whom, who has vetted what.
//!
//! Every fact is a signed transaction about one subject; a later serial replaces an earlier one. The
//! topology manager orders and publishes them; every member takes them in that order into a
//! [`Register`], so all have the same [`State`] at the same sequencing time. What lacks signatures is
//! kept as a proposal until the others come.
//!
//! Invariants: pure; a transaction takes effect only if those have signed whose namespace it concerns,
//! and once; equal histories give equal states; a [`State`] is a snapshot that is cheap to clone. A
//! transaction is in force for what is sequenced later than its sequencing time and the domain's
//! delay, so the snapshot for a time is known before anything of that time is looked at. What a domain
//! is founded with has no delay.

mod kind;

mod keys;
mod parameters;
mod vetting;

mod mapping;

mod encoding;
mod error;
mod transaction;

mod authorization;
mod checks;
mod state;

mod proposals;

mod head;
mod history;
mod register;

mod listing;
mod rotation;

#[cfg(test)]
mod tests;

pub use error::Error;
pub use head::{Head, Taken};
pub use history::History;
pub use keys::MemberKeys;
pub use kind::Kind;
pub use listing::{Listed, list};
pub use mapping::{Host, Hosting, Mapping, Permission, Permitted, Restriction, Subject};
pub use parameters::{DomainParameters, Onboarding};
pub use proposals::Proposal;
pub use register::{Effective, Register};
pub use rotation::next_keys;
pub use state::{Applied, State};
pub use transaction::{PublishedTransaction, SignedTransaction, Transaction};
pub use vetting::{Validity, Vetted};
