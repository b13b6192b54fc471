//! The nearest right key to a wrong one.

/// The candidate most like `word`, if any is like it at all.
pub(super) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.6)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_finds_its_key_and_nonsense_finds_none() {
        let keys = ["address", "port", "pool-size"];
        assert_eq!(nearest("prot", keys), Some("port"));
        assert_eq!(nearest("adress", keys), Some("address"));
        assert_eq!(nearest("poolsize", keys), Some("pool-size"));
        assert_eq!(nearest("xyzzy", keys), None);
    }
}
