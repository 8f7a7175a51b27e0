//! Paths and links for the licenses.

use keywright_api_types::{
    license_list::{LicenseFilter, LicenseQuery, Sort},
    page::PageRequest,
};
use keywright_domain::{
    ids::{InstanceId, LicenseId, ProductId},
    license::Status,
    search::SearchTerm,
};

use crate::routes::{link::Link, query_string::QueryString};

/// License list.
pub const LICENSES: &str = "/licenses";
/// License list as a CSV file.
pub const LICENSES_CSV: &str = "/licenses.csv";
/// Mint form.
pub const MINT: &str = "/licenses/mint";
/// Target of the search form. The term may be a key, so the form is posted. It redirects, unless
/// the term is a key that does not exist.
pub const LICENSES_FIND: &str = "/licenses/find";
/// Internal route to the page for a key that does not exist. The browser stays at
/// [`LICENSES_FIND`].
pub const LICENSES_KEY_NOT_FOUND: &str = "/licenses/find/none";
/// Returns the link to a page of the license list, without parameters at their defaults.
pub fn licenses(query: &LicenseQuery) -> String {
    let LicenseQuery {
        filter,
        sort,
        page: position,
    } = query;
    let mut link = Link::new(LICENSES);
    link.filter(filter);
    if *sort != Sort::default() {
        link.add("sort", &sort.name());
    }
    link.position(position);
    link.into_string()
}

/// Returns the link to the CSV file of the filtered licenses.
pub fn licenses_csv(filter: &LicenseFilter) -> String {
    let mut link = Link::new(LICENSES_CSV);
    link.filter(filter);
    link.into_string()
}

/// Returns the link to the mint form, with that product preselected.
pub fn mint(product: Option<&ProductId>) -> String {
    let mut link = Link::new(MINT);
    if let Some(product) = product {
        link.add("product", product.as_str());
    }
    link.into_string()
}

/// Returns the link to a license.
pub fn license(id: LicenseId) -> String {
    format!("{LICENSES}/{id}")
}

/// Returns the link to the confirmation page for revoking a license.
pub fn license_revoke(id: LicenseId) -> String {
    format!("{LICENSES}/{id}/revoke")
}

/// Returns the link to the confirmation page for reminting a license.
pub fn license_remint(id: LicenseId) -> String {
    format!("{LICENSES}/{id}/remint")
}

/// Returns the link to the confirmation page for deactivating a device.
pub fn license_deactivate(id: LicenseId, instance_id: InstanceId) -> String {
    format!("{LICENSES}/{id}/instances/{instance_id}/deactivate")
}

/// Parses a query string. Unknown and invalid parameters are ignored, so that old and damaged links
/// still open the list.
pub fn license_query(query: &str) -> LicenseQuery {
    let query = QueryString::parse(query);
    license_query_from_params(|name| query.get(name))
}

/// Parses parameters from another source, such as a form.
pub fn license_query_from_params<'p>(
    param: impl Fn(&'static str) -> Option<&'p str>,
) -> LicenseQuery {
    LicenseQuery {
        filter: LicenseFilter {
            status: param("status").and_then(Status::from_name),
            product_id: param("product").and_then(|slug| slug.parse().ok()),
            term: param("q").and_then(SearchTerm::new),
        },
        sort: param("sort").and_then(Sort::from_name).unwrap_or_default(),
        page: PageRequest::from_params(param("after"), param("before")),
    }
}

#[cfg(test)]
mod tests {
    use keywright_api_types::page::Cursor;

    use super::*;

    const ID: &str = "d4de090a7d052a7874c14f4a075fc342fed598d923fb0fe96db5c47a4669a83d";

    fn query_string(url: &str) -> &str {
        url.split_once('?').map_or("", |(_, query)| query)
    }

    #[test]
    fn link_to_the_list_round_trips() {
        let mark = Cursor {
            value: 1_780_000_000_000,
            id: ID.parse().unwrap(),
        };
        let at = |position| LicenseQuery {
            page: position,
            ..LicenseQuery::default()
        };
        let everything = LicenseQuery {
            filter: LicenseFilter {
                status: Some(Status::Expired),
                product_id: Some("notes".parse().unwrap()),
                term: SearchTerm::new("50% & 山本+x"),
            },
            sort: Sort::from_name("-expires").unwrap(),
            page: PageRequest::After(mark),
        };
        for (query, url) in [
            (LicenseQuery::default(), "/licenses".to_owned()),
            (
                at(PageRequest::After(mark)),
                format!("/licenses?after=1780000000000~{ID}"),
            ),
            (
                at(PageRequest::Before(mark)),
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
    fn damaged_link_opens_the_first_page() {
        for url in [
            "/licenses?after=yesterday&before=",
            "/licenses?status=any&product=No%20Slug&sort=name&q=%20&after='",
        ] {
            assert_eq!(license_query(query_string(url)), LicenseQuery::default());
        }
    }
}
