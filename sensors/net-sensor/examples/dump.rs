use std::io::{self, Read, Write};
use weft_net_sensor::{Limits, read_capture};
use weft_runtime::sink::Collected;
fn main() {
    let mut out = io::stdout().lock();
    for path in std::env::args().skip(1) {
        let mut bytes = std::fs::read(&path).unwrap();
        if path.ends_with(".gz") { let mut b=Vec::new(); flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut b).unwrap(); bytes=b; }
        let mut sink = Collected::default();
        let result = read_capture(&mut bytes.as_slice(), Limits::default(), &mut sink);
        let rejects: std::collections::BTreeMap<&str,u64> = sink.rejects.iter().fold(Default::default(), |mut m, r| {*m.entry(r.0).or_default()+=1; m});
        writeln!(out, "{}", serde_json::json!({"path":path,"read":sink.read,"result":result.err().map(|e|e.reason()),"rejects":rejects,"events":sink.events})).unwrap();
    }
}
