//! The table of word pieces and their vectors, as `models/topic/rebuild.py` writes it. Must not know how a text is taken apart.

use crate::DIMENSIONS;
use std::collections::HashMap;
use std::sync::LazyLock;

static FILE: &[u8] = include_bytes!("../../../models/topic/topic.bin");
static BUILTIN: LazyLock<Table> = LazyLock::new(|| Table::parse(FILE).unwrap_or_default());

/// Vectors by word piece.
#[derive(Default)]
pub(crate) struct Table {
    /// By beginnings of words and by continuations.
    rows: [HashMap<&'static str, (f32, &'static [u8])>; 2],
    longest: usize,
    gram_norm: f32,
}

impl Table {
    /// The one that ships.
    pub(crate) fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// Magic, tokens, dimensions, bytes of text; the tokens, one a line; a scale a token (all little endian); the bytes of all rows.
    fn parse(file: &'static [u8]) -> Option<Self> {
        let number = |bytes: &[u8]| Some(u32::from_le_bytes(bytes.try_into().ok()?) as usize);
        let (head, rest) = file.strip_prefix(b"WEFTTOP1")?.split_at_checked(12)?;
        let mut head = head.chunks(4).filter_map(number);
        let (count, dimensions, bytes) = (head.next()?, head.next()?, head.next()?);
        let (tokens, rest) = rest.split_at_checked(bytes)?;
        let (scales, rows) = rest.split_at_checked(count.checked_mul(4)?)?;
        let tokens: Vec<&str> = std::str::from_utf8(tokens).ok()?.split('\n').collect();
        if tokens.len() != count || dimensions != DIMENSIONS || Some(rows.len()) != count.checked_mul(DIMENSIONS) {
            return None;
        }
        let mut table = Self::default();
        let mut norms = Vec::with_capacity(count);
        for ((token, scale), row) in tokens.iter().zip(scales.chunks(4)).zip(rows.chunks(DIMENSIONS)) {
            let scale = f32::from_le_bytes(scale.try_into().ok()?);
            let (map, piece) = token.strip_prefix("##").map_or((0, *token), |piece| (1, piece));
            table.longest = table.longest.max(piece.len());
            norms.push(scale * row.iter().map(|byte| f32::from(byte.cast_signed()).powi(2)).sum::<f32>().sqrt());
            table.rows.get_mut(map)?.insert(piece, (scale, row));
        }
        norms.sort_unstable_by(f32::total_cmp);
        table.gram_norm = norms.get(norms.len() / 2).copied()?;
        Some(table)
    }

    /// Bytes of the longest piece.
    pub(crate) fn longest(&self) -> usize {
        self.longest
    }

    /// The length of a usual piece's vector, for whatever is no piece.
    pub(crate) fn gram_norm(&self) -> f32 {
        self.gram_norm
    }

    /// The scale and the signed bytes of a piece's vector.
    pub(crate) fn row(&self, piece: &str, continues: bool) -> Option<(f32, &'static [u8])> {
        self.rows.get(usize::from(continues))?.get(piece).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn the_shipped_table_is_whole_and_a_damaged_one_is_refused() {
        let table = Table::builtin();
        assert!(table.rows.iter().map(std::collections::HashMap::len).sum::<usize>() > 20_000);
        assert!(table.row("payment", false).is_some() && table.row("ization", true).is_some() && table.row("ization", false).is_none());
        assert!(Table::parse(&super::FILE[..super::FILE.len() - 1]).is_none() && Table::parse(b"WEFTTOP1").is_none());
    }
}
