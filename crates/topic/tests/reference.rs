//! The vectors against those of `models/topic/rebuild.py`, which takes texts apart with another implementation.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use weft_topic::{DIMENSIONS, Embedding, embed};

fn models(file: &str) -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/topic/").to_owned() + file).unwrap()
}

#[test]
fn texts_have_the_vectors_of_the_script_that_made_the_table() {
    let mut compared = 0;
    for line in models("reference.tsv").lines() {
        let (text, numbers) = line.split_once('\t').unwrap();
        let numbers: Vec<f32> = numbers.split(' ').map(|number| number.parse().unwrap()).collect();
        let cosine = embed(text).unwrap().cosine(&Embedding(numbers.try_into().unwrap()));
        assert!(cosine > 0.9999, "{text}: {cosine}");
        compared += 1;
    }
    assert!(compared >= 20, "{compared}");
}

#[test]
fn texts_of_one_topic_are_closer_than_others_in_both_languages() {
    for (language, floor) in [("en", 0.85), ("ja", 0.7)] {
        let file = models("evaluation.tsv");
        let rows = file.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>()).filter(|row| row[1] == language);
        let rows: Vec<_> = rows.map(|row| (row[0].to_owned(), embed(row[2]).unwrap())).collect();
        let (mut closer, mut total) = (0, 0);
        for (at, (topic, one)) in rows.iter().enumerate() {
            let others = || rows.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, row)| row);
            for near in others().filter(|(other, _)| other == topic) {
                for far in others().filter(|(other, _)| other != topic) {
                    closer += u32::from(one.cosine(&near.1) > one.cosine(&far.1));
                    total += 1;
                }
            }
        }
        let share = f64::from(closer) / f64::from(total);
        assert!(total >= 1000 && share > floor, "{language}: {share} of {total}");
    }
}

#[test]
fn any_text_is_read_and_what_says_nothing_has_no_vector() {
    assert_eq!(embed(""), None);
    assert_eq!(embed("12-34 !? \u{fffd} 😀"), None);
    assert_eq!(embed("Ünïcode INVOICE 77"), embed("unicode, invoice"));
    let long = "あいうえお漢字 invoice ".repeat(100_000);
    assert_eq!(embed(&long), embed(&long.chars().take(512).collect::<String>()));
    proptest::proptest!(|(text in "\\PC{0,600}")| {
        if let Some(Embedding(vector)) = embed(&text) {
            let norm: f32 = vector.iter().map(|x| x * x).sum();
            proptest::prop_assert!((norm - 1.0).abs() < 1e-3 && vector.len() == DIMENSIONS);
        }
    });
}
