//! Every path the pages know: what the router matches, and the links that lead there.

use keywright_domain::{
    ids::{InstanceId, LicenseId},
    page::Position,
    query::LicenseQuery,
};
use leptos_router::params::ParamsMap;

/// The list of licenses.
pub const LICENSES: &str = "/licenses";
/// Where operators sign in.
pub const LOGIN: &str = "/login";
/// Takes the sign-in form; a refused one is answered with the form again, under this path.
pub const SESSION: &str = "/session";
/// Signs out.
pub const SESSION_END: &str = "/session/end";
/// Takes the choice of theme.
pub const SESSION_THEME: &str = "/session/theme";

/// The link to the page of the license list that the query names.
pub fn licenses(query: &LicenseQuery) -> String {
    match &query.position {
        Position::Start => LICENSES.to_owned(),
        Position::After(mark) => format!("{LICENSES}?after={mark}"),
        Position::Before(mark) => format!("{LICENSES}?before={mark}"),
    }
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

/// Whether a path is one of a page that only asks before something is done: no script brings it to life.
pub fn is_question(path: &str) -> bool {
    let below = path.strip_prefix(LICENSES).unwrap_or_default();
    let last = below.rsplit('/').next().unwrap_or_default();
    below.starts_with('/') && matches!(last, "revoke" | "remint" | "deactivate")
}

/// What a URL of the license list asks for. What names no place in the list is its first page.
pub fn license_query(params: &ParamsMap) -> LicenseQuery {
    let position = Position::from_params(params.get_str("after"), params.get_str("before"));
    LicenseQuery { position }
}

#[cfg(test)]
mod tests {
    use keywright_domain::page::Mark;

    use super::*;

    const ID: &str = "d4de090a7d052a7874c14f4a075fc342fed598d923fb0fe96db5c47a4669a83d";

    fn params(url: &str) -> ParamsMap {
        let query = url.split_once('?').map_or("", |(_, query)| query);
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    #[test]
    fn a_link_to_the_list_leads_to_what_it_was_made_from() {
        let mark = Mark {
            value: 1_780_000_000_000,
            id: ID.parse().unwrap(),
        };
        for (position, url) in [
            (Position::Start, "/licenses".to_owned()),
            (
                Position::After(mark),
                format!("/licenses?after=1780000000000~{ID}"),
            ),
            (
                Position::Before(mark),
                format!("/licenses?before=1780000000000~{ID}"),
            ),
        ] {
            let query = LicenseQuery { position };
            assert_eq!(licenses(&query), url);
            assert_eq!(license_query(&params(&url)), query, "{url}");
        }
    }

    #[test]
    fn questions_are_told_from_pages_by_their_paths() {
        let id: LicenseId = ID.parse().unwrap();
        let instance = "00000000-0000-4000-8000-000000000001".parse().unwrap();
        for path in [
            license_revoke(id),
            license_remint(id),
            license_deactivate(id, instance),
        ] {
            assert!(is_question(&path), "{path}");
        }
        for path in [
            LICENSES,
            LOGIN,
            &license(id),
            "/licensesx/revoke",
            "/revoke",
        ] {
            assert!(!is_question(path), "{path}");
        }
    }

    #[test]
    fn a_mangled_link_opens_the_first_page() {
        let query = license_query(&params("/licenses?after=yesterday&before="));
        assert_eq!(query, LicenseQuery::default());
    }
}
