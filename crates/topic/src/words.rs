//! WordPiece: the longest known beginning of a word, then the longest known continuation, and so on (Schuster, Nakajima, "Japanese and
//! Korean voice search", ICASSP 2012, as BERT uses it). A word that cannot be taken apart so says nothing.

use crate::DIMENSIONS;
use crate::table::Table;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longer words say nothing.
const MAX_WORD_CHARS: usize = 64;

/// Adds a word's pieces.
pub(crate) fn add(sum: &mut [f32; DIMENSIONS], word: &[char], table: &Table) {
    let word: String = word.iter().copied().nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    if word.chars().count() > MAX_WORD_CHARS {
        return;
    }
    let mut rest = word.as_str();
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let found = (1..=rest.len().min(table.longest())).rev().find_map(|end| {
            let (piece, behind) = rest.split_at_checked(end)?;
            Some((table.row(piece, !pieces.is_empty())?, behind))
        });
        let Some((row, behind)) = found else { return };
        pieces.push(row);
        rest = behind;
    }
    for (scale, row) in pieces {
        sum.iter_mut().zip(row).for_each(|(x, byte)| *x += scale * f32::from(byte.cast_signed()));
    }
}
