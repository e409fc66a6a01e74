//! Every integration test in one binary: one link instead of many.

mod access;
mod audit;
mod cli;
mod db;
mod harness;
mod holdings;
mod house;
mod ingest;
mod jobs;
mod vault;
mod web;
