//! Locates the database and the master key from arguments and environment variables.

use std::{
    env, fs,
    fs::File,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use clap::Args;
use keywright_service::{
    Services,
    clock::SystemClock,
    rate_limit::RateLimitConfig,
    rng::{Rng, SystemRng},
    signing_keys::master_key::MasterKey,
};
use keywright_store::{Engine, Store};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::{
    data_dir::{create_parent_dir, unwritable_message, write_secret},
    setup_code::SetupCodeFile,
};

/// Environment variable that contains the master key in base64.
const MASTER_KEY_VAR: &str = "KEYWRIGHT_MASTER_KEY";

/// Environment variable with the path of a file that contains the master key.
const MASTER_KEY_FILE_VAR: &str = "KEYWRIGHT_MASTER_KEY_FILE";

/// Location of the database and the data directory.
// No `Debug`: the URL may contain a password.
#[derive(Clone, Args)]
pub struct DatabaseArgs {
    /// Database to use: `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`; defaults to
    /// `keywright.db` in the data directory.
    // Hidden in `--help`, because the value may contain a password.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true)]
    pub database_url: Option<String>,
    /// Directory for the SQLite file, the generated master key and, until setup, the setup code.
    #[arg(
        long,
        env = "KEYWRIGHT_DATA_DIR",
        default_value = "data",
        global = true
    )]
    pub data_dir: PathBuf,
}

/// The resolved location of the database.
enum DatabaseLocation {
    /// Absolute path of a local file.
    Sqlite(PathBuf),
    /// URL of a database that several servers can share.
    Postgres(String),
}

impl DatabaseArgs {
    /// Opens an existing database.
    pub async fn open(&self) -> anyhow::Result<Services> {
        if let DatabaseLocation::Sqlite(file) = self.location()?
            && !file.exists()
        {
            bail!(
                "no database at {}: check --data-dir, or create one with `keywright serve`, `keywright tenant create` or `keywright demo`",
                file.display()
            );
        }
        self.open_or_create(RateLimitConfig::default()).await
    }

    /// Opens the database, creating the SQLite file if it does not exist.
    pub async fn open_or_create(&self, limits: RateLimitConfig) -> anyhow::Result<Services> {
        let place = self.location()?;
        let configured = self.configured_key(&place)?;
        let (url, _set_up) = match &place {
            DatabaseLocation::Sqlite(file) => (sqlite_url(file)?, Some(lock_setup(file)?)),
            DatabaseLocation::Postgres(_) if configured.is_none() => bail!(
                "PostgreSQL needs a master key that all servers share: set {MASTER_KEY_VAR} or {MASTER_KEY_FILE_VAR} (`openssl rand -base64 32` generates one)"
            ),
            DatabaseLocation::Postgres(url) => (url.clone(), None),
        };
        let store = Store::open(&url).await?;
        let master_key = self
            .load_or_generate_key(&store, &place)
            .await?
            .verify_against_store(&store, &SystemRng)
            .await?;
        Ok(Services::new(
            store,
            master_key,
            Box::new(SystemClock),
            Box::new(SystemRng),
            limits,
        ))
    }

    /// Locks the SQLite database against a second server until the returned file is dropped.
    /// Returns `None` on PostgreSQL, which several servers can share.
    pub fn lock_exclusively(&self) -> anyhow::Result<Option<File>> {
        let DatabaseLocation::Sqlite(file) = self.location()? else {
            return Ok(None);
        };
        create_parent_dir(&file)?;
        let path = file.with_extension("lock");
        let lock = open_lock_file(&path)?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(lock)),
            Err(fs::TryLockError::WouldBlock) => bail!(
                "another `keywright serve` is running on {}: stop it, choose another --data-dir, or use PostgreSQL, which several servers can share",
                file.display()
            ),
            Err(fs::TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("can't lock {}", path.display()))
            }
        }
    }

    /// Returns the setup code file in the data directory.
    pub fn setup_code_file(&self) -> SetupCodeFile {
        SetupCodeFile::new(self.data_dir.join("setup-code"))
    }

    /// Returns the SQLite file. On PostgreSQL, returns an error that recommends `instead`.
    pub fn require_sqlite_file(&self, what: &str, instead: &str) -> anyhow::Result<PathBuf> {
        match self.location()? {
            DatabaseLocation::Sqlite(file) => Ok(file),
            DatabaseLocation::Postgres(_) => bail!(
                "{what} supports only SQLite: on PostgreSQL, use `{instead}` (see docs/operations.md)"
            ),
        }
    }

    /// Returns the master key's file, or the variable that contains it.
    pub fn master_key_location(&self) -> PathBuf {
        match env::var_os(MASTER_KEY_FILE_VAR).filter(|path| !path.is_empty()) {
            Some(path) => path.into(),
            None if env::var_os(MASTER_KEY_VAR).is_some_and(|key| !key.is_empty()) => {
                MASTER_KEY_VAR.into()
            }
            None => self.generated_key_path(),
        }
    }

    fn location(&self) -> anyhow::Result<DatabaseLocation> {
        let Some(url) = &self.database_url else {
            return Ok(DatabaseLocation::Sqlite(absolute_path(
                self.data_dir.join("keywright.db"),
            )?));
        };
        match Engine::from_url(url) {
            Some(Engine::Postgres) => Ok(DatabaseLocation::Postgres(url.clone())),
            Some(Engine::Sqlite) => Ok(DatabaseLocation::Sqlite(absolute_path(
                parse_sqlite_path(url)?,
            )?)),
            None => bail!("the database URL must begin with sqlite: or postgres:"),
        }
    }

    fn generated_key_path(&self) -> PathBuf {
        self.data_dir.join("master.key")
    }

    /// Returns the master key from the environment or, on SQLite, from the generated key file.
    fn configured_key(&self, place: &DatabaseLocation) -> anyhow::Result<Option<MasterKey>> {
        if let Some(value) = env::var_os(MASTER_KEY_VAR).filter(|value| !value.is_empty()) {
            let key = MasterKey::from_base64(&value.to_string_lossy());
            return key
                .map(Some)
                .with_context(|| format!("{MASTER_KEY_VAR} is not a valid master key"));
        }
        if let Some(path) = env::var_os(MASTER_KEY_FILE_VAR).filter(|path| !path.is_empty()) {
            return read_master_key(Path::new(&path)).map(Some);
        }
        match place {
            DatabaseLocation::Sqlite(_) if self.generated_key_path().exists() => {
                read_master_key(&self.generated_key_path()).map(Some)
            }
            // A generated key belongs to one server, so PostgreSQL never uses it.
            DatabaseLocation::Sqlite(_) | DatabaseLocation::Postgres(_) => Ok(None),
        }
    }

    /// Returns the configured key. Generates one if the database contains no encrypted data yet.
    async fn load_or_generate_key(
        &self,
        store: &Store,
        place: &DatabaseLocation,
    ) -> anyhow::Result<MasterKey> {
        if let Some(key) = self.configured_key(place)? {
            return Ok(key);
        }
        let path = self.generated_key_path();
        if MasterKey::is_in_use(store).await? {
            bail!(
                "the master key is missing, and the signing keys in this database are encrypted with it: set {MASTER_KEY_VAR} or {MASTER_KEY_FILE_VAR}, or restore {}",
                path.display()
            );
        }
        let rng: &dyn Rng = &SystemRng;
        let key = MasterKey::generate(rng);
        create_parent_dir(&path)?;
        write_secret(&path, &key.to_base64())
            .with_context(|| format!("can't write the master key to {}", path.display()))?;
        tracing::warn!(file = %path.display(), "generated a master key; keep a copy of it, separate from database backups");
        Ok(key)
    }
}

