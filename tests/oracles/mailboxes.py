"""The first mailboxes: three descriptions beside this file, read by the programs on the road of most users."""
import json, re, shutil, tempfile
from pathlib import Path

from checks import ABSENT, PASSWORD, differences, leaves, must_report, run, silent, spoil
from readers import apple_payload, in_one_key, prf_account

HERE = Path(__file__).resolve().parent
ADDRESS, NAME = "tanaka@example.jp", "田中 太郎"

# ---------------------------------------------------------------- what the descriptions say, as each reader words it


def tb_server(kind, host, port, socket, username, password, leave_days=None, leave=True, auth="password-cleartext"):
    server = {
        "type": kind, "hostname": host, "port": port, "socketType": socket, "auth": auth,
        "username": username, "password": password, "useGlobalPreferredServer": False,
    }
    if kind == "pop3":
        server["pop3"] = {
            "leaveMessagesOnServer": leave, "daysToLeaveMessagesOnServer": leave_days,
            "deleteByAgeFromServer": True, "downloadOnBiff": True,
        }
    return server


def tb_config(incoming, outgoing, address, realname, remember):
    return {
        "id": "example.jp", "source": "xml", "displayName": "サンプルネット", "domains": ["example.jp"],
        "rememberPassword": remember, "complete": True, "identity": {"realname": realname, "emailAddress": address},
        "incoming": incoming, "incomingAlternatives": [], "outgoing": outgoing, "outgoingAlternatives": [],
        "inputFields": [],
    }


def tb_pop3(username="tanaka", password=None, address=ADDRESS, realname=NAME):
    return tb_config(
        tb_server("pop3", "pop.example.jp", 995, "SSL", username, password, 14),
        tb_server("smtp", "smtp.example.jp", 465, "SSL", username, password),
        address, realname, password is not None,
    )


def tb_imap(username=ADDRESS, password=None, address=ADDRESS, realname=NAME):
    return tb_config(
        tb_server("imap", "imap.example.jp", 993, "SSL", username, password),
        tb_server("smtp", "smtp.example.jp", 587, "STARTTLS", username, password),
        address, realname, password is not None,
    )


# the account as Thunderbird stores it; 3 is TLS from the first byte, 2 STARTTLS; auth 3 the ordinary password
TB_STORED = {
    "pop3": {
        "server.type": "pop3", "server.hostname": "pop.example.jp", "server.port": 995, "server.socketType": 3,
        "server.userName": "tanaka", "server.authMethod": ABSENT, "server.leave_on_server": True,
        "server.num_days_to_leave_on_server": 14, "server.delete_by_age_from_server": True,
        "smtpserver.hostname": "smtp.example.jp", "smtpserver.port": 465, "smtpserver.try_ssl": 3,
        "smtpserver.username": "tanaka", "smtpserver.authMethod": 3,
        "identity.fullName": NAME, "identity.useremail": ADDRESS,
        "logins": [["mailbox://pop.example.jp", "tanaka", PASSWORD], ["smtp://smtp.example.jp", "tanaka", PASSWORD]],
        "fetched.author": f"{NAME} <{ADDRESS}>", "fetched.folder": "mailbox://tanaka@pop.example.jp/Inbox",
        "seen by Dovecot": [["pop3", "tanaka", "PLAIN", "TLS"]],
        "seen by Postfix": [["postfix/smtps/smtpd", "PLAIN", "tanaka"]],
    },
    "imap": {
        "server.type": "imap", "server.hostname": "imap.example.jp", "server.port": 993, "server.socketType": 3,
        "server.userName": ADDRESS, "server.authMethod": ABSENT,
        "smtpserver.hostname": "smtp.example.jp", "smtpserver.port": 587, "smtpserver.try_ssl": 2,
        "smtpserver.username": ADDRESS, "smtpserver.authMethod": 3,
        "identity.fullName": NAME, "identity.useremail": ADDRESS,
        "logins": [["imap://imap.example.jp", ADDRESS, PASSWORD], ["smtp://smtp.example.jp", ADDRESS, PASSWORD]],
        "fetched.author": f"{NAME} <{ADDRESS}>", "fetched.folder": "imap://tanaka%40example.jp@imap.example.jp/INBOX",
        "seen by Dovecot": [["imap", ADDRESS, "PLAIN", "TLS"]],
        "seen by Postfix": [["postfix/submission/smtpd", "PLAIN", ADDRESS]],
    },
}

