//! Property tests for every parser of external input.

mod any_text;
mod invariants;
mod round_trip;

use keywright_domain::{
    audit::{Action, ActorKind},
    duration::DurationUnit,
    keyless::KeylessState,
    lease::LeaseStatus,
    license::{LicenseState, Status},
    license_key::LicenseKey,
    plan::Plan,
    role::Role,
    setup_code::SetupCode,
    slug::RESERVED_TENANT_SLUGS,
};
use proptest::{prelude::*, sample::select};

use self::{
    any_text::text,
    invariants::{license_key, name, search_term, setup_code, widen},
};

/// Generates names of enum variants and reserved slugs, some with an extra character.
fn fixed_name() -> impl Strategy<Value = String> {
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

/// Generates a way of typing a symbol: whether in lowercase, whether full-width, and the separator
/// after it.
fn spelling_variation() -> impl Strategy<Value = (bool, bool, &'static str)> {
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
    fn license_key_parser_accepts_or_rejects_any_text(
        typed in text(&["[ -~]{0,80}", "[A-Za-z0-9ａ-ｚ\u{2013} -]{8,70}", "[A-Z0-9]{4}([-_., ][A-Z0-9]{4}){3,4}"])
    ) {
        license_key(&typed);
    }

    #[test]
    fn keys_and_codes_are_equal_in_every_spelling(
        symbols in "[A-Z0-9]{1,64}", habits in proptest::collection::vec(spelling_variation(), 64)
    ) {
        let written = written(&symbols, &habits);
        let key = |text: &str| LicenseKey::parse(text).map(|key| key.id());
        prop_assert!(key(&symbols).is_ok());
        prop_assert_eq!(key(&written), key(&symbols));
        let code = |text: &str| SetupCode::parse(text).map(|code| code.hash().to_string());
        prop_assert_eq!(code(&written), code(&symbols));
    }

    #[test]
    fn setup_code_parser_accepts_or_rejects_any_text(typed in text(&["[ -~]{0,40}", "[A-Za-z0-9]{4}(-[A-Za-z0-9]{4}){4}"])) {
        setup_code(&typed);
    }

    #[test]
    fn search_term_parser_accepts_or_rejects_any_text(
        typed in text(&["[\\pL\\pN \t.@]{0,120}", "\\s*[^a]{95,105}\\s*", "[ \t\u{3000}\u{0}]*"])
    ) {
        search_term(&typed);
    }

    #[test]
    fn name_parsers_accept_or_reject_any_text(
        text in text(&[
            "[a-z0-9][a-z0-9_-]{0,42}", "[A-Za-z0-9_.:|-]{0,66}", "[0-9a-f]{63,65}", "(sdk_live_)?[0-9a-fA]{64}",
            "\\{?[0-9a-fA-F]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\\}?", "[0-9-][0-9]{3}-[0-9W]{2}-?[0-9]{1,2}",
            "[-+]?[0-9]{1,6}", "[A-Z0-9]{3,5}",
        ])
    ) {
        name(&text);
    }

    #[test]
    fn fixed_names_have_exactly_one_spelling(text in fixed_name()) {
        name(&text);
    }
}
