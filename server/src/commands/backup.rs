//! `keywright backup` and `keywright restore`: the SQLite database as one file, and back.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use clap::Args;
use keywright_store::{copy_database, end_sessions, inspect_copy};

use crate::{
    commands::say,
    config::{DatabaseArgs, sqlite_url},
    data_dir::{finish, make_folder, new_secret_file},
};

/// Where to.
#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    /// The file to write; it must not be there yet.
    file: PathBuf,
}

/// Where from.
#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// What `keywright backup` wrote.
    file: PathBuf,
    /// Put it in the place of the database that is there, which is kept beside it under another name.
    #[arg(long)]
    replace: bool,
}

impl BackupArgs {
    pub(crate) async fn run(self, database: &DatabaseArgs) -> anyhow::Result<()> {
        let file = database.sqlite_file_for("`keywright backup`", "pg_dump")?;
        if !file.exists() {
            bail!(
                "There is no database at {}. Name the data folder with --data-dir",
                file.display()
            );
        }
        let copy = &self.file;
        if copy.exists() {
            bail!(
                "{} is there already: name a file that is not",
                copy.display()
            );
        }
        let half = half_of(copy);
        new_secret_file(&half).with_context(|| format!("{} can't be written", copy.display()))?;
        let copied = async {
            copy_database(&sqlite_url(&file)?, &half).await?;
            let copied = inspect_copy(&sqlite_url(&half)?).await?;
            finish(&half, copy).with_context(|| format!("{} can't be written", copy.display()))?;
            Ok::<_, anyhow::Error>(copied)
        };
        let copied = match copied.await {
            Ok(copied) => copied,
            Err(error) => {
                fs::remove_file(&half).ok();
                return Err(error);
            }
        };
        say(&format!(
            "Wrote {}: {} tenants and {} licenses, as of the moment at which it began.",
            copy.display(),
            copied.tenants,
            copied.licenses
        ))?;
        say(&format!(
            "The master key is not in it, and the signing keys can't be read without: keep a copy of {} apart from it.",
            database.master_key_place().display()
        ))
    }
}

impl RestoreArgs {
    pub(crate) async fn run(self, database: &DatabaseArgs) -> anyhow::Result<()> {
        let file = database.sqlite_file_for("`keywright restore`", "pg_restore")?;
        let backup = std::path::absolute(&self.file)?;
        if !backup.is_file() {
            bail!("There is no file {}", backup.display());
        }
        // Held to the end: a server that starts meanwhile would open half of it.
        let _lock = database.lock()?;
        if file.exists() && !self.replace {
            bail!(
                "There is a database at {} already. With --replace it is kept beside it under another name",
                file.display()
            );
        }
        let half = half_of(&file);
        make_folder(&file)?;
        let copied = async {
            let mut written = new_secret_file(&half)?;
            let mut read = File::open(&backup)
                .with_context(|| format!("{} can't be read", backup.display()))?;
            std::io::copy(&mut read, &mut written)?;
            drop(written);
            let url = sqlite_url(&half)?;
            let copied = inspect_copy(&url)
                .await
                .with_context(|| format!("{} was not restored", backup.display()))?;
            end_sessions(&url).await?;
            Ok::<_, anyhow::Error>(copied)
        };
        let copied = match copied.await {
            Ok(copied) => copied,
            Err(error) => {
                fs::remove_file(&half).ok();
                return Err(error);
            }
        };
        let kept = put_aside(&file)?;
        finish(&half, &file).with_context(|| format!("{} can't be written", file.display()))?;
        say(&format!(
            "Restored {} tenants and {} licenses. Everybody has to sign in again; what was deactivated, revoked or ended since the backup works again until you repeat it.",
            copied.tenants, copied.licenses
        ))?;
        if let Some(kept) = kept {
            say(&format!(
                "The database that was there is kept as {}.",
                kept.display()
            ))?;
        }
        // Opened as `serve` would, which says what is wrong with the master key.
        let opened = database
            .open()
            .await
            .context("The database is restored, but can't be used yet")?;
        opened.close().await;
        Ok(())
    }
}

/// Renames what is there, with its log, and says to what.
fn put_aside(file: &Path) -> anyhow::Result<Option<PathBuf>> {
    if !file.exists() {
        return Ok(None);
    }
    let free = (1..).map(|number| file.with_extension(format!("replaced-{number}.db")));
    let Some(kept) = free.into_iter().find(|kept| !kept.exists()) else {
        bail!("The data folder is full of replaced databases");
    };
    for end in ["-wal", "-shm"] {
        let (from, to) = (with_end(file, end), with_end(&kept, end));
        if from.exists() {
            fs::rename(&from, &to).with_context(|| format!("{} can't be moved", from.display()))?;
        }
    }
    fs::rename(file, &kept).with_context(|| format!("{} can't be moved", file.display()))?;
    Ok(Some(kept))
}

fn half_of(file: &Path) -> PathBuf {
    with_end(file, ".half")
}

fn with_end(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}
