//! The modules of a crate and the paths that their code names.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Item, ItemUse, UseTree, Visibility};

use super::{super::tree::Tree, graph::Graph};

/// The segments of a path. A module's path starts after `crate`.
type Path = Vec<String>;

/// Maximum length of a chain of re-exports. A longer one is a cycle.
const MAX_REEXPORTS: u32 = 8;

/// The modules of a crate by path.
#[derive(Default)]
pub(super) struct Modules(BTreeMap<Path, Module>);

#[derive(Default)]
struct Module {
    file: String,
    /// Names of the items defined in this module.
    items: BTreeSet<String>,
    imports: Vec<Import>,
    /// Paths in the code, as written.
    named_paths: BTreeSet<Path>,
}

struct Import {
    path: Path,
    /// The imported name, or `None` for a glob.
    name: Option<String>,
    is_reexport: bool,
}

/// The target of a path.
struct Target<'a> {
    module: &'a [String],
    /// Whether the path names an item in the module rather than the module itself.
    is_item: bool,
}

impl Modules {
    /// Reads the crate with this root file.
    pub(super) fn of_crate(tree: &Tree, root: &str) -> Result<Self> {
        let mut modules = Self::default();
        let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
        modules.read_file(tree, root, folder, Path::new())?;
        Ok(modules)
    }

    /// Reads a file. `folder` is the directory that contains the module's children.
    fn read_file(&mut self, tree: &Tree, file: &str, folder: &str, path: Path) -> Result<()> {
        let text = tree
            .contents(file)
            .context("the root file does not exist")?;
        let parsed = syn::parse_file(text).with_context(|| format!("can't parse {file}"))?;
        self.read(tree, file, folder, path, parsed.items)
    }

    fn read(
        &mut self,
        tree: &Tree,
        file: &str,
        folder: &str,
        path: Path,
        items: Vec<Item>,
    ) -> Result<()> {
        let mut module = self.0.remove(&path).unwrap_or_default();
        file.clone_into(&mut module.file);
        for item in items.into_iter().filter(|item| !is_for_tests(item)) {
            match item {
                Item::Mod(child) => {
                    let name = child.ident.to_string();
                    let folder = format!("{folder}/{name}");
                    let path = [path.as_slice(), &[name]].concat();
                    if let Some((_, items)) = child.content {
                        self.read(tree, file, &folder, path, items)?;
                    } else {
                        let files = [format!("{folder}.rs"), format!("{folder}/mod.rs")];
                        let found = files.iter().find(|file| tree.has_file(file));
                        // Not found if `#[path]` names a file in another crate.
                        if let Some(found) = found {
                            self.read_file(tree, found, &folder, path)?;
                        }
                    }
                }
                Item::Use(item) => module.imports.extend(parse_imports(&item)),
                item => {
                    module.items.extend(item_name(&item));
                    collect_paths(item.into_token_stream(), &mut module.named_paths);
                }
            }
        }
        self.0.insert(path, module);
        Ok(())
    }

    /// Returns the dependencies between files, except those between a module and its descendants.
    pub(super) fn dependencies(&self) -> Graph {
        let mut graph = Graph::new();
        for (scope, module) in &self.0 {
            let imported = module.imports.iter().filter_map(|import| {
                let target = self.resolve(scope, &import.path, 0)?;
                let is_dependency = match (import.is_reexport, &import.name) {
                    (true, _) => !target.module.starts_with(scope),
                    (false, Some(_)) => target.is_item,
                    (false, None) => true,
                };
                is_dependency.then_some((&import.path, target))
            });
            let named = module.named_paths.iter().filter_map(|path| {
                let target = self.resolve(scope, path, 0)?;
                Some((path, target))
            });
            for (path, target) in imported.chain(named) {
                let file = &self.0[target.module].file;
                let is_ancestor_or_descendant =
                    target.module.starts_with(scope) || scope.starts_with(target.module);
                if *file != module.file && !is_ancestor_or_descendant {
                    let depends_on = graph.entry(module.file.clone()).or_default();
                    depends_on
                        .entry(file.clone())
                        .or_insert_with(|| path.join("::"));
                }
            }
        }
        graph
    }

