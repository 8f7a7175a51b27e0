//! A benchmark run: the measurements, their order and their targets.

use std::{path::PathBuf, time::Duration};

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::{
    dataset::{self, DataSet},
    device_load::{self, Comparison, Schedule},
    generator::{COMMON_TERM, RARE_TERM},
    load::median,
    page_load::{self, Operator},
    report::{Goal, Report},
    server::{Binary, Database, PostgresServer},
};

/// Licenses in the small data set that the large one is compared with.
const SMALL_LICENSE_COUNT: u32 = 1_000;

/// Number of timed starts.
const STARTUP_RUNS: usize = 5;

const MEBIBYTE: f64 = 1024.0 * 1024.0;

/// Parts of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Validate,
    Activate,
    Postgres,
    Lists,
    Export,
    Start,
    Site,
}

#[derive(Args)]
pub(crate) struct RunArgs {
    /// The `keywright` binary to measure: a release build with the embedded site.
    #[arg(long)]
    binary: PathBuf,
    /// Licenses in the large data set, with about two devices each.
    #[arg(long, default_value_t = 1_000_000)]
    licenses: u32,
    /// Directory for the data sets.
    #[arg(long)]
    folder: PathBuf,
    /// File for the results.
    #[arg(long)]
    results: PathBuf,
    /// PostgreSQL server for the data sets, as `postgres://user@host:port`.
    #[arg(long, requires = "postgres_binaries")]
    postgres: Option<String>,
    /// Directory that contains `createdb` and `dropdb`, in the server's version.
    #[arg(long)]
    postgres_binaries: Option<PathBuf>,
    /// Seconds per round.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Number of rounds. The results are medians over the rounds.
    #[arg(long, default_value_t = 5)]
    rounds: u32,
    /// Run only these parts.
    #[arg(long, value_delimiter = ',')]
    only: Vec<Part>,
}

struct Run {
    args: RunArgs,
    binary: Binary,
    small: DataSet,
    large: DataSet,
    report: Report,
}

impl RunArgs {
    pub(crate) async fn run(self) -> Result<()> {
        let binary = Binary(self.binary.clone());
        let small = dataset::prepare(&binary, &self.folder, SMALL_LICENSE_COUNT, None).await?;
        let large = dataset::prepare(&binary, &self.folder, self.licenses, None).await?;
        let postgres = self.postgres_server();
        let on_postgres = match &postgres {
            Some(server) if self.includes(Part::Postgres) => {
                let (folder, licenses) = (&self.folder, self.licenses);
                Some(dataset::prepare(&binary, folder, licenses, Some(server)).await?)
            }
            _ => None,
        };
        let results = self.results.clone();
        let mut run = Run {
            args: self,
            binary,
            small,
            large,
            report: Report::default(),
        };
        run.measure(on_postgres.as_ref())?;
        run.report.finish(&results)
    }

    fn includes(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    fn postgres_server(&self) -> Option<PostgresServer> {
        Some(PostgresServer {
            binaries: self.postgres_binaries.clone()?,
            url: self.postgres.clone()?,
        })
    }

    fn pace(&self) -> Schedule {
        Schedule {
            warm_up: Duration::from_secs(2),
            round_duration: Duration::from_secs(self.seconds),
            round_count: self.rounds,
        }
    }
}

impl Run {
    fn measure(&mut self, on_postgres: Option<&DataSet>) -> Result<()> {
        if self.args.includes(Part::Validate) {
            self.validate()?;
        }
        if self.args.includes(Part::Activate) {
            self.activate()?;
        }
        if let Some(set) = on_postgres {
            let compared = device_load::validate(&self.binary, set, self.args.pace())?;
            let what = format!(
                "validate, PostgreSQL, {} licenses",
                format_thousands(set.licenses)
            );
            self.add_comparison(what, &compared, Goal::AtLeast(0.12));
        }
        if self.args.includes(Part::Lists) {
            self.measure_lists()?;
        }
        if self.args.includes(Part::Export) {
            self.export()?;
        }
        if self.args.includes(Part::Start) {
            self.start()?;
        }
        if self.args.includes(Part::Site) {
            self.site()?;
        }
        Ok(())
    }

