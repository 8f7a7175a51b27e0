//! Where the data is, and the key that guards it: from arguments and environment to an open store.

use std::{
    env, fs,
    fs::File,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use clap::Args;
use keywright_service::{
    Services,
    clock::SystemClock,
    master_key::MasterKey,
    rng::{Rng, SystemRng},
};
use keywright_store::{Engine, Store};

/// Holds the master key itself.
const MASTER_KEY: &str = "KEYWRIGHT_MASTER_KEY";

/// Names a file that holds the master key.
const MASTER_KEY_FILE: &str = "KEYWRIGHT_MASTER_KEY_FILE";

/// Where the data is.
#[derive(Debug, Clone, Args)]
pub struct DatabaseArgs {
    /// `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`; a SQLite file in the data folder, where left out.
    // Hidden from `--help`: it may hold a password.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true)]
    pub database_url: Option<String>,
    /// Folder for the SQLite file and the generated master key.
    #[arg(
        long,
        env = "KEYWRIGHT_DATA_DIR",
        default_value = "data",
        global = true
    )]
    pub data_dir: PathBuf,
}

/// Where the data is, once that is clear.
struct Place {
    url: String,
    engine: Engine,
    /// The SQLite file, if it is one.
    file: Option<PathBuf>,
}

impl DatabaseArgs {
    /// Opens the database, and everything that can be asked of it.
    pub async fn open(&self) -> anyhow::Result<Services> {
        let place = self.place()?;
        let configured = self.configured_key()?;
        if configured.is_none() && place.engine == Engine::Postgres {
            bail!(
                "PostgreSQL needs a master key that all servers share: set {MASTER_KEY} or {MASTER_KEY_FILE} (`openssl rand -base64 32` makes one)"
            );
        }
        make_folder(&place)?;
        let store = Store::open(&place.url).await?;
        let master_key = self
            .master_key(&store, configured)
            .await?
            .checked(&store, &SystemRng)
            .await?;
        Ok(Services::new(
            store,
            master_key,
            Box::new(SystemClock),
            Box::new(SystemRng),
        ))
    }

    /// Keeps a second server off the same SQLite file, while the returned file is held. PostgreSQL serves many.
    pub fn lock(&self) -> anyhow::Result<Option<File>> {
        let place = self.place()?;
        let Some(file) = &place.file else {
            return Ok(None);
        };
        make_folder(&place)?;
        let path = file.with_extension("lock");
        let lock = File::options().create(true).append(true).open(&path);
        let lock =
            lock.with_context(|| format!("The lock file {} can't be opened", path.display()))?;
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

    fn place(&self) -> anyhow::Result<Place> {
        let Some(url) = &self.database_url else {
            let file = std::path::absolute(self.data_dir.join("keywright.db"))?;
            let url = format!("sqlite:{}?mode=rwc", percent_encoded(&file)?);
            return Ok(Place {
                url,
                engine: Engine::Sqlite,
                file: Some(file),
            });
        };
        match Engine::of(url) {
            Some(Engine::Postgres) => Ok(Place {
                url: url.clone(),
                engine: Engine::Postgres,
                file: None,
            }),
            Some(Engine::Sqlite) => sqlite_place(url),
            None => bail!("The database URL must begin with sqlite: or postgres:"),
        }
    }

    fn generated_key_file(&self) -> PathBuf {
        self.data_dir.join("master.key")
    }

    /// The master key that the environment names, or that an earlier start generated.
    fn configured_key(&self) -> anyhow::Result<Option<MasterKey>> {
        if let Ok(text) = env::var(MASTER_KEY) {
            return Ok(Some(
                MasterKey::from_base64(&text)
                    .with_context(|| format!("{MASTER_KEY} is no master key"))?,
            ));
        }
        let (path, must_exist) = match env::var_os(MASTER_KEY_FILE) {
            Some(path) => (PathBuf::from(path), true),
            None => (self.generated_key_file(), false),
        };
        match fs::read_to_string(&path) {
            Ok(text) => {
                let key = MasterKey::from_base64(&text);
                Ok(Some(key.with_context(|| {
                    format!("The file {} holds no master key", path.display())
                })?))
            }
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
                    && !must_exist =>
            {
                Ok(None)
            }
            Err(error) => Err(error)
                .with_context(|| format!("The master key can't be read from {}", path.display())),
        }
    }

    /// The configured key, or a new one, as long as nothing is encrypted yet.
    async fn master_key(
        &self,
        store: &Store,
        configured: Option<MasterKey>,
    ) -> anyhow::Result<MasterKey> {
        if let Some(key) = configured {
            return Ok(key);
        }
        if MasterKey::is_set(store).await? {
            bail!(
                "The master key is missing: this database holds signing keys encrypted with one. Set {MASTER_KEY} or {MASTER_KEY_FILE} to it, or put it back into {}",
                self.generated_key_file().display()
            );
        }
        let path = self.generated_key_file();
        let rng: &dyn Rng = &SystemRng;
        match write_secret(&path, &MasterKey::generate(rng).to_base64()) {
            Ok(()) => {
                tracing::info!(file = %path.display(), "generated a master key: keep a copy of it, apart from the database's backups");
            }
            // Somebody who started at the same time was faster: theirs is the key.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => {
                return Err(error).with_context(|| {
                    format!("The master key can't be written to {}", path.display())
                });
            }
        }
        self.configured_key()?
            .context("The generated master key is gone")
    }
}

