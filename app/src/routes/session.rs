//! Paths for sign-in and setup, and the redirect after signing in.

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

/// Sign-in page.
pub const LOGIN: &str = "/login";
/// Target of the sign-in form. A rejected sign-in shows the form again at this path.
pub const SESSION: &str = "/session";
/// Target of the sign-out form.
pub const SESSION_END: &str = "/session/end";
/// Setup page. Exists only until the first tenant has been created.
pub const SETUP: &str = "/setup";
/// Internal route to the error page. The browser stays at the requested URL.
pub const ERROR_PAGE: &str = "/session/failed";
/// Target of the theme form.
pub const SESSION_THEME: &str = "/session/theme";

/// Query parameter and form field with the page to open after signing in.
#[cfg(feature = "ssr")]
const NEXT_PARAM: &str = "next";

/// Maximum length of the value of [`NEXT_PARAM`] in bytes.
#[cfg(feature = "ssr")]
const MAX_NEXT_BYTES: usize = 2_048;

/// Path prefixes that may be opened after signing in.
#[cfg(feature = "ssr")]
const REDIRECT_PREFIXES: [&str; 5] = [LICENSES, LICENSES_CSV, AUDIT, PRODUCTS, SDK_KEY];

/// Returns the address if it is a page that may be opened after signing in, otherwise `None`. This
/// prevents open redirects through forged links to the sign-in page.
/// Browsers treat `//host` and `/\host` as another site.
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
    // Browsers resolve these, which could leave the allowed prefixes.
    let is_traversal = path.contains("/.") || path.to_ascii_lowercase().contains("%2e");
    let is_own = path == GUIDE || REDIRECT_PREFIXES.into_iter().any(is_page);
    (is_own && !is_traversal && is_unambiguous && address.len() <= MAX_NEXT_BYTES)
        .then_some(address)
}

/// Returns the page to open after signing in, from the sign-in page's query string; `None` if it is
/// missing or not allowed.
#[cfg(feature = "ssr")]
pub fn next_page(query: &str) -> Option<String> {
    let query = QueryString::parse(query);
    safe_redirect_target(query.get(NEXT_PARAM)?).map(str::to_owned)
}

/// Returns the link to the sign-in page. Signing in opens `next`, unless it is not allowed or is
/// the guide or the license list, which need no parameter.
#[cfg(feature = "ssr")]
pub fn login(next: &str) -> String {
    let mut link = Link::new(LOGIN);
    if let Some(next) = safe_redirect_target(next).filter(|&next| next != GUIDE && next != LICENSES)
    {
        link.add(NEXT_PARAM, next);
    }
    link.into_string()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn sign_in_redirects_to_own_pages_only() {
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
