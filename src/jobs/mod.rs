//! Work that outlives the act that asked for it: a durable queue.
//!
//! Owns `job`. Promises that a job runs at least once, and that one that gave up
//! is seen. A job is leased; a lease that runs out (the process died) is taken by
//! the next worker, which runs the same code again.
//!
//! Leases and progress are writes without a line in the trail: they say nothing
//! about the archive.

mod queue;

pub use queue::{
    Leased, Progress, call_off, enqueue, enqueue_again, fail, finish, lease, lease_of, of_subject, others_work,
    progress, release_all, renew, retry, unfinished,
};

/// How often a job is tried before it gives up.
pub const ATTEMPTS: i64 = 6;
/// How long a lease lasts; progress renews it.
pub const LEASE_SECONDS: i64 = 60;
