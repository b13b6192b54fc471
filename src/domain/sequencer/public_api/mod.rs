//! The sequencer's API for members in other processes, over gRPC.
//!
//! `authentication` decides who has proven what, purely; the services are the API's, that of the domain
//! service among them, so that a domain has one address; `role` is the server. Events can be read by their member only, and a request or an acknowledgement must come
//! from the member that signed it.
//!
//! Invariants: a challenge is answered once, within a minute; tokens end within an hour, and a member
//! has a bounded number of them and of streams; a stream ends with its token.

mod authentication;

mod access;

mod authentication_service;
mod domain_service;
mod sequencer_service;

mod role;

pub use authentication::Bounds as AuthenticationBounds;
pub use role::PublicApi;
