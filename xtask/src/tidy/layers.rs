//! Who may depend on whom. Cargo keeps the rest: what a crate does not depend on, it can't reach.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process;

/// One crate of the workspace and everything that its manifest names.
pub(crate) struct Crate {
    name: String,
    dependencies: Vec<Dependency>,
}

struct Dependency {
    name: String,
    optional: bool,
    for_tests: bool,
}

/// What one crate may use of ours.
struct Layer {
    name: &'static str,
    may_use: &'static [&'static str],
    /// Only as an optional dependency: for the server's side.
    may_use_optionally: &'static [&'static str],
}

const fn layer(name: &'static str, may_use: &'static [&'static str]) -> Layer {
    Layer {
        name,
        may_use,
        may_use_optionally: &[],
    }
}

const LAYERS: [Layer; 11] = [
    layer("keywright-domain", &[]),
    layer("keywright-api-types", &["keywright-domain"]),
    layer(
        "keywright-store",
        &["keywright-api-types", "keywright-domain"],
    ),
    layer(
        "keywright-service",
        &["keywright-api-types", "keywright-domain", "keywright-store"],
    ),
    Layer {
        name: "keywright-app",
        may_use: &["keywright-api-types", "keywright-domain"],
        may_use_optionally: &["keywright-service"],
    },
    layer("keywright-frontend", &["keywright-app"]),
    // The server puts the parts together: it opens the store for the services.
    layer(
        "keywright",
        &[
            "keywright-api-types",
            "keywright-app",
            "keywright-domain",
            "keywright-service",
            "keywright-store",
        ],
    ),
    // Data sets are generated as the demo is, and written past the services, many rows at once.
    layer(
        "keywright-bench",
        &[
            "keywright-api-types",
            "keywright-domain",
            "keywright-service",
            "keywright-store",
        ],
    ),
    layer("xtask", &[]),
    layer(
        TESTING,
        &[
            "keywright-domain",
            "keywright-service",
            "keywright-store",
            "keywright-testing-macros",
        ],
    ),
    layer("keywright-testing-macros", &[]),
];

/// Fixtures for tests: a dev-dependency only. It damages databases on purpose, in ways that the store does not offer.
const TESTING: &str = "keywright-testing";

/// The crates that may name sqlx.
const HOLD_SQL: [&str; 2] = ["keywright-store", TESTING];

/// The domain is pure: no I/O, no async, no pages.
const NOT_IN_DOMAIN: [&str; 5] = ["axum", "futures", "leptos", "sqlx", "tokio"];

/// Reads every manifest of the workspace.
pub(crate) fn crates() -> Result<Vec<Crate>> {
    let mut metadata = process::cargo();
    metadata.args(["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&process::output(&mut metadata)?)?;
    let packages = metadata["packages"]
        .as_array()
        .context("cargo metadata without packages")?;
    packages.iter().map(parse).collect()
}

fn parse(package: &Value) -> Result<Crate> {
    let name = |value: &Value| -> Result<String> {
        Ok(value["name"]
            .as_str()
            .context("cargo metadata without a name")?
            .to_owned())
    };
    let mut dependencies = Vec::new();
    for dependency in package["dependencies"].as_array().into_iter().flatten() {
        dependencies.push(Dependency {
            name: name(dependency)?,
            optional: dependency["optional"] == true,
            for_tests: dependency["kind"] == "dev",
        });
    }
    Ok(Crate {
        name: name(package)?,
        dependencies,
    })
}

/// Every dependency that its crate's layer does not allow.
pub(super) fn check(crates: &[Crate]) -> Vec<String> {
    let mut found = Vec::new();
    for one in crates {
        let Some(layer) = LAYERS.iter().find(|layer| layer.name == one.name) else {
            found.push(format!(
                "{} has no layer: give it one in xtask/src/tidy/layers.rs",
                one.name
            ));
            continue;
        };
        let refused = one.dependencies.iter().filter_map(|dependency| {
            Some(format!(
                "{} must not depend on {}: {}",
                one.name,
                dependency.name,
                refusal(layer, dependency)?
            ))
        });
        found.extend(refused);
    }
    found
}

fn refusal(layer: &Layer, dependency: &Dependency) -> Option<&'static str> {
    let name = dependency.name.as_str();
    if name == "sqlx" && !HOLD_SQL.contains(&layer.name) {
        return Some("only keywright-store holds SQL");
    }
    if dependency.for_tests {
        return None;
    }
    if name == TESTING {
        return Some("only tests may use it");
    }
    if matches!(layer.name, "keywright-domain" | "keywright-api-types")
        && NOT_IN_DOMAIN.iter().any(|banned| name.starts_with(banned))
    {
        return Some("the domain is pure");
    }
    if !LAYERS.iter().any(|layer| layer.name == name) || layer.may_use.contains(&name) {
        return None;
    }
    if layer.may_use_optionally.contains(&name) {
        return (!dependency.optional)
            .then_some("only as an optional dependency of its server side");
    }
    Some("that is not a layer below it")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depends(name: &str, on: &str, optional: bool, for_tests: bool) -> Vec<String> {
        let dependency = Dependency {
            name: on.to_owned(),
            optional,
            for_tests,
        };
        check(&[Crate {
            name: name.to_owned(),
            dependencies: vec![dependency],
        }])
    }

    #[test]
    fn what_lies_below_may_be_used() {
        assert!(depends("keywright-service", "keywright-store", false, false).is_empty());
        assert!(depends("keywright-app", "keywright-service", true, false).is_empty());
        assert!(depends("keywright-domain", "serde", false, false).is_empty());
        assert!(depends("keywright-app", "keywright-api-types", false, false).is_empty());
        assert!(depends("keywright-store", "sqlx", false, false).is_empty());
    }

    #[test]
    fn what_lies_above_or_beside_is_refused() {
        assert_eq!(
            depends("keywright-store", "keywright-service", false, false).len(),
            1
        );
        assert_eq!(
            depends("keywright-frontend", "keywright-domain", false, false).len(),
            1
        );
        assert_eq!(
            depends("keywright-app", "keywright-service", false, false).len(),
            1
        );
        assert_eq!(
            depends("keywright-app", "keywright-store", true, false).len(),
            1
        );
    }

    #[test]
    fn the_domain_stays_pure_and_sql_in_the_store() {
        assert_eq!(
            depends("keywright-domain", "leptos_router", false, false).len(),
            1
        );
        assert_eq!(depends("keywright-service", "sqlx", false, true).len(), 1);
        assert_eq!(
            depends("keywright-api-types", "keywright-store", false, false).len(),
            1
        );
        assert_eq!(
            depends("keywright-api-types", "sqlx", false, false).len(),
            1
        );
        assert!(depends("keywright-domain", "tokio", false, true).is_empty());
    }

    #[test]
    fn fixtures_are_a_dev_dependency_only() {
        assert!(depends("keywright-store", TESTING, false, true).is_empty());
        for (name, optional) in [("keywright-store", false), ("keywright-app", true)] {
            let found = depends(name, TESTING, optional, false);
            assert_eq!(found.len(), 1);
            assert!(found[0].ends_with("only tests may use it"), "{found:?}");
        }
        assert!(depends(TESTING, "keywright-service", true, false).is_empty());
        assert!(depends(TESTING, "sqlx", false, false).is_empty());
    }

    #[test]
    fn a_crate_without_a_layer_is_noticed() {
        assert_eq!(depends("bench", "serde", false, false).len(), 1);
    }
}
