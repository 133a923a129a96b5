//! Peer groups that are planted are found, stay, and do not depend on order.

use super::*;
use weft_model::Person;

/// Ten people in each of three departments, and who writes with whom: seven in ten inside the department.
const SIZE: usize = 10;
const DEPARTMENTS: [&str; 3] = ["Finance", "Legal", "Sales"];

fn name(person: usize) -> SmolStr {
    format_smolstr!("p{:02}@corp.example", person * 7 % 30)
}

/// Gives a department to those that `has_one`.
fn directory(has_one: impl Fn(usize) -> bool) -> Directory {
    let department = |person: usize| if has_one(person) { DEPARTMENTS[person / SIZE].to_owned() } else { String::new() };
    Directory::new((0..30).map(|person| Person { mail: name(person).to_string(), department: department(person), ..Person::default() }))
}

/// Whom each wrote to on a day.
fn pairs(day: i64) -> Vec<(usize, usize)> {
    let mut state = day as u64 + 1;
    let mut below = |most: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % most
    };
    let mut found = Vec::new();
    for person in 0..30 {
        for _ in 0..2 {
            let group = if below(10) < 7 { person / SIZE } else { below(3) };
            found.push((person, group * SIZE + below(SIZE)));
        }
    }
    found
}

fn run(directory: &Directory, days: std::ops::Range<i64>, mut groups: Groups, more: impl Fn(i64) -> Vec<(usize, usize)>) -> Groups {
    for day in days {
        groups.start_day(day, directory);
        pairs(day).into_iter().chain(more(day)).for_each(|(one, other)| groups.met(&name(one), &name(other)));
    }
    groups
}

fn learned(directory: &Directory, days: i64) -> Groups {
    run(directory, 0..days, Groups::default().under(directory), |_| Vec::new())
}

fn of(groups: &Groups, person: usize) -> Option<String> {
    groups.of(&name(person)).map(ToString::to_string)
}

#[test]
fn nobody_has_a_department() {
    for directory in [Directory::default(), directory(|_| false)] {
        let groups = learned(&directory, 20);
        let found: Vec<_> = (0..30).map(|person| of(&groups, person).unwrap()).collect();
        assert!((0..30).all(|person| found[person] == found[person / SIZE * SIZE]), "{found:?}");
        assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), 3, "{found:?}");
        assert!((0..30).all(|person| of(&learned(&directory, 3), person).is_none()), "two days tell nothing");
        let why = groups.why(&name(3), &found[3]).unwrap();
        assert!(why.starts_with("people around p") && why.ends_with("(works with 9 of 9)"), "{why}");
    }
}

#[test]
fn some_have_a_department() {
    let directory = directory(|person| person % 3 > 0);
    let groups = learned(&directory, 20);
    for person in 0..30 {
        let expected = (person % 3 == 0).then(|| DEPARTMENTS[person / SIZE].to_owned());
        assert_eq!(of(&groups, person), expected, "{person}");
    }
    assert_eq!(groups.why(&name(3), "Finance").unwrap(), "Finance (works with 9 of 9)");
    assert_eq!((groups.why(&name(3), "Legal"), groups.why(&name(1), "Finance")), (None, None));
}

#[test]
fn everybody_has_a_department() {
    let groups = learned(&directory(|_| true), 20);
    assert!(!groups.is_on() && groups.members.is_empty());
}

#[test]
fn a_day_with_others_moves_nobody_and_a_month_does() {
    let directory = directory(|person| person != 0);
    let before = learned(&directory, 20);
    // Person 0 writes to all of Legal, each by itself, and again on every day.
    let legal = |_| (0..SIZE).map(|other| (0, SIZE + other)).collect::<Vec<_>>();
    let after = |days: i64| of(&run(&directory, 20..20 + days, before.clone(), legal), 0);
    assert_eq!(after(2).as_deref(), Some("Finance"));
    assert_eq!(after(30).as_deref(), Some("Legal"));
    // A company of four thousand is written to in one day: of all together it counts no more than eight.
    let mut flood = before.clone();
    (0..4_000).for_each(|other| flood.met(&name(0), &format_smolstr!("q{other}@corp.example")));
    flood.start_day(20, &directory);
    assert_eq!(of(&flood, 0).as_deref(), Some("Finance"));
}

#[test]
fn order_within_a_day_does_not_matter() {
    let directory = directory(|person| person % 5 == 0);
    let mut other = Groups::default().under(&directory);
    for day in 0..20 {
        other.start_day(day, &directory);
        let mut met = pairs(day);
        met.sort_by_key(|(one, other)| (one * 17 + other * 5) % 31);
        // Whoever wrote, and how often, is the same.
        met.iter().chain(&met).for_each(|(one, two)| other.met(&name(*two), &name(*one)));
    }
    let one = learned(&directory, 20);
    assert_eq!(format!("{one:?}"), format!("{other:?}"));
}

#[test]
fn few_are_no_group() {
    let mut groups = Groups::default().under(&Directory::default());
    for day in 0..10 {
        groups.start_day(day, &Directory::default());
        for (first, size) in [(0, 4), (10, 5)] {
            let all = (0..size).flat_map(|one| (0..one).map(move |other| (first + one, first + other)));
            all.for_each(|(one, other)| groups.met(&name(one), &name(other)));
        }
    }
    assert_eq!((of(&groups, 0), of(&groups, 10).is_some()), (None, true));
}

#[test]
fn ties_people_and_pairs_are_bounded_and_fade() {
    let directory = Directory::default();
    let mut groups = Groups::default().under(&directory);
    groups.start_day(0, &directory);
    let many = |i: usize| format_smolstr!("q{i}@corp.example");
    (0..MAX_PAIRS + 10).for_each(|i| groups.met(&many(i), &many(i + 1)));
    assert_eq!(groups.refused(), 10);
    groups.start_day(1, &directory);
    assert_eq!(groups.members.len(), MAX_PEOPLE);
    assert!(groups.refused() > 10 && groups.bytes() < 40 << 20, "{}", groups.bytes());
    (0..200).for_each(|i| groups.met(&many(1), &many(i)));
    groups.start_day(2, &directory);
    assert!(groups.members.iter().all(|member| member.ties.len() <= MAX_TIES));
    groups.start_day(400, &directory);
    assert!(groups.members.is_empty() && groups.of("q1@corp.example").is_none());
}
