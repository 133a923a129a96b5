//! Random tokens: 256 bits from the operating system, shown once, kept as a hash. It must not know what a token opens.

use weft_store::TokenHash;

/// Keeps hashes of tokens apart from hashes of anything else.
const HASH_CONTEXT: &str = "weft 2026-11 sign-in token";

/// A token in 64 hex digits.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Token(String);

impl Token {
    /// A new one.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0u8; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(blake3::Hash::from_bytes(bytes).to_hex().to_string()))
    }
    /// One that a client sent, when it has the form of a token.
    pub fn parse(text: &str) -> Option<Self> {
        let is_token = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_token.then(|| Self(text.to_owned()))
    }
    /// What the store keeps. A plain fast hash suffices: nobody can guess 256 random bits.
    pub fn hash(&self) -> TokenHash {
        blake3::derive_key(HASH_CONTEXT, self.0.as_bytes())
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
