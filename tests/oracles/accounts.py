"""What six very different descriptions say, as each reader words it. Written by hand from the YAML files named below."""
import re

from checks import PASSWORD, SMTP_PASSWORD
from mailboxes import OE_KEY, SUZUKI, UUID, horde_server, kde_server, tb_server

DESCRIPTIONS = {
    "apop": "tests/cases/apop/account.yaml",  # POP3 with APOP and no TLS, sending on 587
    "pop3": "profiles/accounts/pop3.yaml",  # POP3 and SMTP with TLS from the first byte, 995 and 465
    "imap-own-login": "tests/cases/imap-own-login/account.yaml",  # STARTTLS both ways, a login of its own for sending
    "gmail": "profiles/accounts/gmail.yaml",  # IMAP, then POP3; OAuth2, then a password; none is in the description
    "pop-before-smtp": "tests/cases/pop-before-smtp/account.yaml",  # no TLS, no login for sending, dots where none belong
    "idn": "tests/cases/idn/account.yaml",  # Japanese host names, POP3 and IMAP, mail deleted once it is received
}
ADDRESSES = {
    "apop": "tanaka@example.jp", "pop3": "tanaka@example.jp", "imap-own-login": "hanako@example.jp",
    "gmail": "taro.example@gmail.com", "pop-before-smtp": "taro..yamada.@example.jp", "idn": "tanaka@xn--r8jz45g.jp",
    "oauth2-only": "taro.example@gmail.com",  # beside this file: of it only what is written and what is refused
}
DOMAINS = {name: address.split("@")[1] for name, address in ADDRESSES.items()}
# the user's folder and files: the address, or where that is no safe file name something like it and a part of a digest
STEMS = {name: re.compile(re.escape(address)) for name, address in ADDRESSES.items()}
STEMS["pop-before-smtp"] = re.compile(r"taro\._yamada\.@example\.jp~[0-9a-f]{16}")

# メール.例え.jp and アイマップ.例え.jp as DNS knows them
IDN_MAIL, IDN_IMAP = "xn--4dkua4c.xn--r8jz45g.jp", "xn--ccke7god7a.xn--r8jz45g.jp"

# ---------------------------------------------------------------- what is written, and what cannot be

