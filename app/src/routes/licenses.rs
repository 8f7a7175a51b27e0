//! The addresses of the licenses.

use keywright_api_types::{
    license_list::{LicenseFilter, LicenseQuery, Sort},
    page::Position,
};
use keywright_domain::{
    ids::{InstanceId, LicenseId, ProductId},
    license::Status,
    search::SearchTerm,
};

use crate::routes::{link::Link, query_string::QueryString};

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
    link.into_string()
}

/// The link to the file of what the filter lets through.
pub fn licenses_csv(filter: &LicenseFilter) -> String {
    let mut link = Link::to(LICENSES_CSV);
    link.filter(filter);
    link.into_string()
}

/// Where licenses are minted; of that product, unless another is chosen there.
pub fn mint(product: Option<&ProductId>) -> String {
    let mut link = Link::to(MINT);
    if let Some(product) = product {
        link.add("product", product.as_str());
    }
    link.into_string()
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
    use keywright_api_types::page::Mark;

    use super::*;

    const ID: &str = "d4de090a7d052a7874c14f4a075fc342fed598d923fb0fe96db5c47a4669a83d";

    fn query_string(url: &str) -> &str {
        url.split_once('?').map_or("", |(_, query)| query)
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
    fn a_mangled_link_opens_the_first_page() {
        for url in [
            "/licenses?after=yesterday&before=",
            "/licenses?status=any&product=No%20Slug&sort=name&q=%20&after='",
        ] {
            assert_eq!(license_query(query_string(url)), LicenseQuery::default());
        }
    }
}
