"""The programs that read the files, one method each; and Python's own readers for the formats that no program here reads."""
import base64, configparser, hashlib, json, re, shlex, struct, tempfile, time, urllib.parse
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from checks import ABSENT, Broken, differences, run


class Readers:
    """The oracles: one method a reader, each giving what that program found in the file."""

    def __init__(self, folder, work):
        self.folder, self.work = folder, work
        self.wine = work / "wine-prefix"  # filled by the first run, which saves the next ones the making of it
        self.installed = set()

    def tool(self, name):
        return self.folder / name

    def need(self, *packages):
        """Debian packages that the oracles themselves do not ask for."""
        if missing := [p for p in packages if p not in self.installed]:
            run(["bash", "-c", '. "$0" && aptget "$@"', self.tool("lib_apt.sh"), *missing])
            self.installed.update(missing)

    def answer(self, name, *args, ok=(0,), **more):
        """An oracle's JSON, and what it said besides."""
        _, out, said = run([self.tool(name), *args], ok=ok, **more)
        try:
            return json.loads(out), said
        except ValueError:
            raise Broken(f"{name}: no JSON: {out[-300:]}") from None

    def json(self, name, *args, **more):
        return self.answer(name, *args, **more)[0]

    # ------------------------------------------------ Thunderbird

    def thunderbird(self, files, address, realname):
        """Thunderbird's own parser over many files at once (one start)."""
        read = self.json("tb_oracle.sh", "parse", *files, "--email", address, "--realname", realname, ok=(0, 1))
        return [self.tidy(read[str(f)]["config"]) if read[str(f)]["ok"] else read[str(f)] for f in files]

    @staticmethod
    def tidy(config):
        return {k: v for k, v in config.items() if k not in ("text", "subSource")}

    def discover(self, web, how, *args):
        return self.json("tb_oracle.sh", "discover", web, how, *args)

    def lifetime(self, file, wanted, user, address, password, mechanisms=None):
        """A fresh Thunderbird takes the file, logs in, sends a message and fetches it; what it stored and the servers saw.

        `user` and `password` open the mailbox, `mechanisms` are all that Dovecot offers. With them the answer also has
        every method by which somebody logged in, or tried to, at POP3.
        """
        lab = ["--user", user, "--password", password]
        env = {"LAB_ARGS": " ".join(map(shlex.quote, lab))}
        if mechanisms:
            env |= {"LAB_MECHS": mechanisms, "LAB_LOGS": "1"}
        out, log = self.answer("tb_oracle.sh", "e2e", file, "--email", address, ok=(0, 1), env=env)
        errors = {step: value["error"] for step, value in out.items() if isinstance(value, dict) and "error" in value}
        if errors or "create" not in out:
            return {"errors": errors}
        prefs, server = out["create"]["prefs"], out["create"]["prefs"]["mail.account.account1.server"]
        stored = {}
        for key in (k for k in wanted if k.startswith(("server.", "smtpserver.", "identity."))):
            group, _, name = key.partition(".")
            owner = {"server": server, "smtpserver": prefs["mail.identity.id1.smtpServer"], "identity": "id1"}[group]
            stored[key] = prefs.get(f"mail.{group}.{owner}.{name}", ABSENT)
        unique = lambda rows: [list(r) for r in sorted(set(map(tuple, rows)))]
        found = {
            **stored,
            "logins": sorted([l["origin"], l["username"], l["password"]] for l in out["create"]["logins"]),
            "fetched.author": out["fetch"]["author"], "fetched.folder": out["fetch"]["folder"],
            "seen by Dovecot": unique(out["dovecot_logins"]), "seen by Postfix": unique(out["postfix_auth"]),
        }
        if mechanisms:
            found["tried at POP3"] = sorted(set(re.findall(r"^.* pop3-login: .*\bmethod=([\w-]+)", log, re.M)))
        return found

    # ------------------------------------------------ Apple, the registry, KMail, Horde

    def apple(self, file):
        read = self.json("apple_oracle.sh", file, ok=(0, 1))
        return {"errors": read["errors"], "payloads": read.get("payloads", [])}

    def hivex(self, file):
        return self.registry(self.json("hivex_oracle.sh", file))

    def wine_reg(self, file):
        return self.registry(self.json("reg_wine.sh", file, env={"WINE_PREFIX_CACHE": str(self.wine)}))

    @staticmethod
    def registry(keys):
        """{key: {value: data}} of the keys that hold something; text must be SZ, numbers DWORD."""
        kinds = {"SZ": str, "DWORD": int}
        plain = lambda v: v["data"] if type(v["data"]) is kinds.get(v["type"]) else f"{v['type']}:{v['data']}"
        return {key: {n: plain(v) for n, v in values.items()} for key, values in keys.items() if values}

    def kde(self, folder, address):
        return self.json("kde_oracle.sh", folder, address, ok=(0, 1))

    def horde(self, folder, address):
        return self.json("horde_oracle.sh", folder, address, ok=(0, 1))

    # ------------------------------------------------ paper and codes

    def printed(self, file):
        """What the printing oracle complains of in a printed sheet: what cannot be read, fonts that are not there."""
        out = self.work / f"print-{file.name}-{time.monotonic_ns()}"
        _, said, _ = run([self.tool("print_oracle.sh"), file, out], ok=(0, 1))
        complaints = [line for line in said.splitlines() if line.startswith("FAIL")]
        return complaints if complaints or f"PASS {file}" in said else [said[-300:]]

    def code(self, *images):
        """The bytes of all the QR codes in the pictures, as zbar sees them; none is empty."""
        self.need("zbar-tools")
        zbar = ["zbarimg", "-q", "--nodbus", "--raw", "-Sdisable", "-Sqrcode.enable", "-Sbinary"]
        return b"".join(run([*zbar, image], ok=(0, 4), binary=True)[1] for image in images)  # 4: no code there

    def picture(self, svg):
        """The code in an SVG drawing, at 150 dots an inch."""
        self.need("librsvg2-bin")
        png = Path(tempfile.mkdtemp(prefix="code-", dir=self.work)) / "code.png"
        run(["rsvg-convert", "-d", "150", "-p", "150", svg, "-o", png])
        return self.code(png)

    # ------------------------------------------------ DNS

    def zone(self, file, domain, hosts):
        """BIND loads the records as a part of their zone, in which the hosts have addresses: {"name type": [data]}."""
        self.need("bind9-utils")
        whole = Path(tempfile.mkdtemp(prefix="zone-", dir=self.work)) / "zone"
        start = f"$ORIGIN {domain}.\n$TTL 60\n@ SOA ns.invalid. hostmaster.invalid. 1 3600 600 86400 60\n@ NS ns.invalid.\n"
        addresses = "".join(f"{host}. A 192.0.2.1\n" for host in [domain, *hosts])
        whole.write_text(f'{start}{addresses}$INCLUDE "{file}"\n', encoding="ascii")
        check = ["named-checkzone", "-D", "-i", "full", "-k", "fail", "-n", "fail", "-m", "fail", "-o", "-", domain, whole]
        code, out, said = run(check, ok=(0, 1))
        if code:
            raise ValueError(" / ".join(said.replace(str(file), file.name).strip().splitlines()))
        records = {}
        for line in out.splitlines():
            name, _, _, kind, data = line.split(None, 4)
            if kind not in ("SOA", "NS") and not (kind == "A" and data == "192.0.2.1"):
                records.setdefault(f"{name} {kind}", []).append(data)
        return {key: sorted(data) for key, data in records.items()}