CLIENTS = [
    "thunderbird", "thunderbird-android", "delta-chat", "apple-mail", "outlook", "outlook-express", "outlook-autodiscover",
    "windows-live-mail", "dns", "pacc",
]
# of the user's files STEM stands for the folder's name and {UUID} for any
THUNDERBIRD = ["isp/DOMAIN.xml"]
PUBLISHED = ["/.well-known/autoconfig/mail/config-v1.1.xml", "/mail/config-v1.1.xml"]
ANDROID = ["thunderbird-android.json", "thunderbird-android.svg"]
DELTA_CHAT = ["delta-chat.svg", "delta-chat.txt"]
APPLE = ["STEM.mobileconfig"]
OUTLOOK = ["STEM-import.reg", "STEM-setup.cmd", "STEM-undo.reg", "STEM.prf"]
OUTLOOK_EXPRESS = ["STEM.iaf", "STEM.reg"]
AUTODISCOVER = ["STEM-autodiscover-undo.reg", "STEM-autodiscover.reg", "autodiscover.xml"]
AUTODISCOVER_PUBLISHED = ["/autodiscover/autodiscover.xml"]
LIVE_MAIL = ["account{UUID}.oeaccount"]
DNS, PACC = ["/dns.zone"], ["/.well-known/user-agent-configuration.json"]
FILES = {
    "apop": [*THUNDERBIRD, *PUBLISHED, *ANDROID, *LIVE_MAIL],
    "pop3": [
        *THUNDERBIRD, *PUBLISHED, *ANDROID, *APPLE, *OUTLOOK, *OUTLOOK_EXPRESS, *AUTODISCOVER, *AUTODISCOVER_PUBLISHED,
        *LIVE_MAIL, *DNS, *PACC,
    ],
    # the login for sending is one user's alone: nothing that names logins can be published
    "imap-own-login": [*THUNDERBIRD, *ANDROID, *DELTA_CHAT, *APPLE, *AUTODISCOVER, *DNS],
    # the whole address is the login: Autodiscover's answer for all users would mean the part before the @
    "gmail": [
        *THUNDERBIRD, *PUBLISHED, *ANDROID, *APPLE, *OUTLOOK, *OUTLOOK_EXPRESS, *AUTODISCOVER, *LIVE_MAIL, *DNS, *PACC,
    ],
    "pop-before-smtp": [*THUNDERBIRD, *APPLE, *OUTLOOK, *OUTLOOK_EXPRESS, *AUTODISCOVER, *LIVE_MAIL],
    "idn": [
        *THUNDERBIRD, *PUBLISHED, *ANDROID, *DELTA_CHAT, *APPLE, *OUTLOOK, *OUTLOOK_EXPRESS, *AUTODISCOVER,
        *AUTODISCOVER_PUBLISHED, *LIVE_MAIL, *DNS, *PACC,
    ],
    "oauth2-only": [*THUNDERBIRD, *PUBLISHED, *ANDROID, *DNS],
}
# why the other files are not there: an error each, named with its client
REFUSED = {
    "apop": {
        "apple-mail": ["apple-no-apop"], "outlook": ["outlook-no-apop"], "outlook-autodiscover": ["autodiscover-no-apop"],
        "outlook-express": ["oe-no-apop", "oe-starttls-only-on-25"],
        "delta-chat": ["delta-chat-no-incoming-auth", "delta-chat-no-pop3"], "dns": ["dns-no-cleartext"],
        "pacc": ["pacc-auth", "pacc-incoming-security", "pacc-outgoing-security"],
    },
    "pop3": {"delta-chat": ["delta-chat-no-pop3"]},
    "imap-own-login": {
        "outlook": ["outlook-no-incoming-starttls"], "outlook-express": ["oe-no-incoming-starttls", "oe-starttls-only-on-25"],
        "windows-live-mail": ["wlm-no-incoming-starttls"],
        "pacc": ["pacc-incoming-security", "pacc-outgoing-security", "pacc-own-login"],
    },
    "gmail": {"delta-chat": ["delta-chat-needs-password"]},
    "pop-before-smtp": {
        "thunderbird-android": ["tba-address-not-taken"],
        "delta-chat": ["delta-chat-always-logs-in", "delta-chat-no-pop3"],
        "dns": ["dns-no-cleartext", "dns-no-cleartext-sending"],
        "pacc": ["pacc-incoming-security", "pacc-outgoing-security", "pacc-sending-login"],
    },
    "idn": {},
    "oauth2-only": {
        "apple-mail": ["apple-no-such-incoming-auth", "apple-no-such-outgoing-auth"],
        "outlook": ["outlook-no-incoming-auth", "outlook-no-outgoing-auth"],
        "outlook-autodiscover": ["autodiscover-no-incoming-auth", "autodiscover-no-outgoing-auth"],
        "outlook-express": ["oe-no-incoming-auth", "oe-no-outgoing-auth"],
        "windows-live-mail": ["wlm-no-incoming-auth", "wlm-no-outgoing-auth"],
        "delta-chat": ["delta-chat-no-incoming-auth", "delta-chat-no-outgoing-auth"], "pacc": ["pacc-oauth2-issuer"],
    },
}
SECRET = {*THUNDERBIRD, *ANDROID, *DELTA_CHAT, *APPLE, "STEM.iaf"}  # all that may hold a password

# ---------------------------------------------------------------- Thunderbird


def config(domains, label, incoming, outgoing, complete=True):
    return {
        "id": domains[0], "source": "xml", "displayName": label, "domains": domains, "complete": complete,
        "incoming": incoming[0], "incomingAlternatives": incoming[1:], "outgoing": outgoing, "outgoingAlternatives": [],
        "inputFields": [],
    }


