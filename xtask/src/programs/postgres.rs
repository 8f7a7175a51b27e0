//! PostgreSQL for the tests: the server named by the caller, or a private one for this run.
//! Benchmarks get a server with durable writes whose data is kept.

use std::{
    env, fs,
    fs::File,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};

use crate::{process, steps::Steps, tools::apt};

/// Environment variable with the URL of a superuser's maintenance database. Each test creates its
/// own database from there.
pub(crate) const URL_VARIABLE: &str = "KEYWRIGHT_TEST_POSTGRES_URL";

const SUPERUSER: &str = "keywright";
const MANUAL_INSTALL_HINT: &str = "PostgreSQL is required: install it or, for the tests, set KEYWRIGHT_TEST_POSTGRES_URL to a \
    superuser's postgres:// URL";

/// The server that the tests use.
pub(crate) struct Postgres {
    url: String,
    /// The private server, unless the caller named one. Stops on drop.
    _private: Option<PrivateServer>,
}

/// A running server process.
struct PrivateServer {
    child: Child,
    /// Directory to remove on drop, or `None` to keep the data.
    folder: Option<PathBuf>,
}

/// A private server whose databases are kept between runs.
pub(crate) struct PersistentPostgres {
    server: String,
    binaries: PathBuf,
    _private: PrivateServer,
}

impl PersistentPostgres {
    /// Returns the server's URL without a database name.
    pub(crate) fn server_url(&self) -> &str {
        &self.server
    }

    /// Returns the directory that contains the server programs, such as `initdb`.
    pub(crate) fn binaries(&self) -> &Path {
        &self.binaries
    }
}

impl Postgres {
    /// Uses the server that [`URL_VARIABLE`] names, or starts a private one.
    pub(crate) fn prepare(steps: &mut Steps) -> Result<Self> {
        if let Ok(url) = env::var(URL_VARIABLE) {
            return Ok(Self {
                url,
                _private: None,
            });
        }
        let binaries = install(steps)?;
        steps.run(
            "starting a private PostgreSQL server",
            "a few seconds",
            || start(&binaries),
        )
    }

    /// Starts the persistent server with this name. It uses default settings, so committed data
    /// survives a power failure.
    pub(crate) fn start_persistent(name: &str, steps: &mut Steps) -> Result<PersistentPostgres> {
        let binaries = install(steps)?;
        let start = || {
            let folder = env::temp_dir().join(format!("keywright-postgres-{name}"));
            let mut mkdir = as_server_user(Path::new("mkdir"))?;
            process::output(mkdir.arg("-p").arg(&folder))?;
            let (server, private) = start_in(&binaries, folder, DataLifetime::Persistent)?;
            Ok(PersistentPostgres {
                server,
                binaries: binaries.clone(),
                _private: private,
            })
        };
        steps.run(
            "starting PostgreSQL for the benchmark",
            "a few seconds",
            start,
        )
    }

