//! The style sheet of a component has the same path as the component.

use super::tree::Tree;

const STYLES: &str = "style/components/";
const COMPONENTS: &str = "app/src/ui";

/// Returns the style sheets without a component. A component without a style sheet is fine.
pub(super) fn check(tree: &Tree) -> Vec<String> {
    let components = tree.matching(STYLES, ".css").filter_map(|(path, _)| {
        let component = path.strip_prefix(STYLES)?.strip_suffix(".css")?;
        Some((path, format!("{COMPONENTS}/{component}.rs")))
    });
    let orphans = components.filter(|(_, component)| !tree.has_file(component));
    orphans
        .map(|(path, component)| format!("{path} has no component {component}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn style_sheet_without_a_component_is_reported() {
        let tree = Tree::of([
            ("style/components/display/table.css", ""),
            ("style/components/display/badge.css", ""),
            ("style/components/icon.css", ""),
            ("app/src/ui/display/table.rs", ""),
            ("app/src/ui/feedback/badge.rs", ""),
            ("app/src/ui/icon.rs", ""),
        ]);
        assert_eq!(
            check(&tree),
            ["style/components/display/badge.css has no component app/src/ui/display/badge.rs"]
        );
    }
}
