"""The sheets, which are there to be held in the hand: printed by Chromium, by mailprof itself where it makes PDF, and then judged by
MuPDF and poppler (what stands where), tesseract (what can be read), zbar (the codes) and axe-core (who can read it on a screen)."""
import hashlib, os, re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import paper
from accounts import ANDROID_CODE, DELTA_CHAT_CODE, DESCRIPTIONS
from browser import Chromium
from checks import ABSENT, PASSWORD, Broken, attempt, differences, must_report, run, spoil
from readers import same_bytes

HERE = Path(__file__).resolve().parent

# ---------------------------------------------------------------- what the two descriptions say

PLAIN_PASSWORD, SIGNS = "kB7m-Xq2p-W9tr", "a&b<c>\"d'e\\f-0OolI1|{%g$#"
SIX = {
    "plain": {
        "address": "tanaka@example.jp", "incoming.host": "imap.example.jp", "outgoing.host": "smtp.example.jp", "outgoing.port": "465",
        "incoming.username": "tanaka@example.jp", "incoming.password": PLAIN_PASSWORD,
    },
    "long": {
        "address": "hanako.takahashi-yamamoto@kaiin-service.example.jp",
        "incoming.host": "pop-mailbox-server-1.customer-mail.east.kaiin-service.example.jp",
        "outgoing.host": "smtp-outgoing-server-02.customer-mail.w.kaiin-service.example.jp", "outgoing.port": "465",
        "incoming.username": "hanako.takahashi-yamamoto.kaiin-00012345", "incoming.password": SIGNS,
    },
}
PASSWORDS = {name: six["incoming.password"] for name, six in SIX.items()}
# the six in the words of a sheet, in the order of SIX
WORDS = {
    "ja": ["メールアドレス", "受信サーバー", "送信サーバー", "送信ポート番号", "ユーザー名", "パスワード"],
    "en": ["Email address", "Incoming server", "Outgoing server", "Outgoing port", "User name", "Password"],
}
CLIENTS = [  # that have sheets at least
    "apple-mail", "becky", "delta-chat", "generic", "gmail-android", "new-outlook", "outlook", "outlook-autodiscover",
    "outlook-express", "outlook-mobile", "thunderbird", "thunderbird-android", "windows-live-mail",
]
SHEET = re.compile(r"(.+)\.(ja|en)\.html")
NO_CLIENT = ("index", "labels")  # pages of a build that are no client's sheet
OCR = ["thunderbird", "outlook-express", "apple-mail"]

# ---------------------------------------------------------------- a page asked about itself

# a sheet as wide as A4 between its margins: text that its box cuts off, or that is drawn beyond the box it begins or ends in
CUT = r"""(() => {
  const found = [], text = node => node.textContent.replace(/\s+/g, " ").trim();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; node = walker.nextNode();) {
    if (!text(node) || getComputedStyle(node.parentElement).visibility != "visible") continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const r of range.getClientRects()) {
      const high = r.height / 4;  // a line's box is higher than its letters
      for (let box = node.parentElement; box && box != document.body; box = box.parentElement) {
        if (getComputedStyle(box).overflow == "visible" || box instanceof SVGElement && box.ownerSVGElement) continue;
        const b = box.getBoundingClientRect();
        if (r.left < b.left - 1 || r.right > b.right + 1 || r.top + high < b.top || r.bottom - high > b.bottom) found.push(text(node));
      }
    }
  }
  for (const drawn of document.querySelectorAll("svg")) {
    const boxes = [...drawn.querySelectorAll("rect")].filter(b => getComputedStyle(b).fill != "none").map(b => b.getBoundingClientRect());
    for (const words of drawn.querySelectorAll("tspan, text:not(:has(tspan))")) {
      const r = words.getBoundingClientRect(), y = (r.top + r.bottom) / 2;
      for (const x of [r.left + 1, (r.left + r.right) / 2, r.right - 1]) {
        const around = boxes.filter(b => b.left <= x && x <= b.right && b.top <= y && y <= b.bottom);
        const box = around.sort((a, b) => a.width * a.height - b.width * b.height)[0];
        if (box && text(words) && (r.left < box.left - 1 || r.right > box.right + 1)) found.push(text(words));
      }
    }
  }
  const page = document.documentElement;  // a browser makes all of a page smaller when something on it is too wide
  if (page.scrollWidth > page.clientWidth) found.push(`the page: ${page.scrollWidth} points for ${page.clientWidth}`);
  return [...new Set(found)];
})()"""

