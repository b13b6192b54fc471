//! The zip archive around packages, read as a stream: entry after entry from the start, without the
//! directory at its end. So there is one view of what is in it, and a DAR whose directory is
//! missing can be read, as Canton does.

use std::collections::BTreeMap;

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::error::Error;
use super::limits;

/// Signature of the header in front of an entry.
const ENTRY: u32 = 0x0403_4b50;
/// Bytes of that header without the name.
const HEADER: usize = 30;
/// Signature in front of an entry's sizes when they follow its data; may be missing.
const DESCRIPTOR: u32 = 0x0807_4b50;
/// Flags of an entry.
const ENCRYPTED: u16 = 1;
const SIZES_FOLLOW: u16 = 1 << 3;
/// Compression methods.
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// By how much the room for an unpacked entry grows at least.
const GROWTH: usize = 64 << 10;

/// The header in front of an entry.
struct Header {
    name: String,
    flags: u16,
    method: u16,
    checksum: u32,
    packed: usize,
    unpacked: usize,
}

/// The entries by name; of two with the same name the last one counts.
pub(super) fn entries(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    let mut rest = bytes;
    let mut entries = BTreeMap::new();
    let mut room = limits::DAR_BYTES_MAX;
    let mut count = 0;
    // what is shorter than a header ends the stream as the directory does
    while rest.len() >= HEADER && peek(rest) == Some(ENTRY) {
        let (name, data) = entry(&mut rest, room)?;
        room -= data.len();
        count += 1;
        if count > limits::DAR_ENTRIES_MAX {
            return Err(Error::TooLarge {
                what: "the entries",
                max: limits::DAR_ENTRIES_MAX,
            });
        }
        entries.insert(name, data);
    }
    if entries.is_empty() {
        return Err(Error::NotADar);
    }
    Ok(entries)
}

fn entry(rest: &mut &[u8], room: usize) -> Result<(String, Vec<u8>), Error> {
    let header = header(rest).ok_or_else(|| damaged("", "its header breaks off"))?;
    let fail = |reason| damaged(&header.name, reason);
    if header.flags & ENCRYPTED != 0 {
        return Err(fail("it is encrypted"));
    }
    let max = room.min(limits::ENTRY_BYTES_MAX);
    let sizes_follow = header.flags & SIZES_FOLLOW != 0;
    let data = match header.method {
        STORED if !sizes_follow => stored(rest, &header, max)?,
        DEFLATED => inflate(rest, &header.name, max)?,
        _ => return Err(fail("it is packed by an unknown method")),
    };
    let packed = data.packed;
    *rest = rest.get(packed..).unwrap_or_default();
    let (checksum, packed_size, unpacked_size) = if sizes_follow {
        descriptor(rest).ok_or_else(|| fail("it breaks off"))?
    } else {
        (header.checksum, header.packed, header.unpacked)
    };
    let mut crc = Crc::new();
    crc.update(&data.bytes);
    if (packed, data.bytes.len()) != (packed_size, unpacked_size) {
        return Err(fail("its size is not the one that it says"));
    }
    if crc.sum() != checksum {
        return Err(fail("its checksum does not fit"));
    }
    Ok((header.name, data.bytes))
}

/// Unpacked bytes, and how many packed ones they were.
struct Unpacked {
    bytes: Vec<u8>,
    packed: usize,
}

fn stored(rest: &[u8], header: &Header, max: usize) -> Result<Unpacked, Error> {
    if header.packed > max {
        return Err(too_large(max));
    }
    let bytes = rest
        .get(..header.packed)
        .ok_or_else(|| damaged(&header.name, "it breaks off"))?;
    Ok(Unpacked {
        bytes: bytes.to_vec(),
        packed: bytes.len(),
    })
}

fn inflate(packed: &[u8], name: &str, max: usize) -> Result<Unpacked, Error> {
    let mut inflater = Decompress::new(false);
    let mut bytes = Vec::with_capacity(GROWTH.min(max + 1));
    let mut used = 0;
    loop {
        if bytes.len() > max {
            return Err(too_large(max));
        }
        bytes.reserve(GROWTH);
        let input = packed.get(used..).unwrap_or_default();
        let (in_before, out_before) = (inflater.total_in(), bytes.len());
        let status = inflater
            .decompress_vec(input, &mut bytes, FlushDecompress::None)
            .map_err(|_| damaged(name, "its packed bytes make no sense"))?;
        let consumed = inflater.total_in() - in_before;
        used += usize::try_from(consumed).unwrap_or(usize::MAX);
        match status {
            Status::StreamEnd if bytes.len() > max => return Err(too_large(max)),
            Status::StreamEnd => {
                return Ok(Unpacked {
                    bytes,
                    packed: used,
                });
            }
            _ if consumed == 0 && bytes.len() == out_before => {
                return Err(damaged(name, "it breaks off"));
            }
            _ => {}
        }
    }
}

fn header(rest: &mut &[u8]) -> Option<Header> {
    let (fixed, tail) = rest.split_at_checked(HEADER)?;
    let name_length = usize::from(short(fixed, 26)?);
    let extra_length = usize::from(short(fixed, 28)?);
    let (name, tail) = tail.split_at_checked(name_length)?;
    *rest = tail.get(extra_length..)?;
    Some(Header {
        name: String::from_utf8_lossy(name).into_owned(),
        flags: short(fixed, 6)?,
        method: short(fixed, 8)?,
        checksum: long(fixed, 14)?,
        packed: size(fixed, 18)?,
        unpacked: size(fixed, 22)?,
    })
}

/// Checksum and sizes behind an entry's data.
fn descriptor(rest: &mut &[u8]) -> Option<(u32, usize, usize)> {
    if peek(rest) == Some(DESCRIPTOR) {
        *rest = rest.get(4..)?;
    }
    let (fixed, tail) = rest.split_at_checked(12)?;
    *rest = tail;
    Some((long(fixed, 0)?, size(fixed, 4)?, size(fixed, 8)?))
}

fn peek(rest: &[u8]) -> Option<u32> {
    long(rest, 0)
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    let field = bytes.get(at..)?.first_chunk()?;
    Some(u16::from_le_bytes(*field))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    let field = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes(*field))
}

fn size(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(long(bytes, at)?).ok()
}

fn damaged(entry: &str, reason: &'static str) -> Error {
    Error::Zip {
        entry: entry.to_owned(),
        reason,
    }
}

fn too_large(max: usize) -> Error {
    Error::TooLarge {
        what: "the unpacked bytes",
        max,
    }
}
