//! A user's values in a view while a trace is on: objects that stand for them, which the engine can print and nothing else, and texts
//! that hold them. What is asked about one is recorded; any other look ends the trace.

use std::fmt;
use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{DynObject, Object, ObjectRepr};

use super::{CLOSE, Content, Guard, OPEN, Op, Part, Slot, guard, is_on, refuse, with};
use crate::render::HeldSecret;
use crate::render::functions::{self, Question};
use crate::secret::{MARKER, Secret};

/// A user's value for a view: a text, and while a trace is on an object that stands for it.
pub(in crate::render) fn value(slot: Slot, text: &str) -> Value {
    if is_on() {
        held(Part { slot, op: Op::Whole }, Content::Text(text.to_owned()))
    } else {
        Value::from(text)
    }
}

/// As [`value`], of a password.
pub(in crate::render) fn secret(slot: Slot, secret: &Secret) -> Value {
    if is_on() {
        held(Part { slot, op: Op::Whole }, Content::Secret(secret.clone()))
    } else {
        HeldSecret::value(secret)
    }
}

fn held(part: Part, content: Content) -> Value {
    Value::from_object(Held { part, content })
}

/// A user's value in a view while a trace is on.
#[derive(Debug)]
pub struct Held {
    part: Part,
    content: Content,
}

impl Held {
    /// What a value stands for.
    #[must_use]
    pub fn of(value: &Value) -> Option<&Self> {
        value.downcast_object_ref::<Self>()
    }

    /// Answers a question about it, which is recorded.
    pub(in crate::render) fn ask(&self, question: Question) -> Option<usize> {
        let answer = question.answer(self.content.text());
        match self.part.op {
            Op::Whole => guard(Guard::Asked(self.part.slot.clone(), question, answer)),
            _ => refuse(),
        }
        answer
    }

    /// Whether it is a text that all users have, which is recorded.
    fn is(&self, text: Option<&str>) -> bool {
        let Some(text) = text else { return false };
        let is = self.content.text() == text;
        match self.part.op {
            Op::Whole => guard(Guard::Is(self.part.slot.clone(), text.to_owned(), is)),
            _ => refuse(),
        }
        is
    }

    /// Whether another is the same text, which is recorded.
    fn is_same(&self, other: &Self) -> bool {
        let same = self.content.text() == other.content.text();
        match (&self.part.op, &other.part.op) {
            (Op::Whole, Op::Whole) => {
                guard(Guard::Same(self.part.slot.clone(), other.part.slot.clone(), same));
            }
            _ => refuse(),
        }
        same
    }

    /// What is made of it by an operation.
    pub(in crate::render) fn made(&self, op: Op) -> Value {
        if !matches!(self.part.op, Op::Whole) {
            refuse();
        }
        let part = Part { slot: self.part.slot.clone(), op };
        let text = part.of(self.content.text()).unwrap_or_default().into_owned();
        let content = match self.content {
            Content::Text(_) => Content::Text(text),
            Content::Secret(_) => Content::Secret(Secret::new(text)),
        };
        held(part, content)
    }

    /// Whether it is a password.
    pub(in crate::render) fn is_secret(&self) -> bool {
        matches!(self.content, Content::Secret(_))
    }

    /// What is printed in its place until the text is settled.
    pub(in crate::render) fn mark(&self) -> String {
        let number = with(|trace| {
            trace.marks.push((self.part.clone(), self.content.clone()));
            trace.marks.len() - 1
        });
        format!("{OPEN}{}{CLOSE}", number.unwrap_or(usize::MAX))
    }
}

