//! What a single text of a description means: ports, hosts, addresses, sizes. Pure functions from text to a typed value or a
//! [`Problem`]; where the text stood is the caller's business.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::secrecy;
use crate::finding::{self, Code, Finding};

/// Longest text of any setting, in characters. Longer ones are mistakes or attacks; RFC 5321 allows 254 for an address.
pub const MAX_TEXT: usize = 1024;

/// What is wrong with a text: a code and the words for its sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    code: &'static Code,
    args: Vec<(&'static str, String)>,
    mended: Option<String>,
}

impl Problem {
    /// A problem without words.
    #[must_use]
    pub fn new(code: &'static Code) -> Self {
        Self { code, args: Vec::new(), mended: None }
    }

    /// Says what the text should be, where nothing else can be meant.
    #[must_use]
    pub fn mend(mut self, text: impl ToString) -> Self {
        self.mended = Some(text.to_string());
        self
    }

    /// What the text should be, where nothing else can be meant.
    #[must_use]
    pub fn mended(&self) -> Option<&str> {
        self.mended.as_deref()
    }

    /// Gives a word to its sentence.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, secrecy::shown(&value.to_string())));
        self
    }

    /// As a finding about a setting; the caller adds the place.
    #[must_use]
    pub fn finding(self, setting: &str) -> Finding {
        let mut finding = Finding::new(self.code).arg("setting", setting);
        finding.args.extend(self.args);
        finding
    }
}

/// The ASCII form of full-width letters, digits and signs (U+FF01 to U+FF5E, U+3000), when there are any.
#[must_use]
pub fn half_width(text: &str) -> Option<String> {
    let fold = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        '\u{3002}' => '.',
        _ => c,
    };
    let folded: String = text.chars().map(fold).collect();
    (folded != text).then_some(folded)
}

/// Refuses what no file format can hold or what turns text around: control characters (line ends too), line and paragraph
/// separators, noncharacters (XML 1.0, section 2.2), bidirectional overrides; and texts over [`MAX_TEXT`].
///
/// # Errors
/// The first such character, by its code point: the text itself may be a secret.
pub fn plain(text: &str) -> Result<&str, Problem> {
    let forbidden = |c: &char| {
        c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}' | '\u{feff}')
            || matches!(*c as u32 & 0xffff, 0xfffe | 0xffff)
            || matches!(c, '\u{fdd0}'..='\u{fdef}')
    };
    if let Some(c) = text.chars().find(forbidden) {
        return Err(
            Problem::new(&finding::FORBIDDEN_CHARACTER).arg("character", format!("U+{:04X}", c as u32))
        );
    }
    let length = text.chars().count();
    if length > MAX_TEXT {
        return Err(Problem::new(&finding::TOO_LONG).arg("length", length).arg("most", MAX_TEXT));
    }
    Ok(text)
}

const SMART: fn(char) -> bool =
    |c| matches!(c, '\u{2018}'..='\u{201f}' | '\u{300c}'..='\u{300f}' | '\u{ab}' | '\u{bb}');

/// What a text with typographic quotes was meant to be, and whether that is certain: a pair around the whole text is YAML's; one
/// inside may be an apostrophe that a word processor bent.
fn without_smart_quotes(text: &str) -> Option<(String, bool)> {
    if !text.contains(SMART) {
        return None;
    }
    let inner = text.strip_prefix(SMART).and_then(|t| t.strip_suffix(SMART)).unwrap_or(text);
    let straight = inner.replace(['\u{2018}', '\u{2019}'], "'").replace(SMART, "\"");
    Some((straight, inner.len() < text.len() && !inner.contains(SMART) && !inner.is_empty()))
}

