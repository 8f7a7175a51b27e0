//! What holds of every text from outside, said once: the tests ask it of many texts, the fuzz targets of many more.
//!
//! Each function takes a text that anybody may send, and panics where a promise is broken. Not part of the product.

use std::{
    fmt::{Debug, Display},
    str::FromStr,
};

use crate::{
    audit::{Action, ActorKind},
    audit_log::{By, Day},
    duration::DurationUnit,
    entitlement::Entitlement,
    ids::{
        AuditEntryId, FormId, InstanceId, KeyTypeId, Kid, LicenseId, OperatorId, ProductId,
        TenantId,
    },
    key::{KeyPrefix, LicenseKey, fold_width, is_separator},
    keyless::KeylessState,
    lease::LeaseStatus,
    license::{LicenseState, Status},
    live::Subject,
    machine::MachineHash,
    page::{Mark, Position},
    plan::Plan,
    query::Sort,
    role::Role,
    sdk_key::{SdkKey, SdkKeyHash},
    search::{self, SearchTerm},
    settings::TrialDays,
    setup::{SetupCode, SetupCodeHash},
    slug::RESERVED_TENANT_SLUGS,
};

/// A text may be a license key: however it is written it is the same one or none, and shown it stays hidden.
pub fn license_key(typed: &str) {
    let id = |text: &str| LicenseKey::parse(text).map(|key| key.id());
    for written in rewritten(typed) {
        assert_eq!(id(&written), id(typed), "{typed:?} as {written:?}");
    }
    let within = LicenseKey::within(typed);
    assert!(within.len() <= 10 && within.iter().all(LicenseKey::has_length));
    let Ok(key) = LicenseKey::parse(typed) else {
        return;
    };
    assert!(id(key.expose()) == Ok(key.id()), "{typed:?}");
    if !key.has_length() {
        return;
    }
    assert!(within.first().is_some_and(|found| found.id() == key.id()));
    let symbols: Vec<char> = typed
        .chars()
        .map(fold_width)
        .filter(|&symbol| !is_separator(symbol))
        .collect();
    let begin: String = symbols.iter().take(4).collect();
    let prefixes = [begin.to_ascii_uppercase(), "ZZZZ".to_owned()];
    for prefix in prefixes.map(KeyPrefix::try_from).into_iter().flatten() {
        let shown = key.display_key(&prefix);
        let (first, _, last) = shown.parts();
        // Of a product whose keys begin so, four of these are shown as well as hidden: they tell nothing.
        let is_told = first == prefix.as_str() && first != "XXXX";
        let told = usize::from(is_told) * 4 + last.chars().count();
        assert!(told + 8 <= symbols.len(), "{shown}");
    }
}

/// A text may be a setup code: however it is written it is the same one or none, and what is printed of it is read back.
pub fn setup_code(typed: &str) {
    let hash = |text: &str| SetupCode::parse(text).map(|code| code.hash().to_string());
    for written in rewritten(typed) {
        assert_eq!(hash(&written), hash(typed), "{typed:?} as {written:?}");
    }
    if let Some(code) = SetupCode::parse(typed) {
        assert_eq!(hash(&code.expose()), hash(typed), "{typed:?}");
    }
}

/// A text may be a place in a list, an order, or what a page is to be told of. What is none is refused; what somebody made
/// up is one that could have been, written in nothing but digits, hyphens and a tilde.
pub fn cursor(text: &str) {
    mark::<LicenseId>(text);
    mark::<AuditEntryId>(text);
    if let Some(sort) = Sort::from_name(text) {
        assert_eq!(sort.name(), text);
    }
    if let Some(subject) = Subject::from_query(text) {
        assert_eq!(subject.query(), text);
    }
}

fn mark<Id: FromStr + Display + Copy + PartialEq + Debug>(text: &str) {
    let (after, before) = (Some(text), Some(text));
    let Some(mark) = survives::<Mark<Id>>(text) else {
        assert_eq!(Position::<Id>::from_params(after, before), Position::Start);
        return;
    };
    let is_plain = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b'-' | b'~');
    assert!(mark.to_string().bytes().all(is_plain), "{mark}");
    assert_eq!(Position::from_params(after, None), Position::After(mark));
    assert_eq!(Position::from_params(None, before), Position::Before(mark));
}

/// A text may be something to look for: what is kept of it is short, one line and fit for both engines, and stays the same when
/// it is read again.
pub fn search_term(typed: &str) {
    let Some(term) = SearchTerm::new(typed) else {
        assert!(
            typed
                .chars()
                .all(|symbol| symbol.is_control() || symbol.is_whitespace()),
            "{typed:?}"
        );
        return;
    };
    assert_eq!(SearchTerm::new(term.as_str()), Some(term.clone()));
    assert!((1..=100).contains(&term.as_str().chars().count()));
    assert_eq!(term.as_str().trim(), term.as_str());
    let folded = term.folded();
    assert!(!folded.chars().any(char::is_control), "{folded:?}");
    assert_eq!(search::fold(&folded), folded, "{typed:?}");
    let words: String = search::words(&folded).collect();
    let kept: String = folded
        .chars()
        .filter(|symbol| symbol.is_alphanumeric())
        .collect();
    assert_eq!(words, kept);
}

