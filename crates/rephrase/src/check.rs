//! Whether an answer says the same: the same clauses, placeholders and numbers, and no address or name that was not there. What cannot be
//! told for sure counts against the answer: the compiled text is always good.

use crate::mask::{Masked, has_address};
use crate::prompt::id;
use crate::refusal::Refusal;
use serde::Deserialize;
use std::collections::BTreeSet;
use weft_narrative::Lang;

/// Words that may begin a sentence though no clause held them.
const OPENERS: &str = "a about according after afterwards all also although an and another any anyone around as at because before between both but by during each \
earlier either even every evidence everything finally first following for from furthermore further given her here his however if in \
indications information initially investigation it its later likely many meanwhile more moreover most nearly no nobody none nothing notably of on once one \
only other others our over overall people possibly probably several shortly similarly since so some somebody someone something soon still subsequently such \
taken that the their then there thereafter these they this those though through throughout thus to together two under until upon very was we were what when where which \
while who with within without";
/// Number words; digits are compared by themselves.
const NUMBERS: &str = "two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand \
thousands million millions dozen dozens twice";
/// Counters after which Japanese numerals are numbers.
const COUNTERS: &str = "人名台件通回日分時間個社";

#[derive(Deserialize)]
struct Answer {
    clauses: Vec<AnswerClause>,
}

#[derive(Deserialize)]
struct AnswerClause {
    id: String,
    text: String,
}

/// The clauses' new texts, revealed; or why they do not count.
pub fn checked(answer: &str, masked: &Masked, lang: Lang) -> Result<Vec<String>, Refusal> {
    let answer = answer.trim();
    let bare =
        answer.strip_prefix("```json").or_else(|| answer.strip_prefix("```")).and_then(|rest| rest.strip_suffix("```")).unwrap_or(answer);
    let value: serde_json::Value = serde_json::from_str(bare).map_err(|_| Refusal::NotJson)?;
    let answer: Answer = serde_json::from_value(value).map_err(|_| Refusal::OtherForm)?;
    let ids_agree = answer.clauses.iter().enumerate().all(|(index, clause)| clause.id == id(index));
    if answer.clauses.len() != masked.texts.len() || !ids_agree {
        return Err(Refusal::OtherClauses);
    }
    let known = masked.texts.join("\n");
    let pairs = masked.texts.iter().zip(&answer.clauses);
    pairs.map(|(before, after)| one(before, after.text.trim(), &known, lang).map(|()| masked.reveal(after.text.trim()))).collect()
}

fn one(before: &str, after: &str, known: &str, lang: Lang) -> Result<(), Refusal> {
    let is_odd =
        |c: char| c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    if after.is_empty() || after.chars().any(is_odd) || after.len() > 3 * before.len() + 200 {
        return Err(Refusal::OddText);
    }
    let ((open_before, hidden_before), (open_after, hidden_after)) = (taken_apart(before), taken_apart(after));
    if hidden_before != hidden_after || open_after.contains("[[") || open_after.contains("]]") {
        return Err(Refusal::OtherPlaceholders);
    }
    if numbers(&open_before) != numbers(&open_after) || has_new_number_word(&open_before, &open_after) {
        return Err(Refusal::OtherNumbers);
    }
    if has_address(&open_after) {
        return Err(Refusal::NewAddress);
    }
    if has_new_name(&open_after, known, lang) {
        return Err(Refusal::NewName);
    }
    Ok(())
}

/// The text without its placeholders, and these, sorted.
fn taken_apart(text: &str) -> (String, Vec<String>) {
    let (mut open, mut hidden) = (String::new(), Vec::new());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("[[") {
        let Some((number, tail)) = after.split_once("]]") else { break };
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            break;
        }
        open.push_str(before);
        // Something stood there: words around it do not run together.
        open.push('\u{fffc}');
        hidden.push(number.to_owned());
        rest = tail;
    }
    open.push_str(rest);
    hidden.sort();
    (open, hidden)
}

/// Runs of digits of any script, sorted, with full-width ones as ASCII.
fn numbers(text: &str) -> Vec<String> {
    let folded: String = text
        .chars()
        .map(|c| match c {
            '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
            c if c.is_numeric() && !c.is_ascii_digit() => '\u{1}',
            c => c,
        })
        .collect();
    let is_digit = |c: char| c.is_ascii_digit() || c == '\u{1}';
    let mut found: Vec<String> = folded.split(|c| !is_digit(c)).filter(|run| !run.is_empty()).map(str::to_owned).collect();
    found.sort();
    found
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’').filter(|word| !word.is_empty())
}

fn has_new_number_word(before: &str, after: &str) -> bool {
    let list: BTreeSet<&str> = NUMBERS.split(' ').collect();
    let of = |text: &str| words(text).map(str::to_lowercase).filter(|word| list.contains(word.as_str())).collect::<BTreeSet<_>>();
    let is_numeral = |c: char| "二三四五六七八九十百千万億".contains(c);
    let counted = |text: &str| {
        let chars: Vec<char> = text.chars().collect();
        let pairs = chars.windows(2).filter_map(|two| match two {
            [a, b] if is_numeral(*a) && (COUNTERS.contains(*b) || is_numeral(*b)) => Some((*a, *b)),
            _ => None,
        });
        pairs.collect::<BTreeSet<_>>()
    };
    !of(after).is_subset(&of(before)) || !counted(after).is_subset(&counted(before))
}