UUID = re.compile(r"[0-9A-F]{8}-[0-9A-F]{4}-5[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}")


def apple(kind, host, port, out_host, out_port, username):
    return {
        "EmailAccountDescription": ADDRESS, "EmailAccountName": NAME, "EmailAccountType": kind, "EmailAddress": ADDRESS,
        "IncomingMailServerAuthentication": "EmailAuthPassword", "IncomingMailServerHostName": host,
        "IncomingMailServerPortNumber": port, "IncomingMailServerUseSSL": True, "IncomingMailServerUsername": username,
        "IncomingPassword": PASSWORD,
        "OutgoingMailServerAuthentication": "EmailAuthPassword", "OutgoingMailServerHostName": out_host,
        "OutgoingMailServerPortNumber": out_port, "OutgoingMailServerUseSSL": True,
        "OutgoingMailServerUsername": username, "OutgoingPasswordSameAsIncomingPassword": True,
        "PayloadType": "com.apple.mail.managed", "PayloadVersion": 1, "PayloadUUID": UUID,
        "PayloadIdentifier": re.compile(r"jp\.example\.[A-Za-z0-9.-]+"), "PayloadOrganization": "サンプルネット",
        "PayloadDescription": re.compile(f".*{re.escape(ADDRESS)}.*"),
        "PayloadDisplayName": re.compile(f"サンプルネット.*{re.escape(ADDRESS)}.*"),
    }


APPLE = {
    "pop3": apple("EmailTypePOP", "pop.example.jp", 995, "smtp.example.jp", 465, "tanaka"),
    "imap": apple("EmailTypeIMAP", "imap.example.jp", 993, "smtp.example.jp", 587, ADDRESS),
    "imap-oe": apple("EmailTypeIMAP", "mail.example.jp", 993, "mail.example.jp", 465, ADDRESS),
}

OE_KEY = re.compile(r"HKEY_CURRENT_USER\\Software\\Microsoft\\Internet Account Manager\\Accounts\\mailprof-[0-9a-f]{16}")
OE = {  # Connection Type 3: any connection there is; Secure Connection 1: SSL; SMTP Use Sicily 2: the incoming login
    "pop3": {
        "Account Name": ADDRESS, "Connection Type": 3,
        "POP3 Server": "pop.example.jp", "POP3 User Name": "tanaka", "POP3 Port": 995, "POP3 Secure Connection": 1,
        "POP3 Use Sicily": 0, "POP3 Prompt for Password": 0,
        "Leave Mail On Server": 1, "Remove When Expired": 1, "Expire Days": 14,
        "SMTP Server": "smtp.example.jp", "SMTP Port": 465, "SMTP Secure Connection": 1, "SMTP Use Sicily": 2,
        "SMTP Display Name": NAME, "SMTP Email Address": ADDRESS,
    },
    "imap-oe": {
        "Account Name": ADDRESS, "Connection Type": 3,
        "IMAP Server": "mail.example.jp", "IMAP User Name": ADDRESS, "IMAP Port": 993, "IMAP Secure Connection": 1,
        "IMAP Use Sicily": 0, "IMAP Prompt for Password": 0,
        "SMTP Server": "mail.example.jp", "SMTP Port": 465, "SMTP Secure Connection": 1, "SMTP Use Sicily": 2,
        "SMTP Display Name": "Taro Tanaka", "SMTP Email Address": ADDRESS,
    },
}
OUTLOOK_KEY = re.compile(re.escape(r"HKEY_CURRENT_USER\Software\Microsoft\Office\16.0\Outlook\Setup"))
OUTLOOK_IMPORT = {"ImportPRF": "C:\\mailprof\\outlook.prf"}