/// A text may be a name of something: what is accepted is written as documented, and read back the same.
pub fn name(text: &str) {
    slugs(text);
    hashes(text);
    survives::<InstanceId>(text);
    survives::<OperatorId>(text);
    survives::<FormId>(text);
    survives::<By>(text);
    if let Some(day) = written_one_way::<Day>(text) {
        assert!(day.begin() < day.end(), "{text}");
    }
    if let Ok(days) = text.parse::<TrialDays>() {
        assert_eq!(TrialDays::try_from(i64::from(days.get())), Ok(days));
        assert!(days.get() <= 36_500);
    }
    fixed_names(text);
}

fn slugs(text: &str) {
    let fits = |least, most, marks: &str| {
        let is_symbol = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        (least..=most).contains(&text.len())
            && text
                .bytes()
                .all(|byte| is_symbol(byte) || marks.contains(char::from(byte)))
    };
    if written_one_way::<TenantId>(text).is_some() {
        assert!(fits(3, 40, "_-") && !text.starts_with(['_', '-']), "{text}");
        assert!(!RESERVED_TENANT_SLUGS.contains(&text), "{text}");
    }
    let product = written_one_way::<ProductId>(text).is_some();
    assert_eq!(product, written_one_way::<KeyTypeId>(text).is_some());
    if product {
        assert!(fits(1, 32, "_-") && !text.starts_with(['_', '-']), "{text}");
    }
    if written_one_way::<Kid>(text).is_some() {
        assert!(text.len() <= 32 && !text.contains('|'), "{text}");
    }
    if let Ok(entitlement) = text.parse::<Entitlement>() {
        assert_eq!(entitlement.as_str(), text);
        assert!(fits(1, 64, "_.:-"), "{text}");
    }
    if let Ok(prefix) = text.parse::<KeyPrefix>() {
        assert_eq!(prefix.as_str(), text);
        assert_eq!(text.len(), 4);
        assert!(LicenseKey::parse(text).is_ok_and(|key| key.starts_with(&prefix)));
    }
}

/// What has 64 lower-case hex digits is any of these; nothing else is.
fn hashes(text: &str) {
    let is_hash = text.len() == 64
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let read = [
        written_one_way::<LicenseId>(text).is_some(),
        written_one_way::<MachineHash>(text).is_some(),
        SdkKeyHash::from_hex(text).is_some_and(|hash| hash.to_string() == text),
        SetupCodeHash::from_hex(text).is_some_and(|hash| hash.to_string() == text),
    ];
    assert_eq!(read, [is_hash; 4], "{text}");
    if let Ok(key) = text.parse::<SdkKey>() {
        assert!(key.expose() == text && text.len() == 73, "{text}");
        assert_eq!(key.hash(), SdkKeyHash::of(text.as_bytes()));
    }
}

fn fixed_names(text: &str) {
    let read = [
        Action::from_name(text).map(Action::as_str),
        ActorKind::from_name(text).map(ActorKind::as_str),
        DurationUnit::from_name(text).map(DurationUnit::as_str),
        KeylessState::from_name(text).map(KeylessState::as_str),
        LeaseStatus::from_name(text).map(LeaseStatus::as_str),
        LicenseState::from_name(text).map(LicenseState::as_str),
        Plan::from_name(text).map(Plan::as_str),
        Role::from_name(text).map(Role::as_str),
        Status::from_name(text).map(Status::as_str),
    ];
    assert!(read.into_iter().flatten().all(|name| name == text));
}

/// The same text as other people, keyboards and mail programs would write it.
fn rewritten(typed: &str) -> [String; 4] {
    let dashed = |symbol: char| [symbol, '\u{2011}', '\u{3000}', '\u{AD}'];
    [
        typed.to_ascii_lowercase(),
        typed.to_ascii_uppercase(),
        typed.chars().map(widen).collect(),
        typed.chars().flat_map(dashed).collect(),
    ]
}

/// The full-width form of an ASCII symbol.
fn widen(symbol: char) -> char {
    match symbol {
        '!'..='~' => char::from_u32(u32::from(symbol) + 0xFEE0).unwrap_or(symbol),
        other => other,
    }
}

/// What a text is read as, which is the same once it was written and read again.
fn survives<T: FromStr + Display + PartialEq + Debug>(text: &str) -> Option<T> {
    let read: T = text.parse().ok()?;
    let again = read.to_string().parse().ok();
    assert_eq!(again.as_ref(), Some(&read), "{text:?}");
    Some(read)
}

