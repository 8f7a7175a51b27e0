//! `/licenses/{id}`: the page of one license.

mod activity;
mod devices;
mod facts;
pub mod page;
