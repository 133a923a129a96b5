//! What a subject gives away: the wave a message belongs to, and whether it calls its reader by name.

use weft_model::Person;

/// Fewer letters than this are no subject to recognise a wave by.
const MIN_LETTERS: usize = 12;
/// Stands for the recipient's names.
const NAME: &str = "(name)";
/// Shorter words are no matter; of a script with a letter a sound half as many.
const MIN_WORD: usize = 4;
/// Words that mark an answer or a forwarded message (English, German, French, Japanese clients).
const MARKS: [&str; 9] = ["re", "fw", "fwd", "aw", "wg", "tr", "sv", "返信", "転送"];

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// First names and the like of the recipient: the words of the display name.
fn names(person: Option<&Person>) -> Vec<String> {
    person.map(|person| words(&person.display_name).filter(|word| word.chars().count() > 1).collect()).unwrap_or_default()
}

/// The subject without numbers and marks of answers, sorted out of its order, and with a mark in the place of the recipient's names: what the
/// messages of one wave have in common. `None` when too little is left; calling the reader by name is much, however few words are beside it.
pub(super) fn campaign(subject: &str, recipient: Option<&Person>) -> Option<String> {
    let mut words = common_words(subject, recipient);
    let letters: usize = words.iter().map(|word| if word.is_ascii() { word.len() } else { word.len() * 2 / 3 }).sum();
    let is_called = calls_by_name(subject, recipient);
    words.extend(is_called.then(|| NAME.to_owned()));
    (is_called || letters >= MIN_LETTERS).then(|| words.join(" "))
}

/// The words of a subject, sorted, that messages to others may share: no names of the recipient, numbers and marks of answers.
fn common_words(subject: &str, recipient: Option<&Person>) -> Vec<String> {
    let names = names(recipient);
    let is_common = |word: &String| !word.chars().any(|c| c.is_ascii_digit()) && !names.contains(word) && !MARKS.contains(&word.as_str());
    let mut words: Vec<String> = words(subject).filter(is_common).take(32).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// Words that say what a subject is about: those of some length.
pub(super) fn telling_words(subject: &str, recipient: Option<&Person>) -> Vec<String> {
    let mut words = common_words(subject, recipient);
    words.retain(|word| if word.is_ascii() { word.len() >= MIN_WORD } else { word.chars().count() >= MIN_WORD / 2 });
    words
}

/// Whether the subject calls the recipient by a name.
pub(super) fn calls_by_name(subject: &str, recipient: Option<&Person>) -> bool {
    let names = names(recipient);
    let is_japanese = |name: &String| !name.is_ascii() && subject.contains(name.as_str());
    words(subject).any(|word| names.contains(&word)) || names.iter().any(is_japanese)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_is_recognised_without_the_names() {
        let person = |name: &str| Person { display_name: name.into(), ..Person::default() };
        let (ann, taro) = (person("Ann Marlow"), person("山田 太郎"));
        let one = campaign("Ann, your quarterly review 2024-1", Some(&ann));
        assert_eq!(one, campaign("Taro: your quarterly review 77", Some(&person("Taro Yamada"))));
        assert_eq!(one.as_deref(), Some("quarterly review your (name)"));
        assert_eq!(campaign("Re: hello", None), None);
        assert_eq!(campaign("Hi Ann", Some(&ann)), campaign("Hi Taro", Some(&person("Taro Yamada"))));
        assert_ne!(campaign("Hi Ann", Some(&ann)), campaign("Quick task Ann", Some(&ann)));
        assert!(calls_by_name("Quick question, ann", Some(&ann)));
        assert!(calls_by_name("太郎様へのご連絡", Some(&taro)));
        assert!(!calls_by_name("Quick question", Some(&ann)));
    }
}
