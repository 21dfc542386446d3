//! Host names whose letters come from scripts that look alike: a Cyrillic а among Latin letters is another server.
//! Source: UTS 39, section 5.2, restriction levels (beyond "highly restrictive": Latin with Japanese, Chinese or Korean is fine).

use unicode_security::restriction_level::{RestrictionLevel, RestrictionLevelDetection};

use super::Subject;
use crate::finding::{Findings, MIXED_SCRIPT_HOST};

pub(super) fn check(subject: &Subject, findings: &mut Findings) {
    for server in &subject.draft.servers {
        let Some(host) = subject.draft.host_of(server) else { continue };
        // a placeholder that is still there is no label
        let mixed = |label: &str| {
            !label.contains('%') && label.detect_restriction_level() > RestrictionLevel::HighlyRestrictive
        };
        if host.unicode().split('.').any(mixed) {
            let finding = subject.about(&MIXED_SCRIPT_HOST, server, "host");
            findings.push(finding.arg("value", host.unicode()).arg("ascii", host.ascii()));
        }
    }
}
