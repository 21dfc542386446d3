//! Ctrl-C, or the system's wish that the program end (SIGTERM, SIGHUP): a run ends between two users, what is whole stays. A second one
//! ends the program at once.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

static STOPPED: AtomicBool = AtomicBool::new(false);

/// Listens from now on.
pub(super) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // without it Ctrl-C ends the program at once, which leaves nothing half-written either
        let _ = ctrlc::set_handler(|| {
            if STOPPED.swap(true, Ordering::SeqCst) {
                std::process::exit(2);
            }
        });
    });
}

/// Whether somebody wants it to end.
pub(super) fn is_wanted() -> bool {
    STOPPED.load(Ordering::Relaxed)
}
