//! What can be wrong with a text.

/// A mistake in a text, with its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}\n  {excerpt}\n  {marker}")]
pub struct Error {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What was expected and what stands there.
    pub message: String,
    /// The line, or the part of a long one around the mistake.
    pub excerpt: String,
    /// A mark to be shown under the excerpt.
    pub marker: String,
}

/// Characters of a line that an excerpt shows before the mistake.
const BEFORE: usize = 60;
/// Characters of a line that an excerpt shows from the mistake on.
const AFTER: usize = 40;

impl Error {
    /// A mistake at a byte of the source.
    pub(super) fn at(source: &str, offset: usize, message: impl Into<String>) -> Self {
        let before = source.get(..offset).unwrap_or(source);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let up_to = before.get(line_start..).unwrap_or_default();
        let after = source.get(before.len()..).unwrap_or_default();
        let rest = after.lines().next().unwrap_or_default();
        let column = up_to.chars().count();
        let shown = up_to.chars().skip(column.saturating_sub(BEFORE));
        let lead: String = shown.map(plain).collect();
        let tail: String = rest.chars().take(AFTER).map(plain).collect();
        Self {
            line: before.matches('\n').count() + 1,
            column: column + 1,
            message: message.into(),
            marker: format!("{}^", " ".repeat(lead.chars().count())),
            excerpt: lead + &tail,
        }
    }
}

/// Characters that would move what stands after them become blanks.
fn plain(character: char) -> char {
    if character.is_control() {
        ' '
    } else {
        character
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_shown_under_its_line() {
        let error = Error::at("ab\ncd ef\ngh", 6, "expected a type");
        assert_eq!(
            error.to_string(),
            "line 2, column 4: expected a type\n  cd ef\n     ^"
        );
    }

    #[test]
    fn long_lines_and_ends_of_texts_are_shown_in_part() {
        let error = Error::at(&"x".repeat(1000), 500, "no");
        assert_eq!(error.column, 501);
        assert_eq!(error.excerpt.len(), BEFORE + AFTER);
        let error = Error::at("é\t", 100, "no");
        assert_eq!(
            (error.line, error.column, error.excerpt.as_str()),
            (1, 3, "é ")
        );
    }
}