AXE_VERSION = "4.14.1"
AXE_DIGEST = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"  # SHA-256 of its axe.min.js
# its rules, and one of those it tries out: that a cell of a large table has a header
AXE = """axe.run(document, {resultTypes: ["violations"], rules: {"td-has-header": {enabled: true}}}).then(said =>
  said.violations.map(v => [v.id, v.help, v.nodes.map(n => n.target.join(" "))]))"""


# all that is to be read on paper
LETTERS = r"""(() => {
  const shown = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; node = walker.nextNode();) {
    const range = document.createRange();
    range.selectNodeContents(node);
    if (range.getClientRects().length && getComputedStyle(node.parentElement).visibility == "visible") shown.push(node.textContent);
  }
  return shown.join(" ");
})()"""


def for_print(browser, expression):
    """Asks the open page as it is laid out for A4 paper."""
    browser.call("Emulation.setEmulatedMedia", media="print")
    browser.call("Emulation.setDeviceMetricsOverride", width=688, height=1000, deviceScaleFactor=1, mobile=False)
    found = browser.ask(expression)
    browser.call("Emulation.setEmulatedMedia", media="")
    return found


def cut(browser):
    return [("cut", "whole", text) for text in for_print(browser, CUT)]


def clients(pages):
    """{client: {language: its sheet}}"""
    found = {}
    for page in sorted(pages):
        name = SHEET.fullmatch(page.name)
        if name and name[1] not in NO_CLIENT:
            found.setdefault(name[1], {})[name[2]] = page
    return found


