//! The engine: strict about undefined names, an own formatter that escapes by file format and refuses booleans, `none` and
//! lists, no `safe` filter. Readings have an environment of their own where what is absent is silence.

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value};

use super::slot::{self, Held, Rope, Stretch};
use super::{HeldSecret, functions};
use crate::format;
use crate::library::Library;

/// The name under which inline texts (limits, steps, labels) are rendered: nothing is escaped, no secret is revealed.
pub const TEXT: &str = "text";

/// An inline text is a template whose name is this and its own source: so it is compiled once.
const INLINE: &str = "text=";

thread_local! {
    /// Whether the formatter revealed a secret since the last render began: a render stays on its thread.
    static REVEALED: Cell<bool> = const { Cell::new(false) };
}

/// Why something did not render: without any value of the view.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RenderError(String);

impl RenderError {
    /// One from elsewhere on the way to a file.
    pub(crate) fn new(reason: String) -> Self {
        Self(reason)
    }
}

impl From<Error> for RenderError {
    fn from(error: Error) -> Self {
        // of another user it might be none
        slot::refuse();
        let mut words = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(inner) = source {
            words = format!("{words}: {inner}");
            source = inner.source();
        }
        Self(words)
    }
}

/// Templates, expressions and readings.
#[derive(Debug)]
pub struct Engine {
    templates: Environment<'static>,
    readings: Environment<'static>,
}

/// A compiled expression.
#[derive(Debug)]
pub struct Expression<'e>(minijinja::Expression<'e, 'e>);

impl Expression<'_> {
    /// Its value over a view.
    ///
    /// # Errors
    /// An undefined name (not in readings), a failed operation.
    pub fn value(&self, view: &Value) -> Result<Value, RenderError> {
        self.0.eval(view.clone()).map_err(RenderError::from)
    }

    /// Whether it holds.
    ///
    /// # Errors
    /// As [`Expression::value`].
    pub fn holds(&self, view: &Value) -> Result<bool, RenderError> {
        self.value(view).map(|v| v.is_true())
    }

    /// The names that it uses (`outgoing.port`).
    #[must_use]
    pub fn names(&self) -> HashSet<String> {
        self.0.undeclared_variables(true)
    }
}

impl Engine {
    /// An engine over a library's templates.
    #[must_use]
    pub fn new(library: &Library) -> Self {
        Self { templates: templates(library.clone()), readings: readings() }
    }

    /// Renders a template below `templates/` for a file format. Tells whether a secret was revealed in it.
    ///
    /// # Errors
    /// No such template, a syntax error, an undefined name, a value that the format cannot hold.
    pub fn render(&self, template: &str, format: &str, view: &Value) -> Result<(String, bool), RenderError> {
        let template = self.templates.get_template(&format!("{format}:{template}"))?;
        REVEALED.set(false);
        let text = template.render(view.clone())?;
        Ok((text, REVEALED.replace(false)))
    }

    /// The names that a template uses.
    ///
    /// # Errors
    /// No such template, a syntax error.
    pub fn names(&self, template: &str, format: &str) -> Result<HashSet<String>, RenderError> {
        Ok(self.templates.get_template(&format!("{format}:{template}"))?.undeclared_variables(true))
    }

    /// Renders an inline text: nothing is escaped, a secret in it is an error.
    ///
    /// # Errors
    /// A syntax error, an undefined name.
    pub fn text(&self, source: &str, view: &Value) -> Result<String, RenderError> {
        if !source.contains('{') {
            return Ok(source.to_owned());
        }
        Ok(self.templates.get_template(&format!("{INLINE}{source}"))?.render(view.clone())?)
    }

    /// As [`Engine::text`], for a view: a text with a user's values in it is one that nothing may look into.
    ///
    /// # Errors
    /// As [`Engine::text`].
    pub fn text_value(&self, source: &str, view: &Value) -> Result<Value, RenderError> {
        self.text(source, view).map(slot::text)
    }

    /// Compiles a condition, strict about undefined names.
    ///
    /// # Errors
    /// A syntax error.
    pub fn condition(&self, source: &str) -> Result<Expression<'_>, RenderError> {
        Ok(Expression(self.templates.compile_expression_owned(source.to_owned())?))
    }

    /// Compiles an expression of a reading: what is absent is undefined, not an error.
    ///
    /// # Errors
    /// A syntax error.
    pub fn reading(&self, source: &str) -> Result<Expression<'_>, RenderError> {
        Ok(Expression(self.readings.compile_expression_owned(source.to_owned())?))
    }
}

fn templates(library: Library) -> Environment<'static> {
    let mut env = Environment::new();
    env.set_loader(move |name| {
        if let Some(source) = name.strip_prefix(INLINE) {
            return Ok(Some(source.to_owned()));
        }
        let file = name.split_once(':').map_or(name, |(_, file)| file);
        library.template(file).map_err(|e| Error::new(ErrorKind::TemplateNotFound, e.to_string()))
    });
    env.set_path_join_callback(|name, parent| match parent.split_once(':') {
        Some((format, _)) => format!("{format}:{name}").into(),
        None => name.into(),
    });
    env.set_auto_escape_callback(|name| {
        let file = !name.starts_with(INLINE);
        let format = name.split_once(':').filter(|_| file).map_or(TEXT, |(format, _)| format);
        AutoEscape::Custom(format.to_owned().into())
    });
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    // without it an error does not name what is undefined; only `{}` of the error is shown, which holds no values
    env.set_debug(true);
    env.set_syntax(whitespace());
    env.set_formatter(print);
    for filter in ["safe", "escape", "e"] {
        env.remove_filter(filter);
    }
    functions::add(&mut env);
    env
}

