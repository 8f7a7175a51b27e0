//! The modules of a crate have no dependency cycles.
//!
//! A module is a file. It depends on the modules that define the items it names, in a `use` or in
//! a path. Re-exports are followed to the definition. A module and its descendants may name each
//! other, and test code may name anything.

mod graph;
mod modules;

use super::tree::Tree;

/// Returns a message for each cycle, with its files and a path that each file names in the next.
pub(super) fn check(tree: &Tree) -> Vec<String> {
    let mut found = Vec::new();
    for (file, _) in tree.matching("", ".rs") {
        let is_root = file.ends_with("/lib.rs") || file.ends_with("/main.rs");
        if is_root {
            match modules::Modules::of_crate(tree, file) {
                Ok(modules) => found.extend(graph::find_cycles(&modules.dependencies())),
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
    fn mutual_dependency_is_a_cycle() {
        let found = cycles([
            ("x/src/lib.rs", "mod a; mod b; mod c;"),
            ("x/src/a.rs", "use crate::b::B; pub struct A;"),
            ("x/src/b.rs", "pub struct B; fn f() { log!(crate::c::f()) }"),
            ("x/src/c.rs", "use super::a; pub fn f() -> a::A { a::A }"),
        ]);
        let expected = "import cycle:\
            \n      x/src/a.rs uses `crate::b::B` from x/src/b.rs\
            \n      x/src/b.rs uses `crate::c::f` from x/src/c.rs\
            \n      x/src/c.rs uses `a::A` from x/src/a.rs";
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
    fn parent_and_child_may_name_each_other_but_siblings_may_not() {
        let lib = ("x/src/lib.rs", "mod a;");
        let parent = (
            "x/src/a.rs",
            "mod one; mod two; use one::One; pub struct Parent(One);",
        );
        let one = (
            "x/src/a/one.rs",
            "use super::{Parent, two::Two}; pub struct One;",
        );
        let two = ("x/src/a/two.rs", "use super::Parent; pub struct Two;");
        assert!(cycles([lib, parent, one, two]).is_empty());
        let two = ("x/src/a/two.rs", "use super::one::One; pub struct Two;");
        assert_eq!(cycles([lib, parent, one, two]).len(), 1);
    }

    #[test]
    fn test_code_and_members_are_not_dependencies() {
        let found = cycles([
            ("x/src/lib.rs", "mod a; mod b;"),
            (
                "x/src/a.rs",
                "#[cfg(test)] mod tests { use crate::b::B; } \
                 #[cfg(feature = \"testing\")] impl crate::b::B {} pub struct A;",
            ),
            (
                "x/src/b.rs",
                "use crate::a::A; pub struct B { a: A } fn f(b: B) -> A { b.a }",
            ),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }
}