/// What no login, host or address has, though it looks right on the screen: full-width letters, typographic quotes, blanks at
/// the ends.
///
/// # Errors
/// With the mended form.
pub fn machine(text: &str) -> Result<&str, Problem> {
    plain(text)?;
    if let Some((mended, certain)) = without_smart_quotes(text) {
        let problem = Problem::new(&finding::SMART_QUOTES).arg("mended", &mended);
        return Err(if certain { problem.mend(mended) } else { problem });
    }
    if let Some(mended) = half_width(text) {
        return Err(Problem::new(&finding::FULL_WIDTH).arg("mended", mended.trim()).mend(mended.trim()));
    }
    Ok(text)
}

/// A user name: any text that a person can type, without blanks at its ends.
///
/// # Errors
/// As [`machine`], and blanks at the ends.
pub fn login(text: &str) -> Result<&str, Problem> {
    machine(text)?;
    if text.trim() == text { Ok(text) } else { Err(Problem::new(&finding::EDGE_BLANK).mend(text.trim())) }
}

/// The name of an environment variable.
///
/// # Errors
/// Anything else, without repeating it: people write the password itself here.
pub fn variable(text: &str) -> Result<&str, Problem> {
    if secrecy::is_variable(text) { Ok(text) } else { Err(Problem::new(&finding::BAD_VARIABLE)) }
}

/// A port: digits without a leading zero, 1 to 65535.
///
/// # Errors
/// Anything else, with words for `0587`, `9_93`, `70000` and full-width digits.
pub fn port(text: &str) -> Result<u16, Problem> {
    if let Some(mended) = half_width(text) {
        return Err(Problem::new(&finding::FULL_WIDTH).arg("mended", &mended).mend(mended));
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let number = digits.parse::<u16>().ok().filter(|n| *n > 0);
    match number {
        Some(n) if n.to_string() == text => Ok(n),
        Some(n) if text.chars().all(|c| c.is_ascii_digit() || c == '_') => {
            Err(Problem::new(&finding::PORT_SPELLING).arg("value", text).arg("mended", n).mend(n))
        }
        _ => Err(Problem::new(&finding::BAD_PORT).arg("value", text)),
    }
}

/// A whole number in a range.
///
/// # Errors
/// Not a number, or outside.
pub fn integer(text: &str, least: u64, most: u64) -> Result<u64, Problem> {
    let number = text.parse::<u64>().ok().filter(|n| n.to_string() == text && (least..=most).contains(n));
    number.ok_or_else(|| {
        Problem::new(&finding::BAD_NUMBER).arg("value", text).arg("least", least).arg("most", most)
    })
}

/// A size in bytes: `500MB`, `10 GB`, `1073741824`. Units are powers of 1024, as mail servers count.
///
/// # Errors
/// Not a size.
pub fn size(text: &str) -> Result<u64, Problem> {
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(split);
    let shift = match unit.trim().to_ascii_uppercase().as_str() {
        "" | "B" => Some(0),
        "K" | "KB" | "KIB" => Some(10),
        "M" | "MB" | "MIB" => Some(20),
        "G" | "GB" | "GIB" => Some(30),
        "T" | "TB" | "TIB" => Some(40),
        _ => None,
    };
    let bytes = digits.parse::<u64>().ok().zip(shift).and_then(|(n, s)| n.checked_mul(1 << s));
    bytes.filter(|b| *b > 0).ok_or_else(|| Problem::new(&finding::BAD_SIZE).arg("value", text))
}

/// A server's name or address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Host {
    ascii: String,
    unicode: String,
}

impl Host {
    /// As files hold it: punycode in lower case, an IP literal without brackets, placeholders as written.
    #[must_use]
    pub fn ascii(&self) -> &str {
        &self.ascii
    }

    /// As people read it.
    #[must_use]
    pub fn unicode(&self) -> &str {
        &self.unicode
    }

    /// Whether it is an IPv4 or IPv6 literal.
    #[must_use]
    pub fn is_ip(&self) -> bool {
        self.ascii.parse::<std::net::IpAddr>().is_ok()
    }

    /// With placeholders replaced; the same when it has none.
    #[must_use]
    pub fn expand(&self, local: &str, domain: &str) -> Self {
        if !self.ascii.contains('%') {
            return self.clone();
        }
        let expand = |s: &str| s.replace("%EMAILDOMAIN%", domain).replace("%EMAILLOCALPART%", local);
        Self { ascii: expand(&self.ascii).to_ascii_lowercase(), unicode: expand(&self.unicode) }
    }

