//! Where the data is, and the key that guards it: from arguments and environment to an open store.

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
    rate_limit::LimitSettings,
    rng::{Rng, SystemRng},
    signing_keys::master_key::MasterKey,
};
use keywright_store::{Engine, Store};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::{
    data_dir::{make_folder, unwritable, write_secret},
    setup_code::SetupCodeFile,
};

/// Holds the master key itself.
const MASTER_KEY: &str = "KEYWRIGHT_MASTER_KEY";

/// Names a file that holds the master key.
const MASTER_KEY_FILE: &str = "KEYWRIGHT_MASTER_KEY_FILE";

/// Where the data is.
// No `Debug`: the URL may hold a password.
#[derive(Clone, Args)]
pub struct DatabaseArgs {
    /// `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`; a SQLite file in the data folder, where left out.
    // Hidden from `--help`: it may hold a password.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true)]
    pub database_url: Option<String>,
    /// Folder for the SQLite file, the generated master key and, until there is a tenant, the setup code.
    #[arg(
        long,
        env = "KEYWRIGHT_DATA_DIR",
        default_value = "data",
        global = true
    )]
    pub data_dir: PathBuf,
}

/// Where the data is, once that is clear.
enum Place {
    /// A file of this machine.
    Sqlite(PathBuf),
    /// A server that many of ours can share.
    Postgres(String),
}

impl DatabaseArgs {
    /// Opens a database that is there, and everything that can be asked of it.
    pub async fn open(&self) -> anyhow::Result<Services> {
        if let Place::Sqlite(file) = self.place()?
            && !file.exists()
        {
            bail!(
                "There is no database at {}. Name the data folder with --data-dir; `keywright serve`, `tenant add` and `demo` make a new one",
                file.display()
            );
        }
        self.open_or_create(LimitSettings::default()).await
    }

    /// Opens the database, and makes it if it is a missing SQLite file.
    pub async fn open_or_create(&self, limits: LimitSettings) -> anyhow::Result<Services> {
        let place = self.place()?;
        let configured = self.configured_key(&place)?;
        let (url, _set_up) = match &place {
            Place::Sqlite(file) => (sqlite_url(file)?, Some(lock_set_up(file)?)),
            Place::Postgres(_) if configured.is_none() => bail!(
                "PostgreSQL needs a master key that all servers share: set {MASTER_KEY} or {MASTER_KEY_FILE} (`openssl rand -base64 32` makes one)"
            ),
            Place::Postgres(url) => (url.clone(), None),
        };
        let store = Store::open(&url).await?;
        let master_key = self
            .master_key(&store, &place)
            .await?
            .checked(&store, &SystemRng)
            .await?;
        Ok(Services::new(
            store,
            master_key,
            Box::new(SystemClock),
            Box::new(SystemRng),
            limits,
        ))
    }

    /// Keeps a second server off the same SQLite file, while the returned file is held. PostgreSQL serves many.
    pub fn lock(&self) -> anyhow::Result<Option<File>> {
        let Place::Sqlite(file) = self.place()? else {
            return Ok(None);
        };
        make_folder(&file)?;
        let path = file.with_extension("lock");
        let lock = open_lock(&path)?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(lock)),
            Err(fs::TryLockError::WouldBlock) => bail!(
                "Another `keywright serve` is running on {}. Stop it first, name another --data-dir, or use PostgreSQL, which many servers can share",
                file.display()
            ),
            Err(fs::TryLockError::Error(error)) => Err(error)
                .with_context(|| format!("The lock file {} can't be locked", path.display())),
        }
    }

    /// Where the setup code stands while it is needed.
    pub fn setup_code_file(&self) -> SetupCodeFile {
        SetupCodeFile::new(self.data_dir.join("setup-code"))
    }

    /// The SQLite file, for what can be done with nothing else; on PostgreSQL the program that does it there is named.
    pub fn sqlite_file_for(&self, what: &str, instead: &str) -> anyhow::Result<PathBuf> {
        match self.place()? {
            Place::Sqlite(file) => Ok(file),
            Place::Postgres(_) => bail!(
                "{what} is for SQLite. On PostgreSQL use its own `{instead}`: docs/operations.md says how"
            ),
        }
    }

    /// Where the master key is, as far as it is a file, for whoever is to keep a copy of it.
    pub fn master_key_place(&self) -> PathBuf {
        match env::var_os(MASTER_KEY_FILE).filter(|path| !path.is_empty()) {
            Some(path) => path.into(),
            None if env::var_os(MASTER_KEY).is_some_and(|key| !key.is_empty()) => MASTER_KEY.into(),
            None => self.generated_key_file(),
        }
    }

    fn place(&self) -> anyhow::Result<Place> {
        let Some(url) = &self.database_url else {
            return Ok(Place::Sqlite(absolute(self.data_dir.join("keywright.db"))?));
        };
        match Engine::of(url) {
            Some(Engine::Postgres) => Ok(Place::Postgres(url.clone())),
            Some(Engine::Sqlite) => Ok(Place::Sqlite(absolute(sqlite_file(url)?)?)),
            None => bail!("The database URL must begin with sqlite: or postgres:"),
        }
    }

    fn generated_key_file(&self) -> PathBuf {
        self.data_dir.join("master.key")
    }

    /// The master key that the environment names or, on SQLite, that an earlier start generated.
    fn configured_key(&self, place: &Place) -> anyhow::Result<Option<MasterKey>> {
        if let Some(value) = env::var_os(MASTER_KEY).filter(|value| !value.is_empty()) {
            let key = MasterKey::from_base64(&value.to_string_lossy());
            return key
                .map(Some)
                .with_context(|| format!("{MASTER_KEY} is no master key"));
        }
        if let Some(path) = env::var_os(MASTER_KEY_FILE).filter(|path| !path.is_empty()) {
            return read_key(Path::new(&path)).map(Some);
        }
        match place {
            Place::Sqlite(_) if self.generated_key_file().exists() => {
                read_key(&self.generated_key_file()).map(Some)
            }
            // A generated key is one server's own.
            Place::Sqlite(_) | Place::Postgres(_) => Ok(None),
        }
    }

    /// The configured key, or a new one, as long as nothing is encrypted yet.
    async fn master_key(&self, store: &Store, place: &Place) -> anyhow::Result<MasterKey> {
        if let Some(key) = self.configured_key(place)? {
            return Ok(key);
        }
        let path = self.generated_key_file();
        if MasterKey::is_needed(store).await? {
            bail!(
                "The master key is missing: this database holds signing keys encrypted with one. Set {MASTER_KEY} or {MASTER_KEY_FILE} to it, or put it back into {}",
                path.display()
            );
        }
        let rng: &dyn Rng = &SystemRng;
        let key = MasterKey::generate(rng);
        make_folder(&path)?;
        write_secret(&path, &key.to_base64())
            .with_context(|| format!("The master key can't be written to {}", path.display()))?;
        tracing::warn!(file = %path.display(), "made a master key: keep a copy of it, apart from the database's backups");
        Ok(key)
    }
}

