//! Runs the `keywright` binary in an isolated installation.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStderr, Command, Output, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

use keywright_testing::TestDatabase;
use tempfile::TempDir;

/// Master key for servers that share a database.
pub(crate) const MASTER_KEY: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

/// An isolated installation with its own data directory.
pub(crate) struct Installation {
    dir: TempDir,
    /// URL of the database, if it is not the SQLite file in the data directory.
    pub(crate) database_url: Option<String>,
    /// Value of `KEYWRIGHT_MASTER_KEY`, if set.
    pub(crate) master_key: Option<String>,
    /// Shell script that runs the program as `$@`, if one is needed.
    pub(crate) shell: Option<&'static str>,
    /// Requests allowed per address per second, or 0 for no limit. 0 by default, because a test
    /// sends requests from one address as fast as it can.
    pub(crate) limit_requests: u32,
    /// Value of `RUST_LOG`, if set.
    pub(crate) log_filter: Option<&'static str>,
}

impl Installation {
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        fs::create_dir(&site).unwrap();
        for name in [
            "keywright-frontend-1f.js",
            "keywright-frontend-1f_bg.wasm",
            "main-0a.css",
            "enhance-0b.js",
            "favicon.svg",
        ] {
            fs::write(site.join(name), "/* file */").unwrap();
        }
        Self {
            dir: folder,
            database_url: None,
            master_key: None,
            shell: None,
            limit_requests: 0,
            log_filter: None,
        }
    }

    /// Creates an installation whose data is in `database`, with the demo data.
    pub(crate) fn with_demo_on(database: &TestDatabase) -> Self {
        let mut installation = Self::empty();
        installation.database_url = Some(database.url().into());
        installation.master_key = Some(MASTER_KEY.into());
        installation.run_ok("demo");
        installation
    }

    pub(crate) fn with_demo() -> Self {
        let installation = Self::empty();
        installation.run_ok("demo");
        installation
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub(crate) fn site_dir(&self) -> PathBuf {
        self.dir.path().join("site")
    }

    /// Runs a command and waits for it to exit.
    pub(crate) fn run(&self, command: &str) -> Output {
        self.run_with_input(command, "")
    }

    pub(crate) fn run_with_input(&self, command: &str, input: &str) -> Output {
        let mut child = self.spawn(command);
        // A command that fails early does not read its input.
        child.stdin.take().unwrap().write_all(input.as_bytes()).ok();
        child.wait_with_output().unwrap()
    }

    /// Runs a command that must succeed, and returns its output.
    pub(crate) fn run_ok(&self, command: &str) -> String {
        let output = self.run(command);
        assert!(
            output.status.success(),
            "{command}: {}",
            utf8(&output.stderr)
        );
        utf8(&output.stdout)
    }

    /// Runs a command that must fail with one error message, and returns the message.
    pub(crate) fn run_err(&self, command: &str) -> String {
        let output = self.run(command);
        assert!(
            !output.status.success(),
            "{command} succeeded: {}",
            utf8(&output.stdout)
        );
        assert_eq!(utf8(&output.stdout), "", "{command}");
        let error = utf8(&output.stderr);
        let sentence = error
            .lines()
            .find_map(|line| line.strip_prefix("keywright: "));
        assert!(!error.contains("panicked"), "{error}");
        sentence.unwrap_or(&error).to_owned()
    }

    /// Like [`Self::run_err`], but allows output before the error, and returns all of stderr.
    pub(crate) fn run_err_with_output(&self, command: &str) -> String {
        let output = self.run(command);
        assert!(!output.status.success(), "{command}");
        utf8(&output.stderr)
    }

    /// Starts `serve` on a free port and waits until it listens.
    pub(crate) fn serve(&self) -> RunningServer {
        self.serve_with("")
    }

    /// Like [`Self::serve`], with extra arguments.
    pub(crate) fn serve_with(&self, options: &str) -> RunningServer {
        let site = self.site_dir();
        let command = format!(
            "serve --listen 127.0.0.1:0 --site-dir {} {options}",
            path_str(&site)
        );
        let mut child = self.command(&command).stdin(Stdio::null()).spawn().unwrap();
        let log = stream_lines(child.stderr.take().unwrap());
        let mut serving = RunningServer {
            child,
            log,
            address: String::new(),
            startup_log: String::new(),
        };
        while serving.address.is_empty() {
            serving.read_address();
        }
        serving
    }

    /// Starts a command without waiting for it to exit.
    pub(crate) fn spawn(&self, command: &str) -> Child {
        let mut command = self.command(command);
        command.stdin(Stdio::piped()).spawn().unwrap()
    }

    /// Builds a command. Text in single quotes is one argument.
    fn command(&self, command: &str) -> Command {
        let arguments = command.split('\'').enumerate();
        let arguments = arguments.flat_map(|(index, part)| match index % 2 {
            0 => part.split_whitespace().collect(),
            _ => vec![part],
        });
        let program = env!("CARGO_BIN_EXE_keywright");
        let mut command = match self.shell {
            Some(script) => {
                let mut shell = Command::new("sh");
                shell.args(["-c", script, "sh", program]);
                shell
            }
            None => Command::new(program),
        };
        command
            .current_dir(self.dir.path())
            .arg("--data-dir")
            .arg(self.data_dir())
            .args(arguments)
            .env("KEYWRIGHT_LIMIT_REQUESTS", self.limit_requests.to_string())
            .env_remove("DATABASE_URL")
            .env_remove("KEYWRIGHT_MASTER_KEY")
            .env_remove("KEYWRIGHT_MASTER_KEY_FILE")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(url) = &self.database_url {
            command.env("DATABASE_URL", url);
        }
        if let Some(key) = &self.master_key {
            command.env("KEYWRIGHT_MASTER_KEY", key);
        }
        if let Some(filter) = self.log_filter {
            command.env("RUST_LOG", filter);
        }
        command
    }
}