# ---------------------------------------------------------------- Python's own readers


def prf(file):
    """Outlook's .prf in the Japanese code page: [Account1], and what its mapping section does not map."""
    reader = configparser.ConfigParser(interpolation=None, delimiters=("=",), comment_prefixes=(";",), strict=True)
    reader.optionxform = str
    reader.read_string(file.read_bytes().decode("cp932").replace("\r\n", "\n"))
    account = dict(reader["Account1"])
    section = reader["Internet Account List"]["Account1"]
    return account, section, [k for k in account if k != "UniqueService" and k not in reader[section]]


def autodiscover(file):
    """An Autodiscover answer by the names of Microsoft's reference, namespaces and all."""
    root = ElementTree.fromstring(file.read_bytes())
    schema = "{http://schemas.microsoft.com/exchange/autodiscover/"
    answer = f"{schema}outlook/responseschema/2006a}}"
    if root.tag != f"{schema}responseschema/2006}}Autodiscover":
        raise ValueError(f"root {root.tag}")

    def plain(element):
        if stray := [e.tag for e in element if not e.tag.startswith(answer)] or list(element.attrib):
            raise ValueError(f"in {element.tag}: {stray}")
        return [(e.tag.removeprefix(answer), plain(e) if len(e) else e.text) for e in element]

    (response,) = root
    if response.tag != f"{answer}Response":
        raise ValueError(f"in the root: {response.tag}")
    found = dict(plain(response))
    account = found.pop("Account")
    protocols = [dict(value) for name, value in account if name == "Protocol"]
    found = {name: dict(value) for name, value in found.items()}
    return {**found, "Account": dict(p for p in account if p[0] != "Protocol"), "Protocols": protocols}


