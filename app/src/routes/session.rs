//! The addresses of signing in, and where it leads.

#[cfg(feature = "ssr")]
use crate::routes::{
    audit::AUDIT,
    guide::GUIDE,
    licenses::{LICENSES, LICENSES_CSV},
    link::Link,
    products::PRODUCTS,
    query_string::QueryString,
    settings::SDK_KEY,
};

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
    link.into_string()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

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
}
