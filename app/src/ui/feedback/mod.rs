//! Messages within a page: notices, empty states, live indicator and request IDs.

pub mod empty_state;
pub mod live_indicator;
pub mod notice;
pub mod request_id_note;