    /// With `%EMAILDOMAIN%` replaced alone, for what is published for all users of a domain.
    #[must_use]
    pub fn with_domain(&self, domain: &str) -> Self {
        let expand = |s: &str| s.replace("%EMAILDOMAIN%", domain);
        Self { ascii: expand(&self.ascii), unicode: expand(&self.unicode) }
    }

    fn literal(text: &str) -> Option<Self> {
        let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
        let ip = match bare.parse::<Ipv6Addr>() {
            Ok(v6) => v6.to_string(),
            Err(_) => text.parse::<Ipv4Addr>().ok()?.to_string(),
        };
        Some(Self { ascii: ip.clone(), unicode: ip })
    }
}

/// Parses a server name: a host name (UTS 46 strict, so no underscores), an IP literal, or a name with `%EMAILDOMAIN%` or
/// `%EMAILLOCALPART%`.
///
/// # Errors
/// With words for blanks, full-width letters, underscores, URLs, ports in the name, invisible characters.
pub fn host(text: &str) -> Result<Host, Problem> {
    machine(text)?;
    if let Some(literal) = Host::literal(text) {
        return Ok(literal);
    }
    // stand-ins that come through punycode as long as they are labels of their own, or parts of ASCII ones
    let stand_ins = [("%EMAILDOMAIN%", "zz0domain0zz"), ("%EMAILLOCALPART%", "zz0local0zz")];
    let named = stand_ins.iter().fold(text.to_owned(), |t, (name, stand_in)| t.replace(name, stand_in));
    host_trouble(&named, text)?;
    let plain = domain(&named)?;
    if named == text {
        return Ok(plain);
    }
    let back = |t: &str| stand_ins.iter().fold(t.to_owned(), |t, (name, stand_in)| t.replace(stand_in, name));
    let (ascii, unicode) = (back(plain.ascii()), back(plain.unicode()));
    let kept = stand_ins.iter().all(|(name, _)| ascii.matches(name).count() == text.matches(name).count());
    if kept { Ok(Host { ascii, unicode }) } else { Err(Problem::new(&finding::BAD_HOST).arg("value", text)) }
}

/// The common ways to get a host name wrong, each with its own words.
fn host_trouble(name: &str, written: &str) -> Result<(), Problem> {
    let bad = |code| Err(Problem::new(code).arg("value", written));
    if name.contains("//") || name.contains('/') {
        return bad(&finding::HOST_IS_URL);
    }
    if name.contains(char::is_whitespace) {
        return bad(&finding::HOST_BLANK);
    }
    if name.contains('_') {
        return bad(&finding::HOST_UNDERSCORE);
    }
    if name.contains('@') {
        return bad(&finding::HOST_IS_ADDRESS);
    }
    if name.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok()) {
        return bad(&finding::HOST_HAS_PORT);
    }
    Ok(())
}

/// A domain name, as punycode and as people read it.
///
/// # Errors
/// What UTS 46 refuses under the rules for host names, and what it would silently drop (zero-width characters).
pub fn domain(text: &str) -> Result<Host, Problem> {
    machine(text)?;
    let dropped = |c: &char| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0f}');
    if let Some(c) = text.chars().find(dropped) {
        return Err(
            Problem::new(&finding::FORBIDDEN_CHARACTER).arg("character", format!("U+{:04X}", c as u32))
        );
    }
    let bad = || Problem::new(&finding::BAD_HOST).arg("value", text);
    let name = text.strip_suffix('.').unwrap_or(text);
    let ascii = idna::domain_to_ascii_strict(name).map_err(|_| bad())?;
    let last = ascii.rsplit('.').next().unwrap_or_default();
    if ascii.is_empty() || last.chars().all(|c| c.is_ascii_digit()) || ascii.split('.').any(str::is_empty) {
        return Err(bad());
    }
    let (unicode, _) = idna::domain_to_unicode(&ascii);
    Ok(Host { ascii, unicode })
}