NET = (["example.jp"], "サンプルネット")
TB = {  # for any user of the domain: the part before the @, the whole address; and the passwords, none in what is published
    "apop": lambda local, address, password, sending: config(
        *NET, [tb_server("pop3", "pop.example.jp", 110, "plain", local, password, 7, auth="password-encrypted")],
        tb_server("smtp", "smtp.example.jp", 587, "STARTTLS", local, password),
    ),
    "pop3": lambda local, address, password, sending: config(
        *NET, [tb_server("pop3", "pop.example.jp", 995, "SSL", local, password, 14)],
        tb_server("smtp", "smtp.example.jp", 465, "SSL", local, password),
    ),
    "imap-own-login": lambda local, address, password, sending: config(
        *NET, [tb_server("imap", "imap.example.jp", 143, "STARTTLS", address, password)],
        tb_server("smtp", "smtp.example.jp", 587, "STARTTLS", "hanako.smtp", sending),
    ),
    "gmail": lambda local, address, password, sending: config(
        ["gmail.com", "googlemail.com"], "Gmail",
        [
            tb_server("imap", "imap.gmail.com", 993, "SSL", address, None, auth="OAuth2"),
            tb_server("pop3", "pop.gmail.com", 995, "SSL", address, None, 36500, auth="OAuth2"),  # a hundred years: for ever
        ],
        tb_server("smtp", "smtp.gmail.com", 465, "SSL", address, None, auth="OAuth2"),
    ),
    # `complete` means that there is a user name for sending too; nothing on the road of a file asks for it
    "pop-before-smtp": lambda local, address, password, sending: config(
        ["example.jp"], "サンプル & <ネット>", [tb_server("pop3", "mail.example.jp", 110, "plain", "yamada", password, 36500)],
        tb_server("smtp", "mail.example.jp", 587, "plain", None, None, auth="none"), complete=False,
    ),
    "idn": lambda local, address, password, sending: config(
        ["xn--r8jz45g.jp"], "例え.jp",
        [
            tb_server("pop3", IDN_MAIL, 995, "SSL", local, password, 14, leave=False),  # 14 is its default, not in force
            tb_server("imap", IDN_IMAP, 993, "SSL", local, password),
        ],
        tb_server("smtp", IDN_MAIL, 465, "SSL", local, password),
    ),
}


def thunderbird(name, address, realname, published=False):
    passwords = (None, None) if published else (PASSWORD, SMTP_PASSWORD)
    return {
        **TB[name](address.split("@")[0], address, *passwords), "identity": {"realname": realname, "emailAddress": address},
        "rememberPassword": not published and name != "gmail",
    }


def exchange(incoming, outgoing, address):
    return {
        "subSource": re.compile("exchange-from-url[123]"), "id": None, "source": "exchange", "displayName": None, "domains": [],
        "rememberPassword": False, "complete": True, "identity": {"realname": "Test User", "emailAddress": address},
        "incoming": incoming[0], "incomingAlternatives": incoming[1:], "outgoing": outgoing, "outgoingAlternatives": [],
        "inputFields": [],
    }


# Autodiscover as Thunderbird reads it. The answer cannot say what happens to mail on the server: 14 days is Thunderbird's own.
# Nor does Thunderbird know SMTPLast: it would log in to send, with the name that stands there.
TB_EXCHANGE = {
    "pop3": lambda login, address: exchange(
        [tb_server("pop3", "pop.example.jp", 995, "SSL", login, None, 14)],
        tb_server("smtp", "smtp.example.jp", 465, "SSL", login, None), address,
    ),
    "imap-own-login": lambda login, address: exchange(
        [tb_server("imap", "imap.example.jp", 143, "STARTTLS", login, None)],
        tb_server("smtp", "smtp.example.jp", 587, "STARTTLS", "hanako.smtp", None), address,
    ),
    "gmail": lambda login, address: exchange(
        [
            tb_server("imap", "imap.gmail.com", 993, "SSL", login, None),
            tb_server("pop3", "pop.gmail.com", 995, "SSL", login, None, 14),
        ],
        tb_server("smtp", "smtp.gmail.com", 465, "SSL", login, None), address,
    ),
    "pop-before-smtp": lambda login, address: exchange(
        [tb_server("pop3", "mail.example.jp", 110, "plain", login, None, 14)],
        tb_server("smtp", "mail.example.jp", 587, "plain", login, None), address,
    ),
    "idn": lambda login, address: exchange(
        [tb_server("pop3", IDN_MAIL, 995, "SSL", login, None, 14), tb_server("imap", IDN_IMAP, 993, "SSL", login, None)],
        tb_server("smtp", IDN_MAIL, 465, "SSL", login, None), address,
    ),
}
LOGINS = {
    "pop3": "tanaka", "imap-own-login": "hanako@example.jp", "gmail": "taro.example@gmail.com", "pop-before-smtp": "yamada",
    "idn": "tanaka",
}

# ---------------------------------------------------------------- Autodiscover, by the names of Microsoft's reference