impl Object for Held {
    /// The engine asks for it wherever it looks at a value in a way of its own, and first of all where it compares two: then
    /// [`Object::custom_cmp`] comes next.
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        let me = Arc::as_ptr(self) as usize;
        with(|trace| trace.refused |= trace.looked_at.replace(me).is_some());
        ObjectRepr::Plain
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.ask(Question::Filled) == Some(1)
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<std::cmp::Ordering> {
        let me = Arc::as_ptr(self) as usize;
        with(|trace| trace.refused |= trace.looked_at.take() != Some(me));
        // which of two comes first is not recorded
        Some(match other.downcast_ref::<Self>() {
            Some(other) if self.is_same(other) => std::cmp::Ordering::Equal,
            _ => std::cmp::Ordering::Less,
        })
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        refuse();
        f.write_str(MARKER)
    }
}

/// A text with marks in it, which nothing may look into.
#[derive(Debug)]
pub struct Rope(String);

impl Rope {
    /// The text of a value that has marks.
    #[must_use]
    pub fn of(value: &Value) -> Option<&str> {
        value.downcast_object_ref::<Self>().map(|rope| rope.0.as_str())
    }
}

impl Object for Rope {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        refuse();
        ObjectRepr::Plain
    }

    // an empty value leaves its mark
    fn is_true(self: &Arc<Self>) -> bool {
        let bare = stretches(&self.0).any(|s| matches!(s, Stretch::Fixed(text) if !text.is_empty()));
        if !bare {
            refuse();
        }
        true
    }

    fn custom_cmp(self: &Arc<Self>, _: &DynObject) -> Option<std::cmp::Ordering> {
        refuse();
        None
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        refuse();
        f.write_str(MARKER)
    }
}

/// A text of a view as a part of a URL, which is encoded letter by letter.
pub(in crate::render) fn url_encoded(value: &Value) -> Result<Value, minijinja::Error> {
    if let Some(held) = Held::of(value) {
        return Ok(held.made(Op::UrlEncoded));
    }
    let Some(rope) = Rope::of(value) else { return minijinja::filters::urlencode(value).map(Value::from) };
    let mut out = String::new();
    for stretch in stretches(rope) {
        match stretch {
            Stretch::Fixed(text) => out += &functions::url_encoded(text)?,
            Stretch::Mark(number) => {
                let value = marked(number).map(|(part, content)| held(part, content));
                let made = value.as_ref().and_then(Held::of).map(|held| held.made(Op::UrlEncoded));
                out += &made.as_ref().and_then(Held::of).map(Held::mark).unwrap_or_default();
            }
        }
    }
    Ok(text(out))
}

/// A text that a template made, for a view.
pub(in crate::render) fn text(text: String) -> Value {
    if !text.contains(OPEN) {
        return Value::from(text);
    }
    let only = text.strip_prefix(OPEN).and_then(|t| t.strip_suffix(CLOSE)).and_then(marked);
    match only {
        // nothing but the value
        Some((part, content)) => held(part, content),
        None => Value::from_object(Rope(text)),
    }
}

/// A stretch of a text with marks.
pub(in crate::render) enum Stretch<'t> {
    /// the same for all
    Fixed(&'t str),
    /// a value's number
    Mark(&'t str),
}

/// The stretches of a text.
pub(in crate::render) fn stretches(text: &str) -> impl Iterator<Item = Stretch<'_>> {
    text.split(OPEN).enumerate().flat_map(|(at, part)| {
        let (mark, fixed) = if at == 0 {
            (None, part)
        } else {
            part.split_once(CLOSE).map_or((Some(part), ""), |(m, f)| (Some(m), f))
        };
        mark.map(Stretch::Mark).into_iter().chain(std::iter::once(Stretch::Fixed(fixed)))
    })
}

/// The mark of a number.
pub(in crate::render) fn mark(number: &str) -> String {
    format!("{OPEN}{number}{CLOSE}")
}

/// A path that was settled before, as a text of a view.
#[must_use]
pub fn path(plain: &str) -> Value {
    with(|trace| trace.ropes.get(plain).cloned()).flatten().map_or_else(|| Value::from(plain), text)
}

/// Texts and values as one text.
#[must_use]
pub fn joined(parts: &[Value]) -> Value {
    let one = |value: &Value| match (Held::of(value), Rope::of(value)) {
        (Some(held), _) => held.mark(),
        (None, Some(rope)) => rope.to_owned(),
        (None, None) => value.to_string(),
    };
    text(parts.iter().map(one).collect())
}