# An .iaf file: 12 bytes, then records of number << 16 | kind, length and content, all in little-endian order
IAF_HEADER = bytes.fromhex("664d4149 00000500 01000000")
IAF_DWORD, IAF_TEXT, IAF_BOOL, IAF_PASSWORD = 1001, 1008, 1013, 1014
IAF = {
    4661: (IAF_TEXT, "Account Name"), 4665: (IAF_DWORD, "Connection Type"),
    4760: (IAF_TEXT, "IMAP Server"), 4761: (IAF_TEXT, "IMAP User Name"), 4762: (IAF_PASSWORD, "IMAP Password"),
    4764: (IAF_BOOL, "IMAP Use Sicily"), 4765: (IAF_DWORD, "IMAP Port"), 4766: (IAF_BOOL, "IMAP Secure Connection"),
    4784: (IAF_BOOL, "IMAP Prompt for Password"),
    5060: (IAF_TEXT, "POP3 Server"), 5061: (IAF_TEXT, "POP3 User Name"), 5062: (IAF_PASSWORD, "POP3 Password"),
    5064: (IAF_BOOL, "POP3 Use Sicily"), 5065: (IAF_DWORD, "POP3 Port"), 5066: (IAF_BOOL, "POP3 Secure Connection"),
    5068: (IAF_BOOL, "Leave Mail On Server"), 5070: (IAF_BOOL, "Remove When Expired"), 5071: (IAF_DWORD, "Expire Days"),
    5074: (IAF_BOOL, "POP3 Prompt for Password"),
    5160: (IAF_TEXT, "SMTP Server"), 5161: (IAF_TEXT, "SMTP User Name"), 5162: (IAF_PASSWORD, "SMTP Password"),
    5164: (IAF_DWORD, "SMTP Use Sicily"), 5165: (IAF_DWORD, "SMTP Port"), 5166: (IAF_BOOL, "SMTP Secure Connection"),
    5168: (IAF_TEXT, "SMTP Display Name"), 5170: (IAF_TEXT, "SMTP Email Address"),
    5176: (IAF_BOOL, "SMTP Prompt for Password"),
}


