//! The most that we let a browser download.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

use super::output;

/// Maximum number of bytes, after brotli, of everything that the pages load: 320 KiB. Give the reason for raising it in the
/// commit message.
const BUDGET: u64 = 327_680;

/// How the names of the built files begin and end that pages load: there is one of each.
const DOWNLOADS: [(&str, &str); 4] = [
    ("keywright-frontend-", "_bg.wasm"),
    ("keywright-frontend-", ".js"),
    ("enhance-", ".js"),
    ("main-", ".css"),
];

/// Fails if what a browser downloads of the built site is larger than its budget, compressed, or is not what we think it is.
pub(crate) fn check() -> Result<()> {
    let mut files = output::files("wasm")?;
    files.extend(output::files("js")?);
    files.extend(output::files("css")?);
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
    println!("    {total:>7} bytes after brotli, of {BUDGET} allowed");
    if total > BUDGET {
        bail!(
            "a browser downloads {total} bytes, {} over the budget",
            total - BUDGET
        );
    }
    Ok(())
}

fn name(file: &Path) -> Option<&str> {
    file.file_name()?.to_str()
}

fn check_names(names: &[&str]) -> Result<()> {
    for (begin, end) in DOWNLOADS {
        let found = names
            .iter()
            .filter(|name| name.starts_with(begin) && name.ends_with(end));
        let found = found.count();
        if found != 1 {
            bail!("there are {found} files {begin}…{end} in the site, not one");
        }
    }
    if names.len() != DOWNLOADS.len() {
        bail!("the budget knows nothing of one of {}", names.join(", "));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_of_one_file_of_each_kind_is_counted_and_no_other() {
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
