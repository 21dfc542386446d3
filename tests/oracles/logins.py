"""Logins that go wrong easily: APOP, against a real server that takes nothing else; user names and passwords that Thunderbird's
reader would change, which must reach it as they are or be left out with a word."""
import json
from pathlib import Path

from checks import ABSENT, PASSWORD, differences, leaves, must_report, run, spoil

HERE = Path(__file__).resolve().parent
ADDRESS, NAME = "tanaka@example.jp", "田中 太郎"

# what Thunderbird stores: auth 4 the encrypted password, 3 the ordinary one; try_ssl 2 STARTTLS
APOP = {
    "server.type": "pop3", "server.hostname": "pop.example.jp", "server.port": 110, "server.socketType": 0,
    "server.userName": "tanaka", "server.authMethod": 4, "server.leave_on_server": True,
    "server.num_days_to_leave_on_server": ABSENT, "server.delete_by_age_from_server": True,  # 7, which goes without saying
    "smtpserver.hostname": "smtp.example.jp", "smtpserver.port": 587, "smtpserver.try_ssl": 2,
    "smtpserver.username": "tanaka", "smtpserver.authMethod": 3,
    "identity.fullName": NAME, "identity.useremail": ADDRESS,
    "logins": [["mailbox://pop.example.jp", "tanaka", PASSWORD], ["smtp://smtp.example.jp", "tanaka", PASSWORD]],
    "fetched.author": f"{NAME} <{ADDRESS}>", "fetched.folder": "mailbox://tanaka@pop.example.jp/Inbox",
    "seen by Dovecot": [["pop3", "tanaka", "APOP", "secured"]],  # from the same machine, which Dovecot calls secured
    "seen by Postfix": [["postfix/submission/smtpd", "PLAIN", "tanaka"]],
    "tried at POP3": ["APOP"],
}

LEFT_OUT, KEPT = "left out", "kept"
# value → what must become of it, and for what is left out, what Thunderbird's reader would make of it
USERNAMES = {
    "00012345": (LEFT_OUT, "12345"), "1e3": (LEFT_OUT, "1000"), "true": (KEPT, None), "TRUE": (LEFT_OUT, "true"),
    "0x10": (LEFT_OUT, "0"), "+819012345678": (LEFT_OUT, "819012345678"), "5.10": (LEFT_OUT, "5.1"),
    "12345678901234567890": (LEFT_OUT, "12345678901234567000"), ".5": (LEFT_OUT, "0.5"),
    "0901": (KEPT, None),  # the part before the @ of the address below, for which a placeholder stands
}
PASSWORDS = {
    "0123": (LEFT_OUT, "123"), "1e3": (LEFT_OUT, "1000"), "true": (KEPT, None), "false": (KEPT, None), "": (LEFT_OUT, "true"),
    " 42 ": (LEFT_OUT, "42"),
}
# the finding that tells why; an empty password no description can have at all
WHY = {"username": "tb-js-coerced-username", "password": "tb-js-coerced-password", "": "empty-value"}
DIGITS = "0901@example.jp"
DESCRIPTION = """\
address: "0901@example.jp"
incoming: {{ protocol: pop3, host: pop.example.jp, port: 995, security: tls, username: {username}, password: {password} }}
outgoing: {{ host: smtp.example.jp, port: 465, security: tls }}
"""


