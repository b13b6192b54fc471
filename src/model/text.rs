//! Strings with a known alphabet and length: the base of every identifier.

use std::fmt;

/// Why a string is not an identifier of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// The string has no characters.
    #[error("{what} is empty")]
    Empty {
        /// The kind of identifier, for people ("party id", "command id").
        what: &'static str,
    },
    /// The string has more characters than the kind allows.
    #[error("{what} is too long: {length} characters, at most {max} are allowed")]
    TooLong {
        /// The kind of identifier.
        what: &'static str,
        /// Characters found.
        length: usize,
        /// Characters allowed.
        max: usize,
    },
    /// The string has a character outside the kind's alphabet.
    #[error("non expected character 0x{code:x} in {what} \"{text}\"")]
    BadCharacter {
        /// The kind of identifier.
        what: &'static str,
        /// Code point of the first character refused.
        code: u32,
        /// The whole string, cut to a readable length.
        text: String,
    },
    /// The characters are fine, but not in this arrangement.
    #[error("{what} \"{text}\" is malformed: {reason}")]
    Malformed {
        /// The kind of identifier.
        what: &'static str,
        /// The whole string, cut to a readable length.
        text: String,
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// Longest excerpt of a refused string that an error repeats, in characters.
const EXCERPT_MAX: usize = 120;

/// The beginning of `text`, for error messages.
pub(super) fn excerpt(text: &str) -> String {
    if text.chars().count() <= EXCERPT_MAX {
        text.to_owned()
    } else {
        let mut cut: String = text.chars().take(EXCERPT_MAX).collect();
        cut.push('…');
        cut
    }
}

/// Checks that `text` has 1 to `max` characters, all ASCII letters, digits or one of `extra`.
pub(super) fn check_alphabet(
    what: &'static str,
    text: &str,
    max: usize,
    extra: &str,
) -> Result<(), TextError> {
    if text.is_empty() {
        return Err(TextError::Empty { what });
    }
    let length = text.chars().count();
    if length > max {
        return Err(TextError::TooLong { what, length, max });
    }
    match text
        .chars()
        .find(|c| !c.is_ascii_alphanumeric() && !extra.contains(*c))
    {
        None => Ok(()),
        Some(bad) => Err(TextError::BadCharacter {
            what,
            code: u32::from(bad),
            text: excerpt(text),
        }),
    }
}

/// What operators may call their domains and participants, for people.
pub const NAME_RULE: &str = "1 to 40 letters, digits, - and _";

/// Whether `text` is as [`NAME_RULE`] says.
pub fn is_name(text: &str) -> bool {
    check_alphabet("name", text, 40, "-_").is_ok()
}

/// Writes `text` as it is: `Display` of every string newtype.
pub(super) fn display(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.pad(text)
}

/// Declares a newtype of `Arc<str>` whose `parse` runs `$check` on the string.
macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(std::sync::Arc<str>);

        impl $name {
            /// Checks `text` and wraps it.
            pub fn parse(text: &str) -> Result<Self, $crate::model::TextError> {
                let check: fn(&str) -> Result<(), $crate::model::TextError> = $check;
                check(text)?;
                Ok(Self(text.into()))
            }

            /// The string.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::model::text::display(&self.0, f)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::model::TextError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

pub(super) use text_type;