/// A line that holds only a block leaves nothing behind.
#[allow(clippy::expect_used)]
fn whitespace() -> SyntaxConfig {
    let config =
        SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
    config.expect("the usual delimiters do not clash")
}

fn readings() -> Environment<'static> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Chainable);
    functions::add(&mut env);
    functions::add_for_readings(&mut env);
    env
}

/// What `{{ }}` does.
fn print(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let AutoEscape::Custom(format) = state.auto_escape().clone() else {
        return Err(refuse("escaping cannot be switched off"));
    };
    if value.is_undefined() {
        return minijinja::escape_formatter(out, state, value);
    }
    if value.is_safe() {
        // the result of a macro or a block: its own values were escaped when they were printed
        return out.write_str(value.as_str().unwrap_or_default()).map_err(Error::from);
    }
    if let Some(held) = Held::of(value) {
        if held.is_secret() && format == TEXT {
            return Err(refuse("a secret has no place in this text"));
        }
        if held.is_secret() {
            REVEALED.set(true);
        }
        return out.write_str(&held.mark()).map_err(Error::from);
    }
    if let Some(text) = Rope::of(value) {
        return slot::stretches(text).try_for_each(|stretch| match stretch {
            Stretch::Fixed(text) => escaped(out, &format, text, true),
            Stretch::Mark(number) => out.write_str(&slot::mark(number)).map_err(Error::from),
        });
    }
    if let Some(secret) = HeldSecret::of(value) {
        REVEALED.set(true);
        return escaped(out, &format, secret.reveal(), format != TEXT);
    }
    match value.as_str() {
        Some(text) => escaped(out, &format, text, true),
        None if value.is_number() => escaped(out, &format, &value.to_string(), true),
        None => Err(refuse(&format!("a {} cannot be printed", value.kind()))),
    }
}

fn refuse(reason: &str) -> Error {
    Error::new(ErrorKind::InvalidOperation, reason.to_owned())
}

fn escaped(out: &mut dyn fmt::Write, format: &str, text: &str, may: bool) -> Result<(), Error> {
    if !may {
        return Err(refuse("a secret has no place in this text"));
    }
    if format == TEXT {
        return out.write_str(text).map_err(Error::from);
    }
    let format = format::find(format).ok_or_else(|| refuse("there is no such format"))?;
    (format.escape)(out, text).map_err(|e| refuse(&e.0))
}

#[cfg(test)]
mod tests {
    use minijinja::context;

    use super::*;
    use crate::secret::Secret;

    fn engine(template: &str) -> (tempfile::TempDir, Engine) {
        let dir = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
        std::fs::write(dir.path().join("t"), template).unwrap_or_else(|e| panic!("{e}"));
        let library = Library::new(None, Some(dir.path().to_owned())).unwrap_or_else(|e| panic!("{e}"));
        let engine = Engine::new(&library);
        (dir, engine)
    }

    fn render(template: &str, format: &str) -> Result<String, String> {
        let view = context! {
            text => "a\"&\\<", no => false, list => vec![1], none => Value::from(()),
            secret => HeldSecret::value(&Secret::new("hunter<2".to_owned())),
        };
        let (_dir, engine) = engine(template);
        engine.render("t", format, &view).map(|(text, _)| text).map_err(|e| e.to_string())
    }

    #[test]
    fn values_are_escaped_by_the_file_format() {
        assert_eq!(render("{{ text }}", "autoconfig").as_deref(), Ok("a&quot;&amp;\\&lt;"));
        assert_eq!(render("{{ text }}", "reg").as_deref(), Ok("a\\\"&\\\\<"));
    }

    #[test]
    fn what_means_nothing_is_refused() {
        for template in [
            "{{ no }}",
            "{{ list }}",
            "{{ none }}",
            "{{ absent }}",
            "{{ text|safe }}",
            "{% autoescape false %}{{ text }}{% endautoescape %}",
        ] {
            assert!(render(template, "autoconfig").is_err(), "{template}");
        }
        assert!(render("{{ absent.x }}", "reg").is_err_and(|e| e.contains("absent")));
    }

    #[test]
    fn only_the_formatter_reveals_a_secret() {
        assert_eq!(render("{{ secret }}", "autoconfig").as_deref(), Ok("hunter&lt;2"));
        for leak in [
            "{{ secret ~ '' }}",
            "{{ secret|upper }}",
            "{{ secret|string }}",
            "{{ [secret]|join }}",
            "{{ secret.absent }}",
        ] {
            let result = render(leak, "autoconfig");
            assert!(!format!("{result:?}").contains("hunter"), "{leak}: {result:?}");
        }
        let (_dir, engine) = engine("");
        let view = context! { secret => HeldSecret::value(&Secret::new("hunter2".to_owned())) };
        assert!(engine.text("{{ secret }}", &view).is_err_and(|e| !e.to_string().contains("hunter")));
    }
}