    fn validate(&mut self) -> Result<()> {
        let pace = self.args.pace();
        let large = device_load::validate(&self.binary, &self.large, pace)?;
        let small = device_load::validate(&self.binary, &self.small, pace)?;
        let count = format_thousands(self.large.licenses);
        let what = format!("validate, SQLite, {count} licenses");
        self.add_comparison(what.clone(), &large, Goal::AtLeast(0.35));
        self.report.add(
            format!("{what}: p99"),
            "× baseline",
            large.server.p99 / large.baseline.p99,
            Goal::AtMost(6.0),
            format!(
                "{} vs. {}",
                format_micros(large.server.p99),
                format_micros(large.baseline.p99)
            ),
        );
        let small_what = format!(
            "validate, SQLite, {} licenses",
            format_thousands(SMALL_LICENSE_COUNT)
        );
        self.add_comparison(small_what, &small, Goal::None);
        self.report.add(
            format!(
                "validate, SQLite, {count} licenses relative to {}",
                format_thousands(SMALL_LICENSE_COUNT)
            ),
            "×",
            large.ratio() / small.ratio(),
            Goal::AtLeast(0.85),
            format!("{:.0}/s vs. {:.0}/s", large.server.rate, small.server.rate),
        );
        let memory = |bytes: u64| to_mebibytes(bytes);
        let (idle, peak) = (memory(large.idle_memory), memory(large.peak_memory));
        self.report
            .add("memory, idle", "MiB", idle, Goal::AtMost(40.0), "");
        let what = format!("memory under validate load, {count} licenses");
        let absolute = "peak";
        self.report
            .add(what, "MiB", peak, Goal::AtMost(200.0), absolute);
        let updated = device_load::update(&self.binary, &self.large, pace)?;
        let what = format!("validate after an app update, SQLite, {count} licenses");
        self.add_comparison(what, &updated, Goal::None);
        Ok(())
    }

    fn activate(&mut self) -> Result<()> {
        let compared = device_load::activate(&self.binary, &self.large, self.args.pace())?;
        let count = format_thousands(self.large.licenses);
        let what = format!("activate, new devices, SQLite, {count} licenses");
        self.add_comparison(what, &compared, Goal::AtLeast(0.10));
        Ok(())
    }

    fn measure_lists(&mut self) -> Result<()> {
        let round = Duration::from_secs(self.args.seconds.div_ceil(2));
        let small_server = self.binary.serve(&self.small.database)?;
        let large_server = self.binary.serve(&self.large.database)?;
        let first =
            Operator::sign_in(&small_server)?.measure_page("/licenses", "</table>", round)?;
        let operator = Operator::sign_in(&large_server)?;
        let count = format_thousands(self.large.licenses);
        let base = format!(
            "/licenses, first page, {} licenses",
            format_thousands(SMALL_LICENSE_COUNT)
        );
        let absolute = format!(
            "p50 {}, p99 {}",
            format_micros(first.p50),
            format_micros(first.p99)
        );
        self.report.add(base, "×", 1.0, Goal::None, absolute);
        let middle = self.large.manifest()?.middle_cursor;
        let pages = [
            ("first page".to_owned(), "/licenses".to_owned(), 1.5),
            (
                "middle page".to_owned(),
                format!("/licenses?after={}", middle.replace('~', "%7E")),
                1.5,
            ),
        ];
        let by = |name: &str, query: &str| (name.to_owned(), format!("/licenses?{query}"), 10.0);
        let others = [
            by("only active", "status=active"),
            by("only expired", "status=expired"),
            by("only revoked", "status=revoked"),
            by("one product", "product=studio"),
            by("by expiry", "sort=expires"),
            by("by activations", "sort=-activations"),
            by("search with 50 hits", &format!("q={RARE_TERM}")),
            by(
                "search matching half of the licenses",
                &format!("q={COMMON_TERM}"),
            ),
            by("search for two characters", "q=ad"),
            by("search without hits", "q=zzzzzz"),
        ];
        let mut large_first = None;
        for (name, path, most) in pages.into_iter().chain(others) {
            let holds = if name.ends_with("without hits") {
                "</main>"
            } else {
                "</table>"
            };
            let figure = operator.measure_page(&path, holds, round)?;
            let compared = *large_first.get_or_insert(figure.p50);
            let is_search = name.starts_with("search");
            let (reference, measure) = if is_search {
                (compared, "× first page")
            } else {
                (first.p50, "× first page of the small data set")
            };
            self.report.add(
                format!("/licenses, {name}, {count} licenses"),
                measure,
                figure.p50 / reference,
                Goal::AtMost(most),
                format!(
                    "p50 {}, p99 {}",
                    format_micros(figure.p50),
                    format_micros(figure.p99)
                ),
            );
        }
        Ok(())
    }

