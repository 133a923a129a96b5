//! One mapper a source: which reader takes its lines.

use crate::cisco_asa::CiscoAsa;
use crate::error::LogError;
use crate::event::Out;
use crate::secure_access::SecureAccess;
use crate::suricata::Suricata;
use crate::zeek::{self, ZeekTsv};

/// The formats that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Zeek's own tab-separated logs, with `#fields` headers.
    ZeekTsv,
    /// Zeek logs as JSON Lines.
    ZeekJson,
    /// Suricata `eve.json`.
    SuricataEve,
    /// Syslog of Cisco ASA or FTD.
    CiscoAsa,
    /// CSV exports of Cisco Secure Access (Umbrella): DNS, proxy and firewall logs.
    SecureAccessCsv,
}

/// What a line was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// A record; its events were put out, now or later when another record completes it.
    Record,
    /// A header, a comment or nothing.
    Other,
}

/// Maps the lines of one source, in order. Memory is bounded: the readers that join records keep at most 50,000 of them waiting.
#[derive(Debug)]
pub struct LogMapper {
    reader: Reader,
}

#[derive(Debug)]
enum Reader {
    ZeekTsv(ZeekTsv),
    ZeekJson,
    Suricata(Suricata),
    CiscoAsa(CiscoAsa),
    SecureAccess(SecureAccess),
}

impl LogMapper {
    /// A mapper for one source.
    pub fn new(format: Format) -> Self {
        let reader = match format {
            Format::ZeekTsv => Reader::ZeekTsv(ZeekTsv::default()),
            Format::ZeekJson => Reader::ZeekJson,
            Format::SuricataEve => Reader::Suricata(Suricata::default()),
            Format::CiscoAsa => Reader::CiscoAsa(CiscoAsa::default()),
            Format::SecureAccessCsv => Reader::SecureAccess(SecureAccess::default()),
        };
        Self { reader }
    }

    /// Takes one line without its line end; bytes that are not UTF-8 are replaced.
    ///
    /// # Errors
    /// The line is a record that gives no event.
    pub fn line(&mut self, line: &[u8], out: Out<'_>) -> Result<Line, LogError> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.trim_ascii().is_empty() {
            return Ok(Line::Other);
        }
        match &mut self.reader {
            Reader::ZeekTsv(reader) => return reader.line(line, out),
            Reader::ZeekJson => zeek::json_line(line, out)?,
            Reader::Suricata(reader) => reader.line(line, out)?,
            Reader::CiscoAsa(reader) => reader.line(line, out)?,
            Reader::SecureAccess(reader) => return reader.line(line, out),
        }
        Ok(Line::Record)
    }

    /// Puts out what still waits, at the end of the source.
    pub fn finish(&mut self, out: Out<'_>) {
        match &mut self.reader {
            Reader::Suricata(reader) => reader.finish(out),
            Reader::CiscoAsa(reader) => reader.finish(out),
            Reader::ZeekTsv(_) | Reader::ZeekJson | Reader::SecureAccess(_) => {}
        }
    }
}