# LeaveOnServer: bit 0 leave, bit 1 remove after the days in the high word (14). SMTPSecureConnection: 1 SSL, 2 STARTTLS.
PRF = {
    "pop3": {
        "AccountName": ADDRESS, "DisplayName": NAME, "EmailAddress": ADDRESS, "ConnectionType": "0", "UniqueService": "No",
        "POP3Server": "pop.example.jp", "POP3UserName": "tanaka", "POP3Port": "995", "POP3UseSSL": "1", "POP3UseSPA": "0",
        "LeaveOnServer": str(14 * 65536 + 3), "SMTPServer": "smtp.example.jp", "SMTPPort": "465",
        "SMTPSecureConnection": "1", "SMTPUseAuth": "1", "SMTPAuthMethod": "0",
    },
    "imap": {
        "AccountName": ADDRESS, "DisplayName": "Taro Tanaka", "EmailAddress": ADDRESS, "ConnectionType": "0",
        "UniqueService": "No", "IMAPServer": "imap.example.jp", "IMAPUserName": ADDRESS, "IMAPPort": "993",
        "IMAPUseSSL": "1", "IMAPUseSPA": "0", "SMTPServer": "smtp.example.jp", "SMTPPort": "587",
        "SMTPSecureConnection": "2", "SMTPUseAuth": "1", "SMTPAuthMethod": "0",
    },
}


def kde(kind, incoming, outgoing):
    servers = {"imap": [], "pop3": [], "smtp": [outgoing], kind: [incoming]}
    return {"domains": ["example.jp"], "name": "サンプルネット", "shortName": "サンプルネット", **servers}


def kde_server(host, port, encryption, username):
    return {"host": host, "port": port, "encryption": encryption, "username": username, "auth": "plain"}


SUZUKI = "suzuki@example.jp"  # another user of the same domain: what is published for all must fit her too
KDE = {
    "pop3": kde("pop3", kde_server("pop.example.jp", 995, "SSL", "suzuki"), kde_server("smtp.example.jp", 465, "SSL", "suzuki")),
    "imap": kde("imap", kde_server("imap.example.jp", 993, "SSL", SUZUKI), kde_server("smtp.example.jp", 587, "TLS", SUZUKI)),
}


def horde_server(kind, host, port, tls, username):
    return {"type": kind, "host": host, "port": port, "tls": tls, "username": username, "label": "サンプルネット"}


HORDE = {  # Horde has no word for STARTTLS: its `tls` stays null
    "pop3": {
        "incoming": [horde_server("pop3", "pop.example.jp", 995, "tls", "suzuki")],
        "outgoing": [horde_server("msa", "smtp.example.jp", 465, "tls", "suzuki")],
    },
    "imap": {
        "incoming": [horde_server("imap", "imap.example.jp", 993, "tls", SUZUKI)],
        "outgoing": [horde_server("msa", "smtp.example.jp", 587, None, SUZUKI)],
    },
}

# ---------------------------------------------------------------- the groups