/// A mail address: local part as written, domain as a [`Host`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    local: String,
    domain: Host,
    text: String,
}

impl Address {
    /// The part before `@`.
    #[must_use]
    pub fn local(&self) -> &str {
        &self.local
    }

    /// The domain.
    #[must_use]
    pub fn domain(&self) -> &Host {
        &self.domain
    }

    /// The address with its domain in punycode: what files hold.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The address as people read it.
    #[must_use]
    pub fn unicode(&self) -> String {
        format!("{}@{}", self.local, self.domain.unicode())
    }

    /// What is accepted though RFC 5321 does not allow it: dots that old carriers gave out.
    #[must_use]
    pub fn is_outside_rfc(&self) -> bool {
        self.local.starts_with('.') || self.local.ends_with('.') || self.local.contains("..")
    }
}

/// Parses a mail address. Lenient in dots (old Japanese carriers gave out `taro..yamada.@`), strict in everything else.
///
/// # Errors
/// No `@`, blanks, full-width letters, quoted local parts and other signs that no mail program takes, a bad domain.
///
/// ```
/// let address = mailprof::account::value::address("tanaka@例え.jp")?;
/// assert_eq!(address.as_str(), "tanaka@xn--r8jz45g.jp");
/// # Ok::<(), mailprof::account::value::Problem>(())
/// ```
pub fn address(text: &str) -> Result<Address, Problem> {
    machine(text)?;
    let bad = || Problem::new(&finding::BAD_ADDRESS).arg("value", text);
    let (local, host) =
        text.rsplit_once('@').ok_or_else(|| Problem::new(&finding::ADDRESS_WITHOUT_AT).arg("value", text))?;
    let sign = |c: char| c.is_whitespace() || "()<>[]:;,\\\"@".contains(c);
    if local.is_empty() || local.len() > 64 || local.contains(sign) {
        return Err(bad());
    }
    let domain = domain(host)
        .map_err(|problem| if problem.code.id == finding::BAD_HOST.id { bad() } else { problem })?;
    let text = format!("{local}@{}", domain.ascii());
    Ok(Address { local: local.to_owned(), domain, text })
}

/// A web address that can be printed and opened.
///
/// # Errors
/// Not `http://` or `https://`, blanks or quotes in it.
pub fn url(text: &str) -> Result<&str, Problem> {
    plain(text)?;
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let sound = rest
        .is_some_and(|r| !r.is_empty() && !r.contains(|c: char| c.is_whitespace() || "<>\"'`\\".contains(c)));
    if sound { Ok(text) } else { Err(Problem::new(&finding::BAD_URL).arg("value", text)) }
}

/// A date such as `2026-04-01`.
///
/// # Errors
/// Another spelling, a month or day that does not exist.
pub fn date(text: &str) -> Result<&str, Problem> {
    let parts: Vec<u32> = text.split('-').filter_map(|p| p.parse().ok()).collect();
    let sound = matches!(parts[..], [_, month, day] if (1..=12).contains(&month) && (1..=days_of(parts[0], month)).contains(&day));
    if sound && text.len() == 10 {
        Ok(text)
    } else {
        Err(Problem::new(&finding::BAD_DATE).arg("value", text))
    }
}

