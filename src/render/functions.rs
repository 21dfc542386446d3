//! Filters and tests beyond the engine's own. A test may look at a secret: it answers yes or no.

use encoding_rs::Encoding;
use minijinja::{Environment, Error, ErrorKind, Value};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::HeldSecret;
use super::slot::{self, Held, Op, Rope};
use crate::format::{self, Document};
use crate::secret::Secret;

/// For readings alone: the document of a text in another format, so that a payload and its picture have one reading.
pub(super) fn add_for_readings(env: &mut Environment<'_>) {
    env.add_filter("decoded", |text: &str, name: &str| {
        let wrong = |reason: String| Error::new(ErrorKind::InvalidOperation, reason);
        let format = format::find(name).ok_or_else(|| wrong(format!("there is no format {name}")))?;
        match (format.decode)(text.as_bytes()).map_err(|e| wrong(e.0))? {
            Document::Tree(tree) => Ok(Value::from(minijinja::value::Serde(&tree))),
            Document::Marked(_) => Err(wrong(format!("{name} is no tree"))),
        }
    });
}

/// Adds them all.
pub(super) fn add(env: &mut Environment<'_>) {
    env.add_filter("dword", |n: u32| format!("{n:08x}"));
    env.add_filter("hex", |n: u32| format!("{n:x}"));
    env.add_filter("columns", |value: &Value| asked(value, Question::Columns).unwrap_or_default());
    env.add_filter("lines", lines_of);
    env.add_filter("urlencode", slot::url_encoded);
    env.add_filter("start", |value: &Value, n: usize| match Held::of(value) {
        Some(held) => held.made(Op::Start(n)),
        None => value.as_str().map_or_else(Value::default, |text| start(text, n).into()),
    });
    env.add_filter("pieces", pieces_of);
    env.add_filter("spelled", spelled_of);
    env.add_test("ascii", |v: &Value| text(v).is_none() && Held::of(v).is_none() || is(v, Question::Ascii));
    env.add_test("lower_case", |v: &Value| is(v, Question::LowerCase));
    env.add_test("containing", |v: &Value, part: &str| is(v, Question::Containing(part.to_owned())));
    env.add_test("longer", |v: &Value, most: usize| is(v, Question::Longer(most)));
    env.add_test("trail_5c", |v: &Value| is(v, Question::Trail5c));
    env.add_test("js_coerced", |v: &Value| is(v, Question::JsCoerced));
    env.add_test("ip_literal", |v: &Value| is(v, Question::IpLiteral));
    env.add_test("host_name", |v: &Value| is(v, Question::HostName));
    env.add_test("encodable", |v: &Value, charset: &str| {
        let known = || Error::new(ErrorKind::InvalidOperation, format!("there is no charset {charset}"));
        let absent = text(v).is_none() && Held::of(v).is_none();
        let question = Question::Encodable(charset.to_owned());
        let answer = if absent { question.answer("") } else { asked(v, question) };
        answer.map(|yes| yes == 1).ok_or_else(known)
    });
}

/// A value in lines of so many columns.
fn lines_of(value: &Value, columns: usize) -> Result<Vec<Value>, Error> {
    if let Some(held) = Held::of(value) {
        let count = held.ask(Question::Lines(columns)).unwrap_or_default();
        let line = |at| held.made(if count == 1 { Op::Whole } else { Op::Line(columns, at) });
        return Ok((0..count).map(line).collect());
    }
    match value.as_str() {
        Some(text) => Ok(lines(text, columns).into_iter().map(Value::from).collect()),
        None => slot::one_line(value, columns)
            .map(|line| vec![line])
            .ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "only a text has lines")),
    }
}

/// A value in pieces of so many columns; of a secret they are secrets.
fn pieces_of(value: &Value, columns: usize) -> Vec<Value> {
    match (Held::of(value), HeldSecret::of(value)) {
        (Some(held), _) => {
            let count = held.ask(Question::Pieces(columns)).unwrap_or_default();
            let piece = |at| held.made(if count == 1 { Op::Whole } else { Op::Piece(columns, at) });
            (0..count).map(piece).collect()
        }
        (None, Some(secret)) => pieces(secret.reveal(), columns).into_iter().map(sealed).collect(),
        (None, None) => {
            pieces(value.as_str().unwrap_or_default(), columns).into_iter().map(Value::from).collect()
        }
    }
}

