//! Capture files: pcap (either byte order, micro- and nanoseconds) and pcapng (sections, several interfaces, any time resolution).
//! Streams: memory does not grow with the file.

use crate::error::CaptureError;
use crate::whole_reads::WholeReads;
use pcap_parser::traits::{PcapNGPacketBlock, PcapReaderIterator};
use pcap_parser::{Block, LegacyPcapReader, PcapBlockOwned, PcapError, PcapHeader, PcapNGReader};
use std::io::{self, Read};
use weft_model::Event;
use weft_net_decode::{Counters, Decoder, Limits};
use weft_runtime::{Reject, Sink};

/// Bytes read at once.
const BUFFER_BYTES: usize = 256 * 1024;
/// Largest record (packet or pcapng block) read; anything larger is a broken length.
const MAX_RECORD_BYTES: usize = 16 * 1024 * 1024;
/// Most interfaces believed in one pcapng section.
const MAX_INTERFACES: usize = 4096;
/// Bytes of a packet given to the dead letters.
const MAX_REJECT_BYTES: usize = 64 * 1024;

/// Reads a capture to its end, or until the sink is stopped, and writes events and rejects to `sink`.
///
/// Every packet is one `read`. Rejects carry the packet's number from 1; a capture that is cut short or broken ends with the reject
/// `truncated_capture` or `corrupt_capture` and is otherwise fine.
///
/// # Errors
/// When nothing at all can be read: [`CaptureError::Empty`], [`CaptureError::NotACapture`], [`CaptureError::TruncatedHeader`], or
/// [`CaptureError::Io`] when reading fails (events up to there have been written).
pub fn read_capture(input: &mut dyn Read, limits: Limits, sink: &mut dyn Sink) -> Result<(), CaptureError> {
    read_capture_counted(input, limits, sink).map(|_| ())
}

/// [`read_capture`] that also gives the decoder's counts: what was seen and dropped, by name.
///
/// # Errors
/// As [`read_capture`].
pub fn read_capture_counted(input: &mut dyn Read, limits: Limits, sink: &mut dyn Sink) -> Result<Counters, CaptureError> {
    let mut head = [0_u8; 4];
    let mut failed = None;
    let length = WholeReads::new(input, &mut failed).read(&mut head).map_err(CaptureError::Io)?;
    if let Some(error) = failed {
        return Err(CaptureError::Io(error));
    }
    let mut packets = Packets { decoder: Decoder::new(limits), sink, number: 0 };
    if length == 0 {
        return Err(CaptureError::Empty);
    }
    let mut failed = None;
    let mut whole = head.chain(input);
    match head {
        _ if length < 4 => return Err(CaptureError::NotACapture),
        [0x0a, 0x0d, 0x0d, 0x0a] => {
            let reader = PcapNGReader::new(BUFFER_BYTES, WholeReads::new(&mut whole, &mut failed)).map_err(|error| header(&error))?;
            read_blocks(reader, &mut packets);
        }
        [0xa1, 0xb2, 0xc3, 0xd4]
        | [0xd4, 0xc3, 0xb2, 0xa1]
        | [0xa1, 0xb2, 0x3c, 0x4d]
        | [0x4d, 0x3c, 0xb2, 0xa1]
        | [0x34, 0xcd, 0xb2, 0xa1] => {
            let reader = LegacyPcapReader::new(BUFFER_BYTES, WholeReads::new(&mut whole, &mut failed)).map_err(|error| header(&error))?;
            read_blocks(reader, &mut packets);
        }
        _ => return Err(CaptureError::NotACapture),
    }
    let counters = packets.finish();
    match failed {
        Some(error) => Err(CaptureError::Io(error)),
        None => Ok(counters),
    }
}

fn header(error: &PcapError<&[u8]>) -> CaptureError {
    match error {
        PcapError::Incomplete(_) | PcapError::UnexpectedEof | PcapError::Eof => CaptureError::TruncatedHeader,
        PcapError::ReadError => CaptureError::Io(io::ErrorKind::Other.into()),
        _ => CaptureError::NotACapture,
    }
}

/// How the time stamps of an interface count.
#[derive(Clone, Copy, Debug)]
struct Interface {
    link: u32,
    /// Time units per second: a power of 10 or of 2.
    resolution: u128,
    /// Seconds to add.
    offset_s: i64,
}

impl Interface {
    fn new(link: u32, resolution: u8, offset_s: i64) -> Self {
        let exponent = u32::from(resolution & 0x7f);
        let base: u128 = if resolution & 0x80 == 0 { 10 } else { 2 };
        // Absurd resolutions saturate: the time is then 0 and the packets still count.
        Self { link, resolution: base.checked_pow(exponent).unwrap_or(u128::MAX), offset_s }
    }

    fn time_ns(&self, units: u64) -> i64 {
        let ns = u128::from(units).saturating_mul(1_000_000_000) / self.resolution.max(1);
        i64::try_from(ns).unwrap_or(i64::MAX).saturating_add(self.offset_s.saturating_mul(1_000_000_000))
    }
}

/// What the file header says of all packets (pcap), or the interfaces do (pcapng).
#[derive(Default)]
struct Format {
    legacy: Option<Legacy>,
    interfaces: Vec<Interface>,
    /// A simple packet block has no time: it gets that of the packet before.
    last_time_ns: i64,
}

struct Legacy {
    link: u32,
    /// Nanoseconds in a unit of the sub-second field.
    unit_ns: i64,
}

