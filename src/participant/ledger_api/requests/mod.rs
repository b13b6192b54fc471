//! What comes in: checked, and put into the words of the ledger.
//!
//! Each function takes a part of a message and answers with one of our types, or with the refusal
//! that Canton gives for it. Nothing here asks anybody anything, but for the names of packages.
//!
//! Invariants: parts are checked in Canton's order, so that a request with several faults is refused
//! for the same one; no input panics.

mod fields;
mod identifiers;
mod values;

mod commands;
mod formats;
mod offsets;
mod pages;
mod reassignments;
mod times;

pub(super) use commands::{as_written, submission};
pub(super) use fields::{
    contract_id, domain, no_user, optional, parties, party, party_field, present, required,
    undecodable, unique_identifier,
};
pub(super) use formats::{event_format, transaction_format, update_format};
pub(super) use offsets::{non_negative, not_after_end, positive};
pub(super) use pages::{Token, TokenError, decode_text_token, page_size, text_token};
pub(super) use reassignments::refused_reassignment;
pub(super) use times::timestamp;
