//! Allowed dependencies between crates. Cargo keeps code from reaching any others.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process;

/// A crate of the workspace and the dependencies in its manifest.
pub(crate) struct Crate {
    name: String,
    dependencies: Vec<Dependency>,
}

struct Dependency {
    name: String,
    is_optional: bool,
    is_dev: bool,
}

/// The workspace crates that a crate may depend on.
struct Layer {
    name: &'static str,
    allowed: &'static [&'static str],
    /// Crates allowed only as optional dependencies, for server-side rendering.
    allowed_as_optional: &'static [&'static str],
}

const fn layer(name: &'static str, may_use: &'static [&'static str]) -> Layer {
    Layer {
        name,
        allowed: may_use,
        allowed_as_optional: &[],
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
        allowed: &["keywright-api-types", "keywright-domain"],
        allowed_as_optional: &["keywright-service"],
    },
    layer("keywright-frontend", &["keywright-app"]),
    // The server assembles the parts: it opens the store for the services.
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
    // Data sets use the demo's generator, and are bulk-inserted directly into the store.
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

/// Test fixtures, only for dev-dependencies. The crate damages databases in ways that the store
/// does not offer.
const TESTING: &str = "keywright-testing";

/// The crates that may depend on sqlx.
const SQL_CRATES: [&str; 2] = ["keywright-store", TESTING];

/// Prefixes of crates banned from the domain, which is pure: no I/O, no async and no pages.
const BANNED_IN_DOMAIN: [&str; 5] = ["axum", "futures", "leptos", "sqlx", "tokio"];

/// Reads every manifest of the workspace.
pub(crate) fn read_crates() -> Result<Vec<Crate>> {
    let mut metadata = process::cargo();
    metadata.args(["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&process::output(&mut metadata)?)?;
    let packages = metadata["packages"]
        .as_array()
        .context("cargo metadata lists no packages")?;
    packages.iter().map(parse).collect()
}

fn parse(package: &Value) -> Result<Crate> {
    let name = |value: &Value| -> Result<String> {
        Ok(value["name"]
            .as_str()
            .context("cargo metadata lists an entry without a name")?
            .to_owned())
    };
    let mut dependencies = Vec::new();
    for dependency in package["dependencies"].as_array().into_iter().flatten() {
        dependencies.push(Dependency {
            name: name(dependency)?,
            is_optional: dependency["optional"] == true,
            is_dev: dependency["kind"] == "dev",
        });
    }
    Ok(Crate {
        name: name(package)?,
        dependencies,
    })
}

/// Returns every dependency that its crate's layer does not allow.
pub(super) fn check(crates: &[Crate]) -> Vec<String> {
    let mut found = Vec::new();
    for krate in crates {
        let Some(layer) = LAYERS.iter().find(|layer| layer.name == krate.name) else {
            found.push(format!(
                "{} has no layer: assign one in xtask/src/tidy/layers.rs",
                krate.name
            ));
            continue;
        };
        let refused = krate.dependencies.iter().filter_map(|dependency| {
            Some(format!(
                "{} must not depend on {}: {}",
                krate.name,
                dependency.name,
                violation_reason(layer, dependency)?
            ))
        });
        found.extend(refused);
    }
    found
}

fn violation_reason(layer: &Layer, dependency: &Dependency) -> Option<&'static str> {
    let name = dependency.name.as_str();
    if name == "sqlx" && !SQL_CRATES.contains(&layer.name) {
        return Some("only keywright-store contains SQL");
    }
    if dependency.is_dev {
        return None;
    }
    if name == TESTING {
        return Some("only tests may use it");
    }
    if matches!(layer.name, "keywright-domain" | "keywright-api-types")
        && BANNED_IN_DOMAIN
            .iter()
            .any(|banned| name.starts_with(banned))
    {
        return Some("the domain is pure");
    }
    if !LAYERS.iter().any(|layer| layer.name == name) || layer.allowed.contains(&name) {
        return None;
    }
    if layer.allowed_as_optional.contains(&name) {
        return (!dependency.is_optional)
            .then_some("allowed only as an optional dependency, for server-side rendering");
    }
    Some("it is not in a lower layer")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depends(name: &str, on: &str, optional: bool, for_tests: bool) -> Vec<String> {
        let dependency = Dependency {
            name: on.to_owned(),
            is_optional: optional,
            is_dev: for_tests,
        };
        check(&[Crate {
            name: name.to_owned(),
            dependencies: vec![dependency],
        }])
    }

    #[test]
    fn lower_layers_are_allowed() {
        assert!(depends("keywright-service", "keywright-store", false, false).is_empty());
        assert!(depends("keywright-app", "keywright-service", true, false).is_empty());
        assert!(depends("keywright-domain", "serde", false, false).is_empty());
        assert!(depends("keywright-app", "keywright-api-types", false, false).is_empty());
        assert!(depends("keywright-store", "sqlx", false, false).is_empty());
    }

    #[test]
    fn higher_and_sibling_layers_are_rejected() {
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
    fn domain_is_pure_and_sql_is_only_in_the_store() {
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
    fn testing_crate_is_only_a_dev_dependency() {
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
    fn crate_without_a_layer_is_reported() {
        assert_eq!(depends("bench", "serde", false, false).len(), 1);
    }
}
