//! Exit codes: 0 done, 1 a check failed, 2 usage, 65 nothing readable, 70 internal, 78 configuration.

use std::fmt;
use std::process::ExitCode;

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    Done,
    CheckFailed,
    Usage,
    NothingReadable,
    Internal,
    Configuration,
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(match code {
            Code::Done => 0,
            Code::CheckFailed => 1,
            Code::Usage => 2,
            Code::NothingReadable => 65,
            Code::Internal => 70,
            Code::Configuration => 78,
        })
    }
}

/// An error that knows its exit code.
#[derive(Debug)]
struct Coded(Code, String);

impl fmt::Display for Coded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.1)
    }
}
impl std::error::Error for Coded {}

/// A wrong use of the command.
pub fn usage(text: impl Into<String>) -> anyhow::Error {
    Coded(Code::Usage, text.into()).into()
}
/// Input in which nothing could be read.
pub fn nothing_readable(text: impl Into<String>) -> anyhow::Error {
    Coded(Code::NothingReadable, text.into()).into()
}
/// A configuration that cannot be used.
pub fn configuration(text: impl Into<String>) -> anyhow::Error {
    Coded(Code::Configuration, text.into()).into()
}

/// The code of an error: its own, that of a known cause, else internal.
pub fn code_of(error: &anyhow::Error) -> Code {
    for cause in error.chain() {
        if let Some(Coded(code, _)) = cause.downcast_ref() {
            return *code;
        }
        if cause.is::<weft_config::ConfigError>() || cause.is::<weft_enrich::EnrichError>() {
            return Code::Configuration;
        }
        if cause.is::<weft_runtime::InputError>() {
            return Code::NothingReadable;
        }
    }
    Code::Internal
}