def protocol(kind, server, port, ssl, encryption, login=None, required="on", **sending):
    """`Encryption` counts more than `SSL`: SSL from the first byte, TLS means STARTTLS. SPA would be NTLM."""
    return {
        "Type": kind, "TTL": "1", "Server": server, "Port": str(port), **({"LoginName": login} if login else {}),
        "DomainRequired": "off", "SPA": "off", "SSL": ssl, "Encryption": encryption, "AuthRequired": required, **sending,
    }


SAME = {"UsePOPAuth": "on", "SMTPLast": "off"}  # sending logs in as receiving does
OWN = {"UsePOPAuth": "off", "SMTPLast": "off"}
AFTER_POP = {"UsePOPAuth": "off", "SMTPLast": "on"}


def answer(name, *protocols):
    user = {"User": {"DisplayName": name}} if name else {}
    return {**user, "Account": {"AccountType": "email", "Action": "settings"}, "Protocols": list(protocols)}


OUTLOOK_XML = {
    "pop3": answer(
        "田中 太郎", protocol("POP3", "pop.example.jp", 995, "on", "SSL", "tanaka"),
        protocol("SMTP", "smtp.example.jp", 465, "on", "SSL", "tanaka", **SAME),
    ),
    "imap-own-login": answer(
        "山田 花子", protocol("IMAP", "imap.example.jp", 143, "on", "TLS", "hanako@example.jp"),
        protocol("SMTP", "smtp.example.jp", 587, "on", "TLS", "hanako.smtp", **OWN),
    ),
    "gmail": answer(
        "Taro Example", protocol("IMAP", "imap.gmail.com", 993, "on", "SSL", "taro.example@gmail.com"),
        protocol("POP3", "pop.gmail.com", 995, "on", "SSL", "taro.example@gmail.com"),
        protocol("SMTP", "smtp.gmail.com", 465, "on", "SSL", "taro.example@gmail.com", **SAME),
    ),
    "pop-before-smtp": answer(
        "山田 太郎", protocol("POP3", "mail.example.jp", 110, "off", "None", "yamada"),
        protocol("SMTP", "mail.example.jp", 587, "off", "None", "yamada", **AFTER_POP),
    ),
    "idn": answer(
        "髙﨑 ㈱①", protocol("POP3", IDN_MAIL, 995, "on", "SSL", "tanaka"), protocol("IMAP", IDN_IMAP, 993, "on", "SSL", "tanaka"),
        protocol("SMTP", IDN_MAIL, 465, "on", "SSL", "tanaka", **SAME),
    ),
}
OUTLOOK_XML_PUBLISHED = {  # nothing of one user: Outlook takes the part of the address before the @ as the login
    "pop3": answer(
        None, protocol("POP3", "pop.example.jp", 995, "on", "SSL"), protocol("SMTP", "smtp.example.jp", 465, "on", "SSL", **SAME),
    ),
    "idn": answer(
        None, protocol("POP3", IDN_MAIL, 995, "on", "SSL"), protocol("IMAP", IDN_IMAP, 993, "on", "SSL"),
        protocol("SMTP", IDN_MAIL, 465, "on", "SSL", **SAME),
    ),
}

# ---------------------------------------------------------------- Apple


def apple(address, name, organization, identifier, incoming, outgoing, **passwords):
    keys = ("HostName", "PortNumber", "UseSSL", "Username")
    outgoing = {f"OutgoingMailServer{key}": value for key, value in zip(keys, outgoing)}
    return {
        "EmailAccountDescription": address, "EmailAccountName": name, "EmailAccountType": incoming[0], "EmailAddress": address,
        "IncomingMailServerAuthentication": "EmailAuthPassword",
        **{f"IncomingMailServer{key}": value for key, value in zip(keys, incoming[1:])},
        "OutgoingMailServerAuthentication": "EmailAuthPassword" if "OutgoingMailServerUsername" in outgoing else "EmailAuthNone",
        **outgoing, **passwords,
        "PayloadType": "com.apple.mail.managed", "PayloadVersion": 1, "PayloadUUID": UUID,
        "PayloadIdentifier": re.compile(re.escape(identifier) + r"\.[A-Za-z0-9.-]+"), "PayloadOrganization": organization,
        "PayloadDescription": re.compile(f".*{re.escape(address)}.*"),
        "PayloadDisplayName": re.compile(f"{re.escape(organization)}.*{re.escape(address)}.*"),
    }


