//! Generates the list of migrations that `src/connect/migrations.rs` includes.
//!
//! `sqlx::migrate!` does the same, but its macro crate depends on both drivers. Cargo would
//! compile them, SQLite itself and about thirty other crates a second time.

use std::{env, error::Error, fmt::Write as _, fs, io};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=migrations");
    let mut code = String::new();
    for engine in ["sqlite", "postgres"] {
        let folder = format!("/migrations/{engine}");
        let files = fs::read_dir(env::var("CARGO_MANIFEST_DIR")? + &folder)?;
        let files = files.map(|file| Ok(file?.file_name().to_string_lossy().into_owned()));
        let mut files = files.collect::<io::Result<Vec<String>>>()?;
        files.sort();
        let array = engine.to_uppercase();
        writeln!(code, "static {array}: &[(i64, &str, &str)] = &[")?;
        for file in files {
            let (version, description) = file
                .strip_suffix(".sql")
                .and_then(|name| name.split_once('_'))
                .ok_or_else(|| format!("{file} is not named <version>_<description>.sql"))?;
            let version: i64 = version.parse()?;
            let description = description.replace('_', " ");
            let path = format!("concat!(env!(\"CARGO_MANIFEST_DIR\"), \"{folder}/{file}\")");
            writeln!(
                code,
                "({version}, \"{description}\", include_str!({path})),"
            )?;
        }
        writeln!(code, "];")?;
    }
    fs::write(env::var("OUT_DIR")? + "/migrations.rs", code)?;
    Ok(())
}