fn make_folder(place: &Place) -> anyhow::Result<()> {
    let Some(folder) = place.file.as_deref().and_then(Path::parent) else {
        return Ok(());
    };
    let sentence = || {
        format!(
            "The data folder {} can't be written. Give this user the right to, or name another with --data-dir",
            folder.display()
        )
    };
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    // It holds hashes, sealed keys and the key that opens them: nobody else's business.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).with_context(sentence)?;
    let probe = folder.join(".writable");
    File::create(&probe)
        .and_then(|_| fs::remove_file(&probe))
        .with_context(sentence)
}

fn sqlite_place(url: &str) -> anyhow::Result<Place> {
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
    let path = path.split('?').next().unwrap_or_default();
    if path.is_empty() || path.starts_with(":memory:") || url.contains("mode=memory") {
        bail!("The database URL names no file: a database in memory would be lost at the end");
    }
    let file = std::path::absolute(path.replace("%20", " "))?;
    Ok(Place {
        url: url.to_owned(),
        engine: Engine::Sqlite,
        file: Some(file),
    })
}

/// A path as it may stand in a URL.
fn percent_encoded(path: &Path) -> anyhow::Result<String> {
    let text = path
        .to_str()
        .context("The data folder's path must be UTF-8")?;
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'-' | b'_' | b'~');
    let encoded = text.bytes().map(|byte| {
        if plain(byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    });
    Ok(encoded.collect())
}

/// Writes a new file that only its owner may read; in one step, so that nobody ever reads half a key.
fn write_secret(path: &Path, secret: &str) -> std::io::Result<()> {
    let half = path.with_extension(format!("key.{}", std::process::id()));
    let mut options = File::options();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&half)?;
    writeln!(file, "{secret}")?;
    file.sync_all()?;
    // Linking, unlike renaming, fails where the name is taken.
    let linked = fs::hard_link(&half, path);
    fs::remove_file(&half)?;
    linked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(url: &str) -> DatabaseArgs {
        DatabaseArgs {
            database_url: Some(url.into()),
            data_dir: "data".into(),
        }
    }

    #[test]
    fn the_default_is_a_file_in_the_data_folder() {
        let args = DatabaseArgs {
            database_url: None,
            data_dir: "/srv/key wright/ä".into(),
        };
        let place = args.place().unwrap();
        assert_eq!(
            place.url,
            "sqlite:/srv/key%20wright/%C3%A4/keywright.db?mode=rwc"
        );
        assert_eq!(place.file, Some("/srv/key wright/ä/keywright.db".into()));
    }

    #[test]
    fn urls_name_an_engine_and_a_file() {
        let file = |url: &str| {
            args(url)
                .place()
                .map(|place| place.file)
                .map_err(|error| error.to_string())
        };
        assert_eq!(file("postgres://u:p@h/d"), Ok(None));
        assert_eq!(file("sqlite:/a/b.db?mode=rwc"), Ok(Some("/a/b.db".into())));
        assert_eq!(file("sqlite:///a/b.db"), Ok(Some("/a/b.db".into())));
        for bad in [
            "mysql://h/d",
            "sqlite::memory:",
            "sqlite:",
            "sqlite:x?mode=memory",
            "keywright.db",
        ] {
            assert!(file(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_secret_is_readable_by_its_owner_only_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        write_secret(&path, "first").unwrap();
        assert_eq!(
            write_secret(&path, "second").unwrap_err().kind(),
            ErrorKind::AlreadyExists
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), "first\n");
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing else is left"
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(
                fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
    }
}
