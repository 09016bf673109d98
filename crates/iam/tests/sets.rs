//! The operations on sets against trying every short word.

use iam::{Answer, Pattern, Piece, Scope, Subject, smallest_cover};
use proptest::prelude::*;

fn pattern(text: &str) -> Pattern {
    Pattern::resource(&[Piece::Literal(text.into())])
}

fn patterns(texts: &[String]) -> Vec<Pattern> {
    texts.iter().map(|text| pattern(text)).collect()
}

/// Every word over three letters and the colon that is short enough to hold what patterns of three characters differ in.
fn words() -> Vec<Subject> {
    let mut words = vec![String::new()];
    let mut last = words.clone();
    for _ in 0..5 {
        let longer = last.iter().flat_map(|word| {
            ["a", "b", "z", ":"]
                .into_iter()
                .map(move |letter| format!("{word}{letter}"))
        });
        last = longer.collect();
        words.extend(last.clone());
    }
    words
        .iter()
        .map(|word| Subject::resource(&[Piece::Literal(word.as_str().into())]))
        .collect()
}

fn scope() -> impl Strategy<Value = Scope> {
    let some = proptest::collection::vec("[ab*?]{0,3}", 0..3);
    (some, any::<bool>()).prop_map(|(texts, is_only)| {
        if is_only {
            Scope::Only(patterns(&texts))
        } else {
            Scope::Except(patterns(&texts))
        }
    })
}

fn known(holds: bool) -> Answer {
    if holds { Answer::Yes } else { Answer::No }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn patterns_contain_and_intersect_as_their_words_do(one in "[ab*?:]{0,3}", other in "[ab*?:]{0,3}") {
        let (one, other) = (pattern(&one), pattern(&other));
        let words = words();
        let in_one = |word: &Subject| one.matches(word) == Answer::Yes;
        let in_other = |word: &Subject| other.matches(word) == Answer::Yes;
        let contains = words.iter().all(|word| !in_other(word) || in_one(word));
        prop_assert_eq!(one.contains(&other), known(contains));
        let intersects = words.iter().any(|word| in_other(word) && in_one(word));
        prop_assert_eq!(one.intersects(&other), known(intersects));
        prop_assert_eq!(other.intersects(&one), known(intersects));
    }

    #[test]
    fn sets_do_as_their_words_do(one in scope(), other in scope()) {
        let words = words();
        let is_in = |scope: &Scope, word: &Subject| scope.covers(word) == Answer::Yes;
        let contains = words.iter().all(|word| !is_in(&other, word) || is_in(&one, word));
        prop_assert_eq!(one.contains(&other), known(contains));
        let intersects = words.iter().any(|word| is_in(&other, word) && is_in(&one, word));
        prop_assert_eq!(one.intersects(&other), known(intersects));
        for word in &words {
            let expected = is_in(&one, word) && !is_in(&other, word);
            prop_assert_eq!(one.minus(&other).covers(word), known(expected));
        }
    }

    #[test]
    fn the_smallest_form_means_the_same_and_has_nothing_to_spare(one in scope()) {
        let smallest = one.smallest();
        prop_assert_eq!(smallest.contains(&one), Answer::Yes);
        prop_assert_eq!(one.contains(&smallest), Answer::Yes);
        let (Scope::Only(kept) | Scope::Except(kept)) = &smallest;
        for index in 0..kept.len() {
            let mut fewer = kept.clone();
            let left_out = fewer.remove(index);
            prop_assert_eq!(Scope::Only(fewer).contains(&Scope::Only(vec![left_out])), Answer::No);
        }
    }

    #[test]
    fn what_is_said_of_unknown_parts_holds_for_their_values(
        one in "[ab*]{0,2}", two in "[ab*]{0,2}", other in "[ab*]{0,3}", is_named in any::<bool>(),
    ) {
        let unknown = || if is_named { Piece::Named("n".into()) } else { Piece::Anything };
        let with = Pattern::resource(&[Piece::Literal(one.as_str().into()), unknown(), Piece::Literal(two.as_str().into())]);
        let plain = pattern(&other);
        for value in ["", "a", "b", "ab", "ba", "bbb"] {
            let instance = pattern(&format!("{one}{value}{two}"));
            for (said, holds) in [
                (with.contains(&plain), instance.contains(&plain)),
                (plain.contains(&with), plain.contains(&instance)),
                (plain.intersects(&with), plain.intersects(&instance)),
                (with.intersects(&plain), instance.intersects(&plain)),
            ] {
                prop_assert!(said == Answer::Unknown || said == holds, "{one}{value}{two} {other} {said:?} {holds:?}");
            }
        }
    }

    #[test]
    fn a_cover_is_exact_and_no_smaller_one_is(
        all in proptest::collection::btree_set("[ab]{1,3}", 1..8), choice in any::<u8>(),
    ) {
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let wanted: Vec<&str> = all.iter().enumerate().filter(|(bit, _)| choice >> bit & 1 == 1).map(|(_, name)| *name).collect();
        let matched = |cover: &[String]| -> Vec<&str> {
            let is_matched = |name: &str| cover.iter().any(|it| pattern(it).matches(&subject(name)) == Answer::Yes);
            all.iter().copied().filter(|name| is_matched(name)).collect()
        };
        let cover = smallest_cover(&wanted, &all);
        prop_assert_eq!(matched(&cover), wanted.clone());
        let mut candidates: Vec<String> = vec!["*".into()];
        for name in &wanted {
            candidates.push((*name).into());
            candidates.extend((1..=name.len()).filter_map(|end| Some(format!("{}*", name.get(..end)?))));
        }
        candidates.retain(|it| matched(std::slice::from_ref(it)).iter().all(|name| wanted.contains(name)));
        candidates.sort();
        candidates.dedup();
        candidates.truncate(12);
        for some in 0_u32..1 << candidates.len() {
            let picked: Vec<String> = candidates.iter().enumerate().filter(|(bit, _)| some >> bit & 1 == 1).map(|(_, it)| it.clone()).collect();
            prop_assert!(cover.len() <= picked.len() || matched(&picked) != wanted);
        }
    }
}

