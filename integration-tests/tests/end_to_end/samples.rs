//! Small inputs with known contents.

use serde_json::json;
use std::io::Write;

/// A sign-in as the unified audit log has it; `number` makes it distinct.
pub fn record(number: u32) -> String {
    json!({
        "Id": format!("00000000-0000-0000-0000-{number:012}"),
        "CreationTime": format!("2024-03-18T09:{:02}:{:02}", number / 60 % 60, number % 60),
        "Operation": "UserLoggedIn",
        "RecordType": 15,
        "UserId": "ann@corp.example",
        "Workload": "AzureActiveDirectory",
        "ClientIP": "192.0.2.9",
    })
    .to_string()
}

/// JSON Lines of `count` records from `first`.
pub fn records(first: u32, count: u32) -> String {
    (first..first + count).map(|number| record(number) + "\n").collect()
}

/// A message.
pub fn message(number: u32) -> String {
    format!(
        "Message-ID: <{number}@corp.example>\r\nDate: Mon, 18 Mar 2024 09:15:00 +0000\r\nFrom: Ann <ann@corp.example>\r\n\
         To: bob@corp.example\r\nSubject: lunch {number}\r\n\r\nAt noon?\r\n"
    )
}

/// Bytes of the header of a pcap file.
pub const PCAP_HEADER_BYTES: usize = 24;

/// A capture of one UDP flow of `packets` packets, a second apart.
pub fn capture(packets: u32) -> Vec<u8> {
    let mut packet = vec![2; 12];
    packet.extend_from_slice(&[8, 0, 0x45, 0, 0, 32, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 9, 192, 0, 2, 80]);
    packet.extend_from_slice(&[0x9c, 0x40, 0x9c, 0x41, 0, 12, 0, 0, 1, 2, 3, 4]);
    let mut file: Vec<u8> = [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 65_535, 1].iter().flat_map(|word| word.to_le_bytes()).collect();
    assert_eq!(file.len(), PCAP_HEADER_BYTES);
    let length = packet.len() as u32;
    for number in 0..packets {
        file.extend([1_710_720_000 + number, 0, length, length].iter().flat_map(|word| word.to_le_bytes()));
        file.extend_from_slice(&packet);
    }
    file
}

/// Bytes that are no format at all, the same in every run.
pub fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    })
    .take(length)
    .collect()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn zst(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}
