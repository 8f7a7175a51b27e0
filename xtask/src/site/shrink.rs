//! Makes the script and the wasm smaller, in ways that need both of them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};

use super::{files, wasm::Module};
use crate::{process, tools::SiteTools, workspace};

/// The features of the module are named one by one: with none wasm-opt refuses it, with all it writes one that Chromium
/// refuses. Names of functions are for developers.
const FEATURES: [&str; 8] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
    "--strip-debug",
    "--strip-producers",
];

const OPTIMISATIONS: [&str; 7] = [
    // The module's own memory, new and full of zeros; the stack is in its first page, and ends before the first kilobyte.
    "--zero-filled-memory",
    "--low-memory-unused",
    // A function with one caller stays one: like functions side by side compress better than one large one.
    "--one-caller-inline-max-function-size=0",
    // Not -Oz: what that saves, brotli would have saved, too.
    "-Os",
    "--converge",
    // Last: functions of one kind stand side by side, where brotli finds how alike they are.
    "--reorder-functions-by-name",
    "--quiet",
];

/// Makes what Trunk has put into the site smaller.
pub(super) fn shrink(tools: &SiteTools) -> Result<()> {
    for wasm in files("wasm")? {
        let script = script_of(&wasm);
        let mut module = Module::parse(&fs::read(&wasm)?)?;
        minify(&script, tools)?;
        let emptied = module.empty_functions(is_never_called)?;
        // None at all would mean that Leptos or the compiler names them otherwise by now.
        if emptied == 0 {
            bail!("the wasm has none of the functions that are never called: see is_never_called");
        }
        println!("    {emptied} functions are never called");
        shorten_names(&mut module, &script)?;
        fs::write(&wasm, module.to_bytes())?;
        let mut wasm_opt = tools.command("wasm-opt")?;
        wasm_opt.args(FEATURES).args(OPTIMISATIONS);
        process::run(wasm_opt.arg(&wasm).arg("-o").arg(&wasm))?;
    }
    Ok(())
}

/// Every type of view brings a second way of hydrating, for pages whose code is loaded bit by bit. Ours come in one piece. Only
/// that way itself: the compiler has one function for all that do the same, so what it calls, and what drops its states, may be
/// somebody else's, too.
fn is_never_called(function: &str) -> bool {
    let name = function
        .rsplit_once("::h")
        .map_or(function, |(name, _)| name);
    let name = name.strip_suffix("::{{closure}}").unwrap_or(name);
    name.ends_with("::hydrate_async")
}

/// The script that wasm-bindgen has written for a module.
fn script_of(wasm: &Path) -> PathBuf {
    let name = wasm.to_string_lossy();
    PathBuf::from(name.replace("_bg.wasm", ".js"))
}

/// Leaves of a script what its default export needs.
fn minify(script: &Path, tools: &SiteTools) -> Result<()> {
    let entry = workspace::target().join("site-parts/start.mjs");
    fs::write(
        &entry,
        format!(
            "export {{ default }} from {:?};",
            script.display().to_string()
        ),
    )?;
    let mut esbuild = tools.command("esbuild")?;
    esbuild.arg(&entry);
    esbuild.args([
        "--bundle",
        "--minify",
        "--format=esm",
        "--log-level=warning",
    ]);
    // Else these would keep classes that nobody makes.
    esbuild.args([
        "--define:Symbol.dispose=undefined",
        "--pure:FinalizationRegistry",
    ]);
    esbuild.arg("--allow-overwrite");
    process::run(esbuild.arg(format!("--outfile={}", script.display())))
}

/// Gives what script and module call each other a name of a letter or two: wasm-bindgen's end in random digits, which do not
/// compress, and stand in both.
fn shorten_names(module: &mut Module, script: &Path) -> Result<()> {
    let text = fs::read_to_string(script)?;
    let names = module.outer_names()?.into_iter();
    let known: Vec<String> = names
        .filter(|name| places(&text, name).next().is_some())
        .collect();
    let long = known.iter().filter(|name| is_generated(name));
    let short: BTreeMap<&str, String> = (0..)
        .zip(long)
        .map(|(index, name)| (name.as_str(), short_name(index)))
        .collect();
    let renamed = |name: &str| {
        let name = known.iter().find(|known| *known == name)?;
        Some(short.get(name.as_str()).unwrap_or(name).clone())
    };
    module.rename(renamed)?;
    Ok(fs::write(script, replace_words(&text, &short))?)
}

/// Whether it is one of wasm-bindgen's names, which nobody else uses.
fn is_generated(name: &str) -> bool {
    let prefixes = ["./", "__wb", "__externref", "wasm_bindgen_"];
    prefixes.iter().any(|prefix| name.starts_with(prefix))
}

/// `a` to `z`, `aa`, `ab` and so on.
fn short_name(index: usize) -> String {
    let letter = |index: usize| char::from(b"abcdefghijklmnopqrstuvwxyz"[index % 26]);
    let before = (index / 26).checked_sub(1).map(short_name);
    format!("{}{}", before.unwrap_or_default(), letter(index))
}

/// Where `word` stands in `text` as a whole.
fn places(text: &str, word: &str) -> impl Iterator<Item = usize> {
    let goes_on = |character: char| character.is_alphanumeric() || "_$".contains(character);
    let found = text.match_indices(word).map(|(place, _)| place);
    found.filter(move |place| {
        let (before, after) = (&text[..*place], &text[place + word.len()..]);
        !before.ends_with(goes_on) && !after.starts_with(goes_on)
    })
}

fn replace_words(text: &str, short: &BTreeMap<&str, String>) -> String {
    let mut text = text.to_owned();
    for (word, short) in short {
        let places: Vec<usize> = places(&text, word).collect();
        for place in places.into_iter().rev() {
            text.replace_range(place..place + word.len(), short);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_all_different() {
        let names: Vec<String> = (0..800).map(short_name).collect();
        assert_eq!(names[..2], ["a", "b"]);
        assert_eq!(names[25..28], ["z", "aa", "ab"]);
        assert_eq!(names[701..703], ["zz", "aaa"]);
    }

    #[test]
    fn only_whole_words_are_replaced() {
        let short = BTreeMap::from([("__wb_of", "b".to_owned()), ("./x_bg.js", "a".to_owned())]);
        let script = "{\"./x_bg.js\":{__wb_of(){},__wb_of_2(){}}};w.__wb_of";
        let shorter = "{\"a\":{b(){},__wb_of_2(){}}};w.b";
        assert_eq!(replace_words(script, &short), shorter);
    }

    #[test]
    fn of_hydrating_bit_by_bit_only_the_way_itself_is_never_called() {
        let way = "<T as tachys::view::any_view::IntoAny>::into_any::hydrate_async";
        for never in ["::h0123456789abcdef", "::{{closure}}::h0123456789abcdef"] {
            assert!(is_never_called(&format!("{way}{never}")), "{never}");
        }
        for shared in [
            "::{{closure}}::inner_1::h0123456789abcdef",
            "::{{closure}}::{{closure}}::h0123456789abcdef",
        ] {
            assert!(!is_never_called(&format!("{way}{shared}")), "{shared}");
        }
        let drops = format!("core::ptr::drop_in_place<{way}::{{{{closure}}}}>::h0123456789abcdef");
        assert!(!is_never_called(&drops));
    }
}
