//! The pages below `/settings`.

mod sdk_keys;