def iaf(file):
    """An account file of Outlook Express, in the Japanese code page, by the names that the registry has for its values."""
    data = file.read_bytes()
    if data[:12] != IAF_HEADER:
        raise ValueError(f"header {data[:12].hex()}")
    found, at = {}, 12
    while at < len(data):
        tag, length = struct.unpack_from("<II", data, at)
        content = data[at + 8:at + 8 + length]
        if len(content) != length:
            raise ValueError(f"record {tag >> 16} is cut off")
        at += 8 + length
        kind, name = IAF.get(tag >> 16, (tag & 0xFFFF, f"number {tag >> 16}"))
        if kind != tag & 0xFFFF:
            raise ValueError(f"{name}: of kind {tag & 0xFFFF}")
        if name in found:
            raise ValueError(f"{name}: twice")
        if kind == IAF_PASSWORD:
            content = unscrambled(content)
        found[name] = iaf_text(content) if kind in (IAF_TEXT, IAF_PASSWORD) else struct.unpack("<I", content)[0]
    return found


def iaf_text(content):
    if not content.endswith(b"\0") or b"\0" in content[:-1]:
        raise ValueError(f"text without its end: {content.hex()}")
    return content[:-1].decode("cp932")


def unscrambled(content):
    """A password of an .iaf: each four bytes are XORed with the four before them in the clear, the first with a fixed key;
    what is left over at the end with the last bytes of the key."""
    mark, length = content[:2], struct.unpack_from("<I", content, 2)[0]
    if mark != b"\x01\x01" or length != len(content) - 6:
        raise ValueError(f"password {content.hex()}")
    clear, key = b"", bytes.fromhex("75181514")
    for at in range(6, len(content), 4):
        block = content[at:at + 4]
        key = bytes(a ^ b for a, b in zip(block, key[-len(block):]))
        clear += key
    return clear


def oeaccount(file):
    """An account file of Windows Live Mail: texts, and numbers that are hexadecimal without a prefix."""
    data = file.read_bytes()
    text = data.decode("utf-16")
    if data[:2] != b"\xff\xfe" or "\n" in text.replace("\r\n", ""):
        raise ValueError("not UTF-16LE with a mark and CRLF")
    root = ElementTree.fromstring(data)  # it believes the declaration in the file, not us
    if root.tag != "MessageAccount":
        raise ValueError(f"root {root.tag}")
    kinds = {"SZ": lambda value: value, "DWORD": lambda value: int(value, 16)}
    return {e.tag: kinds[e.attrib["type"]](e.text) for e in root}


def uri(file):
    """A link of Delta Chat, as the text that a code holds."""
    parts = urllib.parse.urlsplit(file.read_bytes().decode("ascii"))
    query = urllib.parse.parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True)
    if len(dict(query)) != len(query):
        raise ValueError(f"a key stands there twice: {query}")
    return {"scheme": parts.scheme, "address": urllib.parse.unquote(parts.netloc), "path": parts.path, **dict(query)}


def document(file):
    """JSON in UTF-8, all in one piece."""
    return json.loads(file.read_bytes().decode("utf-8"))


def digest(file):
    return base64.b64encode(hashlib.sha256(file.read_bytes()).digest()).decode("ascii")


# ---------------------------------------------------------------- checks: a file and what it must say → mismatches


def in_keys(read, keys):
    """The .reg fills these keys alone, [(pattern, values)], and with exactly these values."""
    names = [[name for name in read if key.fullmatch(name)] for key, _ in keys]
    if "error" in read or len(read) != len(keys) or any(len(n) != 1 for n in names):
        return [("registry keys", [key.pattern for key, _ in keys], read.get("error", list(read)))]
    return [d for (_, values), (name,) in zip(keys, names) for d in differences(values, read[name])]


def in_one_key(read, key, values):
    return in_keys(read, [(key, values)])


def apple_payload(read, expected):
    return differences({"errors": [], "payloads": [expected]}, read)


def same_bytes(payload, code):
    """The code must be the payload's bytes, all of them and nothing else; without a payload there is none."""
    text = payload.read_bytes().decode("utf-8") if payload else ""
    return differences(text, code.decode("utf-8", "replace") if isinstance(code, bytes) else code, "code")


def prf_account(file, expected):
    account, section, unmapped = prf(file)
    return differences(expected, account) + [(k, f"mapped in [{section}]", ABSENT) for k in unmapped]
