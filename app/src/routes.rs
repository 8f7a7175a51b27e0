//! Every path the pages know: what the router matches, and the links that lead there.

mod audit;
mod products;
mod query_string;
mod settings;

use std::fmt::Display;

use keywright_domain::{
    ids::{InstanceId, LicenseId, ProductId},
    license::Status,
    live::Subject,
    page::Position,
    query::{LicenseFilter, LicenseQuery, Sort},
    search::SearchTerm,
};
use query_string::QueryString;

pub use products::{
    KEY_PREFIX_CHECK, PRODUCT_NEW, PRODUCTS, key_type_delete, key_type_edit, key_type_new, product,
    product_edit,
};
pub use settings::{GUIDE_END, SDK_KEY, SDK_KEY_IMPORT, SDK_KEY_NEW, sdk_key_end};

pub use audit::{
    AUDIT, AUDIT_FIND, AUDIT_NO_SUCH_KEY, audit, audit_params, audit_query, audit_query_of,
};

/// Leads a new tenant to its first licensed device; to the licenses, afterwards.
pub const GUIDE: &str = "/";
/// The list of licenses.
pub const LICENSES: &str = "/licenses";
/// The licenses as a file for spreadsheets.
pub const LICENSES_CSV: &str = "/licenses.csv";
/// Where licenses are minted.
pub const MINT: &str = "/licenses/mint";
/// Takes what is searched for, which may be a key: so it is posted, and answered with a page only where there is no such
/// key.
pub const LICENSES_FIND: &str = "/licenses/find";
/// What is rendered as the answer where there is no such key. Nobody is led here: the address stays [`LICENSES_FIND`].
pub const NO_SUCH_KEY: &str = "/licenses/find/none";
/// Tells open pages of changes.
pub const EVENTS: &str = "/events";
/// Where operators sign in.
pub const LOGIN: &str = "/login";
/// Takes the sign-in form; a refused one is answered with the form again, under this path.
pub const SESSION: &str = "/session";
/// Signs out.
pub const SESSION_END: &str = "/session/end";
/// Where the first tenant is made, while there is none.
pub const SETUP: &str = "/setup";
/// What is rendered as the answer where no page can be made. Nobody is led here: the address stays what it was.
pub const FAILED: &str = "/session/failed";
/// Takes the choice of theme.
pub const SESSION_THEME: &str = "/session/theme";

/// Names the page to go on to in the address of the sign-in page and in its form.
#[cfg(feature = "ssr")]
const NEXT: &str = "next";

/// Most bytes of such a page's address; more than any link of ours has.
#[cfg(feature = "ssr")]
const NEXT_LENGTH: usize = 2_048;

/// Where pages of ours begin that somebody who signs in may be led to.
#[cfg(feature = "ssr")]
const PAGES: [&str; 5] = [LICENSES, LICENSES_CSV, AUDIT, PRODUCTS, SDK_KEY];

/// That address, if it is one of a page of ours and nothing else: whoever makes up a link to the sign-in page must not lead
/// people away from here. Browsers take `//host` and `/\host` for another site's.
#[cfg(feature = "ssr")]
pub fn safe_redirect_target(address: &str) -> Option<&str> {
    let path = address.split('?').next().unwrap_or_default();
    let is_page = |page: &str| {
        path.strip_prefix(page)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let is_unambiguous = address
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\' && byte != b'#');
    // A browser goes up by these, out of our pages.
    let goes_up = path.contains("/.") || path.to_ascii_lowercase().contains("%2e");
    let is_own = path == GUIDE || PAGES.into_iter().any(is_page);
    (is_own && !goes_up && is_unambiguous && address.len() <= NEXT_LENGTH).then_some(address)
}

/// The page that the query string of the sign-in page's address names.
#[cfg(feature = "ssr")]
pub fn next_page(query: &str) -> Option<String> {
    let query = QueryString::parse(query);
    safe_redirect_target(query.get(NEXT)?).map(str::to_owned)
}

/// The link to the sign-in page, from which the operator comes back to where they wanted to go.
#[cfg(feature = "ssr")]
pub fn login(next: &str) -> String {
    let mut link = Link::to(LOGIN);
    if let Some(next) = safe_redirect_target(next).filter(|&next| next != GUIDE && next != LICENSES)
    {
        link.add(NEXT, next);
    }
    link.0
}

/// The link to the page of the license list that the query names. What is as usual is left out.
pub fn licenses(query: &LicenseQuery) -> String {
    let LicenseQuery {
        filter,
        sort,
        position,
    } = query;
    let mut link = Link::to(LICENSES);
    link.filter(filter);
    if *sort != Sort::default() {
        link.add("sort", &sort.name());
    }
    link.position(position);
    link.0
}

/// The link to the file of what the filter lets through.
pub fn licenses_csv(filter: &LicenseFilter) -> String {
    let mut link = Link::to(LICENSES_CSV);
    link.filter(filter);
    link.0
}

/// A path with a query string in the making.
struct Link(String);

impl Link {
    fn to(path: &str) -> Self {
        Self(path.to_owned())
    }

    fn filter(&mut self, filter: &LicenseFilter) {
        if let Some(term) = &filter.term {
            self.add("q", term.as_str());
        }
        if let Some(status) = filter.status {
            self.add("status", status.as_str());
        }
        if let Some(product) = &filter.product {
            self.add("product", product.as_str());
        }
    }

    fn position<Id: Display>(&mut self, position: &Position<Id>) {
        match position {
            Position::Start => {}
            Position::After(mark) => self.add("after", &mark.to_string()),
            Position::Before(mark) => self.add("before", &mark.to_string()),
        }
    }

    fn add(&mut self, name: &str, value: &str) {
        let before = if self.0.contains('?') { '&' } else { '?' };
        self.0.push(before);
        self.0.push_str(name);
        self.0.push('=');
        for byte in value.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    self.0.push(char::from(byte));
                }
                _ => {
                    self.0.push('%');
                    for digit in [byte >> 4, byte & 15] {
                        let digit = char::from_digit(digit.into(), 16).unwrap_or_default();
                        self.0.push(digit.to_ascii_uppercase());
                    }
                }
            }
        }
    }
}