/// A running server.
pub(crate) struct RunningServer {
    child: Child,
    log: Receiver<String>,
    pub(crate) address: String,
    /// Log output up to the line with the listen address.
    startup_log: String,
}

impl RunningServer {
    /// Reads one log line, and takes the listen address from it if it contains one.
    fn read_address(&mut self) {
        let line = self.next_line();
        if let Some((_, rest)) = line.split_once("listening on http://") {
            self.address = parse_address(rest);
        }
        self.startup_log.push_str(&line);
    }

    /// Waits for at most 30 s, so that a failing test does not hang.
    fn next_line(&self) -> String {
        self.log.recv_timeout(Duration::from_secs(30)).unwrap()
    }

    /// Returns the address that follows `what` in the startup log.
    pub(crate) fn logged_address(&self, what: &str) -> String {
        let (_, rest) = self.startup_log.split_once(what).unwrap();
        let (_, rest) = rest.split_once("http://").unwrap();
        parse_address(rest)
    }

    /// Sends SIGTERM, as a service manager does, and returns the rest of the log.
    pub(crate) fn stop(&mut self) -> String {
        self.send_sigterm();
        let log: String = self.log.iter().collect();
        assert!(self.child.wait().unwrap().success(), "{log}");
        log
    }

    /// Counts the open files and connections.
    #[cfg(target_os = "linux")]
    pub(crate) fn count_open_files(&self) -> usize {
        let open = fs::read_dir(format!("/proc/{}/fd", self.child.id()));
        open.unwrap().count()
    }

    /// Limits every file that the server writes to `bytes`. Larger writes fail, provided that the
    /// server ignores SIGXFSZ.
    #[cfg(target_os = "linux")]
    pub(crate) fn limit_file_size(&self, bytes: &str) {
        let limit = format!("--fsize={bytes}:");
        let set = Command::new("prlimit")
            .args(["--pid", &self.child.id().to_string(), &limit])
            .status()
            .unwrap();
        assert!(set.success(), "{limit}");
    }

    /// Kills the server with SIGKILL, the closest a process gets to a power cut.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends SIGTERM, and again once the server logs that it is stopping. Returns the exit code.
    pub(crate) fn stop_immediately(&mut self) -> Option<i32> {
        self.send_sigterm();
        self.read_log_until("stopping:");
        self.send_sigterm();
        self.child.wait().unwrap().code()
    }

    /// Reads the log up to a line that contains `text`, and returns everything it read.
    pub(crate) fn read_log_until(&mut self, text: &str) -> String {
        let mut read = String::new();
        while !read.contains(text) {
            read.push_str(&self.next_line());
        }
        read
    }

    fn send_sigterm(&self) {
        let killed = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(killed.success());
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        // A failed test must not leave a server behind. Errors mean that the server has already
        // stopped.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Sends each line of the log to a channel. The thread never stops reading, because a server
/// blocks when its log pipe is full.
fn stream_lines(log: ChildStderr) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            sender.send(line + "\n").ok();
        }
    });
    lines
}

/// Returns the socket address at the start of `text`.
fn parse_address(text: &str) -> String {
    let is_address = |symbol: &char| symbol.is_ascii_digit() || matches!(symbol, '.' | ':');
    text.chars().take_while(is_address).collect()
}

pub(crate) fn path_str(path: &Path) -> &str {
    path.to_str().unwrap()
}

pub(crate) fn utf8(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}
