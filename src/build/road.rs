//! The steps of a sheet: those that the account takes, their drawn dialogs, and their shape on the page.

use minijinja::{Value, context};

use super::figure;
use super::sheet::Teller;
use crate::client::{Client, Step};
use crate::render::{RenderError, slot};

/// A step on its way to the page.
pub(super) struct Shaped {
    number: usize,
    text: Value,
    show: Vec<Value>,
    pub(super) figure: Option<Value>,
    /// whether nobody compared its figure with the program
    pub(super) unverified: bool,
    /// `alone` without a figure; `half` of the width, its figure below its text, beside another such step; `beside` its figure
    shape: &'static str,
}

impl Shaped {
    pub(super) fn value(self) -> Value {
        context! {
            number => self.number,
            text => self.text,
            show => self.show,
            figure => self.figure,
            shape => self.shape,
        }
    }

    /// Whether half of the width is enough: a longer text would stand high above its figure.
    fn is_short(&self) -> bool {
        self.figure.is_some() && !slot::is_wider(std::slice::from_ref(&self.text), 0, MOST_IN_HALF)
    }
}

/// Columns of a step's text that half of the width has room for.
const MOST_IN_HALF: usize = 340;

/// Gives each step its shape: short ones with figures go side by side, two and two.
fn shape(road: &mut [Shaped]) {
    let mut at = 0;
    while at < road.len() {
        let pair = road[at].is_short() && road.get(at + 1).is_some_and(Shaped::is_short);
        if pair {
            road[at].shape = "half";
            road[at + 1].shape = "half";
            at += 2;
        } else {
            road[at].shape = if road[at].figure.is_some() { "beside" } else { "alone" };
            at += 1;
        }
    }
}

impl Teller<'_> {
    /// The steps that this account takes, each with its shape on the page.
    pub(super) fn road(&self) -> Result<Vec<Shaped>, RenderError> {
        let mut road = Vec::new();
        // a refused client's sheet has no steps, and they need not fit what it does not take
        for step in self.job.client.steps.iter().filter(|_| !self.refused()) {
            if self.holds(step.when.as_ref())? {
                road.push(self.step(step, road.len() + 1)?);
            }
        }
        shape(&mut road);
        Ok(road)
    }

    fn step(&self, step: &Step, number: usize) -> Result<Shaped, RenderError> {
        let absent = |s: &&String| self.at(s).is_none() && !s.ends_with("password");
        let shown = step.show.iter().filter(|s| !self.at(s).is_undefined()).filter(|s| !absent(s));
        let name = step.figure.as_deref();
        let found = name.and_then(|n| figure::find(&self.job.builder.clients, self.job.client, n));
        Ok(Shaped {
            number,
            text: self.text(Client::text(&step.texts, &self.language.id))?,
            show: self.all(shown.map(String::as_str))?,
            figure: found.map(|(_, f)| figure::drawn(self, f)).transpose()?,
            unverified: found.is_some_and(|(figures, _)| figures.unverified),
            shape: "alone",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes(steps: &[(usize, bool)]) -> Vec<&'static str> {
        let step = |(width, drawn): &(usize, bool)| Shaped {
            number: 1,
            text: Value::from("x".repeat(*width)),
            show: Vec::new(),
            figure: drawn.then(|| Value::from(1)),
            unverified: false,
            shape: "",
        };
        let mut road: Vec<Shaped> = steps.iter().map(step).collect();
        shape(&mut road);
        road.iter().map(|s| s.shape).collect()
    }

    #[test]
    fn short_steps_with_figures_stand_two_and_two() {
        assert_eq!(shapes(&[(9, true), (9, true), (9, true)]), ["half", "half", "beside"]);
        assert_eq!(
            shapes(&[(9, true), (9, false), (9, true), (9, true)]),
            ["beside", "alone", "half", "half"]
        );
        assert_eq!(shapes(&[(341, true), (340, true), (340, true)]), ["beside", "half", "half"]);
        assert_eq!(shapes(&[]), Vec::<&str>::new());
    }
}
