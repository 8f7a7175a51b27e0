//! Property tests: links round-trip for any input.

use keywright_app::routes::{
    audit, audit_query, audit_query_from_params, license_query, license_query_from_params, licenses,
};
use proptest::{prelude::*, sample::select};

fn query_string(url: &str) -> &str {
    url.split_once('?').map_or("", |(_, query)| query)
}

/// Generates a parameter's value: any string, or one that resembles a valid value.
fn value() -> impl Strategy<Value = Option<String>> {
    let known = "active|expired|-expires|activations|notes|revoke|system|2026-0[0-9]-[0-9]{2}";
    let value = prop_oneof![
        any::<String>(),
        "[%+&=#A-F0-9 ]{0,12}",
        known,
        "-?[0-9]{1,19}~[0-9a-f]{64}",
        "-?[0-9]{1,19}~[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    ];
    proptest::option::of(value)
}

/// Returns whether all characters are safe in a URL, a header and HTML.
fn is_safe_link(link: &str) -> bool {
    let mut bytes = link.bytes();
    bytes.all(|byte| byte.is_ascii_alphanumeric() || b"/?=&%-._~".contains(&byte))
}

proptest! {
    #[test]
    fn license_list_links_round_trip(
        q in value(), status in value(), product in value(), sort in value(), after in value(), before in value()
    ) {
        let asked = license_query_from_params(|name| match name {
            "q" => q.as_deref(),
            "status" => status.as_deref(),
            "product" => product.as_deref(),
            "sort" => sort.as_deref(),
            "after" => after.as_deref(),
            "before" => before.as_deref(),
            _ => None,
        });
        let link = licenses(&asked);
        prop_assert!(is_safe_link(&link), "{}", link);
        prop_assert_eq!(license_query(query_string(&link)), asked);
    }

    #[test]
    fn audit_log_links_round_trip(
        values in proptest::collection::hash_map(
            select(vec!["action", "by", "license", "q", "from", "to", "after", "before"]), value(), 0..9
        )
    ) {
        let asked = audit_query_from_params(|name| values.get(name)?.as_deref());
        let link = audit(&asked);
        prop_assert!(is_safe_link(&link), "{}", link);
        prop_assert_eq!(audit_query(query_string(&link)), asked);
    }

    #[test]
    fn any_query_string_opens_a_page(query in prop_oneof![any::<String>(), "([a-z]{1,7}=[%+a-f0-9~-]{0,20}&?){0,6}"]) {
        let asked = license_query(&query);
        prop_assert_eq!(license_query(query_string(&licenses(&asked))), asked);
        let asked = audit_query(&query);
        prop_assert_eq!(audit_query(query_string(&audit(&asked))), asked);
    }
}
