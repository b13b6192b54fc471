//! What each node has at the end of a delivery versus payment: its database dumped whole, its log, what it
//! has sent and received, all searched for texts that stand in one part of the deal alone. Who is entitled to
//! a text must have it, and nobody else.

mod search;
mod traffic;
mod values;

mod demo;
mod settlement;
mod standard;
