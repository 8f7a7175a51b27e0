//! Checks that the site stays within its size budget and consists of the expected files.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

use super::output;

/// Maximum total size of all assets after brotli: 320 KiB. Give the reason in the commit message
/// when you raise it.
const MAX_SITE_BYTES: u64 = 327_680;

/// Prefix and suffix of each asset that pages load. The site has exactly one file of each.
const ASSETS: [(&str, &str); 4] = [
    ("keywright-frontend-", "_bg.wasm"),
    ("keywright-frontend-", ".js"),
    ("enhance-", ".js"),
    ("main-", ".css"),
];

/// Fails if the compressed assets exceed the budget, or if the set of files is unexpected.
pub(crate) fn check() -> Result<()> {
    let mut files = output::files_with_extension("wasm")?;
    files.extend(output::files_with_extension("js")?);
    files.extend(output::files_with_extension("css")?);
    let names: Vec<&str> = files.iter().filter_map(|file| name(file)).collect();
    check_names(&names)?;
    let mut total = 0;
    for file in &files {
        let compressed = file.with_added_extension("br");
        let size = |file: &Path| {
            let metadata = fs::metadata(file);
            metadata.with_context(|| format!("can't read {}", file.display()))
        };
        let (plain, small) = (size(file)?.len(), size(&compressed)?.len());
        println!(
            "    {small:>7} bytes of {plain:>7}  {}",
            name(file).unwrap_or_default()
        );
        total += small;
    }
    println!("    {total:>7} bytes after brotli, of {MAX_SITE_BYTES} allowed");
    if total > MAX_SITE_BYTES {
        bail!(
            "the site is {total} bytes after brotli, {} bytes over the budget",
            total - MAX_SITE_BYTES
        );
    }
    Ok(())
}

fn name(file: &Path) -> Option<&str> {
    file.file_name()?.to_str()
}

fn check_names(names: &[&str]) -> Result<()> {
    for (begin, end) in ASSETS {
        let found = names
            .iter()
            .filter(|name| name.starts_with(begin) && name.ends_with(end));
        let found = found.count();
        if found != 1 {
            bail!("expected exactly one file {begin}…{end} in the site, found {found}");
        }
    }
    if names.len() != ASSETS.len() {
        bail!(
            "one of these files is not expected in the site: {}",
            names.join(", ")
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn site_must_have_exactly_one_file_of_each_kind() {
        let names = [
            "keywright-frontend-1f_bg.wasm",
            "keywright-frontend-1f.js",
            "enhance-0b.js",
            "main-0a.css",
        ];
        assert!(check_names(&names).is_ok());
        assert!(check_names(&names[1..]).is_err());
        assert!(check_names(&[names.as_slice(), &["main-0c.css"]].concat()).is_err());
        assert!(check_names(&[names.as_slice(), &["chunk-0d.js"]].concat()).is_err());
    }
}
