//! The tests of the whole: projects in, findings out, and the built binary as a user runs it. One binary, so that the whole of
//! Tenrec is linked once for all of them.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, in its helpers too, and writes the projects it scans"
)]

mod advisories;
mod bad_input;
mod blast;
mod channels;
mod cli;
mod cost;
mod docs;
mod examples;
mod fix;
mod flows;
mod formats;
mod inline;
mod instead;
mod labelled;
mod needs;
mod policy;
mod readme;
mod redos;
mod rule_pages;
mod safety;
mod sbom;
mod sdk_calls;
mod secrets;
mod untemplated;
mod validation;
