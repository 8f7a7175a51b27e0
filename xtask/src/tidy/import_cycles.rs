//! No modules of a crate depend on each other in a cycle.
//!
//! A module is a file. It depends on the modules that define what it names, in a `use` or in a path;
//! re-exports are followed to the definition. Declaring a child, re-exporting a descendant's items
//! and code under `#[cfg(test)]` make no dependency.

mod graph;
mod modules;

use super::tree::Tree;

/// Where cycles are still to be broken.
const EXCEPTIONS: [&str; 4] = [
    "app/src",
    "crates/service/src",
    "crates/store/src",
    "xtask/src/site",
];

/// Every cycle in every crate, as the files in it and what each names of the next.
pub(super) fn check(tree: &Tree) -> Vec<String> {
    let mut found = Vec::new();
    for (file, _) in tree.matching("", ".rs") {
        let is_root = file.ends_with("/lib.rs") || file.ends_with("/main.rs");
        if is_root {
            match modules::Modules::of_crate(tree, file) {
                Ok(modules) => {
                    let mut graph = modules.dependencies();
                    graph.retain(|file, _| !EXCEPTIONS.iter().any(|start| file.starts_with(start)));
                    found.extend(graph::cycles(&graph));
                }
                Err(error) => found.push(format!("{file}: {error:#}")),
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cycles<const N: usize>(files: [(&str, &str); N]) -> Vec<String> {
        check(&Tree::of(files))
    }

    #[test]
    fn modules_that_name_each_other_are_a_cycle() {
        let found = cycles([
            ("x/src/lib.rs", "mod a; mod b; mod c;"),
            ("x/src/a.rs", "use crate::b::B; pub struct A;"),
            ("x/src/b.rs", "pub struct B; fn f() { log!(crate::c::f()) }"),
            ("x/src/c.rs", "use super::a; pub fn f() -> a::A { a::A }"),
        ]);
        let expected = "import cycle, to be broken:\
            \n      x/src/a.rs names `crate::b::B` of x/src/b.rs\
            \n      x/src/b.rs names `crate::c::f` of x/src/c.rs\
            \n      x/src/c.rs names `a::A` of x/src/a.rs";
        assert_eq!(found, [expected]);
    }

    #[test]
    fn reexports_are_followed_to_the_definition() {
        let lib = ("x/src/lib.rs", "mod a; mod b; pub use b::*;");
        let parent = ("x/src/b/mod.rs", "mod inner; pub use inner::Inner;");
        let importer = ("x/src/a.rs", "use crate::Inner; pub struct A;");
        let inner = ("x/src/b/inner.rs", "pub struct Inner;");
        assert!(cycles([lib, parent, importer, inner]).is_empty());
        let inner = ("x/src/b/inner.rs", "use crate::a::A; pub struct Inner;");
        assert_eq!(cycles([lib, parent, importer, inner]).len(), 1);
    }

    #[test]
    fn a_parent_and_a_child_that_use_each_other_are_a_cycle() {
        let lib = ("x/src/lib.rs", "mod a;");
        let child = ("x/src/a/child.rs", "use super::Parent; pub struct Child;");
        let declaring = (
            "x/src/a.rs",
            "mod child; pub use child::Child; pub struct Parent;",
        );
        assert!(cycles([lib, declaring, child]).is_empty());
        let using = (
            "x/src/a.rs",
            "mod child; pub use child::Child; pub struct Parent(Child);",
        );
        assert_eq!(cycles([lib, using, child]).len(), 1);
    }

    #[test]
    fn tests_and_members_are_no_dependencies() {
        let found = cycles([
            ("x/src/lib.rs", "mod a; mod b;"),
            (
                "x/src/a.rs",
                "#[cfg(test)] mod tests { use crate::b::B; } pub struct A;",
            ),
            (
                "x/src/b.rs",
                "use crate::a::A; pub struct B { a: A } fn f(b: B) -> A { b.a }",
            ),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }
}
