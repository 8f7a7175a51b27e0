//! A component's styles are found under the component's name.

use super::tree::Tree;

const STYLES: &str = "style/components";
const COMPONENTS: &str = "app/src/ui";

/// Not every component has styles of its own, but every style sheet belongs to a component.
pub(super) fn check(tree: &Tree) -> Vec<String> {
    let names = tree.names_in(STYLES, ".css").into_iter();
    let orphans = names.filter(|name| {
        let file = format!("{COMPONENTS}/{name}.rs");
        let folder = format!("{COMPONENTS}/{name}/mod.rs");
        !tree.has(&file) && !tree.has(&folder)
    });
    orphans
        .map(|name| format!("{STYLES}/{name}.css has no {COMPONENTS}/{name}.rs"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_sheet_without_its_component_is_a_breach() {
        let tree = Tree::of([
            ("style/components/table.css", ""),
            ("style/components/badge.css", ""),
            ("app/src/ui/table.rs", ""),
            ("app/src/ui/time.rs", ""),
        ]);
        assert_eq!(
            check(&tree),
            ["style/components/badge.css has no app/src/ui/badge.rs"]
        );
    }
}
