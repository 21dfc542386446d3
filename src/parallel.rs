//! Independent pieces of work on all cores, results in order.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError, mpsc};
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
        let worker = || {
            let (sender, next, work) = (sender.clone(), &next, &work);
            move || {
                while let Some(item) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, items.get(at)?)))
                {
                    // nobody listens any more after an error
                    if sender.send((item.0, work(item.1))).is_err() {
                        break;
                    }
                }
            }
        };
        if !(0..threads).map(|_| started(scope, worker())).fold(false, |any, is| any | is) {
            return items.iter().map(&work).try_for_each(then);
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

/// Applies `work` to what `items` gives, on all cores, and `then` to the results on this thread, in the order of the items. No more than
/// `most` items, which may change on the way, are on the way at once, so that a stream without end needs no more memory than a short one.
///
/// # Errors
/// The first that `then` gives; nothing more is taken from `items` then.
///
/// # Panics
/// When `work` does.
pub fn stream<T: Send, R: Send, E>(
    mut items: impl Iterator<Item = T>,
    most: impl Fn() -> usize,
    work: impl Fn(T) -> R + Sync,
    mut then: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let (given, tasks) = mpsc::channel::<(usize, T)>();
    let tasks = Mutex::new(tasks);
    thread::scope(|scope| {
        let (sender, results) = mpsc::channel();
        let worker = || {
            let (sender, tasks, work) = (sender.clone(), &tasks, &work);
            move || {
                let next = || tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
                while let Ok((at, item)) = next() {
                    if sender.send((at, work(item))).is_err() {
                        break;
                    }
                }
            }
        };
        if !(0..cores()).map(|_| started(scope, worker())).fold(false, |any, is| any | is) {
            return items.map(&work).try_for_each(then);
        }
        drop(sender);
        let (mut asked, mut wanted, mut early) = (0, 0, BTreeMap::new());
        // dropped on every way out, so that the threads end
        let given = given;
        loop {
            while asked - wanted < most().max(1) {
                let Some(item) = items.next() else { break };
                // a thread that panicked is told when the scope ends
                if given.send((asked, item)).is_err() {
                    return Ok(());
                }
                asked += 1;
            }
            if asked == wanted {
                return Ok(());
            }
            let Ok((at, result)) = results.recv() else { return Ok(()) };
            early.insert(at, result);
            while let Some(result) = early.remove(&wanted) {
                wanted += 1;
                then(result)?;
            }
        }
    })
}

/// Starts a thread. A system that is short of memory may give none: then the others do the work, or the one that asked.
fn started<'s>(scope: &'s thread::Scope<'s, '_>, work: impl FnOnce() + Send + 's) -> bool {
    thread::Builder::new().spawn_scoped(scope, work).is_ok()
}

/// How many threads run at once here. Asking the system reads files each time.
#[must_use]
pub fn cores() -> usize {
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

    #[test]
    fn a_stream_is_bounded_and_in_order() {
        let (given, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let items = (0..500_usize).inspect(|_| {
            let on_the_way = given.fetch_add(1, Ordering::SeqCst) - done.load(Ordering::SeqCst);
            assert!(on_the_way < 8, "{on_the_way}");
        });
        let slow = |n: usize| {
            thread::sleep(std::time::Duration::from_micros(if n.is_multiple_of(7) { 300 } else { 5 }));
            n
        };
        let mut seen = Vec::new();
        let ended = stream(
            items,
            || 8,
            slow,
            |n| {
                done.fetch_add(1, Ordering::SeqCst);
                seen.push(n);
                if n == 400 { Err(n) } else { Ok(()) }
            },
        );
        assert_eq!((ended, seen), (Err(400), (0..=400).collect::<Vec<_>>()));
        assert_eq!(stream(0..0, || 4, |n: u8| n, |_| Ok::<(), ()>(())), Ok(()));
    }
}