/// A value as it is said on the telephone; of a secret it is one.
fn spelled_of(value: &Value, spelling: &Value) -> Result<Value, Error> {
    match (Held::of(value), HeldSecret::of(value)) {
        (Some(held), _) => Ok(held.made(Op::Spelled(spelling.clone()))),
        (None, Some(secret)) => spelled(secret.reveal(), spelling).map(sealed),
        (None, None) => spelled(value.as_str().unwrap_or_default(), spelling).map(Value::from),
    }
}

/// What can be asked about a value: everything that depends on more than that it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// whether it is not empty
    Filled,
    /// whether it is ASCII alone
    Ascii,
    /// whether it has no capital letter
    LowerCase,
    /// whether it has this text in it
    Containing(String),
    /// whether it has more characters than so many
    Longer(usize),
    /// how many columns it takes
    Columns,
    /// in how many pieces of so many columns it falls
    Pieces(usize),
    /// in how many lines of so many columns it is broken; none where they are not all of it
    Lines(usize),
    /// whether it has no blanks at its ends
    Bare,
    /// as [`format::has_trail_5c`]
    Trail5c,
    /// whether Thunderbird's reader would give another text
    JsCoerced,
    /// whether it is an IP address
    IpLiteral,
    /// whether it is a host name
    HostName,
    /// whether a charset has all of it
    Encodable(String),
}

impl Question {
    /// Its answer about a text: 0 or 1 of what holds or not. `None`: there is no such charset.
    #[must_use]
    pub fn answer(&self, text: &str) -> Option<usize> {
        Some(match self {
            Self::Filled => usize::from(!text.is_empty()),
            Self::Ascii => usize::from(text.is_ascii()),
            Self::LowerCase => usize::from(text.to_lowercase() == text),
            Self::Containing(part) => usize::from(text.contains(part.as_str())),
            Self::Longer(most) => usize::from(text.chars().count() > *most),
            Self::Columns => text.width(),
            Self::Pieces(columns) => pieces(text, *columns).len(),
            Self::Lines(columns) => {
                let lines = lines(text, *columns);
                if lines.len() == 1 && lines[0] != text { 0 } else { lines.len() }
            }
            Self::Bare => usize::from(text.trim() == text),
            Self::Trail5c => usize::from(format::has_trail_5c(text)),
            Self::JsCoerced => usize::from(js_coerced(text)),
            Self::IpLiteral => usize::from(text.parse::<std::net::IpAddr>().is_ok()),
            Self::HostName => usize::from(is_host_name(text)),
            Self::Encodable(charset) => usize::from(encodable(text, charset)?),
        })
    }
}

/// The answer about a value of a view. A test may look at a secret: it answers yes or no.
fn asked(value: &Value, question: Question) -> Option<usize> {
    match Held::of(value) {
        Some(held) => held.ask(question),
        None => {
            if Rope::of(value).is_some() {
                slot::refuse();
            }
            question.answer(text(value)?)
        }
    }
}

/// Whether the answer about a value of a view is yes.
pub(super) fn is(value: &Value, question: Question) -> bool {
    asked(value, question) == Some(1)
}

/// A text as a part of a URL.
pub(super) fn url_encoded(text: &str) -> Result<String, Error> {
    minijinja::filters::urlencode(&Value::from(text))
}

/// The first characters of a text.
pub(super) fn start(text: &str, n: usize) -> &str {
    text.char_indices().nth(n).map_or(text, |(at, _)| &text[..at])
}

/// A text in lines of at most so many columns (a wide character has two), broken where its language breaks.
pub(super) fn lines(text: &str, columns: usize) -> Vec<String> {
    let options = textwrap::Options::new(columns.max(2))
        .word_separator(textwrap::WordSeparator::UnicodeBreakProperties)
        .wrap_algorithm(textwrap::WrapAlgorithm::FirstFit);
    textwrap::wrap(text, options).into_iter().map(|line| line.trim_end().to_owned()).collect()
}