/// Where licenses are minted; of that product, unless another is chosen there.
pub fn mint(product: Option<&ProductId>) -> String {
    let mut link = Link::to(MINT);
    if let Some(product) = product {
        link.add("product", product.as_str());
    }
    link.0
}

/// The page of one license.
pub fn license(id: LicenseId) -> String {
    format!("{LICENSES}/{id}")
}

/// Where a license is revoked: a question, and the form that answers it.
pub fn license_revoke(id: LicenseId) -> String {
    format!("{LICENSES}/{id}/revoke")
}

/// Where a license is reminted.
pub fn license_remint(id: LicenseId) -> String {
    format!("{LICENSES}/{id}/remint")
}

/// Where a license's device is deactivated.
pub fn license_deactivate(id: LicenseId, instance: InstanceId) -> String {
    format!("{LICENSES}/{id}/instances/{instance}/deactivate")
}

/// The stream that tells of changes.
pub fn events(subject: Subject) -> String {
    format!("{EVENTS}?{}", subject.query())
}

/// Whether the page at a path is only rendered on the server. The license list and the license pages are hydrated.
pub fn is_server_only(path: &str) -> bool {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let is_hydrated = matches!(segments[..], ["licenses"] | ["licenses", _]) && path != MINT;
    !is_hydrated
}

/// What a query string of the license list asks for. What names no filter, order or place is left out: an old or mangled
/// link still opens the list.
pub fn license_query(query: &str) -> LicenseQuery {
    let query = QueryString::parse(query);
    license_query_of(|name| query.get(name))
}

/// The same of any other source of named texts, such as a form.
pub fn license_query_of<'p>(param: impl Fn(&'static str) -> Option<&'p str>) -> LicenseQuery {
    LicenseQuery {
        filter: LicenseFilter {
            status: param("status").and_then(Status::from_name),
            product: param("product").and_then(|slug| slug.parse().ok()),
            term: param("q").and_then(SearchTerm::new),
        },
        sort: param("sort").and_then(Sort::from_name).unwrap_or_default(),
        position: Position::from_params(param("after"), param("before")),
    }
}

#[cfg(test)]
mod tests {
    use keywright_domain::page::Mark;
    use proptest::{prelude::*, sample::select};

    use super::*;

    const ID: &str = "d4de090a7d052a7874c14f4a075fc342fed598d923fb0fe96db5c47a4669a83d";

