//! Properties of every parser of external input, shared by the property tests and the fuzz targets.
//!
//! Each function takes an arbitrary string and panics if a property is violated.

use keywright_domain::{
    audit::{Action, ActorKind},
    duration::DurationUnit,
    entitlement::Entitlement,
    ids::{FormId, InstanceId, KeyTypeId, Kid, LicenseId, OperatorId, ProductId, TenantId},
    keyless::KeylessState,
    lease::LeaseStatus,
    license::{LicenseState, Status},
    license_key::{KeyPrefix, LicenseKey, fold_width, is_separator},
    machine_hash::MachineHash,
    plan::Plan,
    product_settings::TrialDays,
    role::Role,
    sdk_key::{SdkKey, SdkKeyHash},
    search::{self, SearchTerm},
    setup_code::{SetupCode, SetupCodeHash},
    slug::RESERVED_TENANT_SLUGS,
};

use super::round_trip::{parse_and_round_trip, parse_with_one_spelling};

/// A license key parses to the same ID in every spelling, and its masked form hides at least eight
/// symbols.
pub(crate) fn license_key(typed: &str) {
    let id = |text: &str| LicenseKey::parse(text).map(|key| key.id());
    for written in spellings(typed) {
        assert_eq!(id(&written), id(typed), "{typed:?} as {written:?}");
    }
    let within = LicenseKey::extract_candidates(typed);
    assert!(within.len() <= 10 && within.iter().all(LicenseKey::is_full_length));
    let Ok(key) = LicenseKey::parse(typed) else {
        return;
    };
    assert!(id(key.expose()) == Ok(key.id()), "{typed:?}");
    if !key.is_full_length() {
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
        // A shown prefix of `XXXX` looks like a hidden prefix and reveals nothing.
        let shows_prefix = first == prefix.as_str() && first != "XXXX";
        let shown_symbols = usize::from(shows_prefix) * 4 + last.chars().count();
        assert!(shown_symbols + 8 <= symbols.len(), "{shown}");
    }
}

/// A setup code has the same hash in every spelling, and its printed form parses back to it.
pub(crate) fn setup_code(typed: &str) {
    let hash = |text: &str| SetupCode::parse(text).map(|code| code.hash().to_string());
    for written in spellings(typed) {
        assert_eq!(hash(&written), hash(typed), "{typed:?} as {written:?}");
    }
    if let Some(code) = SetupCode::parse(typed) {
        assert_eq!(hash(&code.expose()), hash(typed), "{typed:?}");
    }
}

/// A search term has a bounded length and no control characters, and round-trips.
pub(crate) fn search_term(typed: &str) {
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

/// An accepted name matches its documented format and round-trips.
pub(crate) fn name(text: &str) {
    slugs(text);
    hashes(text);
    parse_and_round_trip::<InstanceId>(text);
    parse_and_round_trip::<OperatorId>(text);
    parse_and_round_trip::<FormId>(text);
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
    if parse_with_one_spelling::<TenantId>(text).is_some() {
        assert!(fits(3, 40, "_-") && !text.starts_with(['_', '-']), "{text}");
        assert!(!RESERVED_TENANT_SLUGS.contains(&text), "{text}");
    }
    let product = parse_with_one_spelling::<ProductId>(text).is_some();
    assert_eq!(
        product,
        parse_with_one_spelling::<KeyTypeId>(text).is_some()
    );
    if product {
        assert!(fits(1, 32, "_-") && !text.starts_with(['_', '-']), "{text}");
    }
    if parse_with_one_spelling::<Kid>(text).is_some() {
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

/// Each of these hash types accepts exactly 64 lowercase hex digits.
fn hashes(text: &str) {
    let is_hash = text.len() == 64
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let read = [
        parse_with_one_spelling::<LicenseId>(text).is_some(),
        parse_with_one_spelling::<MachineHash>(text).is_some(),
        SdkKeyHash::from_hex(text).is_some_and(|hash| hash.to_string() == text),
        SetupCodeHash::from_hex(text).is_some_and(|hash| hash.to_string() == text),
    ];
    assert_eq!(read, [is_hash; 4], "{text}");
    if let Ok(key) = text.parse::<SdkKey>() {
        assert!(key.expose() == text && text.len() == 73, "{text}");
        assert_eq!(key.hash(), SdkKeyHash::compute(text.as_bytes()));
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

/// Returns other spellings of the string, as keyboards and mail programs produce them.
fn spellings(typed: &str) -> [String; 4] {
    let dashed = |symbol: char| [symbol, '\u{2011}', '\u{3000}', '\u{AD}'];
    [
        typed.to_ascii_lowercase(),
        typed.to_ascii_uppercase(),
        typed.chars().map(widen).collect(),
        typed.chars().flat_map(dashed).collect(),
    ]
}

/// Returns the full-width form of an ASCII symbol.
pub(crate) fn widen(symbol: char) -> char {
    match symbol {
        '!'..='~' => char::from_u32(u32::from(symbol) + 0xFEE0).unwrap_or(symbol),
        other => other,
    }
}