AS_RECEIVING = {"OutgoingPasswordSameAsIncomingPassword": True}
MOBILECONFIG = {  # one switch for both kinds of TLS: the port tells which
    "pop3": apple(
        "tanaka@example.jp", "田中 太郎", "サンプルネット", "jp.example", ("EmailTypePOP", "pop.example.jp", 995, True, "tanaka"),
        ("smtp.example.jp", 465, True, "tanaka"), IncomingPassword=PASSWORD, **AS_RECEIVING,
    ),
    "imap-own-login": apple(
        "hanako@example.jp", "山田 花子", "サンプルネット", "jp.example",
        ("EmailTypeIMAP", "imap.example.jp", 143, True, "hanako@example.jp"), ("smtp.example.jp", 587, True, "hanako.smtp"),
        IncomingPassword=PASSWORD, OutgoingPassword=SMTP_PASSWORD,
    ),
    "gmail": apple(
        "taro.example@gmail.com", "Taro Example", "Gmail", "com.google.gmail",
        ("EmailTypeIMAP", "imap.gmail.com", 993, True, "taro.example@gmail.com"),
        ("smtp.gmail.com", 465, True, "taro.example@gmail.com"), **AS_RECEIVING,
    ),
    "pop-before-smtp": apple(
        "taro..yamada.@example.jp", "山田 太郎", "サンプル & <ネット>", "jp.example",
        ("EmailTypePOP", "mail.example.jp", 110, False, "yamada"), ("mail.example.jp", 587, False), IncomingPassword=PASSWORD,
    ),
    "idn": apple(
        "tanaka@xn--r8jz45g.jp", "髙﨑 ㈱①", "例え.jp", "jp.xn--r8jz45g", ("EmailTypePOP", IDN_MAIL, 995, True, "tanaka"),
        (IDN_MAIL, 465, True, "tanaka"), IncomingPassword=PASSWORD, **AS_RECEIVING,
    ),
}

# ---------------------------------------------------------------- Outlook Express, Windows Live Mail


def express(address, name, kind, incoming, outgoing, login, leave=None):
    """Connection Type 3: any there is; Secure Connection 1: TLS; SMTP Use Sicily 0: no login, 2: the incoming one.
    `leave` are Leave Mail On Server, Remove When Expired and Expire Days."""
    keep = dict(zip(("Leave Mail On Server", "Remove When Expired", "Expire Days"), leave or ()))
    host, port, secure, user = incoming
    return {
        "Account Name": address, "Connection Type": 3, f"{kind} Server": host, f"{kind} User Name": user, f"{kind} Port": port,
        f"{kind} Secure Connection": secure, f"{kind} Use Sicily": 0, f"{kind} Prompt for Password": 0, **keep,
        **dict(zip(("SMTP Server", "SMTP Port", "SMTP Secure Connection"), outgoing)), "SMTP Use Sicily": login,
        "SMTP Display Name": name, "SMTP Email Address": address,
    }


OE = {
    "pop3": express(
        "tanaka@example.jp", "Taro Tanaka", "POP3", ("pop.example.jp", 995, 1, "tanaka"), ("smtp.example.jp", 465, 1), 2,
        (1, 1, 14),
    ),
    "gmail": express(
        "taro.example@gmail.com", "Taro Example", "IMAP", ("imap.gmail.com", 993, 1, "taro.example@gmail.com"),
        ("smtp.gmail.com", 465, 1), 2,
    ),
    "pop-before-smtp": express(
        "taro..yamada.@example.jp", "Taro Yamada", "POP3", ("mail.example.jp", 110, 0, "yamada"), ("mail.example.jp", 587, 0), 0,
        (1, 0, 0),
    ),
    "idn": express(
        "tanaka@xn--r8jz45g.jp", "髙﨑 ㈱①", "POP3", (IDN_MAIL, 995, 1, "tanaka"), (IDN_MAIL, 465, 1), 2, (0, 0, 0),
    ),
}
# the same in an .iaf, and the password
OE_IAF = {name: {**values, "POP3 Password": PASSWORD} for name, values in OE.items() if name != "gmail"} | {"gmail": OE["gmail"]}


def live_mail(values, name, **more):
    return {key.replace(" ", "_"): value for key, value in {**values, "SMTP Display Name": name}.items()} | more


