//! A sequencer with its database and its public API, and members of both kinds: within the process
//! and over gRPC. What holds for the one must hold for the other.

mod world;

mod access;
mod malice;
mod order;
