//! A domain: what connects participants.
//!
//! `sequencer` orders and delivers (phase 2), `mediator` collects confirmations and gives verdicts
//! (phases 2 and 5), `topology_manager` publishes who is who, `service` admits new participants.
//! Each is a role with a database schema of its own; they talk to each other through the sequencer,
//! like everybody else, but for the registration of new members.

pub mod mediator;
pub mod sequencer;
pub mod service;
pub mod topology_manager;