    /// Returns the URL of the maintenance database, from which tests create their own databases.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for PrivateServer {
    fn drop(&mut self) {
        // SIGQUIT stops a temporary server immediately, without a checkpoint. A persistent server
        // shuts down cleanly on SIGINT. There is nothing left to do if this fails.
        let id = self.child.id().to_string();
        let signal = if self.folder.is_some() {
            "-QUIT"
        } else {
            "-INT"
        };
        if process::output(process::command("kill").args([signal, &id])).is_err() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
        if let Some(folder) = &self.folder {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// Installs PostgreSQL if it is missing, and returns the directory that contains `initdb`.
pub(crate) fn install(steps: &mut Steps) -> Result<PathBuf> {
    if let Some(folder) = find_binaries() {
        return Ok(folder);
    }
    apt::install(&["postgresql"], steps).context(MANUAL_INSTALL_HINT)?;
    find_binaries().context(MANUAL_INSTALL_HINT)
}

fn find_binaries() -> Option<PathBuf> {
    if let Some(initdb) = process::find_on_path("initdb") {
        return initdb.parent().map(Path::to_path_buf);
    }
    // Debian keeps the binaries off PATH, in one directory per major version.
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut versions: Vec<u32> = versions
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    versions.sort_unstable();
    let folders = versions
        .iter()
        .rev()
        .map(|version| format!("/usr/lib/postgresql/{version}/bin"));
    folders
        .map(PathBuf::from)
        .find(|folder| folder.join("initdb").is_file())
}

fn start(binaries: &Path) -> Result<Postgres> {
    let mut mktemp = as_server_user(Path::new("mktemp"))?;
    let folder = process::output(mktemp.args(["-d", "-t", "keywright-postgres.XXXXXX"]))?;
    let (server, private) = start_in(binaries, folder.into(), DataLifetime::Temporary)?;
    Ok(Postgres {
        url: format!("{server}/postgres"),
        _private: Some(private),
    })
}

/// How long the data is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum DataLifetime {
    Temporary,
    Persistent,
}

/// Starts a server that keeps its data in `folder`. The server's user must own that directory.
fn start_in(
    binaries: &Path,
    folder: PathBuf,
    kept: DataLifetime,
) -> Result<(String, PrivateServer)> {
    let data = folder.join("data");
    if !data.exists() {
        init_database(binaries, &data)?;
    }
    let port = free_port()?;
    let mut postgres = as_server_user(&binaries.join("postgres"))?;
    postgres
        .arg("-D")
        .arg(&data)
        .arg("-k")
        .arg(&folder)
        .args(["-h", "127.0.0.1"]);
    postgres.args(["-p", &port.to_string(), "-N", "300"]);
    if kept == DataLifetime::Temporary {
        postgres.args(["-F", "-c", "synchronous_commit=off"]);
        postgres.args(["-c", "full_page_writes=off"]);
    }
    let log = folder.join("log");
    let output = File::create(&log)?;
    postgres.stdout(output.try_clone()?).stderr(output);
    let child = postgres.spawn().context("can't start PostgreSQL")?;
    let mut server = PrivateServer {
        child,
        folder: (kept == DataLifetime::Temporary).then_some(folder),
    };
    wait_until_ready(&mut server, port, &log)?;
    Ok((format!("postgres://{SUPERUSER}@127.0.0.1:{port}"), server))
}

fn init_database(binaries: &Path, data: &Path) -> Result<()> {
    let mut initdb = as_server_user(&binaries.join("initdb"))?;
    initdb.args(["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
    initdb
        .arg(format!("--username={SUPERUSER}"))
        .arg("--pgdata")
        .arg(data);
    process::output(&mut initdb).map(drop)
}

fn wait_until_ready(server: &mut PrivateServer, port: u16, log: &Path) -> Result<()> {
    const READY: &str = "database system is ready to accept connections";
    let read = || fs::read_to_string(log).unwrap_or_default();
    for _ in 0..600 {
        if server.child.try_wait()?.is_some() {
            bail!("PostgreSQL exited during startup:\n{}", read());
        }
        if read().contains(READY) && TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(50));
    }
    bail!("PostgreSQL was not ready after 30 s:\n{}", read())
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}

/// Creates a command for the server's user, because PostgreSQL refuses to run as root. If
/// `setpriv` is available, the process also stops when xtask is killed.
fn as_server_user(program: &Path) -> Result<Command> {
    let setpriv = process::find_on_path("setpriv");
    let mut command = match setpriv {
        Some(setpriv) => {
            let mut command = process::command(setpriv);
            if apt::is_root() {
                command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]);
            }
            command.arg("--pdeathsig=QUIT").arg(program);
            command
        }
        None if apt::is_root() => {
            bail!(
                "PostgreSQL refuses to run as root, and `setpriv`, which switches the user, is missing; {MANUAL_INSTALL_HINT}"
            )
        }
        None => process::command(program),
    };
    // The server's user may not have access to the workspace directory.
    command.current_dir("/");
    Ok(command)
}
