//! Where in the source something was asked.

use std::fmt;
use std::sync::Arc;

/// A call in the source of a script, as the library tells it. Lines and columns count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The function that was called: `submit`, for example.
    pub called: Arc<str>,
    /// The module that calls it.
    pub module: Arc<str>,
    /// The file.
    pub file: Arc<str>,
    /// The line.
    pub line: i64,
    /// The column.
    pub column: i64,
    /// The last line.
    pub last_line: i64,
    /// The column after the last.
    pub last_column: i64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} at {}:{}:{}",
            self.called, self.file, self.line, self.column
        )
    }
}
