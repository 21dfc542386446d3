//! Every code that the program itself can print, with its usual severity. Words are in `messages/`; limits of clients bring
//! their own codes in their profiles.

use super::Severity::{self, Error, Note, Warning};

/// A code and its usual severity.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// kebab-case
    pub id: &'static str,
    /// what it is unless said otherwise
    pub severity: Severity,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $severity:ident;)*) => {
        $($(#[$doc])* pub static $name: Code = Code { id: $id, severity: $severity };)*
        /// All of them.
        pub static ALL: &[&Code] = &[$(&$name),*];
    };
}

codes! {
    /// the file is no UTF-8
    NOT_UTF8 = "not-utf8", Error;
    /// the file is no YAML
    YAML_SYNTAX = "yaml-syntax", Error;
    /// two documents in one file
    SEVERAL_DOCUMENTS = "several-documents", Error;
    /// the file is empty
    EMPTY_DESCRIPTION = "empty-description", Error;
    /// the file is a list or a text
    NOT_A_MAPPING = "not-a-mapping", Error;
    /// the file is over the size bound
    TOO_LARGE = "too-large", Error;
    /// a key that nobody knows
    UNKNOWN_KEY = "unknown-key", Error;
    /// the same with a guess
    UNKNOWN_KEY_NEAR = "unknown-key-near", Error;
    /// a key twice
    DUPLICATE_KEY = "duplicate-key", Error;
    /// a key that must be there
    MISSING_KEY = "missing-key", Error;
    /// neither address nor domain
    ADDRESS_OR_DOMAIN = "address-or-domain", Error;
    /// a key without a value
    EMPTY_VALUE = "empty-value", Error;
    /// a text or list where keys belong
    EXPECTED_MAPPING = "expected-mapping", Error;
    /// something else where a list belongs
    EXPECTED_LIST = "expected-list", Error;
    /// keys or a list where one text belongs
    EXPECTED_TEXT = "expected-text", Error;
    /// a word that is not among those allowed
    BAD_WORD = "bad-word", Error;
    /// the same with a guess
    BAD_WORD_NEAR = "bad-word-near", Error;
    /// `yes`, `no`, `'true'`
    BAD_FLAG = "bad-flag", Error;
    /// a number in quotes
    QUOTED_NUMBER = "quoted-number", Error;
    /// `0587`, `9_93`
    PORT_SPELLING = "port-spelling", Error;
    /// no port
    BAD_PORT = "bad-port", Error;
    /// no number, or out of range
    BAD_NUMBER = "bad-number", Error;
    /// no size
    BAD_SIZE = "bad-size", Error;
    /// no date
    BAD_DATE = "bad-date", Error;
    /// no colour
    BAD_COLOUR = "bad-colour", Error;
    /// no web address
    BAD_URL = "bad-url", Error;
    /// no reverse DNS name
    BAD_ID = "bad-id", Error;
    /// no host name
    BAD_HOST = "bad-host", Error;
    /// blanks in a host name
    HOST_BLANK = "host-blank", Error;
    /// an underscore in a host name
    HOST_UNDERSCORE = "host-underscore", Error;
    /// a web address where a host belongs
    HOST_IS_URL = "host-is-url", Error;
    /// a mail address where a host belongs
    HOST_IS_ADDRESS = "host-is-address", Error;
    /// `host:port`
    HOST_HAS_PORT = "host-has-port", Error;
    /// a domain that is not the address's
    DOMAIN_DIFFERS = "domain-differs", Error;
    /// a password with no source or several
    ONE_SOURCE = "one-source", Error;
    /// `password: same` where there is no incoming server
    SAME_AS_NOTHING = "same-as-nothing", Error;
    /// more servers than anybody has
    TOO_MANY = "too-many", Error;
    /// no mail address
    BAD_ADDRESS = "bad-address", Error;
    /// no `@`
    ADDRESS_WITHOUT_AT = "address-without-at", Error;
    /// dots that RFC 5321 does not allow
    ADDRESS_OUTSIDE_RFC = "address-outside-rfc", Warning;
    /// sending on port 25
    OUTGOING_PORT_25 = "outgoing-port-25", Warning;
    /// a port for TLS from the first byte with something else
    PORT_EXPECTS_TLS = "port-expects-tls", Warning;
    /// a port for clear text or STARTTLS with TLS from the first byte
    PORT_EXPECTS_STARTTLS = "port-expects-starttls", Warning;
    /// a port that belongs to another mail protocol
    PORT_OF_OTHER_PROTOCOL = "port-of-other-protocol", Warning;
    /// a password that everybody on the way can read
    CLEARTEXT_PASSWORD = "cleartext-password", Warning;
    /// APOP
    APOP_PROTECTS_LITTLE = "apop-protects-little", Warning;
    /// POP before SMTP
    POP_BEFORE_SMTP = "pop-before-smtp", Warning;
    /// sending without a login
    SUBMISSION_WITHOUT_AUTHENTICATION = "submission-without-authentication", Warning;
    /// NTLM, which is Outlook's SPA
    SPA_IS_NOT_APOP = "spa-is-not-apop", Warning;
    /// an address in the place of a host name, under TLS
    IP_LITERAL_WITH_TLS = "ip-literal-with-tls", Warning;
    /// the incoming password goes to another organisation
    PASSWORD_LEAVES_PROVIDER = "password-leaves-provider", Warning;
    /// a login with somebody else's domain
    LOGIN_OF_OTHER_DOMAIN = "login-of-other-domain", Warning;
    /// a display name that breaks in old programs
    NAME_SPECIAL_CHARACTERS = "name-special-characters", Warning;
    /// a display name with an `@`
    NAME_LOOKS_LIKE_ADDRESS = "name-looks-like-address", Warning;
    /// a password with a blank at an end
    PASSWORD_EDGE_BLANK = "password-edge-blank", Warning;
    /// a password beyond ASCII
    PASSWORD_CHARACTERS = "password-characters", Warning;
    /// mail stays on the server until the quota is used up
    LEAVE_FILLS_MAILBOX = "leave-fills-mailbox", Warning;
    /// one client takes mail away from the others
    DELETED_FOR_OTHER_CLIENTS = "deleted-for-other-clients", Warning;
    /// a password that will change, in files
    INITIAL_PASSWORD_EVERYWHERE = "initial-password-everywhere", Warning;
    /// a placeholder that is none
    UNCLOSED_PLACEHOLDER = "unclosed-placeholder", Warning;
    /// a password in the description
    SECRET_IN_FILE = "secret-in-file", Warning;
    /// a host name of letters that look alike
    MIXED_SCRIPT_HOST = "mixed-script-host", Warning;
    /// STARTTLS before TLS from the first byte
    PREFER_IMPLICIT_TLS = "prefer-implicit-tls", Note;
    /// not what the provider's profile says
    DIFFERS_FROM_PROVIDER = "differs-from-provider", Warning;
    /// an accepted code that did not occur
    ALLOW_UNUSED = "allow-unused", Warning;
    /// an accepted code that does not exist
    ALLOW_UNKNOWN = "allow-unknown", Warning;
    /// an accepted error
    ALLOW_ERROR = "allow-error", Warning;
    /// more mistakes than are listed
    MORE_FINDINGS = "more-findings", Error;
    /// no name of an environment variable
    BAD_VARIABLE = "bad-variable", Error;
    /// blanks at the ends of a login
    EDGE_BLANK = "edge-blank", Error;
    /// typographic quotes
    SMART_QUOTES = "smart-quotes", Error;
    /// a full-width blank or colon where YAML has its own
    FULL_WIDTH_SIGN = "full-width-sign", Error;
    /// full-width letters
    FULL_WIDTH = "full-width", Error;
    /// a control character and the like
    FORBIDDEN_CHARACTER = "forbidden-character", Error;
    /// a text over the bound
    TOO_LONG = "too-long", Error;
    /// a port that tells nothing of its security
    SECURITY_NOT_GIVEN = "security-not-given", Error;
    /// security was filled in
    SECURITY_ASSUMED = "security-assumed", Note;
    /// a port was filled in
    PORT_ASSUMED = "port-assumed", Note;
    /// the user name was filled in
    USERNAME_ASSUMED = "username-assumed", Note;
    /// no profile of that provider
    UNKNOWN_PROVIDER = "unknown-provider", Error;
    /// a provider's profile could not be confirmed
    PROVIDER_UNVERIFIED = "provider-unverified", Note;
    /// the same with a guess
    UNKNOWN_PROVIDER_NEAR = "unknown-provider-near", Error;
    /// the same with a guess
    UNKNOWN_CLIENT_NEAR = "unknown-client-near", Error;
    /// no such client
    UNKNOWN_CLIENT = "unknown-client", Error;
    /// a client has no such option
    UNKNOWN_OPTION = "unknown-option", Error;
    /// an option's value is not one it takes
    BAD_OPTION = "bad-option", Error;
    /// no words for that language
    UNKNOWN_LANGUAGE = "unknown-language", Error;
    /// a password's source is missing and a file needs it
    PASSWORD_SOURCE_MISSING = "password-source-missing", Error;
    /// a password's source is missing and no file needs it
    PASSWORD_SOURCE_ABSENT = "password-source-absent", Note;
    /// a client takes nothing of what the servers offer
    CLIENT_CANNOT_USE = "client-cannot-use", Error;
    /// a client takes fewer servers than there are
    SERVERS_LEFT_OUT = "servers-left-out", Note;
    /// a QR code would be too fine to be scanned
    QR_TOO_LONG = "qr-too-long", Warning;
    /// a users file in an encoding that nobody knows
    USERS_ENCODING = "users-encoding", Error;
    /// a column for a setting that no description has
    USERS_NO_SETTING = "users-no-setting", Error;
    /// a column for what is the same for all rows
    USERS_NO_COLUMN = "users-no-column", Error;
    /// a users file without a header
    USERS_EMPTY = "users-empty", Error;
    /// no column holds the address
    USERS_WITHOUT_ADDRESS = "users-without-address", Error;
    /// a column that the description names is not in the file
    USERS_COLUMN_MISSING = "users-column-missing", Error;
    /// two columns of one name
    USERS_COLUMN_TWICE = "users-column-twice", Error;
    /// a column that nobody knows
    USERS_COLUMN_UNKNOWN = "users-column-unknown", Error;
    /// the same with a guess
    USERS_COLUMN_UNKNOWN_NEAR = "users-column-unknown-near", Error;
    /// a row's value for a server that is not there
    USERS_NO_SERVER = "users-no-server", Error;
    /// a quote is opened and never closed
    ROW_QUOTE_OPEN = "row-quote-open", Error;
    /// a row beyond the bound
    ROW_TOO_LONG = "row-too-long", Error;
    /// more or fewer cells than columns
    ROW_UNEVEN = "row-uneven", Error;
    /// a line that is no JSON object
    ROW_NOT_JSON = "row-not-json", Error;
    /// bytes that the encoding does not have
    ROW_REPLACEMENT = "row-replacement", Error;
    /// a character of one maker's or one site's own
    ROW_GAIJI = "row-gaiji", Error;
    /// blanks around a login or a password
    ROW_EDGE_BLANK = "row-edge-blank", Error;
    /// a cell that a spreadsheet changed
    ROW_SPREADSHEET = "row-spreadsheet", Error;
    /// an address for the second time
    ROW_DUPLICATE = "row-duplicate", Error;
    /// a mended row of a user whose files are there
    ROW_BUILT_BEFORE = "row-built-before", Error;
    /// a password is to be posted to a customer without a number
    LETTER_WITHOUT_NUMBER = "letter-without-number", Error;
    /// a password is to be posted and nobody knows it
    LETTER_WITHOUT_PASSWORD = "letter-without-password", Error;
    /// a provider's logo that cannot be had
    LOGO_UNUSABLE = "logo-unusable", Error;
    /// a PDF has no glyph for a character
    NO_GLYPH = "no-glyph", Error;
    /// a domain's file would hold one user's login
    DOMAIN_FILE_LEFT_OUT = "domain-file-left-out", Note;
    /// a template did not render
    TEMPLATE_FAILED = "template-failed", Error;
    /// two files would have the same path
    PATH_TAKEN = "path-taken", Error;
    /// a limit's condition could not be evaluated
    LIMIT_FAILED = "limit-failed", Error;
    /// a folder of the user's own in which nothing is used
    OVERRIDE_UNUSED = "override-unused", Warning;
    /// a file's bytes cannot hold the text
    NOT_ENCODABLE = "not-encodable", Error;
    /// a file could not be read back
    READ_BACK_FAILED = "read-back-failed", Error;
    /// a file does not say a setting that it must carry
    READ_BACK_SILENT = "read-back-silent", Error;
    /// a file says a setting wrongly
    READ_BACK_DIFFERS = "read-back-differs", Error;
}
