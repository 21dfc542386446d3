"""What is on printed pages, as MuPDF, poppler, tesseract and zbar see it; each check gives what is wrong as (setting, expected, got)."""
import html, re, tempfile, unicodedata
from collections import Counter
from pathlib import Path

from checks import ABSENT, run

MOST_PAGES = 4
PAPERS = {"A4": (595.3, 841.9), "Letter": (612.0, 792.0)}  # in points, 72 an inch
MARGIN = 11.3  # 4 mm, which many printers leave blank at each edge
SMALLEST = 6.5  # of letters, in points; a browser makes a page smaller as a whole when something on it is too wide
FEWEST = 0.85  # of the Japanese characters on a sheet, that tesseract must see


# of these Japanese marks one half is blank, and text set close leaves it out: openers keep their right half, the others their left one
OPENERS, CLOSERS = "（「『【〈《［｛", "）」』】〉》］｝、。，．"

# letters that a font has twice and NFKC does not make one: parts of letters, and the letters that look the same
ALIKE = str.maketrans("⺟⻁⻄⻅⻆⻑⻘⻝⻣⻤⻨⻩⻫⻭⻯⻲", "母虎西見角長青食骨鬼麦黄斉歯竜亀")


def bare(text):
    """Without blanks and breaks, which are where a value may wrap; and with the usual letter where a font has two alike."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).translate(ALIKE)


class Run:
    """Letters that stand beside each other on one line of a page, with the box that their ink fills about."""

    def __init__(self, text, x, y, size, right):
        self.text, self.x, self.y, self.size, self.right = text, x, y, size, right

    @property
    def top(self):
        return self.y - 0.75 * self.size

    @property
    def bottom(self):
        return self.y + 0.05 * self.size


FONT = re.compile(r'<font name="[^"]*" size="([^"]*)">|<char quad="\S+ \S+ (\S+) [^"]*" x="([^"]*)" y="([^"]*)"[^>]*? c="([^"]*)"/>')


def count(pdf):
    """How many pages it has."""
    _, out, _ = run(["pdfinfo", pdf])
    return int(re.search(r"^Pages: +(\d+)", out, re.M)[1])


def pages(pdf):
    """[(width, height, [Run])] by MuPDF: of fonts drawn letter by letter, as Chromium embeds Japanese ones, poppler knows no height."""
    _, out, _ = run(["mutool", "draw", "-q", "-F", "stext", pdf])
    found = []
    for page in re.split(r"<page ", out)[1:]:
        width, height = (float(re.search(f'{side}="([^"]*)"', page)[1]) for side in ("width", "height"))
        runs, size, last = [], 0.0, None
        for new_size, right, x, y, letter in FONT.findall(page):
            if new_size:
                size = float(new_size)
                continue
            x, y, right, letter = float(x), float(y), float(right), html.unescape(letter)
            half = min(size, right - x) / 2
            x, right = x + half * (letter in OPENERS), right - half * (letter in CLOSERS)
            letter = unicodedata.normalize("NFKC", letter)
            if not letter.strip():
                last = None
            elif last and last.size == size and abs(last.y - y) < 0.1 and -0.3 * size < x - last.right < 0.6 * size:
                last.text, last.right = last.text + letter, max(last.right, right)
            elif right > x:
                runs.append(last := Run(letter, x, y, size, right))
        found.append((width, height, runs))
    return found


def layout(found, paper=None):
    """The number of pages and their paper; what reaches into the margins; what lies over something else."""
    wrong = []
    if len(found) > MOST_PAGES:
        wrong.append(("pages", f"at most {MOST_PAGES}", len(found)))
    left = min((r.x for _, _, runs in found for r in runs), default=0)
    for number, (width, height, runs) in enumerate(found, 1):
        if paper and max(abs(width - PAPERS[paper][0]), abs(height - PAPERS[paper][1])) > 1:
            wrong.append(("paper", paper, f"page {number}: {width:.0f} x {height:.0f} points"))
        if not runs:
            wrong.append(("pages", "none empty", f"page {number}"))
        # the margins of a sheet are alike: what comes nearer to the right edge than anything does to the left one hangs out
        right = width - max(left, MARGIN) + 2
        for r in runs:
            if r.x < MARGIN or r.right > right or r.top < MARGIN or r.bottom > height - MARGIN:
                wrong.append(("outside", "within the margins", f"page {number}: {r.text}"))
        if small := [r.text for r in runs if r.size < SMALLEST]:
            wrong.append(("small", f"{SMALLEST} points or more", f"page {number}: {min(r.size for r in runs):.1f} points, {' '.join(small)[:60]}"))
        for one, other in overlapping(runs):
            wrong.append(("overlap", "none", f"page {number}: {one.text} / {other.text}"))
    return wrong


def overlapping(runs):
    """Pairs of which one covers more than a small part of the other: a quarter of the smaller letter's height, a fifth of a letter's width."""
    runs = sorted(runs, key=lambda r: r.top)
    for i, one in enumerate(runs):
        for other in runs[i + 1:]:
            if other.top >= one.bottom:
                break
            small = min(one.size, other.size)
            high = min(one.bottom, other.bottom) - other.top
            wide = min(one.right, other.right) - max(one.x, other.x)
            if high > 0.25 * 0.8 * small and wide > 0.2 * small:
                yield one, other


def lost(found, letters):
    """Of the letters and digits that the page has on a screen none is missing: browsers leave out what lies beyond the margins.
    (Signs are not compared: fonts have some of them twice.)"""
    count = lambda text: Counter(filter(str.isalnum, bare(text)))
    missing = count(letters) - count("".join(r.text for _, _, runs in found for r in runs))
    return [("lost", "no letter", "".join(sorted(missing.elements()))[:60])] if missing else []


def fonts(pdf):
    """Every font is in the file, and no more of it than is used; a font of Type 3 is made of the letters used."""
    _, out, _ = run(["pdffonts", pdf])
    rows = [line.split() for line in out.splitlines()[2:]]
    wrong = [("fonts", "embedded", " ".join(row[:-5])) for row in rows if row[-5] != "yes"]
    wrong += [("fonts", "a subset", " ".join(row[:-5])) for row in rows if row[-4] != "yes" and "Type 3" not in " ".join(row)]
    return wrong if rows else [("fonts", "some", ABSENT)]


def first_page(pdf, *how):
    return run(["pdftotext", "-f", "1", "-l", "1", *how, pdf, "-"])[1]


def six(pdf, values):
    """All six settings are on the first page, each in one piece in the order in which poppler reads or in which they were drawn (a long
    value wraps beside a long label), and as often at least as there are settings with that value."""
    text, raw = first_page(pdf), first_page(pdf, "-raw")
    page, drawn, words, wanted = bare(text), bare(raw), text.split(), {}
    for setting, value in values.items():
        wanted.setdefault(value, []).append(setting)
    wrong = []
    for value, settings in wanted.items():
        found = words.count(value) if value.isdigit() else max(page.count(bare(value)), drawn.count(bare(value)))  # a number stands there by itself
        wrong += [(setting, value, ABSENT) for setting in settings[found:]]
    return wrong


def rows(found, labelled):
    """Each value stands at the end of a row of the first page that begins with the setting's name."""
    lines = {}
    for r in sorted(found[0][2], key=lambda r: (r.y, r.x)):
        line = next((y for y in lines if abs(y - r.y) < 1.5), r.y)
        lines.setdefault(line, []).append(r)
    lines = [" ".join(r.text for r in sorted(line, key=lambda r: r.x)) for line in lines.values()]
    wrong = []
    for label, value in labelled.items():
        if not any(line.startswith(label) and line.endswith(" " + value) for line in lines):
            got = [line for line in lines if line.startswith(label)]
            wrong.append((label, value, got[0] if len(got) == 1 else got or ABSENT))
    return wrong


