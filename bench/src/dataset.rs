//! Data sets: a database with the demo tenants and a given number of licenses, generated once and
//! reused by later runs.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use futures::FutureExt;
use keywright_api_types::page::Cursor;
use keywright_domain::{
    activation::{Activation, Telemetry},
    ids::LicenseId,
    license::{License, Status},
    time::Timestamp,
};
use keywright_service::demo::{Catalog, GeneratedLicense, Generator};
use keywright_store::{BulkLoader, Store, StoreError};
use serde::{Deserialize, Serialize};

use crate::{
    clock,
    generator::BenchProfile,
    server::{Binary, Database, PostgresServer},
};

/// Format version. Increment it to regenerate existing data sets.
const FORMAT_VERSION: u32 = 3;

/// Maximum age in days. Generated licenses begin to expire after sixty days.
const MAX_AGE_DAYS: u32 = 30;

/// Name of the server metadata entry that marks a complete data set.
const COMPLETION_KEY: &str = "bench";

/// Differs from the demo data's seed, because the same database contains the demo data.
const SEED: u64 = 2027;

/// Number of licenses per transaction.
const CHUNK_SIZE: usize = 10_000;

/// Returns the data set. Generates it first if it is missing, outdated or incomplete.
pub(crate) async fn prepare(
    binary: &Binary,
    folder: &Path,
    licenses: u32,
    postgres: Option<&PostgresServer>,
) -> Result<DataSet> {
    let folder = folder.join(format!("{licenses}-licenses"));
    let set = DataSet {
        licenses,
        database: match postgres {
            None => Database::sqlite(folder.join("data")),
            // Both engines share the master key and the generated license keys.
            Some(server) => {
                let name = format!("keywright_{licenses}");
                Database::postgres(folder.join("data"), server.clone(), name)
            }
        },
        folder,
    };
    let made_at = match set.manifest() {
        Ok(manifest) if manifest.is_usable() => Some(manifest.generated_at),
        _ => None,
    };
    if let Some(made_at) = made_at {
        if set.is_complete(made_at).await {
            return Ok(set);
        }
    } else if set.folder.exists() {
        fs::remove_dir_all(&set.folder)?;
    }
    set.generate(binary, made_at).await?;
    Ok(set)
}

/// A generated database and its target lists.
pub(crate) struct DataSet {
    pub(crate) licenses: u32,
    pub(crate) database: Database,
    folder: PathBuf,
}

/// Metadata of a data set.
#[derive(Serialize, Deserialize)]
pub(crate) struct Manifest {
    version: u32,
    generated_at: i64,
    /// Cursor to the middle of the license list, newest first.
    pub(crate) middle_cursor: String,
}

impl Manifest {
    fn is_usable(&self) -> bool {
        let oldest = clock::now().minus_days(MAX_AGE_DAYS).millis();
        self.version == FORMAT_VERSION && self.generated_at > oldest
    }
}

impl DataSet {
    /// Returns the file that lists an active device for each valid license.
    pub(crate) fn targets(&self) -> PathBuf {
        self.folder.join("targets.txt")
    }

    /// Copies the SQLite database for a run that modifies it.
    pub(crate) fn copy(&self) -> Result<Database> {
        self.database.copy(self.folder.join("copy"))
    }

    /// Returns the file that lists the valid licenses with a free slot.
    pub(crate) fn with_free_slots(&self) -> PathBuf {
        self.folder.join("with-room.txt")
    }

    pub(crate) fn manifest(&self) -> Result<Manifest> {
        let text = fs::read_to_string(self.folder.join("manifest.json"))?;
        Ok(serde_json::from_str(&text)?)
    }

    fn name(&self, made_at: i64) -> String {
        format!("{FORMAT_VERSION}: {} licenses at {made_at}", self.licenses)
    }

    async fn is_complete(&self, made_at: i64) -> bool {
        let Ok(store) = Store::open(&self.database.url()).await else {
            return false;
        };
        let marker = store.server_metadata(COMPLETION_KEY).await;
        store.close().await;
        matches!(marker, Ok(Some(marker)) if marker == self.name(made_at))
    }