/// Whether two values of a view are the same.
#[must_use]
pub fn same(one: &Value, other: &Value) -> bool {
    match (Held::of(one), Held::of(other)) {
        (Some(one), Some(other)) => one.is_same(other),
        (Some(held), None) => held.is(other.as_str()),
        (None, Some(held)) => held.is(one.as_str()),
        // to the engine all secrets are the same
        (None, None) => match (HeldSecret::of(one), HeldSecret::of(other)) {
            (Some(one), Some(other)) => one.reveal() == other.reveal(),
            (Some(secret), None) => other.as_str().is_some_and(|text| secret.reveal() == text),
            (None, Some(secret)) => one.as_str().is_some_and(|text| secret.reveal() == text),
            (None, None) => one == other,
        },
    }
}

/// Whether texts of a view and so many columns beside them are wider than `most` columns.
#[must_use]
pub fn is_wider(values: &[Value], beside: usize, most: usize) -> bool {
    let (mut fixed, mut own, mut slots) = (beside, 0, Vec::new());
    let mut take = |part: &Part, content: &Content| {
        if !matches!(part.op, Op::Whole) {
            refuse();
        }
        slots.push(part.slot.clone());
        own += width(content.text());
    };
    for value in values {
        match (Held::of(value), Rope::of(value)) {
            (Some(held), _) => take(&held.part, &held.content),
            (None, Some(rope)) => stretches(rope).for_each(|stretch| match stretch {
                Stretch::Fixed(text) => fixed += width(text),
                Stretch::Mark(number) => match marked(number) {
                    Some((part, content)) => take(&part, &content),
                    None => refuse(),
                },
            }),
            (None, None) => fixed += value.as_str().map_or(0, width),
        }
    }
    let wider = fixed + own > most;
    if !slots.is_empty() {
        guard(Guard::Wider(slots, fixed, most, wider));
    }
    wider
}

/// A text with marks as its only line, where it fits into so many columns.
pub(in crate::render) fn one_line(value: &Value, columns: usize) -> Option<Value> {
    let text = Rope::of(value).filter(|text| !text.contains('\n'))?;
    let fits = !text.is_empty() && !is_wider(std::slice::from_ref(value), 0, columns);
    fits.then(|| trimmed(value.clone()))
}

/// The columns of a text.
#[must_use]
pub fn width(text: &str) -> usize {
    Question::Columns.answer(text).unwrap_or_default()
}

pub(super) fn marked(number: &str) -> Option<(Part, Content)> {
    with(|trace| trace.marks.get(number.parse::<usize>().ok()?).cloned()).flatten()
}

/// A text of a view without blanks at its ends.
#[must_use]
pub fn trimmed(value: Value) -> Value {
    if let Some(rope) = Rope::of(&value) {
        let stretches: Vec<Stretch<'_>> = stretches(rope).collect();
        // a value at an end may have blanks there, the next user's too
        let marks = |at: &dyn Fn(usize) -> bool| {
            let at_end = stretches.iter().enumerate().filter(|(n, _)| at(*n)).map(|(_, s)| s);
            at_end
                .filter_map(|s| if let Stretch::Mark(number) = s { marked(number) } else { None })
                .collect::<Vec<_>>()
        };
        let first = if rope.starts_with(OPEN) { marks(&|n| n == 1) } else { Vec::new() };
        let last = if rope.ends_with(CLOSE) { marks(&|n| n + 2 == stretches.len()) } else { Vec::new() };
        for (part, content) in first.into_iter().chain(last) {
            let value = held(part, content);
            if Held::of(&value).and_then(|held| held.ask(Question::Bare)) != Some(1) {
                refuse();
            }
        }
        return text(rope.trim().to_owned());
    }
    match value.as_str() {
        Some(text) if text.trim() != text => Value::from(text.trim()),
        _ => value,
    }
}