fn absolute_path(path: PathBuf) -> anyhow::Result<PathBuf> {
    std::path::absolute(path).context("the database path is empty")
}

/// Returns the path in a SQLite URL. Ignores the query, because the server sets its own options.
fn parse_sqlite_path(url: &str) -> anyhow::Result<PathBuf> {
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
    let path = path.split('?').next().unwrap_or_default();
    if path.is_empty() || path.starts_with(":memory:") || url.contains("mode=memory") {
        bail!("the database URL must name a file: in-memory databases are not supported");
    }
    let decoded = percent_decode_str(path)
        .decode_utf8()
        .context("the path in the database URL must be UTF-8")?;
    Ok(PathBuf::from(decoded.into_owned()))
}

pub(crate) fn sqlite_url(file: &Path) -> anyhow::Result<String> {
    const UNESCAPED: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'/')
        .remove(b'.')
        .remove(b'-')
        .remove(b'_')
        .remove(b'~');
    let path = file.to_str().context("the database path must be UTF-8")?;
    Ok(format!(
        "sqlite:{}?mode=rwc",
        utf8_percent_encode(path, UNESCAPED)
    ))
}

/// Waits until no other process is setting up the database (tables and master key). Holds the
/// lock until the returned file is dropped.
fn lock_setup(file: &Path) -> anyhow::Result<File> {
    create_parent_dir(file)?;
    let lock = open_lock_file(&file.with_extension("setup-lock"))?;
    lock.lock().context("can't lock the data directory")?;
    Ok(lock)
}

fn open_lock_file(path: &Path) -> anyhow::Result<File> {
    let dir = path.parent().unwrap_or(path);
    File::options()
        .create(true)
        .append(true)
        .open(path)
        .with_context(|| unwritable_message(dir))
}

fn read_master_key(path: &Path) -> anyhow::Result<MasterKey> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("can't read the master key from {}", path.display()))?;
    MasterKey::from_base64(&text)
        .with_context(|| format!("{} does not contain a valid master key", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(url: Option<&str>, data_dir: &str) -> anyhow::Result<DatabaseLocation> {
        DatabaseArgs {
            database_url: url.map(str::to_owned),
            data_dir: data_dir.into(),
        }
        .location()
    }

    #[test]
    fn default_database_is_a_file_in_the_data_directory() {
        let Ok(DatabaseLocation::Sqlite(file)) = place(None, "/srv/key wright/ä") else {
            panic!("expected a SQLite file");
        };
        assert_eq!(file, PathBuf::from("/srv/key wright/ä/keywright.db"));
        assert_eq!(
            sqlite_url(&file).unwrap(),
            "sqlite:/srv/key%20wright/%C3%A4/keywright.db?mode=rwc"
        );
    }

    #[test]
    fn database_urls_select_the_engine_and_the_file() {
        assert!(matches!(
            place(Some("postgres://u:p@h/d"), "data"),
            Ok(DatabaseLocation::Postgres(_))
        ));
        for (url, file) in [
            ("sqlite:/a/b.db", "/a/b.db"),
            ("sqlite:/a/b.db?mode=rwc", "/a/b.db"),
            ("sqlite:///a/b.db", "/a/b.db"),
            ("sqlite:/a/d%C3%A9%20e.db", "/a/dé e.db"),
        ] {
            assert!(
                matches!(place(Some(url), "data"), Ok(DatabaseLocation::Sqlite(found)) if found == Path::new(file)),
                "{url}"
            );
        }
        for bad in [
            "mysql://h/d",
            "sqlite::memory:",
            "sqlite:",
            "sqlite:x?mode=memory",
            "keywright.db",
        ] {
            assert!(place(Some(bad), "data").is_err(), "{bad}");
        }
    }
}
