//! The Serverless Framework.
mod naming;
mod variables;