/// The same of what has one spelling.
fn written_one_way<T: FromStr + Display + PartialEq + Debug>(text: &str) -> Option<T> {
    let read: T = survives(text)?;
    assert_eq!(read.to_string(), text);
    Some(read)
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::select, strategy::Union};

    use super::*;

    /// Any text, half of the time one that is nearly what is asked for.
    fn text(nearly: &'static [&'static str]) -> impl Strategy<Value = String> {
        let nearly = nearly.iter().map(Strategy::boxed);
        prop_oneof![any::<String>(), Union::new(nearly)]
    }

    /// Every name that has a fixed spelling, and some that have not.
    fn known_name() -> impl Strategy<Value = String> {
        let names = Action::ALL.map(Action::as_str).into_iter();
        let names = names
            .chain(ActorKind::ALL.map(ActorKind::as_str))
            .chain(DurationUnit::ALL.map(DurationUnit::as_str))
            .chain(KeylessState::ALL.map(KeylessState::as_str))
            .chain(LeaseStatus::ALL.map(LeaseStatus::as_str))
            .chain(LicenseState::ALL.map(LicenseState::as_str))
            .chain(Plan::ALL.map(Plan::as_str))
            .chain(Role::ALL.map(Role::as_str))
            .chain(Status::ALL.map(Status::as_str))
            .chain(RESERVED_TENANT_SLUGS.iter().copied());
        let names: Vec<&str> = names.collect();
        (select(names), "[ _=A]?").prop_map(|(name, more)| name.to_owned() + &more)
    }

    /// Somebody's way to write a symbol, and what they put behind it.
    fn habit() -> impl Strategy<Value = (bool, bool, &'static str)> {
        let separators = vec!["", "", "-", " ", "\t", "\u{2014}", "\u{FEFF}", "\u{FF0D} "];
        (any::<bool>(), any::<bool>(), select(separators))
    }

    fn written(symbols: &str, habits: &[(bool, bool, &str)]) -> String {
        let mut written = String::new();
        for (symbol, (lower, wide, separator)) in symbols.chars().zip(habits) {
            let symbol = if *lower {
                symbol.to_ascii_lowercase()
            } else {
                symbol
            };
            written.push(if *wide { widen(symbol) } else { symbol });
            written.push_str(separator);
        }
        written
    }

    proptest! {
        #[test]
        fn any_text_is_a_license_key_or_none(
            typed in text(&["[ -~]{0,80}", "[A-Za-z0-9ａ-ｚ\u{2013} -]{8,70}", "[A-Z0-9]{4}([-_., ][A-Z0-9]{4}){3,4}"])
        ) {
            license_key(&typed);
        }

        #[test]
        fn a_key_or_a_code_is_the_same_in_everybodys_writing(
            symbols in "[A-Z0-9]{1,64}", habits in proptest::collection::vec(habit(), 64)
        ) {
            let written = written(&symbols, &habits);
            let key = |text: &str| LicenseKey::parse(text).map(|key| key.id());
            prop_assert!(key(&symbols).is_ok());
            prop_assert_eq!(key(&written), key(&symbols));
            let code = |text: &str| SetupCode::parse(text).map(|code| code.hash().to_string());
            prop_assert_eq!(code(&written), code(&symbols));
        }

        #[test]
        fn any_text_is_a_setup_code_or_none(typed in text(&["[ -~]{0,40}", "[A-Za-z0-9]{4}(-[A-Za-z0-9]{4}){4}"])) {
            setup_code(&typed);
        }

        #[test]
        fn any_text_is_a_place_in_a_list_or_none(
            text in text(&[
                "[-+]?[0-9]{1,20}~[0-9a-f]{64}", "-?[0-9]{1,19}~[0-9a-fA-F]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}",
                "-?(created|expires|activations)~?", "(list|license=[0-9a-f]{63,65})", "[-0-9a-f~]{0,70}",
            ])
        ) {
            cursor(&text);
        }

        #[test]
        fn any_text_is_something_to_look_for_or_none(
            typed in text(&["[\\pL\\pN \t.@]{0,120}", "\\s*[^a]{95,105}\\s*", "[ \t\u{3000}\u{0}]*"])
        ) {
            search_term(&typed);
        }

        #[test]
        fn any_text_is_a_name_or_none(
            text in text(&[
                "[a-z0-9][a-z0-9_-]{0,42}", "[A-Za-z0-9_.:|-]{0,66}", "[0-9a-f]{63,65}", "(sdk_live_)?[0-9a-fA]{64}",
                "\\{?[0-9a-fA-F]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\\}?", "[0-9-][0-9]{3}-[0-9W]{2}-?[0-9]{1,2}",
                "[-+]?[0-9]{1,6}", "[A-Z0-9]{3,5}",
            ])
        ) {
            name(&text);
        }

        #[test]
        fn what_has_a_fixed_spelling_has_no_other(text in known_name()) {
            name(&text);
        }
    }
}
