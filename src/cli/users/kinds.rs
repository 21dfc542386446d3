//! Rows like one that was resolved before: their accounts need not be resolved again, and what was told of the one is told of all.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::account::users::{Alike, Row};
use crate::account::{Account, Fetched};
use crate::finding::{self, Echo, Tally};

/// Kinds that are kept: beyond, rows are resolved one by one.
const MOST: usize = 256;

/// Rows of a kind that go the whole way to try the short one on.
const TRIALS: usize = 2;

/// Addresses that a finding names.
const MOST_NAMED: usize = 3;

/// Kinds of rows that were met.
#[derive(Debug, Default)]
pub(super) struct Kinds(Mutex<BTreeMap<String, Known>>);

#[derive(Debug)]
struct Known {
    kind: Arc<Kind>,
    trials: usize,
    sound: bool,
}

/// What the first row of a kind gave.
#[derive(Debug)]
pub(super) struct Kind {
    pub alike: Alike,
    /// what its moulds are found by
    pub shape: Option<String>,
    /// what was told of it before anything was built
    pub told: Arc<Vec<Echo>>,
}

impl Kinds {
    /// A kind that was tried.
    pub fn trusted(&self, kind: &str) -> Option<Arc<Kind>> {
        let kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kinds.get(kind).filter(|known| known.sound && known.trials == 0).map(|known| known.kind.clone())
    }

    /// Keeps what the whole way gave for a row, or holds the short way against it.
    pub fn learn(
        &self,
        kind: String,
        row: &Row,
        (account, fetched): (&Account, &Fetched),
        shape: &Option<String>,
        told: Vec<Echo>,
    ) {
        let mut kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = kinds.len() < MOST;
        match kinds.get_mut(&kind) {
            Some(known) => {
                let codes = |told: &[Echo]| told.iter().map(|e| e.finding.code.clone()).collect::<Vec<_>>();
                known.trials = known.trials.saturating_sub(1);
                known.sound &= known.kind.shape == *shape
                    && codes(&known.kind.told) == codes(&told)
                    && known.kind.alike.gives(row, account, fetched);
            }
            None if room => {
                let alike = Alike::new(row, account, fetched);
                let new = Kind { alike, shape: shape.clone(), told: Arc::new(told) };
                kinds.insert(kind, Known { kind: Arc::new(new), trials: TRIALS, sound: true });
            }
            None => {}
        }
    }
}

/// Users of a batch of whom the same is told.
#[derive(Debug, Default)]
pub(super) struct Groups {
    all: Vec<Group>,
    nothing: Arc<Vec<Echo>>,
}

#[derive(Debug)]
struct Group {
    told: [Arc<Vec<Echo>>; 2],
    row: Row,
    count: usize,
    addresses: Vec<String>,
}

impl Groups {
    /// Adds a user of whom the same is told of his files alone.
    pub fn add_told(&mut self, told: Arc<Vec<Echo>>, row: &Row, address: &str) {
        self.add([self.nothing.clone(), told], row, address);
    }

    /// Adds a user.
    pub fn add(&mut self, told: [Arc<Vec<Echo>>; 2], row: &Row, address: &str) {
        let same = |group: &&mut Group| group.told.iter().zip(&told).all(|(a, b)| Arc::ptr_eq(a, b));
        if let Some(group) = self.all.iter_mut().find(same) {
            group.count += 1;
            if group.addresses.len() < MOST_NAMED {
                group.addresses.push(address.to_owned());
            }
            return;
        }
        let (row, addresses) = (row.clone(), vec![address.to_owned()]);
        self.all.push(Group { told, row, count: 1, addresses });
    }

    /// Tells all. `name`: the users file's.
    pub fn tell(&self, name: &str, tally: &mut Tally) {
        let rows = tally.rows();
        for Group { told, row, count, addresses } in &self.all {
            let place = |setting: &str| {
                row.values(rows).into_iter().find(|v| v.setting == setting).map(|value| value.place)
            };
            let row = || row.source(name);
            let users = finding::Alike { count: *count, addresses, place: &place, row: &row };
            told.iter().flat_map(|told| told.iter()).for_each(|echo| tally.add_alike(echo, &users));
        }
    }
}
