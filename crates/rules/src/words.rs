//! Actions and accounts, and lists of names in sentences.

pub(crate) use finding::words::{join, list, whole};
pub(crate) use iam::service;

/// Whether a text is the number of an account.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
