//! The measured processes: a release build of `keywright serve`, and the baseline.

use std::{
    fs,
    io::{self, BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::clock;

const START_TIMEOUT: Duration = Duration::from_mins(1);

/// A server's storage.
#[derive(Clone)]
pub(crate) struct Database {
    data: PathBuf,
    postgres: Option<Postgres>,
}

/// A database on the run's PostgreSQL server.
#[derive(Clone)]
struct Postgres {
    server: PostgresServer,
    name: String,
}

/// The PostgreSQL server of a run, with the directory of its client programs.
#[derive(Clone)]
pub(crate) struct PostgresServer {
    pub(crate) binaries: PathBuf,
    /// URL without a trailing slash.
    pub(crate) url: String,
}

impl Database {
    pub(crate) fn sqlite(data: PathBuf) -> Self {
        Self {
            data,
            postgres: None,
        }
    }

    /// Uses a PostgreSQL database. The data directory still holds the master key.
    pub(crate) fn postgres(data: PathBuf, server: PostgresServer, name: String) -> Self {
        Self {
            data,
            postgres: Some(Postgres { server, name }),
        }
    }

    pub(crate) fn url(&self) -> String {
        match &self.postgres {
            Some(Postgres { server, name }) => format!("{}/{name}", server.url),
            None => format!("sqlite:{}", self.file().display()),
        }
    }

    /// Returns the SQLite file.
    pub(crate) fn file(&self) -> PathBuf {
        self.data.join("keywright.db")
    }

    /// Removes the database. On PostgreSQL, creates an empty one.
    pub(crate) fn clear(&self) -> Result<()> {
        match &self.postgres {
            Some(Postgres { server, name }) => {
                server.run("dropdb", &["--if-exists", "--force", name])?;
                server.run("createdb", &[name])
            }
            None if self.data.exists() => Ok(fs::remove_dir_all(&self.data)?),
            None => Ok(()),
        }
    }

    /// Reads the SQLite file into the page cache, to simulate a long-running server.
    pub(crate) fn warm_up(&self) -> Result<()> {
        if self.postgres.is_none() {
            io::copy(&mut fs::File::open(self.file())?, &mut io::sink())?;
        }
        Ok(())
    }

    /// Copies a SQLite database.
    pub(crate) fn copy(&self, to: PathBuf) -> Result<Self> {
        if to.exists() {
            fs::remove_dir_all(&to)?;
        }
        fs::create_dir_all(&to)?;
        for name in ["keywright.db", "master.key"] {
            fs::copy(self.data.join(name), to.join(name))?;
            // Otherwise the operating system would write the copy to disk during a measurement.
            fs::File::open(to.join(name))?.sync_all()?;
        }
        Ok(Self::sqlite(to))
    }

    pub(crate) fn remove(self) -> Result<()> {
        Ok(fs::remove_dir_all(self.data)?)
    }

    fn apply(&self, command: &mut Command) {
        let key = self.data.join("master.key");
        command.arg("--data-dir").arg(&self.data);
        if self.postgres.is_some() {
            command.args(["--database-url", &self.url()]);
            command.env("KEYWRIGHT_MASTER_KEY_FILE", key);
        }
    }
}

impl PostgresServer {
    fn run(&self, program: &str, arguments: &[&str]) -> Result<()> {
        let maintenance = format!("--maintenance-db={}/postgres", self.url);
        // The directory may contain only the server programs; the clients are then on PATH.
        let bundled = self.binaries.join(program);
        let program = if bundled.exists() {
            bundled
        } else {
            program.into()
        };
        let output = Command::new(&program)
            .arg(maintenance)
            .args(arguments)
            .output()?;
        if !output.status.success() {
            let error_output = String::from_utf8_lossy(&output.stderr);
            bail!("{}: {error_output}", program.display());
        }
        Ok(())
    }
}

/// A release build of `keywright`.
#[derive(Clone)]
pub(crate) struct Binary(pub(crate) PathBuf);

impl Binary {
    fn command(&self) -> Command {
        let mut command = Command::new(&self.0);
        // Settings of the caller's own server must not apply here.
        for name in ["DATABASE_URL", "KEYWRIGHT_MASTER_KEY", "RUST_LOG"] {
            command.env_remove(name);
        }
        command
    }

    /// Writes the demo data: tenants, products, accounts and an SDK key.
    pub(crate) fn demo(&self, database: &Database) -> Result<()> {
        let mut command = self.command();
        command.arg("demo").arg("--json");
        database.apply(&mut command);
        let output = command.output().context("can't start keywright")?;
        if !output.status.success() {
            bail!("{}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(())
    }

    /// Starts a server without rate limits, because all load comes from one address.
    pub(crate) fn serve(&self, database: &Database) -> Result<Server> {
        let mut command = self.command();
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        for limit in ["requests", "failed-lookups", "keyless-installs", "sign-ins"] {
            command.args([format!("--limit-{limit}"), "0".to_owned()]);
        }
        database.apply(&mut command);
        Server::start(command)
    }
}

/// A listening process, stopped on drop.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    /// Time from launch to the first successful readiness check.
    pub(crate) startup_time: Duration,
}

impl Server {
    /// Starts the baseline.
    pub(crate) fn baseline() -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("baseline");
        Self::start(command)
    }

    fn start(mut command: Command) -> Result<Self> {
        let began = clock::start();
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().context("can't start the server")?;
        let address = address(&mut child, began)?;
        let mut server = Self {
            child,
            address,
            startup_time: Duration::ZERO,
        };
        // The socket is already open, so the request is answered as soon as the server is ready.
        let ready = ureq::get(&server.url("/ready"))
            .timeout(START_TIMEOUT)
            .call();
        ready.context("the server did not become ready")?;
        server.startup_time = began.elapsed();
        Ok(server)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Returns the current resident memory in bytes.
    pub(crate) fn memory(&self) -> Result<u64> {
        self.read_status_bytes("VmRSS:")
    }

    /// Returns the peak resident memory in bytes since the start, or since
    /// [`Server::reset_peak_memory`].
    pub(crate) fn peak_memory(&self) -> Result<u64> {
        self.read_status_bytes("VmHWM:")
    }

    pub(crate) fn reset_peak_memory(&self) -> Result<()> {
        Ok(fs::write(
            format!("/proc/{}/clear_refs", self.child.id()),
            "5",
        )?)
    }

    fn read_status_bytes(&self, name: &str) -> Result<u64> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = fs::read_to_string(Path::new(&path))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kibibytes = line.and_then(|line| line.split_whitespace().next());
        let kibibytes: u64 = kibibytes
            .context("no such field in the process status")?
            .parse()?;
        Ok(kibibytes * 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGTERM lets the server flush its buffers, so that the next start follows a clean
        // shutdown. An error means that the process has already exited.
        let id = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &id]).status();
        let _ = self.child.wait();
    }
}

/// Waits for the log line with the listen address. Keeps reading both streams afterwards, because
/// a full pipe would block the server.
fn address(child: &mut Child, began: Instant) -> Result<SocketAddr> {
    const LISTENING_PREFIX: &str = "listening on http://";
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (found, addresses) = std::sync::mpsc::channel();
    let read = move |line: String| {
        if let Some((_, address)) = line.split_once(LISTENING_PREFIX) {
            let is_of_address = |symbol: char| symbol.is_ascii_digit() || ".:".contains(symbol);
            let end = address.find(|symbol| !is_of_address(symbol));
            found
                .send(address[..end.unwrap_or(address.len())].to_owned())
                .ok();
        } else if line.contains("WARN") || line.contains("ERROR") {
            eprintln!("    {line}");
        }
    };
    let other = read.clone();
    thread::spawn(move || for_each_line(stdout, read));
    thread::spawn(move || for_each_line(stderr, other));
    let left = START_TIMEOUT.saturating_sub(began.elapsed());
    let address = addresses.recv_timeout(left);
    Ok(address.context("the server did not start")?.parse()?)
}

fn for_each_line(from: Option<impl std::io::Read>, read: impl Fn(String)) {
    for line in from
        .into_iter()
        .flat_map(|from| BufReader::new(from).lines())
    {
        let Ok(line) = line else { return };
        read(line);
    }
}