    /// Resolves a path written in the module `scope`. Returns `None` if the path names another
    /// crate or starts with a name that is neither a child module nor an import.
    fn resolve(&self, scope: &[String], path: &[String], reexports: u32) -> Option<Target<'_>> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.descend(&[], rest, reexports),
            "self" => self.descend(scope, rest, reexports),
            "super" => {
                let parent = &scope[..scope.len().checked_sub(1)?];
                match rest.first().map(String::as_str) {
                    Some("super") => self.resolve(parent, rest, reexports),
                    _ => self.descend(parent, rest, reexports),
                }
            }
            _ => self.look_up(scope, path, reexports),
        }
    }

    /// Resolves a path relative to a module. Returns `None` if the module does not exist. A name
    /// without a definition is assumed to come from a macro in the module.
    fn descend(&self, module: &[String], path: &[String], reexports: u32) -> Option<Target<'_>> {
        let (module, found) = self.0.get_key_value(module)?;
        let Some(first) = path.first() else {
            return Some(Target {
                module,
                is_item: false,
            });
        };
        let here = Target {
            module,
            is_item: true,
        };
        if found.items.contains(first) {
            return Some(here);
        }
        Some(self.look_up(module, path, reexports).unwrap_or(here))
    }

    /// Resolves a path that starts with the name of a child module or an import. Returns `None` for
    /// any other path, or after more than [`MAX_REEXPORTS`] re-exports.
    fn look_up(&self, scope: &[String], path: &[String], reexports: u32) -> Option<Target<'_>> {
        let (first, rest) = path.split_first()?;
        let child = [scope, std::slice::from_ref(first)].concat();
        if self.0.contains_key(&child) {
            return self.descend(&child, rest, reexports);
        }
        if reexports > MAX_REEXPORTS {
            return None;
        }
        let imports = &self.0.get(scope)?.imports;
        if let Some(import) = imports
            .iter()
            .find(|import| import.name.as_ref() == Some(first))
        {
            let path = [import.path.as_slice(), rest].concat();
            return self.resolve(scope, &path, reexports + 1);
        }
        let globs = imports.iter().filter(|import| import.name.is_none());
        globs
            .filter(|glob| self.is_local(scope, &glob.path))
            .find_map(|glob| {
                let module = self.resolve(scope, &glob.path, reexports + 1)?.module;
                if self.0[module].items.contains(first) {
                    return self.descend(module, path, reexports + 1);
                }
                self.look_up(module, path, reexports + 1)
            })
    }

    /// Returns whether a path starts in this crate without an import.
    fn is_local(&self, scope: &[String], path: &[String]) -> bool {
        let is_child = |name: &String| {
            self.0
                .contains_key(&[scope, std::slice::from_ref(name)].concat())
        };
        path.first().is_some_and(|first| {
            ["crate", "self", "super"].contains(&first.as_str()) || is_child(first)
        })
    }
}

/// Returns whether an item is compiled only for tests, of this crate or of crates that depend on
/// it.
fn is_for_tests(item: &Item) -> bool {
    let attributes: &[Attribute] = match item {
        Item::Const(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    };
    attributes.iter().any(|attribute| {
        let condition = attribute.meta.to_token_stream().to_string();
        ["cfg (test)", "cfg (feature = \"testing\")"].contains(&condition.as_str())
    })
}

fn item_name(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}

fn parse_imports(item: &ItemUse) -> Vec<Import> {
    let mut imports = Vec::new();
    // `use ::name` leaves the crate.
    if item.leading_colon.is_none() {
        flatten(&item.tree, &[], &mut imports);
    }
    let is_reexport = !matches!(item.vis, Visibility::Inherited);
    for import in &mut imports {
        import.is_reexport = is_reexport;
    }
    imports
}

fn flatten(tree: &UseTree, above: &[String], imports: &mut Vec<Import>) {
    let below = |name: &syn::Ident| match name.to_string() {
        name if name == "self" && !above.is_empty() => above.to_vec(),
        name => [above, &[name]].concat(),
    };
    let (path, name) = match tree {
        UseTree::Path(path) => return flatten(&path.tree, &below(&path.ident), imports),
        UseTree::Group(group) => {
            return group
                .items
                .iter()
                .for_each(|tree| flatten(tree, above, imports));
        }
        UseTree::Name(name) => (below(&name.ident), below(&name.ident).pop()),
        UseTree::Rename(rename) => (below(&rename.ident), Some(rename.rename.to_string())),
        UseTree::Glob(_) => (above.to_vec(), None),
    };
    imports.push(Import {
        path,
        name,
        is_reexport: false,
    });
}

/// Collects the paths in code, including macro arguments. A single lowercase word can be anything,
/// so single words count only if they look like types or constants.
fn collect_paths(tokens: TokenStream, paths: &mut BTreeSet<Path>) {
    let mut path = Path::new();
    let mut before = String::new();
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                let continues = before == "::" && !path.is_empty();
                if !continues {
                    keep(&mut path, paths);
                }
                let is_member = before.ends_with('.') && !before.ends_with("..");
                let is_part = is_member || before.ends_with("::") || before.ends_with('\'');
                if continues || !is_part {
                    path.push(ident.to_string());
                }
                before.clear();
            }
            TokenTree::Punct(punct) => before.push(punct.as_char()),
            TokenTree::Group(group) => {
                keep(&mut path, paths);
                collect_paths(group.stream(), paths);
                before.clear();
            }
            TokenTree::Literal(_) => {
                keep(&mut path, paths);
                before.clear();
            }
        }
    }
    keep(&mut path, paths);
}

fn keep(path: &mut Path, paths: &mut BTreeSet<Path>) {
    let path = std::mem::take(path);
    let is_type = path
        .first()
        .is_some_and(|name| name.starts_with(char::is_uppercase));
    if is_type || path.len() > 1 {
        paths.insert(path);
    }
}