WLM = {  # it takes any letters; STARTTLS is the same switch as TLS, and APOP one of its own
    "apop": live_mail(
        express("tanaka@example.jp", "", "POP3", ("pop.example.jp", 110, 0, "tanaka"), ("smtp.example.jp", 587, 1), 2, (1, 1, 7)),
        "田中 太郎", POP3_Use_APOP=1,
    ),
    "pop3": live_mail(OE["pop3"], "田中 太郎"),
    "gmail": live_mail(OE["gmail"], "Taro Example"),
    "pop-before-smtp": live_mail(OE["pop-before-smtp"], "山田 太郎"),
    "idn": live_mail(OE["idn"], "髙﨑 ㈱①"),
}

# ---------------------------------------------------------------- Outlook


def prf(address, name, kind, incoming, outgoing, auth, leave=None):
    """SMTPSecureConnection 1: TLS, 2: STARTTLS; SMTPUseAuth, SMTPAuthMethod 1, 0: the incoming login; 1, 2: receive first.
    LeaveOnServer: bit 0 leave, bit 1 remove after the days in the high word."""
    host, port, ssl, user = incoming
    return {
        "UniqueService": "No", "AccountName": address, "DisplayName": name, "EmailAddress": address, "ConnectionType": "0",
        f"{kind}Server": host, f"{kind}UserName": user, f"{kind}Port": str(port), f"{kind}UseSSL": ssl, f"{kind}UseSPA": "0",
        **({} if leave is None else {"LeaveOnServer": str(leave)}),
        "SMTPServer": outgoing[0], "SMTPPort": str(outgoing[1]), "SMTPSecureConnection": outgoing[2],
        "SMTPUseAuth": auth[0], "SMTPAuthMethod": auth[1],
    }


PRF = {
    "pop3": prf(
        "tanaka@example.jp", "Taro Tanaka", "POP3", ("pop.example.jp", 995, "1", "tanaka"), ("smtp.example.jp", 465, "1"), "10",
        14 * 65536 + 3,
    ),
    "gmail": prf(
        "taro.example@gmail.com", "Taro Example", "IMAP", ("imap.gmail.com", 993, "1", "taro.example@gmail.com"),
        ("smtp.gmail.com", 465, "1"), "10",
    ),
    "pop-before-smtp": prf(
        "taro..yamada.@example.jp", "Taro Yamada", "POP3", ("mail.example.jp", 110, "0", "yamada"), ("mail.example.jp", 587, "0"),
        "12", 1,
    ),
    "idn": prf(
        "tanaka@xn--r8jz45g.jp", "髙﨑 ㈱①", "POP3", (IDN_MAIL, 995, "1", "tanaka"), (IDN_MAIL, 465, "1"), "10", 0,
    ),
}
OFFICE = "HKEY_CURRENT_USER\\Software\\Microsoft\\Office\\16.0\\Outlook"


def key(name):
    return re.compile(re.escape(f"{OFFICE}\\{name}"))


IMPORT = [(key("Setup"), {"ImportPRF": "C:\\mailprof\\outlook.prf"})]
PLAIN_TEXT = [(key("Options\\Mail"), {"EditorPreference": 65536})]  # asked for, and the account writes plain text
LOCAL_XML = {
    name: [(key("AutoDiscover"), {DOMAINS[name]: "C:\\mailprof\\autodiscover.xml", "PreferLocalXML": 1})]
    for name in ("pop3", "imap-own-login", "gmail", "pop-before-smtp", "idn")
}
# what the undo files must clear away, beside a value of somebody else that must stay
STALE = {
    "Setup": '"ImportPRF"="C:\\\\x.prf"\r\n"Other"="stays"', "Options\\Mail": '"EditorPreference"=dword:00010000',
    "AutoDiscover": '"DOMAIN"="C:\\\\x.xml"\r\n"PreferLocalXML"=dword:00000001\r\n"other.example"="stays"',
}
CLEARED = [(key("Setup"), {"Other": "stays"}), (key("AutoDiscover"), {"other.example": "stays"})]
REGISTRY = {name: [(OE_KEY, values)] for name, values in OE.items()}

# ---------------------------------------------------------------- KMail and Horde, for another user of example.jp


def kde(domains, name, **servers):
    return {"domains": domains, "name": name, "shortName": name, "imap": [], "pop3": [], "smtp": [], **servers}


