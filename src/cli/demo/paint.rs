//! Colours, where somebody sees them.

use std::io::IsTerminal;

/// Whether to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paint(bool);

/// How a piece of text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Heading,
    Faint,
    Good,
    Bad,
    Name,
}

impl Paint {
    /// Colours on a terminal that has them, unless `NO_COLOR` asks for none (no-color.org).
    pub(super) fn for_stdout() -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        Self(std::io::stdout().is_terminal() && !unwanted && !dumb)
    }

    #[cfg(test)]
    pub(super) const fn with(colours: bool) -> Self {
        Self(colours)
    }

    /// The text in a style.
    pub(super) fn paint(self, style: Style, text: &str) -> String {
        if !self.0 || text.is_empty() {
            return text.to_owned();
        }
        let code = match style {
            Style::Heading => "1",
            Style::Faint => "2",
            Style::Good => "32",
            Style::Bad => "31",
            Style::Name => "36",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}