/// A value in pieces of at most so many columns: broken before `@`, dots, hyphens and underscores where they come late enough in a line,
/// else anywhere. Put together again they are the value; a hyphen at a line's end would be lost by who copies it.
pub(super) fn pieces(text: &str, columns: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    loop {
        let fits = fitting(rest, columns.max(2));
        if fits == rest.len() {
            pieces.push(rest.to_owned());
            return pieces;
        }
        let late = fitting(rest, columns / 2);
        let breaks = |(at, letter): (usize, char)| "@.-_".contains(letter).then_some(at);
        // the letter behind the line too: a break before it takes nothing of it
        let seen = rest[fits..].chars().next().map_or(fits, |c| fits + c.len_utf8());
        let at =
            rest[..seen].char_indices().filter_map(breaks).filter(|at| (late + 1..=fits).contains(at)).max();
        let (piece, after) = rest.split_at(at.unwrap_or(fits));
        pieces.push(piece.to_owned());
        rest = after;
    }
}

/// How many bytes of a text stand in so many columns; at least one character.
fn fitting(text: &str, columns: usize) -> usize {
    let mut width = 0;
    for (at, letter) in text.char_indices() {
        width += letter.width().unwrap_or(0);
        if width > columns && at > 0 {
            return at;
        }
    }
    text.len()
}

/// A part of a secret is one.
fn sealed(text: String) -> Value {
    HeldSecret::value(&Secret::new(text))
}

/// A value as it is said on the telephone, by a language's spelling.
pub(super) fn spelled(text: &str, spelling: &Value) -> Result<String, Error> {
    let word = |name: &str| spelling.get_attr(name).map(|v| v.to_string());
    let (join, capital, letters) = (word("join")?, word("capital")?, spelling.get_attr("letters")?);
    let (mut out, mut small) = (String::new(), String::new());
    for (at, letter) in text.chars().enumerate() {
        if at > 0 {
            out.push_str(&join);
        }
        if letter.is_ascii_uppercase() {
            out.push_str(&capital);
        }
        small.clear();
        small.extend(letter.to_lowercase());
        match letters.get_attr(&small)? {
            none if none.is_undefined() => out.push(letter),
            said => out.push_str(&said.to_string()),
        }
    }
    Ok(out)
}

/// Whether a text is a host name in its ASCII form: no IP literal, no placeholder, not all digits at its end.
fn is_host_name(text: &str) -> bool {
    let digits = text.rsplit('.').next().is_some_and(|l| l.chars().all(|c| c.is_ascii_digit()));
    let host = crate::account::value::host(text);
    !digits
        && !text.contains('%')
        && !text.contains(':')
        && host.is_ok_and(|h| h.ascii() == text.to_ascii_lowercase())
}

fn text(value: &Value) -> Option<&str> {
    HeldSecret::of(value).map(HeldSecret::reveal).or_else(|| value.as_str())
}

/// Whether a charset has all of a text's characters. `None`: there is no such charset.
pub(crate) fn encodable(text: &str, charset: &str) -> Option<bool> {
    if charset == "unicode" {
        return Some(true);
    }
    let encoding = Encoding::for_label(charset.as_bytes())?;
    // both ways: U+2212 and the yen sign come back as other characters, without a word
    let (bytes, _, lossy) = encoding.encode(text);
    Some(!lossy && encoding.decode_without_bom_handling(&bytes).0 == text)
}

/// Whether Thunderbird's reader would give another text than this one: its JXON turns what JavaScript takes for a finite number,
/// and `true` and `false` in any case, into values and back. Source: comm-central mailnews/base/src/JXON.sys.mjs.
fn js_coerced(text: &str) -> bool {
    let trimmed = text.trim();
    if trimmed.is_empty() || text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") {
        return !matches!(text, "true" | "false");
    }
    is_js_number(trimmed) && !is_canonical_number(text)
}

