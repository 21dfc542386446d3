"""Six accounts as different as accounts are: every file that a program can read, of every client."""
import json, re, shutil, tempfile
from pathlib import Path

import readers as python
from accounts import (
    ADDRESSES, ANDROID_CODE, CLEARED, CLIENTS, DELTA_CHAT_CODE, DESCRIPTIONS, DOMAINS, FILES, HORDE, IMPORT, KDE, LOCAL_XML, LOGINS,
    MOBILECONFIG, OE_IAF, OFFICE, OUTLOOK_XML, OUTLOOK_XML_PUBLISHED, PACC_DOCUMENT, PLAIN_TEXT, PRF, PUBLISHED, REFUSED, REGISTRY,
    SECRET, STALE, STEMS, TB_EXCHANGE, WLM, ZONES, thunderbird,
)
from checks import PASSWORD, Broken, attempt, differences, leaves, must_report, run, silent, spoil
from mailboxes import SUZUKI
from readers import apple_payload, in_keys, prf_account, same_bytes

HERE = Path(__file__).resolve().parent
ENCODINGS = {".reg": "utf-16", ".oeaccount": "utf-16", ".prf": "cp932"}


class SixAccounts:
    groups = [
        "six-build", "six-thunderbird", "six-discovery", "six-autodiscover", "six-apple", "six-registry", "six-outlook", "six-iaf",
        "six-kde", "six-horde", "six-codes", "six-dns", "six-self-test",
    ]

    def __init__(self, mailprof, readers, work, tally):
        self.mailprof, self.readers, self.tally = mailprof, readers, tally
        self.work = work / "six"
        self.work.mkdir(exist_ok=True)

    # ------------------------------------------------ where the files are

    def domain(self, name, file, options=False):
        return self.work / (f"{name}-options" if options else name) / DOMAINS[name] / file.lstrip("/")

    def user(self, name, file, options=False):
        """A file in the user's own folder, which is named by the address; STEM in its name stands for that."""
        folders = [f for f in self.domain(name, "", options).iterdir() if STEMS[name].fullmatch(f.name)]
        if len(folders) != 1:
            raise Broken(f"{name}: {len(folders)} folders are the user's")
        path = folders[0] / file.replace("STEM", folders[0].name).replace("DOMAIN", DOMAINS[name])
        if "{UUID}" not in file:
            return path
        found = [f for f in folders[0].iterdir() if re.fullmatch(re.escape(file).replace("UUID", "[0-9A-F-]{36}"), f.name)]
        return found[0] if len(found) == 1 else path

    def published(self, name):
        return [self.domain(name, file) for file in PUBLISHED]

    def web(self, *files):
        """A folder that the laboratory's web server can serve: copies, each by the name that clients ask for."""
        folder = Path(tempfile.mkdtemp(prefix="web-", dir=self.work))
        for file, name in files:
            shutil.copy(file, folder / name)
        return folder

    def check(self, title, found, want):
        self.tally.check(title, found, leaves(want))

    # ------------------------------------------------ the groups

    def make(self, name, description, clients, *flags, suffix=""):
        named = [word for client in clients for word in ("--client", client)]
        out = self.work / f"{name}{suffix}"
        command = [self.mailprof, "build", description, "-o", out, "--passwords", "everywhere", "--format", "json", *named, *flags]
        code, said, _ = run(command, ok=(0, 1))
        errors = {}
        for finding in json.loads(said)["findings"]:
            if finding["severity"] == "error":
                errors.setdefault(finding["client"], set()).add(finding["code"])
        return code, errors

    def written(self, name, suffix=""):
        """The files of a build: a domain's with a slash, a user's by the names of accounts.py."""
        domain, found = self.work / f"{name}{suffix}" / DOMAINS[name], []
        for file in (f for f in domain.rglob("*") if f.is_file()):
            folder, *rest = file.relative_to(domain).parts
            if not STEMS[name].fullmatch(folder):
                found.append("/" + str(file.relative_to(domain)))
                continue
            path = "/".join(rest).replace(folder, "STEM")
            path = re.sub(r"^isp/.*\.xml$", lambda m: m[0].replace(domain.name, "DOMAIN"), path)
            found.append(re.sub(r"\{[0-9A-F-]{36}\}", "{UUID}", path))
        return sorted(found)

    def loud(self, name):
        """Passwords in files that may hold none, and the user in those that are the same for all."""
        found = []
        for file in (f for f in FILES[name] if f not in SECRET):
            path = self.domain(name, file) if file.startswith("/") else self.user(name, file)
            secrets = ["a&b", "a&amp;b", "表", "p+q", "r=ソ"]
            if file.startswith("/"):
                secrets += [ADDRESSES[name].split("@")[0], "太郎", "花子", "Taro", "髙﨑"]
            if path.is_file():  # else another check has told it
                found += silent(path, secrets, ENCODINGS.get(path.suffix, "utf-8"))
        return found

    def six_build(self):
        """What is written, and that what cannot be is an error that names its client, and no file."""
        root = HERE.parents[1]
        descriptions = {name: root / path for name, path in DESCRIPTIONS.items()}
        descriptions["oauth2-only"] = HERE / "oauth2-only.yaml"
        for name, description in descriptions.items():
            code, errors = self.make(name, description, CLIENTS, "--sheets", "none")
            refused, files = REFUSED[name], dict.fromkeys(FILES[name], True)
            want = {"exit code": 1 if refused else 0, "files": files, "refused": sorted(refused)}
            got = {"exit code": code, "files": dict.fromkeys(self.written(name), True), "refused": sorted(errors, key=str)}
            found = differences(want, got)
            found += [(f"errors of {client}", codes, sorted(errors.get(client, ())))
                      for client, codes in refused.items() if not set(codes) <= errors.get(client, set())]
            self.check(f"mailprof build {name}: the files, and errors in the place of others", found, [files, refused])
            self.tally.check(f"{name}: no password, and in what is published no user, where none belongs", self.loud(name))
        for name in REGISTRY:  # the options that make other files
            code, errors = self.make(
                name, descriptions[name], ["outlook", "outlook-express"], "--set", "outlook-express.windows_9x=true",
                "--set", "outlook.plain_text=true", "--sheets", "none", suffix="-options",
            )
            files = ["STEM-import.reg", "STEM-setup.cmd", "STEM-undo.reg", "STEM.iaf", "STEM.prf", "STEM.reg"]
            files += [] if name == "idn" else ["STEM-plain-text.reg"]  # its account writes HTML
            want = {"exit code": 0, "errors": {}, "files": dict.fromkeys(files, True)}
            got = {"exit code": code, "errors": errors, "files": dict.fromkeys(self.written(name, "-options"), True)}
            self.tally.check(f"mailprof build {name} for Windows 98 and for plain text", differences(want, got))

    def six_thunderbird(self):
        """Its parser, on all users' and all published files in one start, for an address of another user each time."""
        files = [(name, self.user(name, "isp/DOMAIN.xml"), False) for name in DESCRIPTIONS]
        files += [(name, file, True) for name in KDE for file in self.published(name)]
        read = self.readers.thunderbird([file for _, file, _ in files], SUZUKI, "鈴木")
        for (name, file, published), got in zip(files, read):
            want = thunderbird(name, SUZUKI, "鈴木", published)
            self.check(f"Thunderbird reads {file.relative_to(self.work)} for another user", differences(want, got), want)

    def six_discovery(self):
        """In its isp folder Thunderbird finds the user's file by the domain, at example.jp the published one too."""
        for name in DESCRIPTIONS:
            address = ADDRESSES[name]
            web = self.web((self.user(name, "isp/DOMAIN.xml"), "config-v1.1.xml"))  # the name from which the oracle takes it
            got = attempt(self.readers.discover, web, "disk", "--domain", DOMAINS[name], "--email", address)
            want = {**thunderbird(name, address, "Test User"), "subSource": "xml-from-disk"}
            self.check(f"Thunderbird finds {name} in its isp folder", differences(want, got), want)
        for name in (name for name in KDE if DOMAINS[name] == "example.jp"):
            got = attempt(self.readers.discover, self.web((self.published(name)[0], "config-v1.1.xml")), "isp", "--email", SUZUKI)
            want = {**thunderbird(name, SUZUKI, "Test User", True), "subSource": "xml-from-isp-https"}
            self.check(f"Thunderbird discovers {name} over HTTPS", differences(want, got), want)

    def exchange(self, name, file, address):
        """Thunderbird's reader of Autodiscover. The answer names no domain, so that the laboratory's can give any."""
        return attempt(self.readers.discover, self.web((file, "autodiscover.xml")), "exchange", "--email", address)

    def six_autodiscover(self):
        """The users' answers and the domains', by Thunderbird and, for what Thunderbird does not look at, by Python."""
        for name, login in LOGINS.items():
            file, address = self.user(name, "autodiscover.xml"), ADDRESSES[name].split("@")[0] + "@example.jp"
            want = TB_EXCHANGE[name](login, address)
            self.check(f"Thunderbird reads {name}'s autodiscover.xml", differences(want, self.exchange(name, file, address)), want)
            want = OUTLOOK_XML[name]
            self.check(f"Python reads {name}'s autodiscover.xml", differences(want, attempt(python.autodiscover, file)), want)
        for name, want in OUTLOOK_XML_PUBLISHED.items():
            file = self.domain(name, "autodiscover/autodiscover.xml")
            found = differences(want, attempt(python.autodiscover, file))
            self.check(f"Python reads the autodiscover.xml that {name} publishes", found, want)
            # its own rule: without LoginName the whole address, where Outlook takes the part before the @; mailprof tells it
            want = TB_EXCHANGE[name](SUZUKI, SUZUKI)
            found = differences(want, self.exchange(name, file, SUZUKI))
            self.check(f"Thunderbird reads the autodiscover.xml that {name} publishes", found, want)
        file = self.domain("pop3", "autodiscover/autodiscover.xml")
        both = self.web((self.published("pop3")[0], "config-v1.1.xml"), (file, "autodiscover.xml"))
        got = attempt(self.readers.discover, both, "find", "--email", SUZUKI)
        want = {**thunderbird("pop3", SUZUKI, "Test User", True), "subSource": "xml-from-isp-https"}
        self.check("Thunderbird discovers pop3 where both kinds are published", differences(want, got), want)

    def six_apple(self):
        """Apple's schema, plistlib and libplist."""
        for name, want in MOBILECONFIG.items():
            found = apple_payload(attempt(self.readers.apple, self.user(name, "STEM.mobileconfig")), want)
            self.check(f"Apple's schema and readers take {name}'s .mobileconfig", found, want)

    def both(self, title, file, want):
        """hivex and Wine must find these keys and values in a .reg file."""
        for program, reader in (("hivex merges", self.readers.hivex), ("Wine imports", self.readers.wine_reg)):
            self.check(f"{program} {title}", in_keys(attempt(reader, file), want), [values for _, values in want])

    def six_registry(self):
        """hivex and Wine on all .reg files; those for Windows 98 are in the Japanese code page."""
        for name, want in REGISTRY.items():
            self.both(f"{name}'s Outlook Express .reg", self.user(name, "STEM.reg"), want)
            old = self.user(name, "STEM.reg", options=True)
            first = old.read_bytes().split(b"\r\n")[0].decode("latin-1")
            self.tally.check(f"{name}'s .reg for Windows 98 says so", differences("REGEDIT4", first, "first line"))
            self.both(f"{name}'s Outlook Express .reg for Windows 98", old, want)
            self.both(f"{name}'s import for Outlook", self.user(name, "STEM-import.reg"), IMPORT)
            if name != "idn":
                self.both(f"{name}'s plain text for Outlook", self.user(name, "STEM-plain-text.reg", options=True), PLAIN_TEXT)
        for name, want in LOCAL_XML.items():
            self.both(f"{name}'s Autodiscover .reg", self.user(name, "STEM-autodiscover.reg"), want)
        for name in REGISTRY:  # the undo files over what they are to clear away
            stale = dict(STALE) if name != "idn" else {key: lines for key, lines in STALE.items() if key != "Options\\Mail"}
            text = "Windows Registry Editor Version 5.00\r\n\r\n"
            text += "".join(f"[{OFFICE}\\{key}]\r\n{lines}\r\n\r\n" for key, lines in stale.items()).replace("DOMAIN", DOMAINS[name])
            undo = [self.user(name, "STEM-undo.reg", options=True), self.user(name, "STEM-autodiscover-undo.reg")]
            for file in undo:
                text += file.read_bytes().decode("utf-16").partition("\r\n\r\n")[2]
            whole = Path(tempfile.mkdtemp(prefix="undo-", dir=self.work)) / "undo.reg"
            whole.write_bytes(f"\ufeff{text}".encode("utf-16-le"))
            self.both(f"{name}'s undo files over what they undo", whole, CLEARED)

    def six_outlook(self):
        """Outlook's .prf and Windows Live Mail's .oeaccount, for which there is no other program's reader here."""
        for name, want in PRF.items():
            self.check(f"Python's INI reader takes {name}'s .prf", prf_account(self.user(name, "STEM.prf"), want), want)
        for name, want in WLM.items():
            found = differences(want, attempt(python.oeaccount, self.user(name, "account{UUID}.oeaccount")))
            self.check(f"Python reads {name}'s .oeaccount", found, want)

    def six_iaf(self):
        """Outlook Express's .iaf, password and all, by a reader of our own: no program for it is to be had."""
        for name, want in OE_IAF.items():
            for file in (self.user(name, "STEM.iaf"), self.user(name, "STEM.iaf", options=True)):
                found = differences(want, attempt(python.iaf, file))
                self.check(f"Python reads {file.relative_to(self.work).parts[0]}'s .iaf", found, want)

    def six_kde(self):
        """KMail's reader, on what the domains publish; the laboratory's gives any of them."""
        for name, want in KDE.items():
            web = self.web((self.published(name)[0], "config-v1.1.xml"))
            self.check(f"KMail discovers {name} over HTTPS", differences(want, attempt(self.readers.kde, web, SUZUKI)), want)

    def six_horde(self):
        """Horde's reader, on the same."""
        for name, want in HORDE.items():
            web = self.web((self.published(name)[0], "config-v1.1.xml"))
            self.check(f"Horde discovers {name}", differences(want, attempt(self.readers.horde, web, SUZUKI)), want)

    def payloads(self):
        """(client, account, the payload's file, its reader, what it must say)"""
        for name, want in ANDROID_CODE.items():
            yield "thunderbird-android", name, self.user(name, "thunderbird-android.json"), python.document, want
        for name, want in DELTA_CHAT_CODE.items():
            yield "delta-chat", name, self.user(name, "delta-chat.txt"), python.uri, want

    def six_codes(self):
        """The codes' payloads by Python, and zbar on their pictures."""
        for client, name, payload, reader, want in self.payloads():
            self.check(f"Python reads {name}'s {payload.name}", differences(want, attempt(reader, payload)), want)
            found = same_bytes(payload, attempt(self.readers.picture, payload.with_suffix(".svg")))
            self.tally.check(f"zbar reads {name}'s {client}.svg", found, 1)

    def zone(self, name, file, document):
        """BIND's records, and the digest of the document by Python where there is one."""
        want, hosts = ZONES[name]
        domain = DOMAINS[name]
        if document:
            want = {**want, f"_ua-auto-config.{domain}. TXT": [f'"v=UAAC1; a=sha256; d={python.digest(document)}"']}
        return differences(want, attempt(self.readers.zone, file, domain, hosts)), want

    def six_dns(self):
        """BIND on the DNS records; the PACC document by Python, and its digest in DNS."""
        for name in ZONES:
            document = self.domain(name, ".well-known/user-agent-configuration.json") if name in PACC_DOCUMENT else None
            self.check(f"BIND loads {name}'s dns.zone", *self.zone(name, self.domain(name, "dns.zone"), document))
            if document:
                want = PACC_DOCUMENT[name]
                self.check(f"Python reads {name}'s PACC document", differences(want, attempt(python.document, document)), want)

    def six_self_test(self):
        """Spoiled copies, one value each: the same checks must report exactly that value."""
        spoiled = lambda file, old, new, encoding="utf-8": spoil(self.work, file, old, new, encoding)
        told = lambda what, found, *settings: self.tally.check(f"spoiled copy is reported: {what}", must_report(found, *settings))

        shutil.copytree(self.work / "apop", self.work / "apop-spoiled")
        user = self.user("apop", "").relative_to(self.work / "apop")
        (self.work / "apop-spoiled" / user / f"{user.name}.reg").touch()
        (self.work / "apop-spoiled" / user / "thunderbird-android.svg").unlink()
        found = differences(dict.fromkeys(FILES["apop"], True), dict.fromkeys(self.written("apop", "-spoiled"), True))
        told("a file too many, one too few", found, "STEM.reg", "thunderbird-android.svg")

        answer, want = self.user("pop-before-smtp", "autodiscover.xml"), OUTLOOK_XML["pop-before-smtp"]
        for what, old, new, settings in (
            ("receive first", "<SMTPLast>on", "<SMTPLast>off", ["Protocols[1].SMTPLast"]),
            ("SPA", "<SPA>off</SPA>", "", ["Protocols[0].SPA"]),
            ("namespace", "responseschema/2006a", "responseschema/2006b", ["User", "Account", "Protocols", "error"]),
        ):
            found = differences(want, attempt(python.autodiscover, spoiled(answer, old, new)))
            told(f"autodiscover.xml, {what}", found, *settings)
        answer = self.user("imap-own-login", "autodiscover.xml")
        found = differences(
            TB_EXCHANGE["imap-own-login"]("hanako@example.jp", "hanako@example.jp"),
            self.exchange("imap-own-login", spoiled(answer, "hanako.smtp", "hanako"), "hanako@example.jp"),
        )
        told("autodiscover.xml, Thunderbird, login for sending", found, "outgoing.username")

        profile = self.user("imap-own-login", "STEM.mobileconfig")
        found = apple_payload(self.readers.apple(spoiled(profile, "p+q%41", "p+q%42")), MOBILECONFIG["imap-own-login"])
        told("Apple, password for sending", found, "payloads[0].OutgoingPassword")

        old = self.user("idn", "STEM.reg", options=True)
        for program, reader in (("hivex", self.readers.hivex), ("Wine", self.readers.wine_reg)):
            found = in_keys(reader(spoiled(old, "髙﨑", "高崎", "cp932")), REGISTRY["idn"])
            told(f"{program}, a name in the Japanese code page", found, "SMTP Display Name")

        account = self.user("apop", "account{UUID}.oeaccount")
        found = differences(WLM["apop"], attempt(python.oeaccount, spoiled(account, ">24b<", ">587<", "utf-16")))
        told(".oeaccount, port in decimal", found, "SMTP_Port")
        found = prf_account(spoiled(self.user("pop-before-smtp", "STEM.prf"), "Method=2", "Method=0", "cp932"), PRF["pop-before-smtp"])
        told(".prf, receive first", found, "SMTPAuthMethod")

        file, want = self.user("pop3", "STEM.iaf"), OE_IAF["pop3"]
        for what, old, new, settings in (
            ("port", "\xe3\x03\x00\x00", "\xe4\x03\x00\x00", ["POP3 Port"]),
            ("first letter of the password", "\x01\x01\x10\x00\x00\x00\x14", "\x01\x01\x10\x00\x00\x00\x15", ["POP3 Password"]),
            ("kind of a number", "\xf5\x03\xca\x13", "\xe9\x03\xca\x13", [*want, "error"]),
            ("unknown number", "\xf5\x03\xca\x13", "\xf5\x03\xcb\x13", ["POP3 Secure Connection", "number 5067"]),
        ):
            told(f".iaf, {what}", differences(want, attempt(python.iaf, spoiled(file, old, new, "latin-1"))), *settings)

        code, link = self.user("pop3", "thunderbird-android.json"), self.user("imap-own-login", "delta-chat.txt")
        other = spoiled(code, "995", "996")
        told("code, port", differences(ANDROID_CODE["pop3"], attempt(python.document, other)), "[2][2]")
        found = differences(DELTA_CHAT_CODE["imap-own-login"], attempt(python.uri, spoiled(link, "&spw=", "&ipw=")))
        told("code, the password for sending by another name", found, "spw", "ipw")
        told("code, another picture", same_bytes(other, self.readers.picture(code.with_suffix(".svg"))), "code")
        torn = spoiled(code.with_suffix(".svg"), "#000", "#fff")
        told("code, no picture", same_bytes(code, self.readers.picture(torn)), "code")

        records, document = self.domain("pop3", "dns.zone"), self.domain("pop3", ".well-known/user-agent-configuration.json")
        whole = [*ZONES["pop3"][0], "_ua-auto-config.example.jp. TXT", "error"]  # refused: no record is there, but the reason
        for what, old, new, settings in (
            ("port", "995 pop", "996 pop", ["_pop3s._tcp.example.jp. SRV[0]"]),
            ("no dot", "465 smtp.example.jp.", "465 smtp.example.jp", ["_submissions._tcp.example.jp. SRV[0]"]),
            ("no quotes", '"v=UAAC1', "v=UAAC1", ["_ua-auto-config.example.jp. TXT[0]"]),
            ("no port", "0 1 465 smtp", "0 1 smtp", whole),
            ("a host that is an alias", "autoconfig CNAME", "smtp CNAME", whole),
        ):
            told(f"dns.zone, {what}", self.zone("pop3", spoiled(records, old, new), document)[0], *settings)
        other = spoiled(document, "pop.example.jp", "pop.example.com")
        told("PACC, digest", self.zone("pop3", records, other)[0], "_ua-auto-config.example.jp. TXT[0]")
        told("PACC, host", differences(PACC_DOCUMENT["pop3"], python.document(other)), "protocols.pop3.host")
        told("password where none belongs", silent(spoiled(records, "; Mail", f"; {PASSWORD}"), ["表"]), "dns.zone as text")
