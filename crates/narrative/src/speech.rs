//! Messages in both languages from `text/*.ftl`. It must not know what an incident is.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;
use weft_model::Text;

const EN: &str = include_str!("../text/en.ftl");
const JA: &str = include_str!("../text/ja.ftl");

/// A language of the product.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    #[default]
    En,
    Ja,
}

impl Lang {
    /// This language's half, or the English one where there is no Japanese.
    pub fn of(self, text: &Text) -> &str {
        self.choose(&text.en, &text.ja)
    }
    /// [`Self::of`] for texts that stand apart.
    pub fn choose<'a>(self, en: &'a str, ja: &'a str) -> &'a str {
        if self == Self::Ja && !ja.is_empty() { ja } else { en }
    }
}

/// What goes into a place of a message.
#[derive(Clone, Copy, Debug)]
pub enum Arg<'a> {
    /// The same in both languages: a name, an address, a time.
    Name(&'a str),
    /// Of each language its half.
    Text(&'a Text),
    Number(usize),
}

static BUNDLES: LazyLock<[FluentBundle<FluentResource>; 2]> = LazyLock::new(|| [bundle("en", EN), bundle("ja", JA)]);

fn bundle(language: &str, source: &str) -> FluentBundle<FluentResource> {
    let language: LanguageIdentifier = language.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // That the files have no error and no key twice is tested, so what was read is all of it.
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(read, _)| read);
    bundle.add_resource_overriding(resource);
    bundle
}

/// The message in both languages. A key that no file holds comes back as it is.
pub fn say(key: &str, args: &[(&'static str, Arg<'_>)]) -> Text {
    let [en, ja] = &*BUNDLES;
    Text { en: format(en, Lang::En, key, args), ja: format(ja, Lang::Ja, key, args) }
}

/// Whether there is such a message.
pub fn can_say(key: &str) -> bool {
    BUNDLES.iter().all(|bundle| bundle.has_message(key))
}

fn format(bundle: &FluentBundle<FluentResource>, lang: Lang, key: &str, args: &[(&'static str, Arg<'_>)]) -> String {
    let mut values = FluentArgs::with_capacity(args.len());
    for (name, arg) in args {
        match arg {
            Arg::Name(name_text) => values.set(*name, *name_text),
            Arg::Text(text) => values.set(*name, lang.of(text)),
            Arg::Number(number) => values.set(*name, *number),
        }
    }
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else { return key.to_owned() };
    unmarked(&bundle.format_pattern(pattern, Some(&values), &mut Vec::new()))
}

/// The marks that Fluent sets around what fills a place (U+2068, U+2069).
const MARKS: [char; 2] = ['\u{2068}', '\u{2069}'];

/// Takes the marks away, for terminals and JSON need none, and with them a space beside one that has Japanese on both sides: the texts
/// set spaces around places for names in Latin letters.
fn unmarked(text: &str) -> String {
    let is_wide = |c: Option<char>| c.is_some_and(|c| ('\u{3001}'..='\u{9fff}').contains(&c) || ('\u{ff01}'..='\u{ff60}').contains(&c));
    let chars: Vec<char> = text.chars().collect();
    let at = |index: Option<usize>| index.and_then(|index| chars.get(index)).copied();
    let mut out = String::with_capacity(text.len());
    for (index, c) in chars.iter().enumerate() {
        let (before, after) = (at(index.checked_sub(1)), at(index.checked_add(1)));
        let is_border = [before, after].into_iter().flatten().any(|beside| MARKS.contains(&beside));
        let next = if after.is_some_and(|c| MARKS.contains(&c)) { at(index.checked_add(2)) } else { after };
        let is_needless = *c == ' ' && is_border && is_wide(out.chars().next_back()) && is_wide(next);
        if !MARKS.contains(c) && !is_needless {
            out.push(*c);
        }
    }
    out
}

/// The first names and how many more, at most `most` in all: "A, B and 3 others". `more` is `list-more` or `list-more-people`.
pub fn list(names: &[Text], most: usize, more: &str) -> Text {
    let (shown, rest) = match names.len() {
        count if count > most => (most.saturating_sub(1).max(1), count - most.saturating_sub(1).max(1)),
        count => (count, 0),
    };
    let joined = |names: &[Text]| {
        let parts = |half: fn(&Text) -> &str| names.iter().map(half).collect::<Vec<_>>();
        Text { en: parts(|name| &name.en).join(", "), ja: parts(|name| Lang::Ja.of(name)).join("、") }
    };
    let shown = names.get(..shown).unwrap_or(names);
    match shown {
        _ if rest > 0 => say(more, &[("first", Arg::Text(&joined(shown))), ("more", Arg::Number(rest))]),
        [first @ .., last] if !first.is_empty() => say("list-two", &[("first", Arg::Text(&joined(first))), ("last", Arg::Text(last))]),
        _ => joined(shown),
    }
}

