//! No modules of a crate depend on each other in a cycle.
//!
//! A module is a file. It depends on the modules that define what it names, in a `use` or in a path;
//! re-exports are followed to the definition. A module and those below it may name each other, and
//! code for tests may name anything.

mod graph;
mod modules;

use super::tree::Tree;

/// Every cycle in every crate, as the files in it and what each names of the next.
pub(super) fn check(tree: &Tree) -> Vec<String> {
    let mut found = Vec::new();
    for (file, _) in tree.matching("", ".rs") {
        let is_root = file.ends_with("/lib.rs") || file.ends_with("/main.rs");
        if is_root {
            match modules::Modules::of_crate(tree, file) {
                Ok(modules) => found.extend(graph::cycles(&modules.dependencies())),
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
    fn a_parent_and_its_child_may_name_each_other_but_not_two_children() {
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
    fn code_for_tests_and_members_are_no_dependencies() {
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
