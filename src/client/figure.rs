//! The shape of `profiles/figures/*.yaml`: the dialogs of one client, drawn on its sheet with the user's values in their fields. Data
//! alone: how a row looks is `templates/sheet/figure.svg.j2`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Shown;

/// The drawn dialogs of a client.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// where the dialogs' look and words were read
    pub source: String,
    /// whether nobody could compare them with the program itself
    #[serde(default)]
    pub unverified: bool,
    /// by name
    pub figures: BTreeMap<String, Figure>,
}

/// One dialog.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// what it is a part of
    pub frame: Frame,
    /// its title
    pub title: Shown,
    /// from top to bottom
    pub rows: Vec<Row>,
}

/// What a dialog is a part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Frame {
    /// a PC program's dialog
    Window,
    /// a phone's screen
    Phone,
}

impl Frame {
    /// As the profile writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Window => "window",
            Self::Phone => "phone",
        }
    }
}

/// A row of a dialog.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Written")]
pub struct Row {
    /// only then
    pub when: Option<String>,
    /// what it is
    pub control: Control,
}

/// What a row of a dialog is.
#[derive(Debug, Clone)]
pub enum Control {
    /// a bold line
    Heading(Shown),
    /// a plain line
    Text(Shown),
    /// a text box
    Field(Field),
    /// a drop-down box
    Choice(Field),
    /// a row of a list that opens something
    Entry(Field),
    /// a check box
    Tick(Switch),
    /// a radio button
    Radio(Switch),
    /// an on/off switch
    Switch(Switch),
    /// a list box
    List(List),
    /// tabs
    Tabs(Tabs),
    /// a menu bar with an open menu
    Menu(Menu),
    /// a box with a caption around rows
    Group(Group),
    /// buttons side by side
    Buttons(Vec<Button>),
}

/// Yes, no, or an expression over the view.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Holds {
    /// in every case
    Always(bool),
    /// only then
    When(String),
}

impl Default for Holds {
    fn default() -> Self {
        Self::Always(false)
    }
}

/// A control that holds a value.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// what stands before it
    pub label: Shown,
    /// the setting whose value is in it
    pub setting: Option<String>,
    /// a text in it
    pub value: Option<Shown>,
    /// whether it is to be pressed
    #[serde(default)]
    pub ring: Holds,
    /// a button at its right
    pub button: Option<Button>,
}

/// A control that is on or off.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// what stands beside it
    pub label: Shown,
    /// whether it is on
    pub on: Holds,
    /// whether it is to be pressed
    #[serde(default)]
    pub ring: Holds,
    /// a button at its right
    pub button: Option<Button>,
}

/// A list box.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// its rows
    pub names: Vec<Shown>,
    /// the chosen one, from 1
    #[serde(default)]
    pub chosen: usize,
}

/// Tabs of a dialog.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tabs {
    /// their names
    pub names: Vec<Shown>,
    /// the one in front, from 1
    pub open: usize,
    /// whether that is to be pressed
    #[serde(default)]
    pub ring: Holds,
}

/// A menu bar and its open menu.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Menu {
    /// the bar's words; none: a menu alone
    pub bar: Vec<Shown>,
    /// the open one, from 1
    #[serde(default)]
    pub open: usize,
    /// the open menu's words
    pub items: Vec<Shown>,
    /// the one to press, from 1
    #[serde(default)]
    pub press: usize,
}

/// A box around rows.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// its caption
    pub label: Shown,
    /// from top to bottom
    pub rows: Vec<Row>,
}

/// A button.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Button {
    /// what stands on it
    pub label: Shown,
    /// whether it is to be pressed
    #[serde(default)]
    pub ring: Holds,
}

/// A row as the file writes it: one of the keys.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    when: Option<String>,
    heading: Option<Shown>,
    text: Option<Shown>,
    field: Option<Field>,
    choice: Option<Field>,
    entry: Option<Field>,
    tick: Option<Switch>,
    radio: Option<Switch>,
    switch: Option<Switch>,
    list: Option<List>,
    tabs: Option<Tabs>,
    menu: Option<Menu>,
    group: Option<Group>,
    buttons: Option<Vec<Button>>,
}

impl TryFrom<Written> for Row {
    type Error = &'static str;

    fn try_from(row: Written) -> Result<Self, Self::Error> {
        let controls = [
            row.heading.map(Control::Heading),
            row.text.map(Control::Text),
            row.field.map(Control::Field),
            row.choice.map(Control::Choice),
            row.entry.map(Control::Entry),
            row.tick.map(Control::Tick),
            row.radio.map(Control::Radio),
            row.switch.map(Control::Switch),
            row.list.map(Control::List),
            row.tabs.map(Control::Tabs),
            row.menu.map(Control::Menu),
            row.group.map(Control::Group),
            row.buttons.map(Control::Buttons),
        ];
        let mut given = controls.into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(control), None) => Ok(Self { when: row.when, control }),
            _ => Err(
                "a row of a figure is one control: heading, text, field, choice, entry, tick, radio, switch, list, tabs, menu, group or buttons",
            ),
        }
    }
}

impl Figure {
    /// The settings whose values it shows.
    pub fn settings(&self) -> impl Iterator<Item = &str> {
        settings(&self.rows)
    }
}

impl Figure {
    /// Everything in it that is read.
    pub(super) fn words(&self) -> Vec<&Shown> {
        let mut words = vec![&self.title];
        collect(&self.rows, &mut words);
        words
    }
}

fn collect<'f>(rows: &'f [Row], words: &mut Vec<&'f Shown>) {
    for row in rows {
        match &row.control {
            Control::Heading(shown) | Control::Text(shown) => words.push(shown),
            Control::Field(f) | Control::Choice(f) | Control::Entry(f) => {
                words.push(&f.label);
                words.extend(&f.value);
                words.extend(f.button.as_ref().map(|b| &b.label));
            }
            Control::Tick(s) | Control::Radio(s) | Control::Switch(s) => words.push(&s.label),
            Control::List(list) => words.extend(&list.names),
            Control::Tabs(tabs) => words.extend(&tabs.names),
            Control::Menu(menu) => words.extend(menu.bar.iter().chain(&menu.items)),
            Control::Group(group) => {
                words.push(&group.label);
                collect(&group.rows, words);
            }
            Control::Buttons(buttons) => words.extend(buttons.iter().map(|b| &b.label)),
        }
    }
}

fn settings(rows: &[Row]) -> impl Iterator<Item = &str> {
    rows.iter().flat_map(|row| -> Box<dyn Iterator<Item = &str>> {
        match &row.control {
            Control::Field(f) | Control::Choice(f) | Control::Entry(f) => {
                Box::new(f.setting.as_deref().into_iter())
            }
            Control::Group(group) => Box::new(settings(&group.rows)),
            _ => Box::new(std::iter::empty()),
        }
    })
}
