//! The smallest parts of a text.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A word: a name, or a keyword where one is expected.
    Word,
    /// A name in backquotes: never a keyword.
    Escaped,
    /// A string in single quotes: a package's name, id or version.
    Quoted,
    /// A text in double quotes.
    Text,
    /// A whole number.
    Integer,
    /// A number with a point.
    Decimal,
    /// `2026-01-31`
    Date,
    /// `2026-01-31T12:00:00Z`
    Timestamp,
    /// Punctuation.
    Symbol(Symbol),
    /// The end of the text.
    End,
}

/// Punctuation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "spelled out in `SYMBOLS`")]
pub(super) enum Symbol {
    Arrow,
    LeftArrow,
    TypeLambda,
    Bars,
    Lambda,
    Bar,
    At,
    Dot,
    Colon,
    Comma,
    Semicolon,
    Equals,
    Star,
    LeftParen,
    RightParen,
    LeftAngle,
    RightAngle,
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
}

/// How symbols are spelled, longer ones before their beginnings; then the specification's own signs.
pub(super) const SYMBOLS: [(&str, Symbol); 29] = [
    ("->", Symbol::Arrow),
    ("<-", Symbol::LeftArrow),
    ("/\\", Symbol::TypeLambda),
    ("||", Symbol::Bars),
    ("\\", Symbol::Lambda),
    ("|", Symbol::Bar),
    ("@", Symbol::At),
    (".", Symbol::Dot),
    (":", Symbol::Colon),
    (",", Symbol::Comma),
    (";", Symbol::Semicolon),
    ("=", Symbol::Equals),
    ("*", Symbol::Star),
    ("(", Symbol::LeftParen),
    (")", Symbol::RightParen),
    ("<", Symbol::LeftAngle),
    (">", Symbol::RightAngle),
    ("{", Symbol::LeftBrace),
    ("}", Symbol::RightBrace),
    ("[", Symbol::LeftBracket),
    ("]", Symbol::RightBracket),
    ("→", Symbol::Arrow),
    ("←", Symbol::LeftArrow),
    ("↦", Symbol::Equals),
    ("λ", Symbol::Lambda),
    ("Λ", Symbol::TypeLambda),
    ("⋆", Symbol::Star),
    ("⟨", Symbol::LeftAngle),
    ("⟩", Symbol::RightAngle),
];

impl Symbol {
    /// How it is spelled.
    pub(super) fn spelled(self) -> &'static str {
        SYMBOLS
            .iter()
            .find(|(_, symbol)| *symbol == self)
            .map_or("", |(spelled, _)| spelled)
    }
}

/// A token and where it stands: bytes of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: u32,
    pub(super) end: u32,
}
