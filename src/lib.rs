//! Lantai (兰台): an archive repository server.

pub mod access;
pub mod audit;
pub mod db;
pub mod holdings;
pub mod ingest;
pub mod jobs;
pub mod kernel;
pub mod preservation;
pub mod profile;
pub mod search;
pub mod vault;
pub mod web;
