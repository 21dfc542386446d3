//! The project's tests, one binary so that they link once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, missing_docs)]

mod bad_input;
mod bounds;
mod changed;
mod cli;
mod clients;
mod common;
mod diff;
mod fix;
mod golden;
mod hostile;
mod init;
mod laws;
mod letters;
mod limits;
mod looks;
mod mass;
mod merge;
mod notices;
mod properties;
mod providers;
mod readme;
mod reports;
mod rules;
mod schema;
mod secrets;
mod sheets;
mod six;
mod users;
