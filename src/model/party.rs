//! Parties, and the strings by which applications name users, commands and workflows.

use super::text::{self, TextError, text_type};

/// Alphabet of ledger strings besides letters and digits.
const LEDGER_STRING: &str = "._:-#/ ";
/// Longest ledger string, in characters.
const LEDGER_STRING_MAX: usize = 255;
/// Longest hint for a party, in characters: with `::` and the namespace it fits 255.
const PARTY_HINT_MAX: usize = 185;
/// Longest user id, in characters.
const USER_ID_MAX: usize = 128;

text_type! {
    /// An identity on the ledger that signs, observes and controls contracts: `hint::namespace`.
    Party, |text| text::check_alphabet("Daml-LF Party", text, 255, ":-_ ")
}

text_type! {
    /// The readable part of a party, before `::`.
    PartyHint, check_hint
}

text_type! {
    /// A user of a participant's Ledger API.
    UserId, check_user_id
}

text_type! {
    /// An application's name for a change that it wants; with user and act-as parties the change id.
    CommandId, |text| text::check_alphabet("command id", text, LEDGER_STRING_MAX, LEDGER_STRING)
}

text_type! {
    /// An application's name for one attempt at a command.
    SubmissionId, |text| text::check_alphabet("submission id", text, LEDGER_STRING_MAX, LEDGER_STRING)
}

text_type! {
    /// An application's name for a run of its workflow.
    WorkflowId, |text| text::check_alphabet("workflow id", text, LEDGER_STRING_MAX, LEDGER_STRING)
}

text_type! {
    /// The identity of an update; the same on every participant that sees the update.
    UpdateId, |text| text::check_alphabet("update id", text, LEDGER_STRING_MAX, LEDGER_STRING)
}

fn check_hint(text: &str) -> Result<(), TextError> {
    const WHAT: &str = "party hint";
    text::check_alphabet(WHAT, text, PARTY_HINT_MAX, ":-_ ")?;
    if text.contains("::") {
        return Err(TextError::Malformed {
            what: WHAT,
            text: text::excerpt(text),
            reason: "it contains the delimiter ::",
        });
    }
    Ok(())
}

fn check_user_id(text: &str) -> Result<(), TextError> {
    text::check_alphabet("user id", text, USER_ID_MAX, "@^$.!`-#+'~_|:()")
}

impl Party {
    /// The party with a hint in a namespace.
    pub fn new(hint: &PartyHint, namespace: &super::Fingerprint) -> Self {
        Self(format!("{hint}::{namespace}").into())
    }

    /// The part before `::`, or the whole string.
    pub fn hint(&self) -> &str {
        self.as_str()
            .split_once("::")
            .map_or(self.as_str(), |(hint, _)| hint)
    }

    /// The part after `::`, if there is one.
    pub fn namespace(&self) -> Option<&str> {
        self.as_str()
            .split_once("::")
            .map(|(_, namespace)| namespace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_is_legal_in_a_hint_and_a_delimiter_is_not() {
        assert!(PartyHint::parse("Alice Smith").is_ok());
        assert!(PartyHint::parse("a::b").is_err());
        assert!(PartyHint::parse(&"x".repeat(185)).is_ok());
        assert!(PartyHint::parse(&"x".repeat(186)).is_err());
    }

    #[test]
    fn user_ids_have_an_alphabet_of_their_own() {
        assert!(UserId::parse("auth0|me@example.com").is_ok());
        assert!(UserId::parse("a b").is_err());
        assert!(UserId::parse("").is_err());
    }
}
