"""Turns docs/conformance.md, the standards' lists of statements and the test sources into a list of what is wrong with
the ledger."""

import collections
import dataclasses
import pathlib
import re

STANDARDS = ("MQTT 5.0", "MQTT 3.1.1")
DIFFERENCES = "MQTT 3.1"

_SIDES = ("client", "server", "both")
_HEADING = re.compile(r"^## (?P<title>.+?)\s*$")
_ROW = re.compile(r"^\|(?P<cells>.*)\|\s*$")
_NUMBER = re.compile(r"^MQTT-(\d+\.\d+\.\d+-\d+)$")
_CODE = re.compile(r"`([^`]+)`")
_REASON = re.compile(r"(?P<kind>untestable|missing): (?P<text>.+)$")
_GOOGLE_TEST = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)", re.MULTILINE)
_PYTHON_TEST = re.compile(r"^\s*(?:async )?def (test_\w+)\(", re.MULTILINE)
_JEST_CALL = re.compile(r"(?<![\w.$])(?:it|test)\b")
_IDENTIFIERS_IN_NAME = re.compile(r"\s*\[MQTT-[^\]]*\]")


@dataclasses.dataclass(frozen=True)
class Row:
    line: int
    standard: str
    number: str  # "3.1.2-24"; of MQTT 3.1, which numbers nothing, the difference in words
    statement: str
    side: str
    sources: tuple[str, ...]
    tests: tuple[str, ...]
    untestable: str
    missing: str

    def __str__(self) -> str:
        return f"docs/conformance.md:{self.line}: {self.standard}, {self.number}"


def read_statements(text: str) -> list[str]:
    """ "3.1.4 1-6" -> 3.1.4-1 ... 3.1.4-6, in the order of the lines."""
    numbers = []
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        section, span = line.split()
        first, _, last = span.partition("-")
        numbers += [f"{section}-{number}" for number in range(int(first), int(last or first) + 1)]
    return numbers


def read_ledger(text: str) -> tuple[list[Row], list[str]]:
    """The rows of every table under the standards' headings, and what is wrong with their form."""
    rows, faults, standard = [], [], None
    for number, line in enumerate(text.splitlines(), start=1):
        heading = _HEADING.match(line)
        if heading:
            standard = heading["title"] if heading["title"] in (*STANDARDS, DIFFERENCES) else None
        table_row = _ROW.match(line)
        if not standard or not table_row:
            continue
        cells = [cell.strip() for cell in table_row["cells"].split("|")]
        if cells[0] in ("Statement", "Difference") or set(cells[0]) <= set("-: "):
            continue
        if len(cells) != 5:
            faults.append(f"docs/conformance.md:{number}: a row has 5 cells, this one {len(cells)}")
            continue
        row = _read_row(number, standard, cells)
        rows.append(row)
        faults += _faults_of_form(row, cells)
    return rows, faults


def _read_row(line: int, standard: str, cells: list[str]) -> Row:
    numbered = _NUMBER.match(cells[0])
    remainder = _CODE.sub("", cells[4]).strip(" ,;")
    reason = _REASON.match(remainder)
    return Row(
        line=line,
        standard=standard,
        number=numbered[1] if numbered else cells[0],
        statement=cells[1],
        side=cells[2],
        sources=tuple(_CODE.findall(cells[3])),
        tests=tuple(_CODE.findall(cells[4])),
        untestable=reason["text"] if reason and reason["kind"] == "untestable" else "",
        missing=reason["text"] if reason and reason["kind"] == "missing" else "",
    )


def _faults_of_form(row: Row, cells: list[str]) -> list[str]:
    faults = []
    if row.standard in STANDARDS and not _NUMBER.match(cells[0]):
        faults.append(f"{row}: a row begins with a number like MQTT-3.1.2-24")
    if not row.statement:
        faults.append(f"{row}: says nothing")
    if row.side not in _SIDES:
        faults.append(f"{row}: binds '{row.side}', not one of {', '.join(_SIDES)}")
    if _CODE.sub("", cells[4]).strip(" ,;") and not (row.untestable or row.missing):
        faults.append(f"{row}: beside the tests only 'untestable: why' or 'missing: what' may stand")
    if not (row.tests or row.untestable or row.missing):
        faults.append(f"{row}: has neither a test nor a reason why there is none")
    if row.tests and not row.sources:
        faults.append(f"{row}: names no source that keeps it")
    return faults


