//! The facts of a drawn dialog: its texts in the sheet's language, this user's values, what is on and what to press, as one flat list
//! of rows. Where each row stands is the template's.

use std::collections::BTreeMap;

use minijinja::Value;

use super::sheet::Teller;
use crate::client::{
    Button, Client, Control, Field, Figure, Figures, Holds, List, Menu, Row, Shown, Switch, Tabs,
};
use crate::render::{RenderError, slot};

/// What stands in a box for a password, known or not: as the program itself shows it.
const DOTS: &str = "●●●●●●●●";

type Map = BTreeMap<&'static str, Value>;

/// A figure by the name that a step gives it: `name`, or another client's `client/name`.
pub(super) fn find<'c>(
    clients: &'c [Client],
    client: &'c Client,
    name: &str,
) -> Option<(&'c Figures, &'c Figure)> {
    let (id, name) = client.qualified(name);
    let figures = &clients.iter().find(|c| c.id == id)?.figures;
    Some((figures, figures.figures.get(name)?))
}

/// What the template sees of a figure.
pub(super) fn drawn(teller: &Teller<'_>, figure: &Figure) -> Result<Value, RenderError> {
    let mut rows = Vec::new();
    let drawer = Drawer { teller };
    drawer.rows(&figure.rows, &mut rows)?;
    Ok(Value::from(Map::from([
        ("frame", figure.frame.word().into()),
        ("title", drawer.text(&figure.title)?),
        ("rows", rows.into()),
    ])))
}

struct Drawer<'a> {
    teller: &'a Teller<'a>,
}

impl Drawer<'_> {
    fn text(&self, shown: &Shown) -> Result<Value, RenderError> {
        self.teller.text(shown.text(&self.teller.language.id)).map(slot::trimmed)
    }

    fn texts(&self, shown: &[Shown]) -> Result<Value, RenderError> {
        Ok(Value::from(shown.iter().map(|s| self.text(s)).collect::<Result<Vec<_>, _>>()?))
    }

    fn holds(&self, holds: &Holds) -> Result<bool, RenderError> {
        match holds {
            Holds::Always(flag) => Ok(*flag),
            Holds::When(source) => self.teller.holds(Some(source)),
        }
    }

    fn rows(&self, rows: &[Row], out: &mut Vec<Value>) -> Result<(), RenderError> {
        for row in rows {
            if self.teller.holds(row.when.as_ref())? {
                self.row(&row.control, out)?;
            }
        }
        Ok(())
    }

    fn row(&self, control: &Control, out: &mut Vec<Value>) -> Result<(), RenderError> {
        let (kind, map) = match control {
            Control::Heading(text) => ("heading", Map::from([("label", self.text(text)?)])),
            Control::Text(text) => ("text", Map::from([("label", self.text(text)?)])),
            Control::Field(field) => ("field", self.field(field)?),
            Control::Choice(field) => ("choice", self.field(field)?),
            Control::Entry(field) => ("entry", self.field(field)?),
            Control::Tick(switch) => ("tick", self.switch(switch)?),
            Control::Radio(switch) => ("radio", self.switch(switch)?),
            Control::Switch(switch) => ("switch", self.switch(switch)?),
            Control::List(list) => ("list", self.list(list)?),
            Control::Tabs(tabs) => ("tabs", self.tabs(tabs)?),
            Control::Menu(menu) => ("menu", self.menu(menu)?),
            Control::Buttons(buttons) => {
                let buttons = buttons.iter().map(|b| self.button(b)).collect::<Result<Vec<_>, _>>()?;
                ("buttons", Map::from([("buttons", buttons.into())]))
            }
            Control::Group(group) => {
                out.push(row("group", Map::from([("label", self.text(&group.label)?)])));
                self.rows(&group.rows, out)?;
                ("end", Map::new())
            }
        };
        out.push(row(kind, map));
        Ok(())
    }

    fn field(&self, field: &Field) -> Result<Map, RenderError> {
        let (value, setting) = match (&field.setting, &field.value) {
            (Some(setting), _) => self.setting(setting)?,
            (None, Some(text)) => (self.text(text)?, ""),
            (None, None) => ("".into(), ""),
        };
        Ok(Map::from([
            ("label", self.text(&field.label)?),
            ("value", value),
            ("setting", setting.into()),
            ("ring", self.holds(&field.ring)?.into()),
            ("button", self.beside(field.button.as_ref())?),
        ]))
    }

    /// What the box of a setting holds, and whether reading the sheet back is to look at it.
    fn setting<'s>(&self, setting: &'s str) -> Result<(Value, &'s str), RenderError> {
        if setting.ends_with("password") {
            return Ok((DOTS.into(), ""));
        }
        let (value, _) = self.teller.value(setting)?;
        if value.is_none() || value.is_undefined() {
            return Ok(("".into(), ""));
        }
        let marked = super::sheet::is_marked(setting);
        Ok((value, if marked { setting } else { "" }))
    }

    fn switch(&self, switch: &Switch) -> Result<Map, RenderError> {
        Ok(Map::from([
            ("label", self.text(&switch.label)?),
            ("on", self.holds(&switch.on)?.into()),
            ("ring", self.holds(&switch.ring)?.into()),
            ("button", self.beside(switch.button.as_ref())?),
        ]))
    }

    fn list(&self, list: &List) -> Result<Map, RenderError> {
        Ok(Map::from([("names", self.texts(&list.names)?), ("chosen", list.chosen.into())]))
    }

    fn tabs(&self, tabs: &Tabs) -> Result<Map, RenderError> {
        Ok(Map::from([
            ("names", self.texts(&tabs.names)?),
            ("open", tabs.open.into()),
            ("ring", self.holds(&tabs.ring)?.into()),
        ]))
    }

    fn menu(&self, menu: &Menu) -> Result<Map, RenderError> {
        Ok(Map::from([
            ("bar", self.texts(&menu.bar)?),
            ("open", menu.open.into()),
            ("items", self.texts(&menu.items)?),
            ("press", menu.press.into()),
        ]))
    }

    fn button(&self, button: &Button) -> Result<Value, RenderError> {
        Ok(Value::from(Map::from([
            ("label", self.text(&button.label)?),
            ("ring", self.holds(&button.ring)?.into()),
        ])))
    }

    fn beside(&self, button: Option<&Button>) -> Result<Value, RenderError> {
        button.map_or(Ok(Value::from(())), |b| self.button(b))
    }
}

fn row(kind: &'static str, mut map: Map) -> Value {
    map.insert("kind", kind.into());
    Value::from(map)
}