    fn export(&mut self) -> Result<()> {
        let server = self.binary.serve(&self.large.database)?;
        let operator = Operator::sign_in(&server)?;
        // The first run only warms the caches. The following runs alternate.
        operator.measure_export(&self.large)?;
        server.reset_peak_memory()?;
        let before = server.memory()?;
        let (mut keywright_rates, mut sqlite_rates) = (Vec::new(), Vec::new());
        for _ in 0..3 {
            sqlite_rates.push(page_load::measure_sqlite_export(&self.large)?);
            keywright_rates.push(operator.measure_export(&self.large)?);
        }
        let growth = to_mebibytes(server.peak_memory()?.saturating_sub(before));
        let (keywright_rates, sqlite_rates) = (
            median(keywright_rates.into_iter()),
            median(sqlite_rates.into_iter()),
        );
        let what = format!(
            "/licenses.csv, {} rows",
            format_thousands(self.large.licenses)
        );
        let absolute = format!("{keywright_rates:.0} rows/s vs. {sqlite_rates:.0} rows/s");
        let measure = "× sqlite3 -csv";
        self.report.add(
            what.clone(),
            measure,
            keywright_rates / sqlite_rates,
            Goal::AtLeast(0.3),
            absolute,
        );
        let what = format!("{what}: memory growth");
        self.report.add(what, "MiB", growth, Goal::AtMost(32.0), "");
        Ok(())
    }

    fn start(&mut self) -> Result<()> {
        let empty = Database::sqlite(self.args.folder.join("empty"));
        empty.clear()?;
        // The first start creates the database and is not measured.
        self.binary.serve(&empty)?;
        let (mut full_starts, mut empty_starts) = (Vec::new(), Vec::new());
        for _ in 0..STARTUP_RUNS {
            empty_starts.push(self.binary.serve(&empty)?.startup_time.as_secs_f64());
            full_starts.push(
                self.binary
                    .serve(&self.large.database)?
                    .startup_time
                    .as_secs_f64(),
            );
        }
        let (full, none) = (
            median(full_starts.into_iter()),
            median(empty_starts.into_iter()),
        );
        let what = format!(
            "start to ready, {} licenses",
            format_thousands(self.large.licenses)
        );
        let absolute = format!("{:.0} ms vs. {:.0} ms", full * 1e3, none * 1e3);
        let measure = "× empty database";
        self.report
            .add(what, measure, full / none, Goal::AtMost(2.0), absolute);
        Ok(())
    }

    fn site(&mut self) -> Result<()> {
        let server = self.binary.serve(&self.small.database)?;
        let operator = Operator::sign_in(&server)?;
        let files = operator.file_sizes("/licenses")?;
        let total: usize = files.iter().map(|(_, size)| size).sum();
        let absolute: Vec<String> = files
            .iter()
            .map(|(file, size)| {
                let kind = file.rsplit('.').next().unwrap_or_default();
                format!("{kind} {size}")
            })
            .collect();
        let kibibytes = |bytes: usize| f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / 1024.0;
        let absolute = format!("bytes: {}", absolute.join(", "));
        let what = "wasm, JavaScript and CSS after brotli";
        self.report
            .add(what, "KiB", kibibytes(total), Goal::AtMost(320.0), absolute);
        let page = operator.page_size("/licenses")?;
        let what = "HTML of the license list after gzip";
        self.report
            .add(what, "KiB", kibibytes(page), Goal::AtMost(40.0), "");
        Ok(())
    }

    fn add_comparison(&mut self, what: String, compared: &Comparison, goal: Goal) {
        let Comparison {
            server: figure,
            baseline,
            ..
        } = compared;
        let absolute = format!(
            "{:.0}/s, p50 {}, p99 {}, {:.0} MiB peak; baseline {:.0}/s, p50 {}, p99 {}",
            figure.rate,
            format_micros(figure.p50),
            format_micros(figure.p99),
            to_mebibytes(compared.peak_memory),
            baseline.rate,
            format_micros(baseline.p50),
            format_micros(baseline.p99)
        );
        self.report
            .add(what, "× baseline", compared.ratio(), goal, absolute);
    }
}

#[expect(clippy::cast_precision_loss, reason = "the value is far below 2^52")]
fn to_mebibytes(bytes: u64) -> f64 {
    bytes as f64 / MEBIBYTE
}

fn format_micros(figure: f64) -> String {
    if figure < 10_000.0 {
        format!("{figure:.0} µs")
    } else {
        format!("{:.0} ms", figure / 1000.0)
    }
}

/// Formats a number with separators: `1,000,000`.
fn format_thousands(number: u32) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
