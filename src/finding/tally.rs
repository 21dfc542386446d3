//! Findings of many users, told once each: how many they hold for, and the first three.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Finding, Findings, Many, Severity, Source, SourceId, Sources};

/// Addresses that a report names.
const MOST_NAMED: usize = 3;

/// What makes two findings the same: of whom they are told and which words tell it do not count.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    code: String,
    severity: Severity,
    client: Option<String>,
    setting: Option<String>,
    /// where in the description; of a row, nothing
    place: Option<(usize, usize)>,
}

/// The first finding of a kind, and how many there are.
#[derive(Debug)]
struct Told {
    finding: Finding,
    /// the row that it points into, and what of that must not be shown
    row: Option<(Source, Vec<Range<usize>>)>,
    count: usize,
    addresses: Vec<String>,
}

/// Findings by their kind.
#[derive(Debug)]
pub struct Tally {
    /// the id that places in rows have
    rows: SourceId,
    told: BTreeMap<Kind, Told>,
}

impl Tally {
    /// None yet. `rows`: the id of the source that places in rows name.
    #[must_use]
    pub fn new(rows: SourceId) -> Self {
        Self { rows, told: BTreeMap::new() }
    }

    /// The id that places in rows have.
    #[must_use]
    pub fn rows(&self) -> SourceId {
        self.rows
    }

    /// Adds a user's finding. `row`: his row as a source, asked for once a kind.
    pub fn add(
        &mut self,
        finding: &Finding,
        address: Option<&str>,
        row: impl FnOnce() -> (Source, Vec<Range<usize>>),
    ) {
        let of_row = finding.place.is_some_and(|p| p.source == self.rows);
        let kind = Kind {
            code: finding.code.clone(),
            severity: finding.severity,
            client: finding.client.clone(),
            setting: finding.args.iter().find(|(name, _)| *name == "setting").map(|(_, value)| value.clone()),
            place: finding.place.filter(|_| !of_row).map(|p| (p.source.index(), p.start)),
        };
        let told = self.told.entry(kind).or_insert_with(|| Told {
            finding: finding.clone(),
            row: of_row.then(row),
            count: 0,
            addresses: Vec::new(),
        });
        told.count += 1;
        told.addresses.extend(address.filter(|_| told.addresses.len() < MOST_NAMED).map(str::to_owned));
    }

    /// Adds those of users who come later.
    pub fn merge(&mut self, later: Self) {
        for (kind, more) in later.told {
            match self.told.entry(kind) {
                std::collections::btree_map::Entry::Vacant(slot) => drop(slot.insert(more)),
                std::collections::btree_map::Entry::Occupied(mut slot) => {
                    let told = slot.get_mut();
                    told.count += more.count;
                    let room = MOST_NAMED.saturating_sub(told.addresses.len());
                    told.addresses.extend(more.addresses.into_iter().take(room));
                }
            }
        }
    }

    /// Tells them, each once.
    pub fn tell(self, sources: &mut Sources, findings: &mut Findings) {
        for (_, Told { mut finding, row, count, addresses }) in self.told {
            if let (Some((source, hidden)), Some(place)) = (row, finding.place.as_mut()) {
                let id = sources.add(source);
                sources.hide(id, hidden);
                place.source = id;
                finding.related.clear();
            }
            finding.address = addresses.first().cloned().or(finding.address);
            if count > 1 {
                finding.many = Some(Box::new(Many { count, addresses }));
            }
            findings.push(finding);
        }
    }
}