# ---------------------------------------------------------------- what is to be seen

ONE_THREAD = {"OMP_THREAD_LIMIT": "1"}  # tesseract's threads get in each other's way


def recall(oracle, pdf):
    """The share of the sheet's Japanese characters that tesseract sees at 300 dots an inch, by the oracle; and what it says."""
    folder = Path(tempfile.mkdtemp(prefix="ocr-", dir=pdf.parent))
    run(["pdftotext", "-layout", pdf, folder / "text.txt"])
    run(["pdftoppm", "-r", "300", "-gray", "-png", pdf, folder / "page"])
    _, said, _ = run(["python3", oracle, folder / "text.txt", *sorted(folder.glob("page-*.png"))], env=ONE_THREAD, ok=(0, 1))
    return float(re.search(r": (\d\.\d\d);", said)[1]), said.strip()


LOOKS = ((200, 8, 6), (200, 5, 7), (150, 8, 7), (300, 8, 7))  # dots an inch, points around the value, how tesseract takes it


def seen(pdf, values):
    """tesseract reads each of the six off its place on the first page, all but blanks and marks at the ends, which it sees where
    none are. It is no better at this than people are: what it reads right in one of its looks can be read."""
    runs, taken, wrong = pages(pdf)[0][2], [], []
    folder = Path(tempfile.mkdtemp(prefix="look-", dir=pdf.parent))
    for setting, value in values.items():
        # the value's own place is where it stands in large letters; two settings may have one value
        places = sorted((r for r in runs if r.text == value and r not in taken), key=lambda r: (-r.size, r.y))
        if not places:
            wrong.append((setting, value, ABSENT))
            continue
        taken.append(at := places[0])
        readings = []
        for dots, around, mode in LOOKS:
            left, top, right, bottom = at.x - around, at.top - around, at.right + around, at.bottom + around + 2
            box = [int(n * dots / 72) for n in (left, top, right - left, bottom - top)]
            crop = [word for pair in zip(("-x", "-y", "-W", "-H"), box) for word in pair]
            run(["pdftoppm", "-f", "1", "-l", "1", "-r", dots, "-gray", "-png", "-singlefile", *crop, pdf, folder / setting])
            _, said, _ = run(["tesseract", folder / f"{setting}.png", "-", "-l", "eng", "--psm", mode], env=ONE_THREAD)
            readings.append(bare(said).strip("'\"‘’“”|_-.,"))
            if readings[-1] == value:
                break
        else:
            wrong.append((setting, value, readings))
    return wrong