fn subject(text: &str) -> Subject {
    Subject::resource(&[Piece::Literal(text.into())])
}

#[test]
fn arns_are_compared_part_by_part() {
    let any_table = pattern("arn:aws:dynamodb:*:*:table/*");
    assert_eq!(
        any_table.contains(&pattern("arn:aws:dynamodb:eu-west-1:*:table/orders*")),
        Answer::Yes
    );
    assert_eq!(
        any_table.contains(&pattern("arn:aws:dynamodb:*")),
        Answer::No
    );
    assert_eq!(
        any_table.intersects(&pattern("arn:aws:s3:::table/*")),
        Answer::No
    );
    assert_eq!(
        any_table.intersects(&pattern("arn:*:*:*:1:table/users")),
        Answer::Yes
    );
    assert_eq!(pattern("*").contains(&any_table), Answer::Yes);
}

#[test]
fn what_is_taken_away_is_gone() {
    let all = Scope::Only(vec![pattern("s3:*")]);
    let reads = Scope::Only(vec![pattern("s3:Get*"), pattern("s3:List*")]);
    let rest = all.minus(&reads);
    assert_eq!(rest.covers(&subject("s3:PutObject")), Answer::Yes);
    assert_eq!(rest.covers(&subject("s3:GetObject")), Answer::No);
    assert_eq!(rest.is_empty(), Answer::No);
    assert_eq!(reads.minus(&all).is_empty(), Answer::Yes);
}

#[test]
fn names_are_covered_by_the_fewest_prefixes() {
    let all = ["GetItem", "GetRecords", "PutItem", "PutRecord", "Query"];
    assert_eq!(smallest_cover(&["GetItem", "GetRecords"], &all), ["G*"]);
    assert_eq!(
        smallest_cover(&["GetItem", "Query"], &all),
        ["GetItem", "Query"]
    );
    assert_eq!(smallest_cover(&all, &all), ["*"]);
    assert!(smallest_cover(&[], &all).is_empty());
}
