//! Repository rules that no compiler checks. Each check returns one message per violation.

mod documents;
mod examples;
mod folders;
mod import_cycles;
mod layers;
mod machine_paths;
mod migrations;
mod prose;
mod source_rules;
mod styles;
mod tree;

use anyhow::{Result, bail};

use tree::Tree;

/// Runs all checks, prints every violation and fails if there are any.
pub(crate) fn check() -> Result<()> {
    let tree = Tree::of_repository()?;
    let mut found = layers::check(&layers::read_crates()?);
    found.extend(migrations::check(&tree));
    found.extend(source_rules::check(&tree));
    found.extend(styles::check(&tree));
    found.extend(folders::check(&tree));
    found.extend(import_cycles::check(&tree));
    found.extend(examples::check(&tree));
    found.extend(machine_paths::check(&tree));
    found.extend(documents::check(&tree));
    found.extend(prose::check(&tree));
    if found.is_empty() {
        println!("    checked {} files", tree.len());
        return Ok(());
    }
    for violation in &found {
        println!("    {violation}");
    }
    bail!("{} rule violations, listed above", found.len())
}
