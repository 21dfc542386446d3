//! The project's tests, one binary so that they link once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, missing_docs)]

mod bad_input;
mod cli;
mod clients;
mod common;
mod golden;
mod hostile;
mod laws;
mod limits;
mod properties;
mod providers;
mod readme;
mod secrets;
mod six;
