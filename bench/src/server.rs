//! The processes that are measured: `keywright serve` as it is released, and the baseline.

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

/// How long a server may take to start.
const START: Duration = Duration::from_mins(1);

/// Where a server keeps its data.
#[derive(Clone)]
pub(crate) struct Database {
    data: PathBuf,
    postgres: Option<Postgres>,
}

/// A database on a PostgreSQL of ours.
#[derive(Clone)]
struct Postgres {
    server: PostgresServer,
    name: String,
}

/// The PostgreSQL that a run was given, and where its tools are.
#[derive(Clone)]
pub(crate) struct PostgresServer {
    pub(crate) binaries: PathBuf,
    /// Without a slash at the end.
    pub(crate) url: String,
}

impl Database {
    pub(crate) fn sqlite(data: PathBuf) -> Self {
        Self {
            data,
            postgres: None,
        }
    }

    /// The master key is in the data folder all the same.
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

    /// The SQLite file.
    pub(crate) fn file(&self) -> PathBuf {
        self.data.join("keywright.db")
    }

    /// Makes an empty one out of whatever is there.
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

    /// Reads a SQLite file through, so that it is in the system's memory as that of a server which has run for a day.
    pub(crate) fn warm_up(&self) -> Result<()> {
        if self.postgres.is_none() {
            io::copy(&mut fs::File::open(self.file())?, &mut io::sink())?;
        }
        Ok(())
    }

    /// A copy of a SQLite one, to be written to.
    pub(crate) fn copy(&self, to: PathBuf) -> Result<Self> {
        if to.exists() {
            fs::remove_dir_all(&to)?;
        }
        fs::create_dir_all(&to)?;
        for name in ["keywright.db", "master.key"] {
            fs::copy(self.data.join(name), to.join(name))?;
            // Else the system would write it to the disk while something else is measured.
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
        // Where only the server's own programs were given a place, clients are on the path.
        let beside = self.binaries.join(program);
        let program = if beside.exists() {
            beside
        } else {
            program.into()
        };
        let output = Command::new(&program)
            .arg(maintenance)
            .args(arguments)
            .output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("{}: {said}", program.display());
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
        // Whatever the caller's own server is told is not for these.
        for name in ["DATABASE_URL", "KEYWRIGHT_MASTER_KEY", "RUST_LOG"] {
            command.env_remove(name);
        }
        command
    }

    /// Fills a database with the demo data: tenants, products, accounts and an SDK key.
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

    /// Starts a server with its limits off, which tells nobody apart.
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

/// A process that listens; it ends when this is dropped.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    /// From its start to its first answer that it is ready.
    pub(crate) start: Duration,
}

impl Server {
    /// The baseline.
    pub(crate) fn baseline() -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("baseline");
        Self::start(command)
    }

    fn start(mut command: Command) -> Result<Self> {
        let began = clock::start();
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().context("can't start a server")?;
        let address = address(&mut child, began)?;
        let mut server = Self {
            child,
            address,
            start: Duration::ZERO,
        };
        // It listens already, so this is answered as soon as anything is.
        let ready = ureq::get(&server.url("/ready")).timeout(START).call();
        ready.context("a server did not get ready")?;
        server.start = began.elapsed();
        Ok(server)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Resident memory now, in bytes.
    pub(crate) fn memory(&self) -> Result<u64> {
        self.status("VmRSS:")
    }

    /// The most that it had since the start, or since [`Server::forget_peak`].
    pub(crate) fn peak_memory(&self) -> Result<u64> {
        self.status("VmHWM:")
    }

    pub(crate) fn forget_peak(&self) -> Result<()> {
        Ok(fs::write(
            format!("/proc/{}/clear_refs", self.child.id()),
            "5",
        )?)
    }

    fn status(&self, name: &str) -> Result<u64> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = fs::read_to_string(Path::new(&path))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kibibytes = line.and_then(|line| line.split_whitespace().next());
        let kibibytes: u64 = kibibytes.context("no such line")?.parse()?;
        Ok(kibibytes * 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // By the signal that lets it write what it has, so that the next one starts as after any stop. Nothing is left to do if it
        // fails: the process is gone.
        let id = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &id]).status();
        let _ = self.child.wait();
    }
}

/// Servers say on their log where they listen. What else they say is read, too, so that they are not held up.
fn address(child: &mut Child, began: Instant) -> Result<SocketAddr> {
    const SAID: &str = "listening on http://";
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (found, addresses) = std::sync::mpsc::channel();
    let read = move |line: String| {
        if let Some((_, address)) = line.split_once(SAID) {
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
    thread::spawn(move || each_line(stdout, read));
    thread::spawn(move || each_line(stderr, other));
    let left = START.saturating_sub(began.elapsed());
    let address = addresses.recv_timeout(left);
    Ok(address.context("a server did not start")?.parse()?)
}

fn each_line(from: Option<impl std::io::Read>, read: impl Fn(String)) {
    for line in from
        .into_iter()
        .flat_map(|from| BufReader::new(from).lines())
    {
        let Ok(line) = line else { return };
        read(line);
    }
}
