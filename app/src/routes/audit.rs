//! Paths and links for the audit log.

use keywright_api_types::{
    audit_log::{AuditFilter, AuditQuery},
    page::PageRequest,
};
use keywright_domain::{audit::Action, search::SearchTerm};

use crate::routes::{link::Link, query_string::QueryString};

/// The audit log.
pub const AUDIT: &str = "/audit";
/// Target of the filter form. The search term may be a key, so the form is posted. It redirects,
/// unless the term is a key that does not exist.
pub const AUDIT_FIND: &str = "/audit/find";
/// Internal route to the page for a key that does not exist. The browser stays at [`AUDIT_FIND`].
pub const AUDIT_KEY_NOT_FOUND: &str = "/audit/find/none";

/// Returns the link to a page of the audit log, without parameters that are not set.
pub fn audit(query: &AuditQuery) -> String {
    let AuditQuery {
        filter,
        page: position,
    } = query;
    let mut link = Link::new(AUDIT);
    for (name, value) in audit_params(filter) {
        link.add(name, &value);
    }
    link.position(position);
    link.into_string()
}

/// Returns the filter as names and values of query parameters.
pub fn audit_params(filter: &AuditFilter) -> Vec<(&'static str, String)> {
    let named = [
        (
            "action",
            filter.action.map(|action| action.as_str().to_owned()),
        ),
        ("by", filter.actor.map(|by| by.to_string())),
        ("license", filter.license_id.map(|id| id.to_string())),
        ("q", filter.term.clone().map(String::from)),
        ("from", filter.from.map(|day| day.to_string())),
        ("to", filter.to.map(|day| day.to_string())),
    ];
    let given = named
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    given.collect()
}

/// Parses a query string. Unknown and invalid parameters are ignored.
pub fn audit_query(query: &str) -> AuditQuery {
    let query = QueryString::parse(query);
    audit_query_from_params(|name| query.get(name))
}

/// Parses parameters from another source, such as a form.
pub fn audit_query_from_params<'p>(param: impl Fn(&'static str) -> Option<&'p str>) -> AuditQuery {
    AuditQuery {
        filter: AuditFilter {
            action: param("action").and_then(Action::from_name),
            actor: param("by").and_then(|text| text.parse().ok()),
            license_id: param("license").and_then(|text| text.parse().ok()),
            term: param("q").and_then(SearchTerm::new),
            from: param("from").and_then(|text| text.parse().ok()),
            to: param("to").and_then(|text| text.parse().ok()),
        },
        page: PageRequest::from_params(param("after"), param("before")),
    }
}

#[cfg(test)]
mod tests {
    use keywright_api_types::{audit_log::ActorFilter, page::Cursor};

    use super::*;

    const ID: &str = "d4de090a7d052a7874c14f4a075fc342fed598d923fb0fe96db5c47a4669a83d";
    const ENTRY: &str = "00000000-0000-4000-8000-000000000001";

    #[test]
    fn link_round_trips() {
        let everything = AuditQuery {
            filter: AuditFilter {
                action: Some(Action::Revoke),
                actor: Some(ActorFilter::CommandLine),
                license_id: ID.parse().ok(),
                term: SearchTerm::new("a&b"),
                from: "2026-06-10".parse().ok(),
                to: "2026-06-11".parse().ok(),
            },
            page: PageRequest::Before(Cursor {
                value: 7,
                id: ENTRY.parse().unwrap(),
            }),
        };
        for (query, url) in [
            (AuditQuery::default(), "/audit".to_owned()),
            (
                everything,
                format!(
                    "/audit?action=revoke&by=command_line&license={ID}&q=a%26b&from=2026-06-10&to=2026-06-11\
                     &before=7~{ENTRY}"
                ),
            ),
        ] {
            assert_eq!(audit(&query), url);
            let (_, asked) = url.split_once('?').unwrap_or_default();
            assert_eq!(audit_query(asked), query);
        }
    }

    #[test]
    fn invalid_parameters_are_ignored() {
        assert_eq!(
            audit_query_from_params(|_| Some("'; DROP TABLE")).filter,
            AuditFilter {
                term: SearchTerm::new("'; DROP TABLE"),
                ..AuditFilter::default()
            }
        );
    }
}
