//! `keywright backup` and `keywright restore`, which copy the SQLite database to and from a file.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use clap::Args;
use keywright_store::{copy_database, delete_sessions, inspect_backup};

use crate::{
    commands::print_line,
    config::{DatabaseArgs, sqlite_url},
    data_dir::{create_parent_dir, create_secret_file, persist},
};

#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    /// File to write. It must not exist yet.
    file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// File written by `keywright backup`.
    file: PathBuf,
    /// Replace the existing database, which is renamed and kept.
    #[arg(long)]
    replace: bool,
}

impl BackupArgs {
    pub(crate) async fn run(self, database: &DatabaseArgs) -> anyhow::Result<()> {
        let file = database.require_sqlite_file("`keywright backup`", "pg_dump")?;
        if !file.exists() {
            bail!("no database at {}: check --data-dir", file.display());
        }
        let copy = &self.file;
        if copy.exists() {
            bail!("{} already exists: choose another file", copy.display());
        }
        let half = temp_path(copy);
        create_secret_file(&half).with_context(|| format!("can't write {}", copy.display()))?;
        let counts = async {
            copy_database(&sqlite_url(&file)?, &half).await?;
            let counts = inspect_backup(&sqlite_url(&half)?).await?;
            persist(&half, copy).with_context(|| format!("can't write {}", copy.display()))?;
            Ok::<_, anyhow::Error>(counts)
        };
        let counts = match counts.await {
            Ok(counts) => counts,
            Err(error) => {
                fs::remove_file(&half).ok();
                return Err(error);
            }
        };
        print_line(&format!(
            "Wrote {}: {} tenants and {} licenses, as of the start of the backup.",
            copy.display(),
            counts.tenant_count,
            counts.license_count
        ))?;
        print_line(&format!(
            "The backup does not contain the master key, which is needed to read the signing keys. Keep a copy of {} in another place.",
            database.master_key_location().display()
        ))
    }
}

impl RestoreArgs {
    pub(crate) async fn run(self, database: &DatabaseArgs) -> anyhow::Result<()> {
        let file = database.require_sqlite_file("`keywright restore`", "pg_restore")?;
        let backup = std::path::absolute(&self.file)?;
        if !backup.is_file() {
            bail!("no such file: {}", backup.display());
        }
        // Held until the restore is complete, so that no server opens a partial database.
        let _lock = database.lock_exclusively()?;
        if file.exists() && !self.replace {
            bail!(
                "a database already exists at {}: use --replace to rename it and restore the backup",
                file.display()
            );
        }
        let half = temp_path(&file);
        create_parent_dir(&file)?;
        let counts = async {
            let mut written = create_secret_file(&half)?;
            let mut read =
                File::open(&backup).with_context(|| format!("can't read {}", backup.display()))?;
            std::io::copy(&mut read, &mut written)?;
            drop(written);
            let url = sqlite_url(&half)?;
            let counts = inspect_backup(&url)
                .await
                .with_context(|| format!("can't restore {}", backup.display()))?;
            delete_sessions(&url).await?;
            Ok::<_, anyhow::Error>(counts)
        };
        let counts = match counts.await {
            Ok(counts) => counts,
            Err(error) => {
                fs::remove_file(&half).ok();
                return Err(error);
            }
        };
        let previous = rename_existing(&file)?;
        persist(&half, &file).with_context(|| format!("can't write {}", file.display()))?;
        print_line(&format!(
            "Restored {} tenants and {} licenses. All operators must sign in again. Licenses, devices and SDK keys that were revoked or deactivated after the backup work again until you repeat the change.",
            counts.tenant_count, counts.license_count
        ))?;
        if let Some(previous) = previous {
            print_line(&format!(
                "The previous database was renamed to {}.",
                previous.display()
            ))?;
        }
        // Open the database as `serve` would, to report a wrong or missing master key now.
        let opened = database
            .open()
            .await
            .context("the database was restored, but can't be opened yet")?;
        opened.close().await;
        Ok(())
    }
}

/// Renames the current database and its write-ahead log. Returns the new path, or `None` if there
/// is no database.
fn rename_existing(file: &Path) -> anyhow::Result<Option<PathBuf>> {
    if !file.exists() {
        return Ok(None);
    }
    let free = (1..).map(|number| file.with_extension(format!("replaced-{number}.db")));
    let Some(previous) = free.into_iter().find(|previous| !previous.exists()) else {
        bail!("too many replaced databases in the data directory");
    };
    for end in ["-wal", "-shm"] {
        let (from, to) = (append_suffix(file, end), append_suffix(&previous, end));
        if from.exists() {
            fs::rename(&from, &to).with_context(|| format!("can't rename {}", from.display()))?;
        }
    }
    fs::rename(file, &previous).with_context(|| format!("can't rename {}", file.display()))?;
    Ok(Some(previous))
}

fn temp_path(file: &Path) -> PathBuf {
    append_suffix(file, ".half")
}

fn append_suffix(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}
