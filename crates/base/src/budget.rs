//! Limits on what hostile input may cost. One place, so that a reader sees all of them and a test can lower them.

/// How much work one scan may do for one piece of input. Exceeding a limit gives a diagnostic and a coarser answer, never an
/// abort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Largest code file that is parsed, in bytes; larger ones are bundles or data.
    pub code_bytes: u64,
    /// Largest template that is parsed, in bytes.
    pub template_bytes: u64,
    /// Deepest nesting of brackets, indentation or expressions.
    pub depth: u32,
    /// Nodes of one document after its YAML aliases are expanded.
    pub document_nodes: u32,
    /// Substitutions while resolving the variables of one template.
    pub substitutions: u32,
    /// Calls followed below one entry point.
    pub call_depth: u32,
    /// Expressions evaluated below one entry point.
    pub steps: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            code_bytes: 2 << 20,
            template_bytes: 8 << 20,
            depth: 200,
            document_nodes: 500_000,
            substitutions: 50_000,
            call_depth: 32,
            steps: 400_000,
        }
    }
}