    /// Generates the data set. `made_at` is the timestamp of the other engine's data set, if any.
    async fn generate(&self, binary: &Binary, made_at: Option<i64>) -> Result<()> {
        let began = clock::start();
        self.database.clear()?;
        fs::create_dir_all(&self.folder)?;
        binary.demo(&self.database)?;
        let now = made_at.map_or_else(clock::now, Timestamp::from_millis);
        let url = self.database.url();
        let mut bulk = BulkLoader::open(&url).await?;
        let mut lists = TargetFiles::create(self)?;
        let profile = BenchProfile {
            count: self.licenses,
            now,
        };
        let catalog = Catalog::new(now)?;
        let mut generator = Generator::new(profile, &catalog, SEED, self.licenses, now);
        let mut middle = None;
        loop {
            let chunk = generator.by_ref().take(CHUNK_SIZE);
            let chunk = chunk.collect::<Result<Vec<GeneratedLicense>, _>>()?;
            if chunk.is_empty() {
                break;
            }
            let licenses: Vec<License> = chunk.iter().map(|one| one.license.clone()).collect();
            let activations = chunk.iter().flat_map(|one| &one.activations);
            let activations: Vec<Activation> = activations.cloned().collect();
            bulk.insert(&licenses, &activations).await?;
            for generated in &chunk {
                let is_middle = lists.written == self.licenses / 2;
                if is_middle {
                    middle = Some(cursor(&generated.license));
                }
                lists.add(generated, now)?;
            }
            println!("    {} of {} licenses", lists.written, self.licenses);
        }
        bulk.finish().await?;
        lists.finish()?;
        let manifest = Manifest {
            version: FORMAT_VERSION,
            generated_at: now.millis(),
            middle_cursor: middle.context("the data set is empty")?.to_string(),
        };
        let text = serde_json::to_string_pretty(&manifest)?;
        fs::write(self.folder.join("manifest.json"), text)?;
        self.mark_complete(now.millis()).await?;
        println!("    generated in {:.0} s", began.elapsed().as_secs_f64());
        Ok(())
    }

    async fn mark_complete(&self, made_at: i64) -> Result<()> {
        let store = Store::open(&self.database.url()).await?;
        let name = self.name(made_at);
        let result = store.write(move |tx| {
            async move { tx.set_server_metadata(COMPLETION_KEY, &name).await }.boxed()
        });
        let result: Result<(), StoreError> = result.await;
        store.close().await;
        Ok(result?)
    }
}

fn cursor(license: &License) -> Cursor<LicenseId> {
    Cursor {
        value: license.created_at.millis(),
        id: license.id,
    }
}

/// The target files for the load generator. All lines have the same length.
struct TargetFiles {
    targets: BufWriter<File>,
    with_free_slots: BufWriter<File>,
    written: u32,
}

impl TargetFiles {
    fn create(set: &DataSet) -> Result<Self> {
        Ok(Self {
            targets: BufWriter::new(File::create(set.targets())?),
            with_free_slots: BufWriter::new(File::create(set.with_free_slots())?),
            written: 0,
        })
    }

    fn add(&mut self, generated: &GeneratedLicense, now: Timestamp) -> Result<()> {
        let GeneratedLicense {
            key,
            license,
            activations,
            ..
        } = generated;
        self.written += 1;
        if license.status(now) != Status::Active {
            return Ok(());
        }
        let line = |instance: &str, app_version: &str, platform: &str| {
            let (product, key) = (license.product_id.as_str(), key.expose());
            format!("{product:<6} {key:<24} {instance:<36} {app_version:<6} {platform:<7}\n")
        };
        if let Some(device) = activations
            .iter()
            .find(|device| device.deactivation.is_none())
        {
            let result = |text: &Option<String>| text.clone().unwrap_or_default();
            let Telemetry {
                app_version,
                platform,
                ..
            } = &device.telemetry;
            let instance = device.instance_id.to_string();
            let line = line(&instance, &result(app_version), &result(platform));
            self.targets.write_all(line.as_bytes())?;
        }
        if license.active_count < license.activation_limit {
            self.with_free_slots
                .write_all(line("", "", "").as_bytes())?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<()> {
        self.targets.flush()?;
        Ok(self.with_free_slots.flush()?)
    }
}