class Mailboxes:
    groups = ["build", "thunderbird", "discovery", "lifetime", "apple", "registry", "prf", "kde", "horde", "self-test"]

    def __init__(self, mailprof, readers, work, tally):
        self.mailprof, self.readers, self.work, self.tally = mailprof, readers, work, tally

    def out(self, account):
        return self.work / account / "example.jp"

    def user(self, account, name):
        return self.out(account) / ADDRESS / name

    def isp(self, account):
        return self.user(account, "isp/example.jp.xml")

    def profile(self, account):
        return self.user(account, f"{ADDRESS}.mobileconfig")

    def reg(self, account):
        return self.user(account, f"{ADDRESS}.reg")

    def import_reg(self, account):
        return self.user(account, f"{ADDRESS}-import.reg")

    def domain_files(self, account):
        return [self.out(account) / p for p in ("mail/config-v1.1.xml", ".well-known/autoconfig/mail/config-v1.1.xml")]

    def build(self):
        """mailprof itself: its exit code, and that a client it refuses gets no file while the others get theirs."""
        three = ["thunderbird", "apple-mail", "outlook"]
        for account, out, clients, code in (
            ("pop3", "pop3", [*three, "outlook-express"], 0),
            ("imap", "imap", three, 0),
            ("imap-oe", "imap-oe", [*three, "outlook-express"], 0),
            # STARTTLS on 587 is beyond Outlook Express: an error for it, named as it is, and nothing lost for the others
            ("imap", "imap-refused", [*three, "outlook-express"], 1),
        ):
            named = [word for c in clients for word in ("--client", c)]
            command = [self.mailprof, "build", HERE / f"{account}.yaml", "-o", self.work / out, "--passwords", "everywhere", "--sheets", "none"]
            got, said, _ = run([*command, *named, "--format", "json"], ok=(0, 1))
            errors = sorted({f["code"] for f in json.loads(said)["findings"] if f["severity"] == "error"})
            expected = {"exit code": code, "errors": ["oe-starttls-only-on-25"] if code else []}
            there = {n: self.user(out, n).is_file() for n in
                     ("isp/example.jp.xml", f"{ADDRESS}.mobileconfig", f"{ADDRESS}.prf", f"{ADDRESS}-import.reg", f"{ADDRESS}.reg")}
            files = dict.fromkeys(there, True) | {f"{ADDRESS}.reg": "outlook-express" in clients and not code}
            found = differences({**expected, "files": files}, {"exit code": got, "errors": errors, "files": there})
            self.tally.check(f"mailprof build {account}.yaml for {', '.join(clients)}", found)

    def thunderbird(self):
        """Thunderbird's parser, on the user's files and on what the domain publishes."""
        mine = [self.isp("pop3"), self.isp("imap")]
        pop3, imap = self.readers.thunderbird(mine, ADDRESS, NAME)
        for name, expected, got in (("pop3", tb_pop3(password=PASSWORD), pop3), ("imap", tb_imap(password=PASSWORD), imap)):
            self.tally.check(f"Thunderbird reads {name}'s isp/example.jp.xml", differences(expected, got), leaves(expected))
        shared = [*self.domain_files("pop3"), *self.domain_files("imap")]
        expected = [tb_pop3("suzuki", None, SUZUKI, "S")] * 2 + [tb_imap(SUZUKI, None, SUZUKI, "S")] * 2
        for file, want, got in zip(shared, expected, self.readers.thunderbird(shared, SUZUKI, "S")):
            found = differences(want, got) + silent(file, ["tanaka", "田中", "Tanaka", "password>", "表"])
            name = f"{file.relative_to(self.work)} for another user"
            self.tally.check(f"Thunderbird reads {name}, without a password", found, leaves(want))

    def discovery(self):
        """Thunderbird finds the domain's file over HTTPS, and the user's in its isp folder."""
        for name, want in (("pop3", tb_pop3(realname="Test User")), ("imap", tb_imap(realname="Test User"))):
            got = self.readers.discover(self.out(name) / "mail", "isp")
            self.tally.check(
                f"Thunderbird discovers {name} over HTTPS", differences({**want, "subSource": "xml-from-isp-https"}, got), leaves(want) + 1,
            )
            web = Path(tempfile.mkdtemp(prefix="isp-", dir=self.work))
            shutil.copy(self.isp(name), web / "config-v1.1.xml")  # the name by which the oracle puts it into isp/
            want["rememberPassword"] = True
            want["incoming"]["password"] = want["outgoing"]["password"] = PASSWORD
            got = self.readers.discover(web, "disk")
            self.tally.check(
                f"Thunderbird finds {name} in its isp folder", differences({**want, "subSource": "xml-from-disk"}, got), leaves(want) + 1,
            )

    def lifetime(self):
        """Thunderbird against real servers: login, a Japanese message sent and fetched."""
        for name in ("pop3", "imap"):
            user = "tanaka" if name == "pop3" else ADDRESS  # the mailbox that the login opens
            got = self.readers.lifetime(self.isp(name), TB_STORED[name], user, ADDRESS, PASSWORD)
            title = f"Thunderbird sets up {name}, sends and fetches"
            self.tally.check(title, differences(TB_STORED[name], got), leaves(TB_STORED[name]))

    def apple(self):
        """Apple's schema, plistlib and libplist."""
        for name, want in APPLE.items():
            found = apple_payload(self.readers.apple(self.profile(name)), want)
            self.tally.check(f"Apple's schema and readers take {name}.mobileconfig", found, leaves(want))

    def registry(self):
        """hivex and Wine read the .reg files; both must find the same."""
        files = [(f"Outlook Express .reg of {n}", self.reg(n), OE_KEY, want) for n, want in OE.items()]
        files += [("Outlook's import .reg", self.import_reg("pop3"), OUTLOOK_KEY, OUTLOOK_IMPORT)]
        for title, file, key, want in files:
            hivex, wine = self.readers.hivex(file), self.readers.wine_reg(file)
            found = in_one_key(hivex, key, want) + silent(file, ["a&b", "表", "assword=", 'assword"="'], "utf-16")
            self.tally.check(f"hivex merges the {title}", found, leaves(want))
            self.tally.check(f"Wine imports the {title}", in_one_key(wine, key, want), leaves(want))
            self.tally.check(f"hivex and Wine agree on the {title}", differences(hivex, wine), leaves(want))
        # over what an earlier import left behind: the account is made anew, Outlook's marks of a first run go
        for title, file, key, want, stale in (
            ("Outlook Express .reg of pop3", self.reg("pop3"), OE_KEY, OE["pop3"], '"IMAP Server"="old.example.jp"\r\n"POP3 Port"=dword:00000001\r\n'),
            ("Outlook's import .reg", self.import_reg("pop3"), OUTLOOK_KEY, OUTLOOK_IMPORT, '"First-Run"=hex:01\r\n"FirstRun"=dword:00000001\r\n"ImportPRF"="old"\r\n'),
        ):
            header, _, rest = file.read_bytes().decode("utf-16").partition("\r\n")
            section = next(line for line in rest.splitlines() if line.startswith("[HKEY"))
            old = Path(tempfile.mkdtemp(prefix="stale-", dir=self.work)) / file.name
            old.write_bytes(f"\ufeff{header}\r\n\r\n{section}\r\n{stale}{rest}".encode("utf-16-le"))
            self.tally.check(f"Wine imports the {title} over an old one", in_one_key(self.readers.wine_reg(old), key, want), leaves(want))

    def prf(self):
        """Outlook's .prf, for which there is no other program's reader here: Python's, in the Japanese code page."""
        for name, want in PRF.items():
            file = self.user(name, f"{ADDRESS}.prf")
            found = prf_account(file, want) + silent(file, ["a&b", "表"], "cp932")
            self.tally.check(f"Python's INI reader takes {name}.prf", found, leaves(want))

    def kde(self):
        """KMail's reader, on what the domain publishes."""
        for name, want in KDE.items():
            found = differences(want, self.readers.kde(self.out(name) / "mail", SUZUKI))
            self.tally.check(f"KMail discovers {name} over HTTPS", found, leaves(want))

    def horde(self):
        """Horde's reader, on what the domain publishes."""
        for name, want in HORDE.items():
            found = differences(want, self.readers.horde(self.out(name) / "mail", SUZUKI))
            self.tally.check(f"Horde discovers {name}", found, leaves(want))

    def self_test(self):
        """Spoiled copies, one value each: the same checks must report exactly that value."""
        tally, readers = self.tally, self.readers
        spoiled = lambda file, old, new, encoding="utf-8": spoil(self.work, file, old, new, encoding)
        told = lambda what, found, *settings: tally.check(f"spoiled copy is reported: {what}", must_report(found, *settings))

        isp, shared = self.isp("pop3"), self.domain_files("pop3")[0]
        pop3 = tb_pop3(password=PASSWORD)
        cases = [
            ("incoming port", isp, "<port>995<", "<port>996<", ["incoming.port"]),
            ("outgoing port", isp, "<port>465<", "<port>456<", ["outgoing.port"]),
            ("outgoing encryption", isp, "<port>465</port>\n      <socketType>SSL<", "<port>465</port>\n      <socketType>STARTTLS<", ["outgoing.socketType"]),
            ("incoming server", isp, "pop.example.jp", "pop3.example.jp", ["incoming.hostname"]),
            ("user name", isp, "%EMAILLOCALPART%", "%EMAILADDRESS%", ["incoming.username"]),
            ("password", isp, "&amp;b", "b", ["incoming.password"]),
            ("authentication", isp, "password-cleartext", "password-encrypted", ["incoming.auth"]),
            ("days on the server", isp, ">14<", ">15<", ["incoming.pop3.daysToLeaveMessagesOnServer"]),
            ("no domain", isp, "<domain>example.jp</domain>", "", ["ok", "error"]),
            ("password in the domain's file", shared, "</incomingServer>", "<password>x</password></incomingServer>", ["incoming.password", "rememberPassword"]),
        ]
        copies = [spoiled(file, old, new) for _, file, old, new, _ in cases]
        for (what, file, _, _, settings), got in zip(cases, readers.thunderbird(copies, ADDRESS, NAME)):
            found = differences(pop3 if file is isp else tb_pop3(), got)
            if "error" in got:  # refused as a whole: nothing else was found
                found = [f for f in found if f[0] in ("ok", "error")]
            told(f"Thunderbird, {what}", found, *settings)
        told("user's name in the domain's file", silent(spoiled(shared, "%EMAILLOCALPART%", "tanaka"), ["tanaka"]), "config-v1.1.xml as text")

        wrong = spoiled(spoiled(isp, "&amp;b", "b"), "&amp;b", "b")
        wrong = readers.lifetime(wrong, TB_STORED["pop3"], "tanaka", ADDRESS, PASSWORD)
        tally.check("spoiled copy is reported: Thunderbird, wrong password at the real server",
                    differences(["verify_login"], list(wrong.get("errors", {})), "failed steps"))

        one = "payloads[0]."
        for what, old, new, settings in (
            ("UseSSL", "ServerUseSSL</key>\n      <true/>", "ServerUseSSL</key>\n      <false/>", [one + "IncomingMailServerUseSSL"]),
            ("port", "<integer>995<", "<integer>110<", [one + "IncomingMailServerPortNumber"]),
            ("password", "&amp;b", "b", [one + "IncomingPassword"]),
            ("same password", "AsIncomingPassword</key>\n      <true/>", "AsIncomingPassword</key>\n      <false/>", [one + "OutgoingPasswordSameAsIncomingPassword"]),
            ("port as text", "<integer>465</integer>", "<string>465</string>", ["errors", one + "OutgoingMailServerPortNumber"]),
        ):
            told(f"Apple, {what}", apple_payload(readers.apple(spoiled(self.profile("pop3"), old, new)), APPLE["pop3"]), *settings)

        reg = self.reg("pop3")
        for what, old, new, settings in (
            ("port", "dword:000003e3", "dword:000003e4", ["POP3 Port"]),
            ("port as text", "dword:000001d1", '"465"', ["SMTP Port"]),
            ("login", '"SMTP Use Sicily"=dword:00000002', '"SMTP Use Sicily"=dword:00000003', ["SMTP Use Sicily"]),
            ("a value too many", '"SMTP Server"', '"POP3 Password2"="x"\r\n"SMTP Server"', ["POP3 Password2"]),
            ("a value too few", '"Connection Type"=dword:00000003\r\n', "", ["Connection Type"]),
        ):
            told(f"hivex, {what}", in_one_key(readers.hivex(spoiled(reg, old, new, "utf-16")), OE_KEY, OE["pop3"]), *settings)
        told("Wine, server", in_one_key(readers.wine_reg(spoiled(reg, "smtp.example.jp", "smtp2.example.jp", "utf-16")), OE_KEY, OE["pop3"]), "SMTP Server")
        told("hivex, another key", in_one_key(readers.hivex(spoiled(reg, "\r\n[HKEY", '\r\n[HKEY_CURRENT_USER\\X]\r\n"a"="b"\r\n\r\n[HKEY', "utf-16")), OE_KEY, OE["pop3"]), "registry keys")

        told(".prf, encryption", prf_account(spoiled(self.user("imap", f"{ADDRESS}.prf"), "SMTPSecureConnection=2", "SMTPSecureConnection=1", "cp932"), PRF["imap"]), "SMTPSecureConnection")
        web = spoiled(self.domain_files("imap")[0], "imap.example.jp", " imap.example.jp").parent
        told("KMail, padding before a server", differences(KDE["imap"], readers.kde(web, SUZUKI)), "imap[0].host")