def faults_of_numbers(rows: list[Row], standard: str, numbers: list[str]) -> list[str]:
    """Statements that are left out, listed twice, or no statements of the standard."""
    listed = [row.number for row in rows if row.standard == standard]
    faults = [f"{standard}: {number} is listed {count} times"
              for number, count in collections.Counter(listed).items() if count > 1]
    faults += [f"{standard}: {number} is left out" for number in numbers if number not in set(listed)]
    faults += [f"{standard}: has no statement {number}" for number in listed if number not in set(numbers)]
    return faults


def faults_of_sources(rows: list[Row], root: pathlib.Path) -> list[str]:
    """Sources, named below core/mqtt/ or below the root, that do not exist."""
    return [f"{row}: there is no source {source}" for row in rows for source in row.sources
            if not (root / "core/mqtt" / source).is_file() and not (root / source).is_file()]


def faults_of_tests(rows: list[Row], tests: pathlib.Path) -> list[str]:
    """Tests that do not exist in the sources below `tests`."""
    google_tests = find_google_tests(tests)
    names_by_file: dict[str, set[str]] = {}
    faults = []
    for row in rows:
        for test in row.tests:
            file, arrow, name = test.partition(" › ")
            if not arrow:
                known = test in google_tests
            else:
                if file not in names_by_file:
                    names_by_file[file] = find_names(tests / file)
                known = name in names_by_file[file]
            if not known:
                faults.append(f"{row}: there is no test {test}")
    return faults


def find_google_tests(folder: pathlib.Path) -> set[str]:
    """Suite.Name of each TEST, TEST_F and TEST_P, as the source spells them."""
    found = set()
    for path in folder.rglob("*.cpp"):
        found |= {f"{suite}.{name}" for suite, name in _GOOGLE_TEST.findall(path.read_text(encoding="utf-8"))}
    return found


def find_names(path: pathlib.Path) -> set[str]:
    """The tests of a Jest, Playwright or Python file, or the packets of a file of vectors."""
    if not path.is_file():
        return set()
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return set(_PYTHON_TEST.findall(text))
    if path.suffix == ".txt":
        lines = [line for line in text.splitlines() if "|" in line and not line.startswith("#")]
        return {_IDENTIFIERS_IN_NAME.sub("", line.split("|")[0].strip()) for line in lines}
    return {name for match in _JEST_CALL.finditer(text) if (name := _name_of_jest_call(text, match.end()))}


def _name_of_jest_call(text: str, at: int) -> str | None:
    """The first argument of it(...), also of it.each(...)(...): what comes in between is passed over."""
    while at < len(text):
        member = re.compile(r"\s*\.\w+").match(text, at)
        if member:
            at = member.end()
        elif text[at] == "<":
            at = _end_of_group(text, at, "<", ">")
        elif text[at] == "(":
            literal = re.compile(r"""\(\s*(['"`])((?:\\.|(?!\1).)*)\1""", re.DOTALL).match(text, at)
            if literal:
                return literal[2].replace("\\'", "'")
            at = _end_of_group(text, at, "(", ")")
        else:
            return None
    return None


def _end_of_group(text: str, at: int, opening: str, closing: str) -> int:
    """Behind the bracket that closes the one at `at`; brackets in texts do not count."""
    depth, quote = 0, ""
    while at < len(text):
        character = text[at]
        if quote:
            if character == "\\":
                at += 1
            elif character == quote:
                quote = ""
        elif character in "'\"`":
            quote = character
        elif character == opening:
            depth += 1
        elif character == closing and text[at - 1] != "=":  # not of an arrow function
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    return at
