//! Pages: how large, and where the next one begins.

use sha2::{Digest, Sha256};

use crate::participant::errors::Refusal;

/// Begins every token; names its version.
const MAGIC: [u8; 4] = *b"JPT1";

/// Begins every token with a text.
const TEXT_MAGIC: &str = "after:";

/// Bytes of the checksum of what a token belongs to.
const SCOPE_BYTES: usize = 16;

/// Where something goes on: opaque to clients, and good for one request only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token(Vec<i64>);

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenError {
    /// It is none of ours.
    Garbage,
    /// It belongs to another request.
    OtherRequest,
}

impl Token {
    /// A token with these numbers.
    pub(crate) fn new(numbers: impl Into<Vec<i64>>) -> Self {
        Self(numbers.into())
    }

    /// The numbers, if they are so many.
    pub(crate) fn numbers<const N: usize>(&self) -> Result<[i64; N], TokenError> {
        <[i64; N]>::try_from(&self.0[..]).map_err(|_| TokenError::Garbage)
    }

    /// The token as the client keeps it. `scope` is everything that must be the same again.
    pub(crate) fn encode(&self, scope: &str) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(checksum(scope));
        for number in &self.0 {
            bytes.extend(number.to_be_bytes());
        }
        bytes
    }

    /// Reads a token.
    pub(crate) fn decode(bytes: &[u8], scope: &str) -> Result<Self, TokenError> {
        let rest = bytes.strip_prefix(&MAGIC).ok_or(TokenError::Garbage)?;
        let (found, rest) = rest
            .split_at_checked(SCOPE_BYTES)
            .ok_or(TokenError::Garbage)?;
        let (numbers, rest) = rest.as_chunks::<8>();
        if !rest.is_empty() {
            return Err(TokenError::Garbage);
        }
        if found != checksum(scope) {
            return Err(TokenError::OtherRequest);
        }
        Ok(Self(
            numbers.iter().map(|it| i64::from_be_bytes(*it)).collect(),
        ))
    }
}

fn checksum(scope: &str) -> [u8; SCOPE_BYTES] {
    let digest = Sha256::digest(scope.as_bytes());
    let mut checksum = [0; SCOPE_BYTES];
    checksum.copy_from_slice(&digest[..SCOPE_BYTES]);
    checksum
}

/// A token for lists that are sorted by a text: the next page comes after it.
pub(crate) fn text_token(after: &str) -> String {
    hex::encode(format!("{TEXT_MAGIC}{after}"))
}

/// The text in a token.
pub(crate) fn decode_text_token(token: &str) -> Option<String> {
    let bytes = hex::decode(token).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    text.strip_prefix(TEXT_MAGIC).map(ToOwned::to_owned)
}

/// How many to put into a page.
pub(crate) fn page_size(asked: Option<i32>, default: usize, max: usize) -> Result<usize, Refusal> {
    match asked {
        None => Ok(default),
        Some(asked) => match usize::try_from(asked) {
            Ok(size) if (1..=max).contains(&size) => Ok(size),
            Ok(size) if size > max => Err(Refusal::invalid_argument(format!(
                "Requested page size must not exceed {max}, but got {size}"
            ))),
            _ => Err(Refusal::invalid_argument(format!(
                "Requested page size must be positive, but got {asked}"
            ))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_the_request_that_it_came_with() {
        let token = Token::new([1, -2, i64::MAX]);
        let bytes = token.encode("alice");
        assert_eq!(Token::decode(&bytes, "alice"), Ok(token.clone()));
        assert_eq!(token.numbers(), Ok([1, -2, i64::MAX]));
        assert_eq!(token.numbers::<2>(), Err(TokenError::Garbage));
        assert_eq!(Token::decode(&bytes, "bob"), Err(TokenError::OtherRequest));
        for garbage in [&bytes[..bytes.len() - 1], &bytes[1..], &[], &[0; 100]] {
            assert_eq!(Token::decode(garbage, "alice"), Err(TokenError::Garbage));
        }
    }

    #[test]
    fn pages_have_at_least_one_entry_and_at_most_so_many() {
        assert_eq!(page_size(None, 5, 9), Ok(5));
        assert_eq!(page_size(Some(9), 5, 9), Ok(9));
        for bad in [0, -1, 10, i32::MIN] {
            assert!(page_size(Some(bad), 5, 9).is_err(), "{bad}");
        }
    }
}
