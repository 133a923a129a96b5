//! A reader that fills the buffer it is given, so that short reads (pipes, decompressors) do not look like the end of a file, and
//! that keeps the error it met, because the capture parser does not hand it on.

use std::io::{self, Read};

pub(crate) struct WholeReads<'a> {
    inner: &'a mut dyn Read,
    pub(crate) failed: &'a mut Option<io::Error>,
}

impl<'a> WholeReads<'a> {
    pub(crate) fn new(inner: &'a mut dyn Read, failed: &'a mut Option<io::Error>) -> Self {
        Self { inner, failed }
    }
}

impl Read for WholeReads<'_> {
    /// Fills `buffer` unless the input ends or fails; a failure ends the input and is kept.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while let Some(space) = buffer.get_mut(filled..).filter(|space| !space.is_empty()) {
            if self.failed.is_some() {
                break;
            }
            match self.inner.read(space) {
                Ok(0) => break,
                Ok(bytes) => filled = filled.saturating_add(bytes),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => *self.failed = Some(error),
            }
        }
        Ok(filled)
    }
}