class Logins:
    groups = ["logins-build", "apop", "coercions"]

    def __init__(self, mailprof, readers, work, tally):
        self.mailprof, self.readers, self.tally = mailprof, readers, tally
        self.work = work / "logins"
        self.work.mkdir(exist_ok=True)
        self.cases = []  # (setting, value, fate, what it would become, file, codes of findings, exit code)

    def make(self, name, description, code=0):
        """Builds for Thunderbird: the user's file, the codes of what is no note, the exit code."""
        out = self.work / name
        command = [self.mailprof, "build", description, "-o", out, "--client", "thunderbird", "--passwords", "everywhere"]
        code, said, _ = run([*command, "--sheets", "none", "--format", "json"], ok=(0, 1))
        # what rules say of the description itself (a password in the file, APOP) is set aside: the client's limits are what counts
        findings = [f for f in json.loads(said)["findings"] if f["client"] or f["severity"] == "error"]
        codes = sorted(f["code"] for f in findings if f["severity"] != "note")
        return next(iter(out.glob("*/*@*/isp/*.xml")), None), codes, code

    def logins_build(self):
        self.apop_file, codes, code = self.make("apop", HERE.parent / "cases/apop/account.yaml")
        self.tally.check("mailprof build apop for thunderbird", differences([[], 0, True], [codes, code, bool(self.apop_file)]))
        for setting, values in (("username", USERNAMES), ("password", PASSWORDS)):
            for number, (value, (fate, becomes)) in enumerate(values.items()):
                name = f"{setting}-{number}"
                description = self.work / f"{name}.yaml"
                login = {"username": "bob", "password": "geheim", setting: value}
                description.write_text(DESCRIPTION.format(**{k: json.dumps(v) for k, v in login.items()}), encoding="utf-8")
                self.cases.append((setting, value, fate, becomes, *self.make(name, description)))

    def lifetime(self, file):
        return self.readers.lifetime(file, APOP, "tanaka", ADDRESS, PASSWORD, mechanisms="apop plain")

    def apop(self):
        """Thunderbird logs in by APOP where POP3 offers that and the password in the clear, sends on 587 and fetches."""
        got = self.lifetime(self.apop_file)
        self.tally.check("Thunderbird sets up apop, logs in by APOP, sends and fetches", differences(APOP, got), leaves(APOP))
        clear = spoil(self.work, self.apop_file, "password-encrypted", "password-cleartext")
        found = differences(APOP, self.lifetime(clear))
        reported = must_report(found, "server.authMethod", "seen by Dovecot[0][2]", "tried at POP3[0]")
        self.tally.check("spoiled copy is reported: Thunderbird, no APOP", reported)

    def coercions(self):
        """A name or password reaches Thunderbird as it is, or is not in the file and a finding says why: never neither.

        Then what was left out is put into a copy of a good file: Thunderbird must change it as foretold, and the same
        check see it.
        """
        good = next(file for setting, value, _, _, file, _, _ in self.cases if (setting, value) == ("password", "true"))
        marked = self.work / "good" / good.name  # with a user name and a password of its own to replace
        marked.parent.mkdir()
        text = good.read_text(encoding="utf-8")
        marked.write_text(text.replace("<password>true<", "<password>geheim<"), encoding="utf-8")
        spoiled = []
        for setting, value, fate, becomes, *_ in self.cases:
            if fate == LEFT_OUT:
                old = {"username": "<username>bob<", "password": "<password>geheim<"}[setting]
                copy = spoil(self.work, marked, old, f"<{setting}>{value}<")
                spoiled.append((setting, value, becomes, spoil(self.work, copy, old, f"<{setting}>{value}<")))
        files = [case[4] for case in self.cases if case[4]] + [copy for *_, copy in spoiled]
        read = dict(zip(files, self.readers.thunderbird(files, DIGITS, "S")))

        for setting, value, fate, _, file, codes, code in self.cases:
            found = login(setting, value, fate, read.get(file), file, codes, code)
            self.tally.check(f"Thunderbird and the {setting} {value!r}: {fate}", found)
        for setting, value, becomes, copy in spoiled:
            found = login(setting, value, KEPT, read[copy], copy, [], 0)
            want = [(f"{side}.{setting}", value, becomes) for side in ("incoming", "outgoing")]
            reported = [] if found == want else [("reported", want, found)]
            self.tally.check(f"spoiled copy is reported: the {setting} {value!r} becomes {becomes!r}", reported)


def login(setting, value, fate, read, file, codes, code):
    """Both servers have the value as it is and nothing is said of it; or none has it, and a finding says why."""
    other, given = ("password", "geheim") if setting == "username" else ("username", "bob")
    if fate == KEPT:
        found = differences([[], 0], [codes, code], "findings, exit code")
        want = {setting: value, other: given}
    else:
        why = WHY[setting if value else ""]
        gone = setting == "username" or value == ""  # no file without a name; no description with an empty password
        found = differences([[why], 1 if gone else 0], [codes, code], "findings, exit code")
        if gone:
            return found + differences(ABSENT, ABSENT if file is None else file.read_text(encoding="utf-8"), "isp file")
        want = {setting: None, other: given}
    if read is None or "incoming" not in read:
        return [*found, ("isp file", want, ABSENT if read is None else read)]
    got = {side: {key: read[side][key] for key in want} for side in ("incoming", "outgoing")}
    return found + differences({"incoming": want, "outgoing": want}, got)
