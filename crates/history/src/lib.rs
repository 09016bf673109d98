//! Every version of every text that a Git repository remembers, for who looks for what was once committed.
