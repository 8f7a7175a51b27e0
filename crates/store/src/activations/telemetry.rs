//! The nine telemetry columns of `activations` and `keyless_installs`.

use keywright_domain::activation::Telemetry;
use sqlx::{Any, any::AnyArguments, query::Query};

use crate::{
    StoreError,
    query::{QueryBuilder, RowReader},
};

/// Binds the nine telemetry columns in order.
pub(crate) fn bind_telemetry<'q>(
    query: Query<'q, Any, AnyArguments>,
    telemetry: &'q Telemetry,
) -> Query<'q, Any, AnyArguments> {
    query
        .bind(telemetry.app_version.as_deref())
        .bind(telemetry.sdk_version.as_deref())
        .bind(telemetry.sdk.as_deref())
        .bind(telemetry.platform.as_deref())
        .bind(telemetry.os_version.as_deref())
        .bind(telemetry.arch.as_deref())
        .bind(telemetry.cpu_cores.as_deref())
        .bind(telemetry.memory.as_deref())
        .bind(telemetry.trial_duration_days)
}

/// Appends the nine telemetry values in order, each preceded by a comma.
pub(crate) fn push_telemetry(sql: &mut QueryBuilder, telemetry: &Telemetry) {
    for sent in [
        &telemetry.app_version,
        &telemetry.sdk_version,
        &telemetry.sdk,
        &telemetry.platform,
        &telemetry.os_version,
        &telemetry.arch,
        &telemetry.cpu_cores,
        &telemetry.memory,
    ] {
        sql.push(", ").bind(sent.as_deref());
    }
    sql.push(", ").bind(telemetry.trial_duration_days);
}

/// The nine telemetry columns of `activations a` as one string, joined with a control character,
/// which sanitized values don't contain. Decoding one column costs less than decoding nine.
pub(crate) const JOINED_TELEMETRY: &str = "COALESCE(a.app_version, '') || '\u{1f}' || COALESCE(a.sdk_version, '') || '\u{1f}' ||
    COALESCE(a.sdk, '') || '\u{1f}' || COALESCE(a.platform, '') || '\u{1f}' || COALESCE(a.os_version, '') || '\u{1f}' ||
    COALESCE(a.arch, '') || '\u{1f}' || COALESCE(a.cpu_cores, '') || '\u{1f}' || COALESCE(a.memory, '') || '\u{1f}' ||
    COALESCE(CAST(a.trial_duration_days AS TEXT), '')";

const SEPARATOR: char = '\u{1f}';

/// Stored telemetry of a device, in the form of [`JOINED_TELEMETRY`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct StoredTelemetry(pub(crate) String);

impl StoredTelemetry {
    /// Returns whether `sent` contains a value that differs from the stored one.
    pub(crate) fn is_changed_by(&self, sent: &Telemetry) -> bool {
        let trial = sent.trial_duration_days.map(|days| days.to_string());
        let sent = [
            &sent.app_version,
            &sent.sdk_version,
            &sent.sdk,
            &sent.platform,
            &sent.os_version,
            &sent.arch,
            &sent.cpu_cores,
            &sent.memory,
            &trial,
        ];
        let mut stored = self.0.split(SEPARATOR);
        sent.into_iter().any(|sent| {
            let stored = stored.next();
            sent.is_some() && sent.as_deref() != stored
        })
    }
}

pub(crate) fn decode_telemetry(fields: &RowReader<'_>) -> Result<Telemetry, StoreError> {
    Ok(Telemetry {
        app_version: fields.get_optional_string("app_version")?,
        sdk_version: fields.get_optional_string("sdk_version")?,
        sdk: fields.get_optional_string("sdk")?,
        platform: fields.get_optional_string("platform")?,
        os_version: fields.get_optional_string("os_version")?,
        arch: fields.get_optional_string("arch")?,
        cpu_cores: fields.get_optional_string("cpu_cores")?,
        memory: fields.get_optional_string("memory")?,
        trial_duration_days: fields.get_optional_i64("trial_duration_days")?,
    })
}
