//! Several operations at a time.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// Operations on the disk in flight at a time: durability is latency, and eight
/// waiting writers share their commits (architecture: I/O permits).
pub(super) const IN_FLIGHT: usize = 8;

/// Runs `act` on every item, at most [`IN_FLIGHT`] at a time; the answers come
/// in the items' order.
pub(super) fn each<I: Sync, O: Send>(items: &[I], act: impl Fn(&I) -> O + Sync) -> Vec<O> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return done };
            done.push((at, act(item)));
        }
    };
    let mut answers: Vec<(usize, O)> = if items.len() == 1 {
        work()
    } else {
        thread::scope(|scope| {
            let hands: Vec<_> = (0..IN_FLIGHT.min(items.len())).map(|_| scope.spawn(work)).collect();
            hands.into_iter().flat_map(|hand| hand.join().expect("an act on the disk does not panic")).collect()
        })
    };
    answers.sort_unstable_by_key(|(at, _)| *at);
    answers.into_iter().map(|(_, answer)| answer).collect()
}
