//! The pages under `/settings`.

mod sdk_keys;