KDE = {
    # it knows no APOP: the encrypted password is CRAM-MD5 to it
    "apop": kde(
        *NET, pop3=[{**kde_server("pop.example.jp", 110, "None", "suzuki"), "auth": "CramMD5"}],
        smtp=[kde_server("smtp.example.jp", 587, "TLS", "suzuki")],
    ),
    "pop3": kde(
        *NET, pop3=[kde_server("pop.example.jp", 995, "SSL", "suzuki")], smtp=[kde_server("smtp.example.jp", 465, "SSL", "suzuki")],
    ),
    "gmail": kde(
        ["gmail.com", "googlemail.com"], "Gmail", imap=[{**kde_server("imap.gmail.com", 993, "SSL", SUZUKI), "auth": "OAuth2"}],
        pop3=[{**kde_server("pop.gmail.com", 995, "SSL", SUZUKI), "auth": "OAuth2"}],
        smtp=[{**kde_server("smtp.gmail.com", 465, "SSL", SUZUKI), "auth": "OAuth2"}],
    ),
    "idn": kde(
        ["xn--r8jz45g.jp"], "例え.jp", imap=[kde_server(IDN_IMAP, 993, "SSL", "suzuki")],
        pop3=[kde_server(IDN_MAIL, 995, "SSL", "suzuki")], smtp=[kde_server(IDN_MAIL, 465, "SSL", "suzuki")],
    ),
}


def horde(label, *servers):
    servers = [{**horde_server(*server), "label": label} for server in servers]
    return {"incoming": servers[:-1], "outgoing": servers[-1:]}


HORDE = {  # no word for STARTTLS, and no way to log in
    "apop": horde(
        "サンプルネット", ("pop3", "pop.example.jp", 110, None, "suzuki"), ("msa", "smtp.example.jp", 587, None, "suzuki"),
    ),
    "pop3": horde(
        "サンプルネット", ("pop3", "pop.example.jp", 995, "tls", "suzuki"), ("msa", "smtp.example.jp", 465, "tls", "suzuki"),
    ),
    "gmail": horde(
        "Gmail", ("imap", "imap.gmail.com", 993, "tls", SUZUKI), ("pop3", "pop.gmail.com", 995, "tls", SUZUKI),
        ("msa", "smtp.gmail.com", 465, "tls", SUZUKI),
    ),
    "idn": horde(
        "例え.jp", ("pop3", IDN_MAIL, 995, "tls", "suzuki"), ("imap", IDN_IMAP, 993, "tls", "suzuki"),
        ("msa", IDN_MAIL, 465, "tls", "suzuki"),
    ),
}

# ---------------------------------------------------------------- codes for phones


def android(incoming, outgoing, address, name):
    """Format version 1, code 1 of 1. Protocol 0 IMAP, 1 POP3; security 0 none, 2 STARTTLS, 3 TLS; login 1 password,
    2 encrypted password, 6 OAuth2. The account's name, before the password, is empty: then it is the address."""
    return [1, [1, 1], incoming, [[[0, *outgoing], [address, name]]]]


ANDROID_CODE = {
    "apop": android(
        [1, "pop.example.jp", 110, 0, 2, "tanaka", "", PASSWORD], ["smtp.example.jp", 587, 2, 1, "tanaka", PASSWORD],
        "tanaka@example.jp", "田中 太郎",
    ),
    "pop3": android(
        [1, "pop.example.jp", 995, 3, 1, "tanaka", "", PASSWORD], ["smtp.example.jp", 465, 3, 1, "tanaka", PASSWORD],
        "tanaka@example.jp", "田中 太郎",
    ),
    "imap-own-login": android(
        [0, "imap.example.jp", 143, 2, 1, "hanako@example.jp", "", PASSWORD],
        ["smtp.example.jp", 587, 2, 1, "hanako.smtp", SMTP_PASSWORD], "hanako@example.jp", "山田 花子",
    ),
    "gmail": android(
        [0, "imap.gmail.com", 993, 3, 6, "taro.example@gmail.com"], ["smtp.gmail.com", 465, 3, 6, "taro.example@gmail.com"],
        "taro.example@gmail.com", "Taro Example",
    ),
    "idn": android(
        [1, IDN_MAIL, 995, 3, 1, "tanaka", "", PASSWORD], [IDN_MAIL, 465, 3, 1, "tanaka", PASSWORD],
        "tanaka@xn--r8jz45g.jp", "髙﨑 ㈱①",
    ),
}


