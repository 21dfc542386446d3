//! One YAML description of a mailbox goes in; out come settings files and printable sheets that set up every mail client with
//! the same settings, each proved right by reading it back.
//!
//! Data flows one way: [`account`] (parse, check, resolve) → [`lint`] → [`build`] (which uses [`client`] profiles, [`render`] and
//! [`mod@format`]) → [`sink`]. What was [`delivered`] is read again to [`diff`] it. What is wrong with a description is a [`finding`]; that we could not work is an error.

pub mod account;
pub mod build;
pub mod cli;
pub mod client;
pub mod delivered;
pub mod diff;
pub mod explain;
pub mod finding;
pub mod format;
pub mod hex;
pub mod library;
pub mod lint;
pub mod parallel;
pub mod paths;
pub mod render;
pub mod secret;
pub mod sink;