fn days_of(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A colour such as `#0055aa`.
///
/// # Errors
/// Another spelling.
pub fn colour(text: &str) -> Result<&str, Problem> {
    let sound = text.len() == 7 && text.starts_with('#') && text[1..].chars().all(|c| c.is_ascii_hexdigit());
    if sound { Ok(text) } else { Err(Problem::new(&finding::BAD_COLOUR).arg("value", text)) }
}

/// A name in reverse DNS notation, such as `jp.example`.
///
/// # Errors
/// Anything but letters, digits, hyphens and dots.
pub fn reverse_dns(text: &str) -> Result<&str, Problem> {
    let label = |l: &str| !l.is_empty() && l.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let sound = text.len() <= 200 && text.split('.').all(label);
    if sound { Ok(text) } else { Err(Problem::new(&finding::BAD_ID).arg("value", text)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T>(result: Result<T, Problem>) -> &'static str {
        result.err().map_or("", |p| p.code.id)
    }

    #[test]
    fn ports() {
        assert_eq!(port("993"), Ok(993));
        for (text, expected) in [
            ("0587", "port-spelling"),
            ("9_93", "port-spelling"),
            ("70000", "bad-port"),
            ("0", "bad-port"),
            ("-1", "bad-port"),
            ("5e2", "bad-port"),
            ("imap", "bad-port"),
            ("５８７", "full-width"),
        ] {
            assert_eq!(code(port(text)), expected, "{text}");
        }
    }

    #[test]
    fn hosts() {
        for (text, ascii) in [
            ("Mail.Example.JP", "mail.example.jp"),
            ("メール.例え.jp", "xn--4dkua4c.xn--r8jz45g.jp"),
            ("192.0.2.1", "192.0.2.1"),
            ("[2001:DB8::1]", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("mail.example.jp.", "mail.example.jp"),
            ("Mail.%EMAILDOMAIN%", "mail.%EMAILDOMAIN%"),
            ("メール.%EMAILDOMAIN%", "xn--4dkua4c.%EMAILDOMAIN%"),
            ("%EMAILLOCALPART%.example.jp", "%EMAILLOCALPART%.example.jp"),
            ("localhost", "localhost"),
        ] {
            assert_eq!(host(text).map(|h| h.ascii().to_owned()), Ok(ascii.to_owned()), "{text}");
        }
        for (text, expected) in [
            ("mail example.jp", "host-blank"),
            ("mail_1.example.jp", "host-underscore"),
            ("https://mail.example.jp/", "host-is-url"),
            ("mail.example.jp:587", "host-has-port"),
            ("taro@example.jp", "host-is-address"),
            ("ma\u{200b}il.example.jp", "forbidden-character"),
            ("ma\u{202e}il.example.jp", "forbidden-character"),
            ("ｍａｉｌ.example.jp", "full-width"),
            ("999.1.1.1", "bad-host"),
            ("a..b", "bad-host"),
            ("", "bad-host"),
            ("-a.example.jp", "bad-host"),
        ] {
            assert_eq!(code(host(text)), expected, "{text}");
        }
    }

    #[test]
    fn addresses() {
        assert_eq!(address("taro..yamada.@docomo.ne.jp").map(|a| a.is_outside_rfc()), Ok(true));
        for (text, expected) in [
            ("tanaka", "address-without-at"),
            ("@example.jp", "bad-address"),
            ("a b@example.jp", "bad-address"),
            ("\"a\"@example.jp", "bad-address"),
            ("a@b@example.jp", "bad-address"),
            ("tanaka@", "bad-address"),
            ("tanaka＠example.jp", "full-width"),
            ("tanaka@ex_ample.jp", "bad-address"),
        ] {
            assert_eq!(code(address(text)), expected, "{text}");
        }
    }

    #[test]
    fn sizes_dates_and_the_rest() {
        assert_eq!(size("10GB"), Ok(10 << 30));
        assert_eq!(size("500 MB"), Ok(500 << 20));
        assert_eq!(code(size("much")), "bad-size");
        assert_eq!(code(size("99999999999TB")), "bad-size");
        assert_eq!(date("2026-02-28"), Ok("2026-02-28"));
        assert_eq!(code(date("2026-02-29")), "bad-date");
        assert_eq!(code(date("2026-2-3")), "bad-date");
        assert_eq!(code(colour("#12345g")), "bad-colour");
        assert_eq!(code(url("javascript:alert(1)")), "bad-url");
        assert_eq!(code(plain("a\r\nb")), "forbidden-character");
        assert_eq!(code(plain(&"x".repeat(5000))), "too-long");
    }
}
