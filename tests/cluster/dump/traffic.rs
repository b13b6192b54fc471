//! A wire between a participant and its domain that keeps what goes through it.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, Mutex};

use flate2::read::GzDecoder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// What a client of HTTP/2 says first.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The kind of frames that carry messages.
const DATA: u8 = 0;

/// The flag of a frame that ends with padding.
const PADDED: u8 = 8;

/// One direction of one connection.
type Direction = Arc<Mutex<Vec<u8>>>;

/// The wire: whoever connects to it is connected with the target.
pub struct Wire {
    port: u16,
    connections: Arc<Mutex<Vec<[Direction; 2]>>>,
}

impl Wire {
    pub async fn to(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(Mutex::new(Vec::new()));
        let (kept, target) = (Arc::clone(&connections), target.to_owned());
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                // who connects tries again
                let Ok(far) = TcpStream::connect(&target).await else {
                    continue;
                };
                let [sent, received] = [Direction::default(), Direction::default()];
                kept.lock()
                    .unwrap()
                    .push([Arc::clone(&sent), Arc::clone(&received)]);
                let (from_near, to_near) = near.into_split();
                let (from_far, to_far) = far.into_split();
                tokio::spawn(carry(from_near, to_far, sent));
                tokio::spawn(carry(from_far, to_near, received));
            }
        });
        Self { port, connections }
    }

    /// Where to connect to.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What was sent by who connected.
    pub fn sent(&self) -> String {
        self.all(0)
    }

    /// What who connected has received.
    pub fn received(&self) -> String {
        self.all(1)
    }

    /// All bytes of one direction, and once more the messages in them.
    fn all(&self, direction: usize) -> String {
        let connections = self.connections.lock().unwrap();
        let mut all = String::new();
        for connection in connections.iter() {
            let bytes = connection[direction].lock().unwrap();
            for part in [&bytes[..], &messages(&bytes)] {
                all.push_str(&String::from_utf8_lossy(part));
            }
        }
        all
    }
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, kept: Direction) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let bytes = &buffer[..length];
        kept.lock().unwrap().extend_from_slice(bytes);
        if to.write_all(bytes).await.is_err() {
            return;
        }
    }
}

/// The messages of one direction of a connection, each in one piece: what is split over several frames, or
/// compressed, would not be found otherwise.
fn messages(bytes: &[u8]) -> Vec<u8> {
    let mut streams: BTreeMap<[u8; 4], Vec<u8>> = BTreeMap::new();
    let mut rest = bytes.strip_prefix(PREFACE).unwrap_or(bytes);
    while let Some((&[a, b, c, kind, flags, stream @ ..], after)) = rest.split_first_chunk::<9>() {
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        let Some((frame, after)) = after.split_at_checked(length) else {
            break;
        };
        rest = after;
        if kind == DATA {
            let stream = streams.entry(stream).or_default();
            stream.extend_from_slice(if flags & PADDED == 0 {
                frame
            } else {
                &frame[1..length - usize::from(frame[0])]
            });
        }
    }
    streams.values().flat_map(|stream| unpack(stream)).collect()
}

/// The messages of one call.
fn unpack(mut stream: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    while let Some((&[compressed, length @ ..], after)) = stream.split_first_chunk::<5>() {
        let length = u32::from_be_bytes(length) as usize;
        let Some((message, after)) = after.split_at_checked(length) else {
            break;
        };
        stream = after;
        if compressed == 0 {
            all.extend_from_slice(message);
        } else {
            GzDecoder::new(message).read_to_end(&mut all).unwrap();
        }
    }
    all.extend_from_slice(stream);
    all
}

/// Frames of one message in two pieces, compressed or not.
#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        [&length[1..], &[kind, 0, 0, 0, 0, 1], payload].concat()
    }

    fn message(compressed: u8, content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).unwrap().to_be_bytes();
        [&[compressed], &length[..], content].concat()
    }

    #[test]
    fn a_message_is_found_in_pieces_and_compressed() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(b"and another one").unwrap();
        let packed = packed.finish().unwrap();
        let stream = [message(0, b"one in pieces, "), message(1, &packed)].concat();
        let (first, second) = stream.split_at(9);
        let headers = frame(1, b"headers");
        let bytes = [PREFACE, &headers, &frame(DATA, first), &frame(DATA, second)].concat();
        assert_eq!(messages(&bytes), b"one in pieces, and another one");
    }
}
