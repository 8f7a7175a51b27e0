//! Rules of this repository that no compiler knows. Each check returns what it found, one sentence for each breach.

mod examples;
mod folders;
mod import_cycles;
mod layers;
mod machine_paths;
mod migrations;
mod source_rules;
mod styles;
mod tree;

use anyhow::{Result, bail};

use tree::Tree;

/// Runs all checks and fails with everything that they found.
pub(crate) fn check() -> Result<()> {
    let tree = Tree::of_repository()?;
    let mut found = layers::check(&layers::crates()?);
    found.extend(migrations::check(&tree));
    found.extend(source_rules::check(&tree));
    found.extend(styles::check(&tree));
    found.extend(folders::check(&tree));
    found.extend(import_cycles::check(&tree));
    found.extend(examples::check(&tree));
    found.extend(machine_paths::check(&tree));
    if found.is_empty() {
        println!("    {} files keep the rules", tree.len());
        return Ok(());
    }
    for breach in &found {
        println!("    {breach}");
    }
    bail!("{} breaches of the rules, listed above", found.len())
}