def delta_chat(address, incoming, outgoing, **more):
    receiving, sending = (dict(zip(keys, values)) for keys, values in
                          ((("ih", "ip", "iu", "is"), incoming), (("sh", "sp", "su", "ss"), outgoing)))
    return {"scheme": "dclogin", "address": address, "path": "/", "v": "1", "p": PASSWORD, **receiving, **sending, **more}


DELTA_CHAT_CODE = {
    "imap-own-login": delta_chat(
        "hanako@example.jp", ("imap.example.jp", "143", "hanako@example.jp", "starttls"),
        ("smtp.example.jp", "587", "hanako.smtp", "starttls"), spw=SMTP_PASSWORD,
    ),
    "idn": delta_chat("tanaka@xn--r8jz45g.jp", (IDN_IMAP, "993", "tanaka", "ssl"), (IDN_MAIL, "465", "tanaka", "ssl")),
}

# ---------------------------------------------------------------- DNS and PACC

NONE = ["0 0 0 ."]  # not offered here


def zone(domain, imaps=NONE, imap=NONE, pop3s=NONE, pop3=NONE, submissions=NONE, submission=NONE):
    """SRV data are priority (lower is preferred), weight, port, host."""
    services = {
        "_imaps": imaps, "_imap": imap, "_pop3s": pop3s, "_pop3": pop3, "_submissions": submissions, "_submission": submission,
    }
    return {
        **{f"{name}._tcp.{domain}. SRV": data for name, data in services.items()},
        **{f"{name}.{domain}. CNAME": [f"{domain}."] for name in ("autoconfig", "autodiscover", "ua-auto-config")},
    }


ZONES = {  # without the digest of the PACC document, and the hosts of the domain, which have addresses elsewhere in the zone
    "pop3": (
        zone("example.jp", pop3s=["0 1 995 pop.example.jp."], submissions=["0 1 465 smtp.example.jp."]),
        ["pop.example.jp", "smtp.example.jp"],
    ),
    "imap-own-login": (
        zone("example.jp", imap=["0 1 143 imap.example.jp."], submission=["0 1 587 smtp.example.jp."]),
        ["imap.example.jp", "smtp.example.jp"],
    ),
    "gmail": (
        zone(
            "gmail.com", imaps=["0 1 993 imap.gmail.com."], pop3s=["10 1 995 pop.gmail.com."], submissions=["0 1 465 smtp.gmail.com."],
        ),
        ["imap.gmail.com", "pop.gmail.com", "smtp.gmail.com"],
    ),
    "idn": (
        zone(
            "xn--r8jz45g.jp", pop3s=[f"0 1 995 {IDN_MAIL}."], imaps=[f"10 1 993 {IDN_IMAP}."], submissions=[f"0 1 465 {IDN_MAIL}."],
        ),
        [IDN_MAIL, IDN_IMAP],
    ),
    "oauth2-only": (
        zone("gmail.com", imaps=["0 1 993 imap.gmail.com."], submissions=["0 1 465 smtp.gmail.com."]),
        ["imap.gmail.com", "smtp.gmail.com"],
    ),
}


def pacc(info, **hosts):
    return {"authentication": {"password": True}, "info": info, "protocols": {name: {"host": host} for name, host in hosts.items()}}


PACC_DOCUMENT = {  # hosts alone: the ports are 993, 995 and 465, TLS from the first byte
    "pop3": pacc(
        {
            "provider": {"name": "サンプルネット"},
            "help": {
                "documentation": "https://www.example.jp/support/mail/",
                "contact": ["mailto:support@example.jp", "https://www.example.jp/support/"],
            },
        },
        pop3="pop.example.jp", submit="smtp.example.jp",
    ),
    "gmail": pacc(
        {
            "provider": {"name": "Gmail"},
            "help": {"documentation": "https://support.google.com/mail/answer/7126229", "contact": ["https://support.google.com/mail/"]},
        },
        imap="imap.gmail.com", pop3="pop.gmail.com", submit="smtp.gmail.com",
    ),
    "idn": pacc({"provider": {"name": "例え.jp"}}, imap=IDN_IMAP, pop3=IDN_MAIL, submit=IDN_MAIL),
}
