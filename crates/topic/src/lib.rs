//! What a short text is about, as a vector: a static embedding distilled from an open sentence model, one vector a word piece, and hashed
//! n-grams of characters where a script has no spaces (`models/topic/README.md` is its card). This crate must not know what the text is of.

mod grams;
mod table;
mod words;

use table::Table;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Numbers in an embedding.
pub const DIMENSIONS: usize = 128;
/// Characters of a text that are read.
const MAX_CHARS: usize = 512;

/// A text's direction: of length 1, so that the product of two is the cosine between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedding(pub [f32; DIMENSIONS]);

impl Embedding {
    /// The cosine between two texts, in [-1, 1]: 1 the same words, about 0 nothing in common.
    pub fn cosine(&self, other: &Self) -> f32 {
        self.0.iter().zip(&other.0).map(|(a, b)| a * b).sum::<f32>().clamp(-1.0, 1.0)
    }
}

/// What a stretch of text is to be read as.
#[derive(Clone, Copy, PartialEq)]
enum Script {
    /// With spaces between words.
    Words,
    /// Without, or unknown to the vocabulary.
    Dense,
}

fn script(c: char) -> Option<Script> {
    match c {
        _ if grams::is_dense(c) => Some(Script::Dense),
        _ if c.is_alphabetic() || is_combining_mark(c) => Some(Script::Words),
        _ => None,
    }
}

/// What `text` is about; `None` when it holds no word that is known. Numbers, punctuation, case and accents do not count, nor does anything
/// behind the first 512 characters.
pub fn embed(text: &str) -> Option<Embedding> {
    let table = Table::builtin();
    let text: Vec<char> = text.chars().take(MAX_CHARS).nfkc().collect();
    let mut sum = [0.0; DIMENSIONS];
    for run in text.chunk_by(|a, b| script(*a) == script(*b)) {
        match run.first().and_then(|first| script(*first)) {
            Some(Script::Dense) => grams::add(&mut sum, run, table.gram_norm()),
            Some(Script::Words) => words::add(&mut sum, run, table),
            None => {}
        }
    }
    let norm = sum.iter().map(|x| x * x).sum::<f32>().sqrt();
    (norm > 0.0).then(|| Embedding(sum.map(|x| x / norm)))
}