/// A name that is the same in both languages.
pub fn name(text: impl Into<String>) -> Text {
    let en = text.into();
    Text { ja: en.clone(), en }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
    use std::collections::{BTreeMap, BTreeSet};

    /// Keys with the places that their text has, in any variant.
    fn messages(source: &str) -> BTreeMap<String, BTreeSet<String>> {
        fn walk(pattern: &Pattern<&str>, places: &mut BTreeSet<String>) {
            for element in &pattern.elements {
                let PatternElement::Placeable { expression } = element else { continue };
                let selector = match expression {
                    Expression::Select { selector, variants } => {
                        variants.iter().for_each(|variant| walk(&variant.value, places));
                        selector
                    }
                    Expression::Inline(inline) => inline,
                };
                let InlineExpression::VariableReference { id } = selector else { panic!("unforeseen {selector:?}") };
                places.insert(id.name.to_owned());
            }
        }
        let resource = fluent_syntax::parser::parse(source).expect("no error in the file");
        let mut found = BTreeMap::new();
        for entry in &resource.body {
            if let Entry::Message(message) = entry {
                let mut places = BTreeSet::new();
                walk(message.value.as_ref().expect("a text"), &mut places);
                assert!(found.insert(message.id.name.to_owned(), places).is_none(), "{} stands twice", message.id.name);
            }
        }
        assert!(found.len() > 100, "{}", found.len());
        found
    }

    #[test]
    fn both_files_hold_the_same_messages_with_the_same_places() {
        let (en, ja) = (messages(EN), messages(JA));
        assert_eq!(en.keys().collect::<Vec<_>>(), ja.keys().collect::<Vec<_>>());
        for (key, places) in &en {
            assert_eq!(Some(places), ja.get(key), "{key}");
        }
    }

    #[test]
    fn japanese_is_japanese() {
        for key in messages(JA).keys().filter(|key| !["domain-saas", "size-mb", "size-kb"].contains(&key.as_str())) {
            let text = say(key, &[]).ja;
            let said: String = text.split('{').map(|part| part.split('}').next_back().unwrap_or_default()).collect();
            let is_japanese = |c: char| ('\u{3041}'..='\u{9fff}').contains(&c);
            let is_words = said.chars().any(char::is_alphabetic);
            assert!(!is_words || said.chars().any(is_japanese), "{key}: {text}");
            assert!(!text.contains(". ") && !text.ends_with('.'), "{key}: {text}");
        }
    }

    #[test]
    fn amounts_names_and_lists() {
        let names: Vec<Text> = ["Ann", "Bo", "Cy", "Di"].map(name).to_vec();
        let shown = |most, count: usize| {
            let text = list(&names[..count], most, "list-more-people");
            (text.en, text.ja)
        };
        assert_eq!(shown(3, 1), ("Ann".into(), "Ann".into()));
        assert_eq!(shown(3, 3), ("Ann, Bo and Cy".into(), "Ann、Bo、Cy".into()));
        assert_eq!(shown(3, 4), ("Ann, Bo and 2 others".into(), "Ann、Bo ほか 2 名".into()));
        assert_eq!(shown(1, 2), ("Ann and 1 other".into(), "Ann ほか 1 名".into()));
        assert_eq!(say("span-minutes", &[("n", Arg::Number(1))]).en, "a minute");
        assert_eq!(say("no-such-key", &[]).en, "no-such-key");
        // A space stands beside Latin letters, and within a name whatever its letters.
        let sent = |who| say("found-mailed", &[("what", Arg::Name("x.example")), ("n", Arg::Number(2)), ("who", Arg::Name(who))]).ja;
        assert_eq!(sent("Ann"), "x.example を含むメール 2 通が、Ann のメールボックスを通りました");
        assert_eq!(sent("山田 太郎"), "x.example を含むメール 2 通が、山田 太郎のメールボックスを通りました");
        // A name is data: it is never read as a message.
        assert_eq!(say("weak", &[("what", Arg::Name("{ $n } {\"x\"}"))]).en, "{ $n } {\"x\"} (a weak sign by itself)");
    }
}
