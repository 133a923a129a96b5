//! Live capture on the loopback interface. Needs the feature `capture` and the right to capture.
#![cfg(feature = "capture")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "helpers outside of test functions may fail as tests do")]

use std::cell::Cell;
use std::net::UdpSocket;
use weft_model::{Body, Directory, Event};
use weft_net_sensor::{CaptureError, CaptureStats, Limits, capture_live};
use weft_runtime::{Reject, Sink};

/// Reports without the packets after which the test gives up: the kernel is asked five times a second.
const PATIENCE: u32 = 50;

struct Until<'a> {
    read: u64,
    events: Vec<Event>,
    stop: &'a Cell<bool>,
}

impl Sink for Until<'_> {
    fn read(&mut self) {
        self.read += 1;
    }
    fn event(&mut self, event: Event) {
        self.events.push(event);
    }
    fn reject(&mut self, reject: Reject<'_>) {
        panic!("{reject:?}");
    }
    fn directory(&mut self, _: Directory) {}
    fn stopped(&self) -> bool {
        self.stop.get() || self.read >= 5
    }
}

#[test]
fn packets_on_the_wire_become_events() {
    let (sender, receiver) = (UdpSocket::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
    let address = receiver.local_addr().unwrap();
    let stop = Cell::new(false);
    let mut sink = Until { read: 0, events: Vec::new(), stop: &stop };
    let mut reports = 0;
    let mut last = CaptureStats::default();
    let filter = format!("udp and dst port {}", address.port());
    // The first report says that the capture is open; each is answered with traffic, so nothing needs to be timed.
    let result = capture_live("lo", Some(&filter), Limits::default(), &mut sink, &mut |stats| {
        reports += 1;
        last = stats.clone();
        stop.set(reports > PATIENCE);
        for _ in 0..5 {
            sender.send_to(b"hello", address).unwrap();
        }
    });
    if let Err(CaptureError::Interface { .. }) = &result {
        println!("not run: no right to capture on lo");
        return;
    }
    result.unwrap();
    assert_eq!(sink.read, 5, "within {PATIENCE} reports");
    let [Event { body: Body::Network(flow), .. }] = &sink.events[..] else { panic!("{:?}", sink.events) };
    assert_eq!((flow.dst_endpoint.port, flow.traffic.packets_out, flow.traffic.bytes_out), (Some(address.port()), 5, 5 * 33));
    assert!(last.received >= 5 && last.dropped == 0 && last.decoder.packets == 5 && last.decoder.events == 1);
}

#[test]
fn what_cannot_be_opened_has_a_name() {
    let stop = Cell::new(false);
    let mut sink = Until { read: 0, events: Vec::new(), stop: &stop };
    let error = capture_live("no-such-interface", None, Limits::default(), &mut sink, &mut |_| {}).unwrap_err();
    assert_eq!(error.reason(), "interface_not_opened");
}
