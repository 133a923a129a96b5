//! Live capture through libpcap (feature `capture`).

use crate::capture::Packets;
use crate::error::CaptureError;
use pcap::{Active, Capture, Linktype};
use std::time::Instant;
use weft_net_decode::{Counters, Decoder, Limits};
use weft_runtime::Sink;

/// Bytes captured of each packet: enough for jumbo frames with offload.
const SNAPSHOT_BYTES: i32 = 65_535;
/// Kernel buffer in bytes.
const BUFFER_BYTES: i32 = 16 * 1024 * 1024;
/// How long the kernel may hold packets back before it hands them over, in milliseconds; also how soon a stop is noticed.
const READ_TIMEOUT_MS: i32 = 200;
/// Packets between two reports while traffic is heavy.
const PACKETS_PER_REPORT: u64 = 100_000;

/// What the kernel and the decoder saw since the capture began. Numbers only grow; the kernel's are widened from 32 bits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaptureStats {
    /// Packets that passed the filter.
    pub received: u64,
    /// Packets lost because the sensor was too slow.
    pub dropped: u64,
    /// Packets lost by the interface or its driver.
    pub interface_dropped: u64,
    pub decoder: Counters,
}

/// A counter of 32 bits that wraps, made wide.
#[derive(Default)]
struct Widened {
    last: u32,
    total: u64,
}

impl Widened {
    fn update(&mut self, value: u32) -> u64 {
        self.total = self.total.saturating_add(u64::from(value.wrapping_sub(self.last)));
        self.last = value;
        self.total
    }
}

/// Captures on `interface` until `sink.stopped()`, then writes out the flows in progress. `filter` is a pcap-filter(7) expression.
/// `report` is called with the counts at the start, then when traffic pauses (at most every 200 ms) or after 100,000 packets, and at the end.
///
/// Time is the packets' own; while the interface is silent it goes on from the last packet by a monotonic clock.
///
/// # Errors
/// When the interface cannot be opened, the filter is not valid, or the capture breaks off.
pub fn capture_live(
    interface: &str,
    filter: Option<&str>,
    limits: Limits,
    sink: &mut dyn Sink,
    report: &mut dyn FnMut(&CaptureStats),
) -> Result<(), CaptureError> {
    let mut capture = open(interface, filter)?;
    let link = link_type(capture.get_datalink());
    tracing::info!(interface, link, "live capture started");
    let mut kernel = [Widened::default(), Widened::default(), Widened::default()];
    let mut packets = Packets { decoder: Decoder::new(limits), sink, number: 0 };
    report(&stats(&mut capture, &mut kernel, packets.decoder.counters())?);
    let mut reported = 0_u64;
    let mut last_packet: Option<(i64, Instant)> = None;
    let broken = loop {
        if packets.sink.stopped() {
            break None;
        }
        match capture.next_packet() {
            Ok(packet) => {
                #[allow(clippy::useless_conversion, reason = "the width of timeval differs between platforms")]
                let (seconds, microseconds) = (i64::from(packet.header.ts.tv_sec), i64::from(packet.header.ts.tv_usec));
                let time_ns = seconds.saturating_mul(1_000_000_000).saturating_add(microseconds.saturating_mul(1000));
                packets.packet(link, time_ns, packet.data, packet.header.len);
                last_packet = Some((time_ns, Instant::now()));
                if packets.number.saturating_sub(reported) < PACKETS_PER_REPORT {
                    continue;
                }
            }
            Err(pcap::Error::TimeoutExpired) => {
                if let Some((time_ns, at)) = last_packet {
                    let silence_ns = i64::try_from(at.elapsed().as_nanos()).unwrap_or(i64::MAX);
                    packets.tick(time_ns.saturating_add(silence_ns));
                }
            }
            Err(pcap::Error::NoMorePackets) => break None,
            Err(error) => break Some(error),
        }
        reported = packets.number;
        report(&stats(&mut capture, &mut kernel, packets.decoder.counters())?);
    };
    let last = stats(&mut capture, &mut kernel, packets.decoder.counters());
    let counters = packets.finish();
    if let Ok(last) = last {
        report(&CaptureStats { decoder: counters, ..last });
    }
    broken.map_or(Ok(()), |error| Err(CaptureError::Live(error)))
}

fn open(interface: &str, filter: Option<&str>) -> Result<Capture<Active>, CaptureError> {
    let opened = Capture::from_device(interface).and_then(|capture| {
        // Time stamps stay in microseconds, which every platform has.
        capture.promisc(true).snaplen(SNAPSHOT_BYTES).buffer_size(BUFFER_BYTES).timeout(READ_TIMEOUT_MS).open()
    });
    let mut capture = opened.map_err(|source| CaptureError::Interface { interface: interface.to_owned(), source })?;
    if let Some(filter) = filter {
        capture.filter(filter, true).map_err(CaptureError::Filter)?;
    }
    Ok(capture)
}

fn stats(capture: &mut Capture<Active>, kernel: &mut [Widened; 3], decoder: &Counters) -> Result<CaptureStats, CaptureError> {
    let now = capture.stats().map_err(CaptureError::Live)?;
    let [received, dropped, interface_dropped] = kernel;
    Ok(CaptureStats {
        received: received.update(now.received),
        dropped: dropped.update(now.dropped),
        interface_dropped: interface_dropped.update(now.if_dropped),
        decoder: decoder.clone(),
    })
}

/// libpcap's DLT numbers equal the LINKTYPE numbers of files except for raw IP, which differs between systems; the decoder knows all.
fn link_type(link: Linktype) -> u32 {
    link.0.cast_unsigned()
}
