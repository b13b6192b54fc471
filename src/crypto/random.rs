//! The one source of randomness.

/// `N` bytes that nobody can guess.
///
/// # Panics
/// If the system has no randomness: nothing that we sign or name would be safe.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system gives no random bytes");
    bytes
}
