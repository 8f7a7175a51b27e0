//! What devices say about themselves: nine columns that two tables have.

use keywright_domain::activation::Telemetry;
use sqlx::{Any, any::AnyArguments, query::Query};

use crate::{StoreError, row::Fields, sql::Sql};

/// Binds the nine columns of telemetry, in their order.
pub(crate) fn with_telemetry<'q>(
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

/// Adds places for them, in their order, after what stands before.
pub(crate) fn push_telemetry(sql: &mut Sql, telemetry: &Telemetry) {
    for said in [
        &telemetry.app_version,
        &telemetry.sdk_version,
        &telemetry.sdk,
        &telemetry.platform,
        &telemetry.os_version,
        &telemetry.arch,
        &telemetry.cpu_cores,
        &telemetry.memory,
    ] {
        sql.push(", ").bind(said.as_deref());
    }
    sql.push(", ").bind(telemetry.trial_duration_days);
}

/// Reads them.
pub(crate) fn telemetry(fields: &Fields<'_>) -> Result<Telemetry, StoreError> {
    Ok(Telemetry {
        app_version: fields.optional_text("app_version")?,
        sdk_version: fields.optional_text("sdk_version")?,
        sdk: fields.optional_text("sdk")?,
        platform: fields.optional_text("platform")?,
        os_version: fields.optional_text("os_version")?,
        arch: fields.optional_text("arch")?,
        cpu_cores: fields.optional_text("cpu_cores")?,
        memory: fields.optional_text("memory")?,
        trial_duration_days: fields.optional_number("trial_duration_days")?,
    })
}
