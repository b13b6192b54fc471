//! Bounds on the nesting of syntax trees, each with its reason.

/// Nested expressions. Trees are walked and dropped by recursion, which a thread with 2 MB of stack
/// must be able to do. The deepest known package, a long script, has 270 levels; in LF 2.1, which
/// nests messages, more than 500 cannot be written.
pub const EXPRESSION_DEPTH_MAX: u32 = 2000;

/// Nested types and kinds: entries of their tables nest by reference without bound. The deepest known
/// type, a tuple with 20 fields, has 61 levels.
pub const TYPE_DEPTH_MAX: u32 = 500;
