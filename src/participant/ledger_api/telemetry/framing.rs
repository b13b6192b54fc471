//! Messages in a gRPC body: each has five bytes in front, a flag and the length.

/// Finds the messages in a body that comes in pieces of any size.
#[derive(Debug, Default)]
pub(super) struct Framing {
    prefix: [u8; 5],
    /// Bytes of the prefix that have come.
    read: usize,
    /// Bytes of the message that have not.
    missing: usize,
}

impl Framing {
    /// Calls `found` with the length of each message that begins in this piece.
    pub(super) fn feed(&mut self, mut piece: &[u8], mut found: impl FnMut(usize)) {
        while !piece.is_empty() {
            if self.missing > 0 {
                let skipped = self.missing.min(piece.len());
                self.missing -= skipped;
                piece = &piece[skipped..];
                continue;
            }
            let taken = (self.prefix.len() - self.read).min(piece.len());
            self.prefix[self.read..self.read + taken].copy_from_slice(&piece[..taken]);
            self.read += taken;
            piece = &piece[taken..];
            if self.read == self.prefix.len() {
                let [_, a, b, c, d] = self.prefix;
                let length = u32::from_be_bytes([a, b, c, d]) as usize;
                self.read = 0;
                self.missing = length;
                found(length);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_found_however_the_body_is_cut() {
        let body = [
            &[0, 0, 0, 0, 3, 1, 2, 3][..],
            &[0, 0, 0, 0, 0],
            &[1, 0, 0, 1, 0],
            &[7; 256],
        ]
        .concat();
        for size in [1, 2, 3, 5, 7, 100, 1000] {
            let mut framing = Framing::default();
            let mut lengths = Vec::new();
            for piece in body.chunks(size) {
                framing.feed(piece, |length| lengths.push(length));
            }
            assert_eq!(lengths, [3, 0, 256], "in pieces of {size}");
        }
    }
}