/// What `isFinite` takes for a number (ECMA-262, StringToNumber).
fn is_js_number(text: &str) -> bool {
    let based = |prefix: [&str; 2], radix| {
        let digits = prefix.iter().find_map(|p| text.strip_prefix(p));
        digits.is_some_and(|d| !d.is_empty() && d.chars().all(|c| c.is_digit(radix)))
    };
    let decimal = text.chars().all(|c| c.is_ascii_digit() || "+-.eE".contains(c));
    let decimal = decimal && text.parse::<f64>().is_ok_and(f64::is_finite);
    decimal || based(["0x", "0X"], 16) || based(["0o", "0O"], 8) || based(["0b", "0B"], 2)
}

/// Whether JavaScript would write the number with just these characters. Between 1e-6 and 1e21 its shortest form is Rust's.
fn is_canonical_number(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(|n| {
        let plain = n == 0.0 || (1e-6..1e21).contains(&n.abs());
        plain && format!("{n}") == text && text != "-0"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thunderbird_would_change_these() {
        for text in [
            "00012345",
            "12345678901234567890",
            "1e3",
            "0x10",
            "0b11",
            "+819012345678",
            "5.10",
            ".5",
            "",
            "  ",
            "TRUE",
            " 42 ",
            "-0",
            "1e400x".trim_end_matches('x').replace("400", "3").as_str(),
        ] {
            assert!(js_coerced(text), "{text:?}");
        }
    }

    #[test]
    fn and_these_it_keeps() {
        for text in [
            "tanaka",
            "12345",
            "0.5",
            "true",
            "1e400",
            "1.2.3",
            "0xg",
            "NaN",
            "Infinity",
            "12345678901234567000",
            "-1",
        ] {
            assert!(!js_coerced(text), "{text:?}");
        }
    }

    #[test]
    fn host_names() {
        for good in ["www.example.jp", "xn--r8jz45g.jp", "WWW.example.jp", "localhost"] {
            assert!(is_host_name(good), "{good}");
        }
        for bad in [
            "",
            ".",
            "a..b",
            "192.0.2.1",
            "192.0.2.999",
            "::1",
            "a b",
            "a;b",
            "例え.jp",
            "%EMAILDOMAIN%",
            "a_b.jp",
            "*.a",
        ] {
            assert!(!is_host_name(bad), "{bad}");
        }
    }

    #[test]
    fn lines_hold_their_columns_and_pieces_lose_nothing() {
        let label = "このサーバーはセキュリティで保護された接続 (SSL) が必要";
        let wrapped = lines(label, 20);
        assert!(wrapped.len() > 1 && wrapped.iter().all(|l| l.width() <= 20), "{wrapped:?}");
        assert!(wrapped.iter().skip(1).all(|l| !l.starts_with(['ー', '）', '。'])), "{wrapped:?}");
        assert_eq!(pieces("mail.example.jp", 12), ["mail.example", ".jp"]);
        assert_eq!(pieces("a-long-name-it-is", 9), ["a-long", "-name-it", "-is"]);
        for value in ["mail.example.jp", "", "田中@例え.jp", &"x".repeat(64)] {
            let pieces = pieces(value, 10);
            assert!(pieces.iter().all(|p| p.width() <= 10));
            assert_eq!(pieces.concat(), value);
        }
    }

    #[test]
    fn values_are_spelled() {
        let letters = Value::from_pairs([("a", "alfa"), ("0", "zero"), ("_", "underscore")]);
        let spelling = minijinja::context! { join => " ", capital => "capital ", letters };
        assert_eq!(spelled("aA_0é", &spelling).ok().as_deref(), Some("alfa capital alfa underscore zero é"));
    }

    #[test]
    fn charsets() {
        assert_eq!(encodable("①㈱髙﨑", "windows-31j"), Some(true));
        assert_eq!(encodable("😀", "windows-31j"), Some(false));
        assert_eq!(encodable("山田−太郎", "windows-31j"), Some(false));
        assert_eq!(encodable("¥100", "windows-31j"), Some(false));
        assert_eq!(encodable("a", "klingon"), None);
    }
}
