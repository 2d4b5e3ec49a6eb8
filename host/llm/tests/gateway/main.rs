//! The gateway against a model server on loopback.

mod budget;
mod faults;
mod journal;
mod limits;
mod probe;
mod protocols;
mod record;
mod secrets;
mod setup;
mod stopping;
mod surroundings;
