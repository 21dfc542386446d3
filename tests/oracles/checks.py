"""Comparing what a program read with what a description says, counting it, and spoiling copies to see that it is noticed."""
import configparser, json, os, re, signal, struct, subprocess, tempfile, time
from pathlib import Path

ABSENT = "(absent)"
# & < > " ' \ a space, and a letter whose second byte in cp932 is a backslash; the other has what an address of a web page escapes
PASSWORD = "a&b<c>\"d'e\\f 表"
SMTP_PASSWORD = "p+q%41&r=ソ;#"
SECRETS = {"MAILPROF_TEST_PASSWORD": PASSWORD, "MAIL_PASSWORD": PASSWORD, "SMTP_PASSWORD": SMTP_PASSWORD}

# ---------------------------------------------------------------- comparing


def differences(expected, got, at=""):
    """Every setting that is missing, unexpected, of another type or value: [(setting, expected, got)]."""
    if isinstance(expected, dict) and isinstance(got, dict):
        found = []
        for key in [*expected, *(k for k in got if k not in expected)]:
            found += differences(expected.get(key, ABSENT), got.get(key, ABSENT), f"{at}.{key}" if at else key)
        return found
    if isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        return [d for i, (e, g) in enumerate(zip(expected, got)) for d in differences(e, g, f"{at}[{i}]")]
    if isinstance(expected, re.Pattern):
        return [] if isinstance(got, str) and expected.fullmatch(got) else [(at, f"matching {expected.pattern}", got)]
    # True is not 1, and 995 is not "995"
    return [] if type(expected) is type(got) and expected == got else [(at, expected, got)]


def leaves(value):
    if isinstance(value, (dict, list)):
        return sum(map(leaves, value.values() if isinstance(value, dict) else value))
    return 1


class Tally:
    def __init__(self):
        self.passed, self.failed, self.left_out, self.started = 0, 0, [], time.monotonic()

    def check(self, title, found, count=None):
        """Counts one check: `found` are its mismatches, `count` how many settings it compared."""
        now = time.monotonic()
        verdict = "FAIL" if found else "PASS"
        print(f"{verdict} {title}{f': {count} settings' if count else ''} ({now - self.started:.1f} s)", flush=True)
        self.started = now
        for setting, expected, got in found:
            print(f"     {setting}: expected {show(expected)}, got {show(got)}", flush=True)
        if found:
            self.failed += 1
        else:
            self.passed += 1

    def leave_out(self, what):
        self.left_out.append(what)
        print(f"not checked: {what}", flush=True)


def show(value):
    return value if value == ABSENT else json.dumps(value, ensure_ascii=False, default=lambda v: getattr(v, "pattern", repr(v)))


# ---------------------------------------------------------------- running


class Broken(Exception):
    """A program that should have read a file did not work at all."""


def run(command, env=None, ok=(0,), timeout=400, binary=False):
    """A command that must end with one of the codes in `ok`: (code, standard output, standard error)."""
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **SECRETS, **(env or {})}
    child = subprocess.Popen(
        [str(c) for c in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=env, start_new_session=True,
    )
    try:
        out, err = child.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)  # its own session: only what this script started
        child.communicate()
        raise Broken(f"{Path(command[0]).name}: no answer within {timeout} s") from None
    said, err = out.decode("utf-8", "replace"), err.decode("utf-8", "replace")
    if child.returncode not in ok:
        last = "\n".join((err.strip() or said.strip()).splitlines()[-6:])
        raise Broken(f"{Path(command[0]).name}: exit {child.returncode}: {last}")
    return child.returncode, out if binary else said, err


# what a reader raises on a file that it cannot take
UNREADABLE = (Broken, OSError, ValueError, LookupError, SyntaxError, struct.error, configparser.Error)


def attempt(reader, *args, **more):
    """What the reader found, or why it refused the file: as a finding like any other, so that the next file is read too."""
    try:
        return reader(*args, **more)
    except UNREADABLE as error:
        return {"error": f"{type(error).__name__}: {error}"}


# ---------------------------------------------------------------- checks that need no program


def silent(file, secrets, encoding="utf-8"):
    """What is for everybody, or cannot hold a secret, holds none."""
    text = file.read_bytes().decode(encoding)
    return [(f"{file.name} as text", f"no {s}", s) for s in secrets if s in text]


# ---------------------------------------------------------------- spoiling copies


def spoil(work, file, old, new, encoding="utf-8"):
    """A copy of `file` with its first `old` replaced. The copy keeps the name, which some readers need."""
    text = file.read_bytes().decode(encoding)
    if old not in text:
        raise Broken(f"self-test: {file.name} does not hold {old!r}")
    folder = Path(tempfile.mkdtemp(prefix="spoiled-", dir=work))
    copy = folder / file.name
    copy.write_bytes(text.replace(old, new, 1).encode(encoding))
    return copy


def must_report(found, *settings):
    """No mismatch when exactly these settings were reported."""
    reported = sorted({f[0] for f in found})
    return [] if reported == sorted(settings) else [("reported", sorted(settings), reported)]
