//! Load from operators: the license list in a browser, and the CSV export.

use std::{
    io::{BufRead, BufReader, Read},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use flate2::read::GzDecoder;

use crate::{
    clock,
    dataset::DataSet,
    load::{Load, LoadSummary},
    server::Server,
};

/// Demo account whose tenant's plan includes the CSV export.
const EMAIL: &str = "owner@acme.test";
const PASSWORD: &str = "keywright-demo";

/// A signed-in operator.
pub(crate) struct Operator<'a> {
    server: &'a Server,
    agent: ureq::Agent,
    cookie: String,
}

impl<'a> Operator<'a> {
    pub(crate) fn sign_in(server: &'a Server) -> Result<Self> {
        let agent = ureq::AgentBuilder::new().redirects(0).build();
        let form = [("email", EMAIL), ("password", PASSWORD)];
        let answer = agent.post(&server.url("/session")).send_form(&form)?;
        let cookies = answer.all("set-cookie");
        let session = cookies.iter().find(|cookie| cookie.contains("session="));
        let session = session.context("the sign-in set no session cookie")?;
        let cookie = session.split(';').next().unwrap_or_default().to_owned();
        Ok(Self {
            server,
            agent,
            cookie,
        })
    }

    fn get(&self, path: &str, encoding: &str) -> Result<ureq::Response> {
        let request = self.agent.get(&self.server.url(path));
        let request = request.set("Cookie", &self.cookie);
        let answer = request.set("Accept-Encoding", encoding).call()?;
        ensure!(answer.status() == 200, "{path}: {}", answer.status());
        Ok(answer)
    }

    /// Measures a page with repeated requests on one connection. The page must contain
    /// `expected_text`.
    pub(crate) fn measure_page(
        &self,
        path: &str,
        expected_text: &str,
        round: Duration,
    ) -> Result<LoadSummary> {
        let page = self.get(path, "identity")?.into_string()?;
        ensure!(
            page.contains(expected_text),
            "{path} does not contain {expected_text:?}"
        );
        let load = Load {
            url: self.server.url(path),
            arguments: vec!["page".to_owned(), self.cookie.clone()],
            connections: 1,
        };
        load.run(Duration::from_secs(1))?;
        let rounds: Result<Vec<_>> = (0..3).map(|_| load.run(round)).collect();
        Ok(LoadSummary::of(&rounds?))
    }

    /// Returns the size of a page in bytes after gzip.
    pub(crate) fn page_size(&self, path: &str) -> Result<usize> {
        Ok(read_bytes(self.get(path, "gzip")?)?.len())
    }

    /// Returns the brotli size in bytes of each asset of a page. Each must be cached as immutable.
    pub(crate) fn file_sizes(&self, path: &str) -> Result<Vec<(String, usize)>> {
        let mut page = String::new();
        GzDecoder::new(&read_bytes(self.get(path, "gzip")?)?[..]).read_to_string(&mut page)?;
        let mut files: Vec<&str> = page
            .split(['"', '\'', '(', ')'])
            .filter(|text| text.starts_with("/pkg/") && !text.contains("favicon"))
            .collect();
        files.sort_unstable();
        files.dedup();
        let size = |file: &&str| {
            let answer = self.get(file, "br")?;
            let kept = answer.header("cache-control").unwrap_or_default();
            ensure!(
                kept.contains("immutable"),
                "{file} is not cached as immutable"
            );
            Ok(((*file).to_owned(), read_bytes(answer)?.len()))
        };
        files.iter().map(size).collect()
    }

    /// Returns the rows per second for the CSV export.
    pub(crate) fn measure_export(&self, set: &DataSet) -> Result<f64> {
        let began = clock::start();
        let answer = self.get("/licenses.csv", "identity")?;
        let lines = count_lines(answer.into_reader())?;
        ensure!(
            lines > u64::from(set.licenses),
            "the export has only {lines} lines"
        );
        Ok(per_second(lines, began.elapsed()))
    }
}

fn read_bytes(answer: ureq::Response) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    answer.into_reader().read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Returns the rows per second for the export's query in SQLite's shell.
pub(crate) fn measure_sqlite_export(set: &DataSet) -> Result<f64> {
    const QUERY: &str = "SELECT display_key, product_id, key_type_id, state, active_count, activation_limit, customer_email,
        created_at, expires_at, id FROM licenses WHERE tenant_id = 'acme' ORDER BY created_at DESC, id DESC";
    let began = clock::start();
    let mut shell = Command::new("sqlite3");
    shell.arg("-csv").arg(set.database.file()).arg(QUERY);
    let mut shell = shell.stdout(std::process::Stdio::piped()).spawn()?;
    let lines = count_lines(shell.stdout.take().context("no pipe from sqlite3")?)?;
    ensure!(shell.wait()?.success(), "sqlite3 failed");
    Ok(per_second(lines, began.elapsed()))
}

fn count_lines(from: impl Read) -> Result<u64> {
    let mut from = BufReader::with_capacity(1 << 16, from);
    let mut lines = 0;
    loop {
        let chunk = from.fill_buf()?;
        if chunk.is_empty() {
            return Ok(lines);
        }
        lines += chunk
            .iter()
            .map(|&byte| u64::from(byte == b'\n'))
            .sum::<u64>();
        let length = chunk.len();
        from.consume(length);
    }
}

#[expect(clippy::cast_precision_loss, reason = "the value is far below 2^52")]
fn per_second(count: u64, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}