fn absolute(path: PathBuf) -> anyhow::Result<PathBuf> {
    std::path::absolute(path).context("The path of the database is empty")
}

/// The file that a SQLite URL names; what stands behind a `?` is ours to decide.
fn sqlite_file(url: &str) -> anyhow::Result<PathBuf> {
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
    let path = path.split('?').next().unwrap_or_default();
    if path.is_empty() || path.starts_with(":memory:") || url.contains("mode=memory") {
        bail!("The database URL names no file: a database in memory would be lost at the end");
    }
    let decoded = percent_decode_str(path)
        .decode_utf8()
        .context("The database URL's path must be UTF-8")?;
    Ok(PathBuf::from(decoded.into_owned()))
}

pub(crate) fn sqlite_url(file: &Path) -> anyhow::Result<String> {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'/')
        .remove(b'.')
        .remove(b'-')
        .remove(b'_')
        .remove(b'~');
    let path = file.to_str().context("The database's path must be UTF-8")?;
    Ok(format!(
        "sqlite:{}?mode=rwc",
        utf8_percent_encode(path, KEPT)
    ))
}

/// Waits until no other process is setting this database up: making its tables, or its master key.
fn lock_set_up(file: &Path) -> anyhow::Result<File> {
    make_folder(file)?;
    let lock = open_lock(&file.with_extension("setup-lock"))?;
    lock.lock()
        .context("The data folder's lock can't be taken")?;
    Ok(lock)
}

fn open_lock(path: &Path) -> anyhow::Result<File> {
    let folder = path.parent().unwrap_or(path);
    File::options()
        .create(true)
        .append(true)
        .open(path)
        .with_context(|| unwritable(folder))
}

fn read_key(path: &Path) -> anyhow::Result<MasterKey> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("The master key can't be read from {}", path.display()))?;
    MasterKey::from_base64(&text)
        .with_context(|| format!("The file {} holds no master key", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(url: Option<&str>, data_dir: &str) -> anyhow::Result<Place> {
        DatabaseArgs {
            database_url: url.map(str::to_owned),
            data_dir: data_dir.into(),
        }
        .place()
    }

    #[test]
    fn the_default_is_a_file_in_the_data_folder() {
        let Ok(Place::Sqlite(file)) = place(None, "/srv/key wright/ä") else {
            panic!("a file");
        };
        assert_eq!(file, PathBuf::from("/srv/key wright/ä/keywright.db"));
        assert_eq!(
            sqlite_url(&file).unwrap(),
            "sqlite:/srv/key%20wright/%C3%A4/keywright.db?mode=rwc"
        );
    }

    #[test]
    fn urls_name_an_engine_and_a_file() {
        assert!(matches!(
            place(Some("postgres://u:p@h/d"), "data"),
            Ok(Place::Postgres(_))
        ));
        for (url, file) in [
            ("sqlite:/a/b.db", "/a/b.db"),
            ("sqlite:/a/b.db?mode=rwc", "/a/b.db"),
            ("sqlite:///a/b.db", "/a/b.db"),
            ("sqlite:/a/d%C3%A9%20e.db", "/a/dé e.db"),
        ] {
            assert!(
                matches!(place(Some(url), "data"), Ok(Place::Sqlite(found)) if found == Path::new(file)),
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