impl Legacy {
    fn new(header: &PcapHeader) -> Self {
        // The upper bits of the field hold the length of the frame check sequence.
        let link = header.network.0.cast_unsigned() & 0x03ff_ffff;
        Self { link, unit_ns: if header.is_nanosecond_precision() { 1 } else { 1000 } }
    }
}

fn read_blocks(mut reader: impl PcapReaderIterator, packets: &mut Packets<'_>) {
    let mut format = Format::default();
    let mut capacity = BUFFER_BYTES;
    while !packets.sink.stopped() {
        let broken = match reader.next() {
            Ok((length, block)) => {
                let broken = format.block(block, packets);
                reader.consume(length);
                broken
            }
            Err(PcapError::Eof) => return,
            Err(PcapError::Incomplete(_)) => refill(&mut reader),
            Err(PcapError::BufferTooSmall) if capacity < MAX_RECORD_BYTES => {
                capacity = capacity.saturating_mul(2);
                reader.grow(capacity);
                refill(&mut reader)
            }
            Err(PcapError::UnexpectedEof) => Some("truncated_capture"),
            Err(PcapError::BufferTooSmall) => Some("oversized_record"),
            Err(_) => Some("corrupt_capture"),
        };
        if let Some(reason) = broken {
            let rest = reader.data();
            let raw = rest.get(..MAX_REJECT_BYTES).unwrap_or(rest);
            packets.sink.reject(Reject { reason, position: packets.number.saturating_add(1), raw });
            return;
        }
    }
}

/// Reads on; names the defect when that gives nothing, so that the loop ends.
fn refill(reader: &mut impl PcapReaderIterator) -> Option<&'static str> {
    let before = reader.data().len();
    let failed = reader.refill().is_err();
    let stuck = reader.data().len() == before && !reader.reader_exhausted();
    (failed || stuck).then_some("corrupt_capture")
}

impl Format {
    /// Takes one block; names a defect after which reading cannot go on.
    fn block(&mut self, block: PcapBlockOwned<'_>, packets: &mut Packets<'_>) -> Option<&'static str> {
        match block {
            PcapBlockOwned::LegacyHeader(header) => self.legacy = Some(Legacy::new(&header)),
            PcapBlockOwned::Legacy(packet) => {
                let legacy = self.legacy.as_ref()?;
                let sub_second = i64::from(packet.ts_usec).saturating_mul(legacy.unit_ns);
                let time_ns = i64::from(packet.ts_sec).saturating_mul(1_000_000_000).saturating_add(sub_second);
                packets.packet(legacy.link, time_ns, packet.data, packet.origlen);
            }
            // Interfaces are numbered within their section.
            PcapBlockOwned::NG(Block::SectionHeader(_)) => self.interfaces.clear(),
            PcapBlockOwned::NG(Block::InterfaceDescription(block)) => {
                if self.interfaces.len() >= MAX_INTERFACES {
                    return Some("too_many_interfaces");
                }
                let link = block.linktype.0.cast_unsigned();
                self.interfaces.push(Interface::new(link, block.if_tsresol, block.if_tsoffset));
            }
            PcapBlockOwned::NG(Block::EnhancedPacket(block)) => {
                let interface = usize::try_from(block.if_id).ok().and_then(|id| self.interfaces.get(id));
                let Some(interface) = interface else {
                    packets.reject("unknown_interface", block.packet_data());
                    return None;
                };
                let units = u64::from(block.ts_high) << 32 | u64::from(block.ts_low);
                self.last_time_ns = interface.time_ns(units);
                packets.packet(interface.link, self.last_time_ns, block.packet_data(), block.origlen);
            }
            PcapBlockOwned::NG(Block::SimplePacket(block)) => {
                let Some(interface) = self.interfaces.first() else {
                    packets.reject("unknown_interface", block.packet_data());
                    return None;
                };
                packets.packet(interface.link, self.last_time_ns, block.packet_data(), block.origlen);
            }
            // Names, statistics, secrets, custom blocks: nothing for us.
            PcapBlockOwned::NG(_) => {}
        }
        None
    }
}

/// Hands packets to the decoder and its findings to the sink.
pub(crate) struct Packets<'a> {
    pub(crate) decoder: Decoder,
    pub(crate) sink: &'a mut dyn Sink,
    pub(crate) number: u64,
}

impl Packets<'_> {
    pub(crate) fn packet(&mut self, link: u32, time_ns: i64, data: &[u8], original_len: u32) {
        self.sink.read();
        self.number = self.number.saturating_add(1);
        let Self { decoder, sink, number } = self;
        let result = decoder.packet(link, time_ns, data, original_len, &mut |event: Event| sink.event(event));
        if let Err(error) = result {
            let raw = data.get(..MAX_REJECT_BYTES).unwrap_or(data);
            sink.reject(Reject { reason: error.reason(), position: *number, raw });
        }
    }

    fn reject(&mut self, reason: &'static str, data: &[u8]) {
        self.sink.read();
        self.number = self.number.saturating_add(1);
        let raw = data.get(..MAX_REJECT_BYTES).unwrap_or(data);
        self.sink.reject(Reject { reason, position: self.number, raw });
    }

    #[cfg(feature = "capture")]
    pub(crate) fn tick(&mut self, time_ns: i64) {
        let Self { decoder, sink, .. } = self;
        decoder.tick(time_ns, &mut |event: Event| sink.event(event));
    }

    pub(crate) fn finish(self) -> Counters {
        let Self { mut decoder, sink, .. } = self;
        decoder.finish(&mut |event: Event| sink.event(event));
        decoder.counters().clone()
    }
}