class Sheets:
    groups = ["sheets-build", "sheets-print", "sheets-pages", "sheets-ocr", "sheets-codes", "sheets-axe", "sheets-pdf", "sheets-self-test"]

    def __init__(self, mailprof, readers, work, tally):
        self.mailprof, self.readers, self.tally = mailprof, readers, tally
        self.work = work / "sheets"
        self.work.mkdir(exist_ok=True)
        self.axe_script, self.codes = None, []
        self.letters = {}  # what is to be read on what Chromium printed

    # ------------------------------------------------ making

    def make(self, name, out, *flags, description=None, ok=(0,), env=None):
        command = [self.mailprof, "build", description or HERE / f"sheet-{name}.yaml", "-o", out]
        return run([*command, "--messages", "en", *flags], ok=ok, env={"MAILPROF_TEST_PASSWORD": PASSWORDS.get(name, PASSWORD), **(env or {})})

    def pages(self, name):
        return sorted((self.work / name).rglob("*.html"))

    def sheet(self, name, client, lang):
        return clients(self.pages(name))[client][lang]

    def at_once(self, work, things):
        """Two at a time, in order; what a program cannot take is a finding."""
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda thing: attempt(work, thing), things))

    def print(self, browser, page, size="A4"):
        if size != "A4":
            made_for, *rest = page.relative_to(self.work).parts
            page = self.work.joinpath(f"{made_for}-{size}", *rest)
        browser.open(page)
        letters = for_print(browser, LETTERS)
        pdf = browser.print(self.work / f"{page.relative_to(self.work).parts[0]}-{page.stem}-{size}-{len(os.listdir(self.work))}.pdf")
        self.letters[pdf] = letters
        return pdf

    def judge(self, pdf, name=None, lang=None, size="A4"):
        """All that is wrong with a printed sheet; without a description's name, only how it is laid out."""
        found = paper.pages(pdf)
        wrong = paper.layout(found, size) + paper.fonts(pdf) + paper.lost(found, self.letters.get(pdf, ""))
        if name:
            wrong += paper.six(pdf, SIX[name])
        if name == "plain":  # longer values wrap
            wrong += paper.rows(found, dict(zip(WORDS[lang], SIX[name].values())))
        return wrong

    # ------------------------------------------------ the groups

    def sheets_build(self):
        """Both descriptions, for all clients in both languages."""
        self.readers.need("chromium", "fonts-noto-cjk", "mupdf-tools", "poppler-utils", "tesseract-ocr", "tesseract-ocr-jpn")
        for name in SIX:
            code, _, said = self.make(name, self.work / name, "--lang", "ja", "--lang", "en", "--passwords", "sheets", ok=(0, 1))
            self.make(name, self.work / f"{name}-Letter", "--lang", "ja", "--lang", "en", "--passwords", "sheets", "--paper", "letter", ok=(0, 1))
            there = clients(self.pages(name))
            found = differences(0, code, "exit code") + [(c, ["en", "ja"], ABSENT) for c in CLIENTS if c not in there]
            found += [(c, ["en", "ja"], sorted(langs)) for c, langs in there.items() if len(langs) != 2]
            self.tally.check(f"mailprof builds the sheets of sheet-{name}.yaml", found, len(there))

    def sheets_print(self):
        """Every client's sheets on both papers: pages, places, fonts, the six on the first page, nothing cut off."""
        with Chromium() as browser, ThreadPoolExecutor(2) as pool:
            waiting = []
            for name in SIX:
                for client, sheets in clients(self.pages(name)).items():
                    jobs = [job for lang, page in sheets.items() for job in self.on_both(browser, pool, page, name, lang)]
                    waiting.append((f"{name}'s sheets for {client}, in {' and '.join(sheets)}", jobs))
                for page in (p for p in self.pages(name) if p.name.startswith(NO_CLIENT)):
                    waiting.append((f"{name}'s {page.name}", self.on_both(browser, pool, page)))
            for title, jobs in waiting:
                found = [(f"{setting} ({where})", want, got) for where, job in jobs for setting, want, got in findings(job.result())]
                self.tally.check(f"Chromium prints {title}, on A4 and Letter", found)

    def on_both(self, browser, pool, page, name=None, lang=None):
        """Printed here, judged beside it: [(where, what becomes its findings)]"""
        jobs = []
        for size in paper.PAPERS:
            where = f"{lang}, {size}" if lang else size
            pdf = attempt(self.print, browser, page, size)
            jobs.append((where, pool.submit(attempt, self.judge, pdf, name, lang, size) if isinstance(pdf, Path) else pool.submit(dict, pdf)))
        jobs.append((lang or "screen", pool.submit(list, findings(attempt(cut, browser)))))
        return jobs

    def sheets_pages(self):
        """Every description of the project, on both papers: how many pages, and nothing else."""
        root = HERE.parents[1]
        descriptions = sorted([*(root / "profiles/accounts").glob("*.yaml"), *(root / "tests/cases").glob("*/account.yaml")])
        with Chromium() as browser:
            for size in paper.PAPERS:
                counted, wrong = 0, []
                for description in descriptions:
                    name = description.parent.name if description.stem == "account" else description.stem
                    out = self.work / f"pages-{size}-{name}"
                    self.make(name, out, "--passwords", "sheets", "--paper", size.lower(), description=description, ok=(0, 1))
                    for page in (p for p in sorted(out.rglob("*.html")) if not p.name.startswith(NO_CLIENT)):
                        browser.open(page)
                        pages = paper.count(browser.print(out / "counted.pdf"))
                        counted += 1
                        if pages > paper.MOST_PAGES:
                            wrong.append((f"{name}'s {page.name}", f"at most {paper.MOST_PAGES} pages", pages))
                if counted < 100:
                    wrong.append(("sheets", "100 or more", counted))
                self.tally.check(f"every description's sheets are four pages at most on {size}", wrong, counted)

    def sheets_ocr(self):
        """tesseract on Japanese sheets: it alone sees letters that are missing or hidden, where others find the text behind them."""
        with Chromium() as browser:
            printed = [self.print(browser, self.sheet("plain", client, "ja")) for client in OCR]
        for client, pdf in zip(OCR, printed):
            complaints = self.readers.printed(pdf)
            self.read(f"tesseract reads {client}'s Japanese sheet", pdf, [("print", "PASS", c) for c in complaints])

    def read(self, title, pdf, found=()):
        """What is recalled by the oracle, the six by a closer look; two at a time."""
        oracle = self.readers.tool("ocr_recall.py")
        seen = self.at_once(lambda look: look(), [lambda: paper.recall(oracle, pdf), lambda: paper.seen(pdf, SIX["plain"])])
        found = [*found, *findings(seen[1])]
        if isinstance(seen[0], dict):
            found += findings(seen[0])
            said = "nothing"
        else:
            share, said = seen[0]
            found += [("recall", f"at least {paper.FEWEST}", share)] if share < paper.FEWEST else []
        self.tally.check(f"{title}: {said}", found, len(SIX["plain"]))
        return found

    def sheets_codes(self):
        """zbar on the printed sheets: the code on the paper is the payload's bytes, which six-codes judges."""
        two = {"thunderbird-android": ("thunderbird-android.json", [*ANDROID_CODE]), "delta-chat": ("delta-chat.txt", [*DELTA_CHAT_CODE])}
        named = [word for client in two for word in ("--client", client)]
        with Chromium() as browser:
            for name in dict.fromkeys([*ANDROID_CODE, *DELTA_CHAT_CODE, "gmail"]):
                out = self.work / f"code-{name}"
                flags = (*named, "--sheets", ",".join(two), "--lang", "ja", "--passwords", "everywhere")
                self.make(name, out, *flags, description=HERE.parents[1] / DESCRIPTIONS[name], ok=(0, 1))
                for client, (payload, with_code) in two.items():
                    if name in with_code or (name, client) == ("gmail", "delta-chat"):  # which has no password, so no code
                        payload = next(out.rglob(payload), None)
                        self.codes.append((name, client, payload, self.print(browser, clients(out.rglob("*.html"))[client]["ja"])))
        for (name, client, payload, _), code in zip(self.codes, self.at_once(lambda c: self.code(c[3]), self.codes)):
            title = f"zbar reads the code off {name}'s printed sheet for {client}"
            self.tally.check(title if payload else f"{name}'s printed sheet for {client} has no code", same_bytes(payload, code), 1)

    def code(self, pdf):
        run(["pdftoppm", "-r", "150", "-gray", "-png", pdf, pdf.with_suffix("")])
        return self.readers.code(*sorted(pdf.parent.glob(f"{pdf.stem}-*.png")))

    def axe(self):
        """axe-core's script, by npm; None where that is not to be had."""
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mailprof-ci" / f"axe-core-{AXE_VERSION}"
        script = cache / "node_modules/axe-core/axe.min.js"
        if not script.is_file():
            flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1", "--fetch-timeout=30000", "--loglevel=error"]
            try:
                run(["npm", "install", "--prefix", cache, f"axe-core@{AXE_VERSION}", *flags], timeout=120)
            except (Broken, OSError) as error:
                return self.tally.leave_out(f"axe-core on the sheets: npm does not give it: {str(error).splitlines()[-1]}")
        data = script.read_bytes()
        if hashlib.sha256(data).hexdigest() != AXE_DIGEST:
            raise Broken(f"{script} is not axe-core {AXE_VERSION} as it was")
        return data.decode("utf-8")

    def violations(self, browser, page, width=1000):
        browser.open(page, width)
        browser.ask(self.axe_script + ";0")
        return [(rule, "no violation", f"{help}: {', '.join(where[:3])}") for rule, help, where in browser.ask(AXE)]

    def sheets_axe(self):
        """axe-core on sheets of every kind, on a wide window and on a telephone's, and on what else a build has to look at."""
        self.axe_script = self.axe()
        if not self.axe_script:
            return
        chosen = [("plain", c) for c in ("thunderbird", "outlook-express", "apple-mail", "outlook", "thunderbird-android", "delta-chat")]
        chosen += [("long", c) for c in ("generic", "new-outlook")]  # the other is one that cannot have this mailbox
        pages = [(name, self.sheet(name, client, lang)) for name, client in chosen for lang in WORDS]
        pages += [("plain", page) for page in self.pages("plain") if page.name.startswith(NO_CLIENT)]
        self.make("plain", self.work / "labels", "--sheets", "labels", ok=(0, 1))
        labels = [page for page in self.pages("labels") if page.name.startswith("labels")]
        pages += [("labels", page) for page in labels]
        with Chromium() as browser:
            for page in labels:
                browser.open(page)
                found = differences(1, paper.count(browser.print(page.with_suffix(".counted.pdf"))), "pages")
                self.tally.check(f"{page.name} is one page", found)
            self.tally.check("the sheet of labels is there in each language", differences(len(WORDS), len(labels), "pages"))
            for name, page in pages:
                found = findings(attempt(self.violations, browser, page))
                self.tally.check(f"axe-core has nothing to say against {name}'s {page.name}", found)
            for lang in WORDS:
                page = self.sheet("plain", "thunderbird", lang)
                found = findings(attempt(self.violations, browser, page, 360))
                wide = browser.ask("document.documentElement.scrollWidth")
                found += [("width", "360", wide)] if wide > 360 else []
                self.tally.check(f"axe-core has nothing to say against plain's {page.name} on a telephone, and nothing hangs out", found)

    def sheets_pdf(self):
        """The sheets as mailprof itself makes them in PDF, where it has been built for that: beside the others, judged alike."""
        self.mailprof = os.environ.get("MAILPROF_PDF", self.mailprof)
        both = ("--lang", "ja", "--lang", "en", "--passwords", "sheets", "--sheet-format", "html,pdf")
        self.pdf = None
        for name in SIX:
            out = self.work / f"pdf-{name}"
            code, _, said = self.make(name, out, *both, ok=(0, 1, 2))
            if code == 2 and "--sheet-format" in said:  # the option itself is refused; a missing font, say, is a failure
                return self.tally.leave_out(f"PDF sheets by mailprof itself: {said.strip().splitlines()[-1]}")
            self.tally.check(f"mailprof build sheet-{name}.yaml --sheet-format html,pdf", [("exit code", 0, said.strip()[-300:])] if code else [])
            sheets = {c: {lang: page.with_suffix(".pdf") for lang, page in langs.items()} for c, langs in clients(out.rglob("*.html")).items()}
            there = {str(p) for langs in sheets.values() for p in langs.values()}
            found = [("files", p, ABSENT) for p in sorted(there) if not Path(p).is_file()]
            found += [("files", ABSENT, str(p)) for p in out.rglob("*.pdf") if str(p) not in there and not p.name.startswith(NO_CLIENT)]
            self.tally.check(f"mailprof makes one PDF beside each of {name}'s sheets", found, len(there))
            jobs = [(client, lang, pdf) for client, langs in sheets.items() for lang, pdf in langs.items() if pdf.is_file()]
            wrong = {}
            for (client, lang, _), found in zip(jobs, self.at_once(lambda j: self.judge(j[2], name, j[1]), jobs)):
                wrong.setdefault(client, []).extend((f"{setting} ({lang})", want, got) for setting, want, got in findings(found))
            for client, found in wrong.items():
                self.tally.check(f"poppler and MuPDF read {name}'s PDF for {client}", found)
            if name == "plain":
                self.pdf = sheets["thunderbird"]["ja"]

        few = ("--lang", "ja", "--passwords", "sheets", "--sheet-format", "pdf", "--sheets", "thunderbird,outlook-express")
        again = self.work / "pdf-again"
        self.make("plain", again, *few, env={"TZ": "Asia/Tokyo"})
        first = {p.name: p.read_bytes() for p in (self.work / "pdf-plain").rglob("*.pdf")}
        second = {p.name: p.read_bytes() for p in again.rglob("*.pdf")}
        found = [(name, "the same bytes", ABSENT if name not in first else "others") for name, data in second.items() if first.get(name) != data]
        self.tally.check("mailprof makes the same PDF again", found + differences(2, len(second), "files"))
        self.read("tesseract reads thunderbird's Japanese PDF", self.pdf)

        self.readers.need("fonts-dejavu-core")
        font = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
        code, _, said = self.make("plain", self.work / "pdf-font", *few, "--font", font, ok=(0, 1, 2))
        got = {"refused": code != 0, "characters": bool(re.search(r"[\u3041-\u30fa\u4e00-\u9fff]|U\+[0-9A-F]{4}", said)),
               "package": bool(re.search(r"\bfonts-[a-z][a-z-]+", said))}
        found = differences(dict.fromkeys(got, True), got)
        self.tally.check("mailprof refuses a font without Japanese letters, names some and a package", found and [*found, ("said", "", said[-400:])])
        there = list((self.work / "pdf-font").rglob("*.pdf"))
        self.tally.check("and writes no PDF with holes", [("files", 0, len(there))] if there else [])

    # ------------------------------------------------ spoiled copies

    def sheets_self_test(self):
        """Spoiled copies: the same checks must report exactly what was spoiled."""
        def told(what, found, *settings):
            found = [f for f in findings(found) if f not in usual]
            self.tally.check(f"spoiled copy is reported: {what}", must_report(found, *settings))

        html = self.sheet("plain", "thunderbird", "ja")
        styled = lambda css, file=html: spoil(self.work, file, "</head>", f"<style>{css}</style></head>")
        value = lambda setting: f'[data-setting="{setting}"]'
        with Chromium() as browser:
            usual = attempt(lambda: self.judge(self.print(browser, html), "plain", "ja"))  # what the whole sheet is told for already
            # (what, copy, what must be reported of the layout, and of the six)
            for what, copy, settings in (
                ("more than four pages", styled("section { break-before: page }"), ["pages"]),
                ("another paper", styled("@page { size: A3 }"), ["paper"]),
                ("text on text", styled(".intro { position: relative; top: -9mm }"), ["overlap"]),
                ("text beyond the margin", styled(".intro { position: relative; left: -16mm }"), ["lost"]),
                ("something too wide", styled(".intro { position: relative; left: 90mm }"), ["small"]),
                ("text in the margin", styled("@page { margin: 2mm }"), ["outside"]),
            ):
                told(f"sheet, {what}", attempt(lambda: self.judge(self.print(browser, copy))), *settings)
            for what, copy, settings in (
                ("the port by another number", spoil(self.work, html, ">465<", ">456<"), ["outgoing.port", "送信ポート番号"]),
                ("no password", styled(f".settings {value('incoming.password')}, .spelled {{ display: none }}"), ["incoming.password", "パスワード"]),
                ("a server in another row", styled(f".settings {value('outgoing.host')} {{ position: relative; top: 3mm }}"), ["送信サーバー"]),
            ):
                told(f"sheet, {what}", attempt(lambda: self.judge(self.print(browser, copy), "plain", "ja")), *settings)
            for what, css in (
                ("text cut off at the right", ".intro { width: 40mm; white-space: nowrap; overflow: hidden }"),
                ("text cut off at the bottom", ".intro { height: 2mm; overflow: hidden }"),
                ("something too wide", ".intro { position: relative; left: 90mm }"),
            ):
                browser.open(styled(css))
                told(f"sheet, {what}", attempt(cut, browser), "cut")
            drawing = '<svg width="300" height="50"><rect width="300" height="50"/><rect x="9" y="9" width="50" height="30" fill="#eee"/>'
            drawing += '<text x="34" y="30" text-anchor="middle">a long button</text></svg>'
            browser.open(spoil(self.work, html, "</main>", drawing + "</main>"))
            told("sheet, a drawn button too small for its word", attempt(cut, browser), "cut")

            hidden = self.print(browser, styled("* { color: #fff !important; fill: #fff !important; print-color-adjust: exact }"))
            half = self.print(browser, styled(f".settings {value('outgoing.port')} {{ clip-path: inset(0 15pt 0 0); display: inline-block }}"))
            share, said = paper.recall(self.readers.tool("ocr_recall.py"), hidden)
            found = [] if share < paper.FEWEST else [("recall", "little", share)]
            self.tally.check(f"spoiled copy is reported: nothing but white letters, {said.split(';')[0]}", found)
            told("half of a port is seen", attempt(paper.seen, half, SIX["plain"]), "outgoing.port")

            for name, client, payload, pdf in self.codes:
                if (name, client) == ("pop3", "thunderbird-android"):
                    other = next(p for n, c, p, _ in self.codes if c == client and n != name)
                    told("another account's code on paper", same_bytes(other, attempt(self.code, pdf)), "code")
                    sheet = next((self.work / "code-pop3").rglob("thunderbird-android.ja.html"))
                    white = spoil(self.work, sheet, "</head>", "<style>[data-qr] { fill: #fff }</style></head>")
                    told("no code on paper", same_bytes(payload, attempt(self.code, self.print(browser, white))), "code")

            if self.axe_script:
                text = html.read_text(encoding="utf-8")
                tables = self.work / "spoiled-tables" / html.name
                tables.parent.mkdir()
                tables.write_text(re.sub(r"<(/?)th\b[^>]*>", r"<\1td>", text), encoding="utf-8")
                picture = spoil(self.work, html, "</main>", '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" width="9" height="9"></main>')
                for what, copy, rule in (
                    ("a picture without words", picture, "image-alt"), ("a table without headers", tables, "td-has-header"),
                    ("pale letters", styled(".intro { color: #aaa }"), "color-contrast"),
                    ("no language", spoil(self.work, html, '<html lang="ja">', "<html>"), "html-has-lang"),
                ):
                    told(f"axe-core, {what}", attempt(self.violations, browser, copy), rule)

        loose = self.work / "loose.pdf"  # text in a font that every reader must bring along
        loose.write_bytes(LOOSE)
        told("a font that is not embedded", attempt(paper.fonts, loose), "fonts")


def findings(found):
    """Findings, or the one that something could not be read at all."""
    return [("reader", "an answer", found["error"])] if isinstance(found, dict) else found


LOOSE = b"""%PDF-1.4
1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj
3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>> endobj
4 0 obj <</Length 37>> stream
BT /F 12 Tf 72 700 Td (some text) Tj ET
endstream endobj
5 0 obj <</Type/Font/Subtype/Type1/BaseFont/Helvetica>> endobj
trailer <</Root 1 0 R>>
"""
