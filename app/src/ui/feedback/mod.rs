//! Messages within a page.

pub mod empty_state;
pub mod live_indicator;
pub mod notice;
pub mod request_id_note;