/// Whether a word may be a name that no clause holds: in English one with a capital, a digit or an odd letter; in Japanese any in Latin letters
/// or Katakana, and whoever is called `さん`, `氏`, `様`.
fn has_new_name(after: &str, known: &str, lang: Lang) -> bool {
    let known_words: BTreeSet<String> = words(known).map(str::to_lowercase).collect();
    let is_known = |word: &str| known_words.contains(&word.to_lowercase());
    let openers: BTreeSet<&str> = OPENERS.split(' ').collect();
    let is_latin = |word: &&str| word.chars().any(|c| c.is_alphabetic()) && word.chars().all(|c| c.is_ascii() || c == '’');
    match lang {
        Lang::En => words(after).any(|word| {
            let is_plain = word.chars().all(|c| c.is_ascii_lowercase() || c == '\'' || c == '’');
            !is_plain && word.chars().any(char::is_alphabetic) && !is_known(word) && !openers.contains(word.to_lowercase().as_str())
        }),
        Lang::Ja => {
            let is_katakana = |c: char| ('\u{30a1}'..='\u{30fc}').contains(&c) && c != '・';
            let latin = words(after).flat_map(|word| word.split(|c: char| !c.is_ascii_alphanumeric())).filter(|run| !run.is_empty());
            let known_runs: BTreeSet<String> =
                words(known).flat_map(|word| word.split(|c: char| !c.is_ascii_alphanumeric())).map(str::to_lowercase).collect();
            let new_latin = latin.into_iter().filter(is_latin).any(|run| !known_runs.contains(&run.to_lowercase()));
            let new_katakana = after.split(|c| !is_katakana(c)).filter(|run| run.chars().count() >= 2).any(|run| !known.contains(run));
            let titles = ["さん", "氏", "様"];
            let new_title = titles.iter().any(|title| after.matches(title).count() > 0 && !known.contains(title));
            new_latin || new_katakana || new_title
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(before: &str, after: &str, lang: Lang) -> Result<(), Refusal> {
        one(before, after, before, lang)
    }

    #[test]
    fn other_words_pass() {
        for (before, after) in [
            ("[[1]] contacted [[2]], which no device here knew.", "No device here knew [[2]] before [[1]] contacted it."),
            ("[[1]] sent 901 messages within an hour.", "Within an hour, 901 messages were sent by [[1]]."),
            ("It began at 2024-03-18 15:31 UTC.", "The beginning was at 2024-03-18 15:31 UTC."),
            ("together 27.8 bits of evidence (score 79)", "the evidence is 27.8 bits in all (score 79)"),
        ] {
            assert_eq!(verdict(before, after, Lang::En), Ok(()), "{after}");
        }
        for (before, after) in [
            ("[[1]] が [[2]] に接続しました。", "[[2]] への接続が [[1]] から行われました。"),
            ("1 時間に 901 通のメールを送信しました", "901 通のメールが 1 時間のうちに送信されています"),
        ] {
            assert_eq!(verdict(before, after, Lang::Ja), Ok(()), "{after}");
        }
    }

    #[test]
    fn whatever_is_new_is_refused() {
        let before = "[[1]] sent 12 messages to [[2]].";
        for (after, refusal) in [
            ("[[1]] sent 12 messages.", Refusal::OtherPlaceholders),
            ("[[1]] and [[1]] sent 12 messages to [[2]].", Refusal::OtherPlaceholders),
            ("[[1]] sent 12 messages to [[2]] and [[3]].", Refusal::OtherPlaceholders),
            ("[[1]] sent 12 messages to [[2]] and [[x]].", Refusal::OtherPlaceholders),
            ("[[1]] sent 13 messages to [[2]].", Refusal::OtherNumbers),
            ("[[1]] sent 12 messages to [[2]] in 5 minutes.", Refusal::OtherNumbers),
            ("[[1]] sent messages to [[2]].", Refusal::OtherNumbers),
            ("[[1]] sent 12 messages to [[2]] in twenty minutes.", Refusal::OtherNumbers),
            ("[[1]] sent 12 messages to [[2]] (see evil.example).", Refusal::NewAddress),
            ("[[1]] sent 12 messages to [[2]] for bob@evil.example.", Refusal::NewAddress),
            ("[[1]] sent 12 messages to [[2]] with Bob.", Refusal::NewName),
            ("Bob saw that [[1]] sent 12 messages to [[2]].", Refusal::NewName),
            ("[[1]] sent 12 messages to [[2]] by Bjørn.", Refusal::NewName),
            ("[[1]] sent 12\nmessages to [[2]].", Refusal::OddText),
            ("[[1]] sent 12 messages to [[2]].\u{202e}", Refusal::OddText),
            ("", Refusal::OddText),
        ] {
            assert_eq!(verdict(before, after, Lang::En), Err(refusal), "{after}");
        }
        let long = format!("{before} {}", "and so on ".repeat(100));
        assert_eq!(verdict(before, &long, Lang::En), Err(Refusal::OddText));
        let before = "[[1]] が [[2]] へ 12 通を送信しました。";
        for (after, refusal) in [
            ("[[1]] が [[2]] へ 12 通を Bob に送信しました。", Refusal::NewName),
            ("[[1]] が [[2]] へ 12 通をマイクロソフト経由で送信しました。", Refusal::NewName),
            ("[[1]] が [[2]] へ 12 通を田中さんに送信しました。", Refusal::NewName),
            ("[[1]] が [[2]] へ十二通を送信しました。", Refusal::OtherNumbers),
            ("[[1]] が [[2]] へ 12 通を三人に送信しました。", Refusal::OtherNumbers),
            ("[[1]] が [[2]] へ １３ 通を送信しました。", Refusal::OtherNumbers),
        ] {
            assert_eq!(verdict(before, after, Lang::Ja), Err(refusal), "{after}");
        }
        assert_eq!(verdict(before, "[[1]] から [[2]] へ １２ 通が送られています。", Lang::Ja), Ok(()), "full-width digits");
    }
}
