//! Where the next record begins behind a damaged one. Must not parse.

/// A damaged record in a window on a stream.
#[derive(Clone, Copy, Debug)]
pub struct Damage {
    /// Where it begins.
    pub start: usize,
    /// Where the damage showed.
    pub failed_at: usize,
    /// The window begins the stream.
    pub is_first: bool,
    /// Nothing follows the window.
    pub has_ended: bool,
    /// The record is an item of an array.
    pub in_array: bool,
}

/// Looks in `text` for the beginning of the next record behind the damaged one at `start`: a line that begins with a
/// brace at the same column, or, inside a one-line array, the brace behind `},` or the brace that could not stand where it stood
/// (`failed_at`). `None` means: read on.
pub fn resync(text: &[u8], damage: Damage) -> Option<usize> {
    let Damage { start, failed_at, is_first, has_ended, in_array } = damage;
    let column = column(text, is_first, start);
    let end = text.len();
    let first_line_end = position(text, start, b'\n').unwrap_or(end);
    if in_array {
        let misplaced = Some(failed_at).filter(|at| start < *at && *at < first_line_end && text.get(*at) == Some(&b'{'));
        if let Some(found) = next_item(text, start, first_line_end).into_iter().chain(misplaced).min() {
            return Some(found);
        }
    }
    let mut line_end = position(text, start, b'\n')?;
    loop {
        let line = line_end.saturating_add(1);
        let indent = text.get(line..)?.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b','));
        match indent {
            // Only white space so far: more may come.
            None => return has_ended.then_some(end),
            Some(indent) => {
                let first = text.get(line.saturating_add(indent)).copied();
                // The closing bracket of the array ends the search too; those of arrays within the record stand further right.
                let is_end = in_array && first == Some(b']') && column.is_none_or(|column| indent < column || indent == 0);
                if first == Some(b'{') && column.is_none_or(|column| column == indent) || is_end {
                    return Some(line.saturating_add(indent));
                }
            }
        }
        line_end = position(text, line, b'\n')?;
    }
}

fn position(text: &[u8], from: usize, wanted: u8) -> Option<usize> {
    text.get(from..)?.iter().position(|byte| *byte == wanted).map(|at| from.saturating_add(at))
}

/// How far the record is indented; `None` when something else stands before it on its line.
fn column(window: &[u8], is_first: bool, start: usize) -> Option<usize> {
    let before = window.get(..start)?;
    let line = match before.iter().rposition(|byte| *byte == b'\n') {
        Some(at) => before.get(at.saturating_add(1)..)?,
        None if is_first => before,
        None => return None,
    };
    line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b',')).then_some(line.len())
}

/// The brace behind the first `},` of the line.
fn next_item(text: &[u8], start: usize, line_end: usize) -> Option<usize> {
    let line = text.get(start..line_end)?;
    let mut at = 0;
    while let Some(found) = line.get(at..)?.iter().position(|byte| *byte == b'}') {
        at = at.saturating_add(found).saturating_add(1);
        let rest = line.get(at..)?;
        let blank = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t'))?;
        if rest.get(blank) == Some(&b',') {
            let behind = blank.saturating_add(1);
            let next = rest.get(behind..)?.iter().position(|byte| !matches!(byte, b' ' | b'\t'))?;
            if rest.get(behind.saturating_add(next)) == Some(&b'{') {
                return Some(start.saturating_add(at).saturating_add(behind).saturating_add(next));
            }
        }
    }
    None
}
