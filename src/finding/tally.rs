//! Findings of many users, told once each: how many they hold for, and the first three.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Finding, Findings, Many, Place, Severity, Source, SourceId, Sources};

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

/// A finding that was told of one user and holds for others like him.
#[derive(Debug, Clone)]
pub struct Echo {
    /// as it was told of him
    pub finding: Finding,
    /// the setting of his row at which it stands
    pub setting: Option<String>,
}

/// Users whom findings hold for alike.
pub struct Alike<'u> {
    /// how many
    pub count: usize,
    /// the first three
    pub addresses: &'u [String],
    /// where a setting stands in the row of the first
    pub place: &'u dyn Fn(&str) -> Option<Place>,
    /// that row as a source
    pub row: &'u dyn Fn() -> (Source, Vec<Range<usize>>),
}

/// The first finding of a kind, and how many there are.
#[derive(Debug)]
struct Told {
    /// whether its words are those of another user
    echo: bool,
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
        let kind = self.kind(finding);
        let told = self.told.entry(kind).or_insert_with(|| Told {
            echo: false,
            finding: finding.clone(),
            row: of_row.then(row),
            count: 0,
            addresses: Vec::new(),
        });
        told.count += 1;
        told.addresses.extend(address.filter(|_| told.addresses.len() < MOST_NAMED).map(str::to_owned));
    }

    fn kind(&self, finding: &Finding) -> Kind {
        Kind {
            code: finding.code.clone(),
            severity: finding.severity,
            client: finding.client.clone(),
            setting: finding.args.iter().find(|(name, _)| *name == "setting").map(|(_, value)| value.clone()),
            place: finding.place.filter(|p| p.source != self.rows).map(|p| (p.source.index(), p.start)),
        }
    }

    /// Adds a finding of several users at once.
    pub fn add_alike(&mut self, echo: &Echo, users: &Alike<'_>) {
        let kind = self.kind(&echo.finding);
        let rows = self.rows;
        let told = self.told.entry(kind).or_insert_with(|| {
            let mut finding = echo.finding.clone();
            let of_row = finding.place.is_some_and(|p| p.source == rows);
            if of_row {
                let own = echo.setting.as_deref().and_then(users.place);
                finding.place = own.or(Some(Place::start(rows)));
            }
            let row = of_row.then(users.row);
            Told { echo: true, finding, row, count: 0, addresses: Vec::new() }
        });
        told.count += users.count;
        let room = MOST_NAMED.saturating_sub(told.addresses.len());
        told.addresses.extend(users.addresses.iter().take(room).cloned());
    }

    /// Adds those of users who come later.
    pub fn merge(&mut self, later: Self) {
        for (kind, more) in later.told {
            match self.told.entry(kind) {
                std::collections::btree_map::Entry::Vacant(slot) => drop(slot.insert(more)),
                std::collections::btree_map::Entry::Occupied(mut slot) => {
                    let told = slot.get_mut();
                    if told.echo && !more.echo {
                        // words that belong to the user whom they are told of
                        (told.finding, told.row, told.echo) = (more.finding, more.row, false);
                    }
                    told.count += more.count;
                    let room = MOST_NAMED.saturating_sub(told.addresses.len());
                    told.addresses.extend(more.addresses.into_iter().take(room));
                }
            }
        }
    }

    /// Tells them, each once.
    pub fn tell(self, sources: &mut Sources, findings: &mut Findings) {
        for (_, Told { mut finding, row, count, addresses, echo: _ }) in self.told {
            if let (Some((source, hidden)), Some(place)) = (row, finding.place.as_mut()) {
                // where columns are shifted, a password stands in another one's place
                let beside = [0..place.start, place.end..source.text().len()];
                let id = sources.add(source);
                sources.hide(id, hidden.into_iter().chain(beside).collect());
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
