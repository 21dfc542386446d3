//! Independent pieces of work on all cores, results in order.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, mpsc};
use std::thread;

/// Applies `work` to every item, on as many threads as there are cores; results stand in the order of the items.
///
/// ```
/// assert_eq!(mailprof::parallel::map(&[1, 2, 3], |n| n * n), [1, 4, 9]);
/// ```
///
/// # Panics
/// When `work` does.
pub fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let mut results = Vec::with_capacity(items.len());
    let Ok(()) = in_order(items, work, |result| {
        results.push(result);
        Ok::<(), Infallible>(())
    });
    results
}

/// Applies `work` to every item on all cores, and `then` to the results on this thread, in the order of the items, each as soon
/// as it and those before it are there.
///
/// # Errors
/// The first that `then` gives; later results are dropped.
///
/// # Panics
/// When `work` does.
pub fn in_order<T: Sync, R: Send, E>(
    items: &[T],
    work: impl Fn(&T) -> R + Sync,
    mut then: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let threads = cores().min(items.len());
    if threads <= 1 {
        return items.iter().map(work).try_for_each(then);
    }
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        let (sender, results) = mpsc::channel();
        for _ in 0..threads {
            let (sender, next, work) = (sender.clone(), &next, &work);
            scope.spawn(move || {
                while let Some(item) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, items.get(at)?)))
                {
                    // nobody listens any more after an error
                    if sender.send((item.0, work(item.1))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut wanted = 0;
        for (at, result) in results {
            early.insert(at, result);
            while let Some(result) = early.remove(&wanted) {
                then(result)?;
                wanted += 1;
            }
        }
        Ok(())
    })
}

/// How many threads run at once here. Asking the system reads files each time.
fn cores() -> usize {
    static CORES: LazyLock<usize> = LazyLock::new(|| thread::available_parallelism().map_or(1, usize::from));
    *CORES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_order_and_an_error_ends_it() {
        let items: Vec<u64> = (0..200).collect();
        let slow_first = |n: &u64| {
            thread::sleep(std::time::Duration::from_micros(if *n == 0 { 3000 } else { 10 }));
            *n
        };
        assert_eq!(map(&items, slow_first), items);
        let mut seen = Vec::new();
        let ended = in_order(
            &items,
            |n| *n,
            |n| {
                seen.push(n);
                if n == 5 { Err(n) } else { Ok(()) }
            },
        );
        assert_eq!((ended, seen), (Err(5), vec![0, 1, 2, 3, 4, 5]));
        assert_eq!(map(&[] as &[u64], |n| *n), Vec::<u64>::new());
    }
}