    fn query_string(url: &str) -> &str {
        url.split_once('?').map_or("", |(_, query)| query)
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn whoever_signs_in_is_led_to_a_page_of_ours_and_nowhere_else() {
        for own in [
            "/",
            "/licenses",
            "/licenses?status=revoked&q=a%20b",
            "/licenses/0f4f?x=//evil.test",
            "/licenses.csv?status=active",
            "/audit",
            "/products/notes/edit",
            "/settings/sdk-key",
        ] {
            assert_eq!(safe_redirect_target(own), Some(own));
        }
        let long = format!("/licenses?q={}", "a".repeat(2_048));
        for other in [
            "",
            "licenses",
            "//evil.test",
            "//evil.test/licenses",
            "/\\evil.test",
            "/licenses\\..",
            "https://evil.test/licenses",
            "javascript:alert(1)",
            "/licensesx",
            "/licenses.evil.test",
            "/licenses\r\nSet-Cookie: a=b",
            "/licenses#x",
            "/licenses é",
            "/licenses/..//acme/notes/config",
            "/licenses/%2E%2e/x",
            "/login",
            "/login?next=/licenses",
            "/session/end",
            "/fn/licenses/list",
            "/acme/notes/validate",
            &long,
        ] {
            assert_eq!(safe_redirect_target(other), None, "{other}");
        }
        assert_eq!(login("/licenses"), "/login");
        assert_eq!(login("//evil.test"), "/login");
        assert_eq!(
            login("/licenses?q=a%20b&status=active"),
            "/login?next=%2Flicenses%3Fq%3Da%2520b%26status%3Dactive"
        );
    }

    #[test]
    fn a_link_to_the_list_leads_to_what_it_was_made_from() {
        let mark = Mark {
            value: 1_780_000_000_000,
            id: ID.parse().unwrap(),
        };
        let at = |position| LicenseQuery {
            position,
            ..LicenseQuery::default()
        };
        let everything = LicenseQuery {
            filter: LicenseFilter {
                status: Some(Status::Expired),
                product: Some("notes".parse().unwrap()),
                term: SearchTerm::new("50% & 山本+x"),
            },
            sort: Sort::from_name("-expires").unwrap(),
            position: Position::After(mark),
        };
        for (query, url) in [
            (LicenseQuery::default(), "/licenses".to_owned()),
            (
                at(Position::After(mark)),
                format!("/licenses?after=1780000000000~{ID}"),
            ),
            (
                at(Position::Before(mark)),
                format!("/licenses?before=1780000000000~{ID}"),
            ),
            (
                everything,
                format!(
                    "/licenses?q=50%25%20%26%20%E5%B1%B1%E6%9C%AC%2Bx&status=expired&product=notes&sort=-expires\
                     &after=1780000000000~{ID}"
                ),
            ),
        ] {
            assert_eq!(licenses(&query), url);
            let (_, file) = url.split_once("/licenses").unwrap();
            let file = format!("/licenses.csv{file}");
            assert!(file.starts_with(&licenses_csv(&query.filter)), "{file}");
            assert_eq!(license_query(query_string(&url)), query, "{url}");
        }
    }

    #[test]
    fn only_the_license_list_and_the_license_pages_are_hydrated() {
        let id: LicenseId = ID.parse().unwrap();
        let instance = "00000000-0000-4000-8000-000000000001".parse().unwrap();
        for path in [
            LOGIN.to_owned(),
            SESSION.to_owned(),
            license_revoke(id),
            license_remint(id),
            license_deactivate(id, instance),
            NO_SUCH_KEY.to_owned(),
            AUDIT.to_owned(),
            AUDIT_NO_SUCH_KEY.to_owned(),
            FAILED.to_owned(),
            SETUP.to_owned(),
            GUIDE.to_owned(),
            mint(None),
            SDK_KEY_NEW.to_owned(),
            "/licensesx/revoke".to_owned(),
            "/auditx".to_owned(),
        ] {
            assert!(is_server_only(&path), "{path}");
        }
        for path in [LICENSES, &license(id)] {
            assert!(!is_server_only(path), "{path}");
        }
    }

    #[test]
    fn a_mangled_link_opens_the_first_page() {
        for url in [
            "/licenses?after=yesterday&before=",
            "/licenses?status=any&product=No%20Slug&sort=name&q=%20&after='",
        ] {
            assert_eq!(license_query(query_string(url)), LicenseQuery::default());
        }
    }

    /// What somebody may put in place of a value: anything, or nearly what belongs there.
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

    /// Whether nothing in it means anything to a URL, a header or a page of HTML, but where a link has it.
    fn is_plain_link(link: &str) -> bool {
        let mut bytes = link.bytes();
        bytes.all(|byte| byte.is_ascii_alphanumeric() || b"/?=&%-._~".contains(&byte))
    }

    proptest! {
        #[test]
        fn whatever_the_list_is_asked_for_its_link_asks_for_the_same(
            q in value(), status in value(), product in value(), sort in value(), after in value(), before in value()
        ) {
            let asked = license_query_of(|name| match name {
                "q" => q.as_deref(),
                "status" => status.as_deref(),
                "product" => product.as_deref(),
                "sort" => sort.as_deref(),
                "after" => after.as_deref(),
                "before" => before.as_deref(),
                _ => None,
            });
            let link = licenses(&asked);
            prop_assert!(is_plain_link(&link), "{}", link);
            prop_assert_eq!(license_query(query_string(&link)), asked);
        }

        #[test]
        fn whatever_the_log_is_asked_for_its_link_asks_for_the_same(
            values in proptest::collection::hash_map(
                select(vec!["action", "by", "license", "q", "from", "to", "after", "before"]), value(), 0..9
            )
        ) {
            let asked = audit_query_of(|name| values.get(name)?.as_deref());
            let link = audit(&asked);
            prop_assert!(is_plain_link(&link), "{}", link);
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
}
