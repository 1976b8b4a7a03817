"""Turns the table in a part's README and its sources into a list of what they include or import against the table."""

import collections.abc
import dataclasses
import pathlib
import re

_HEADER = re.compile(r"^\|.*\|\s*may (include|import)\s*\|\s*$")
_ROW = re.compile(r"^\|\s*`?(?P<folder>[\w-]+)/`?\s*\|(?P<cells>.*)\|\s*$")
_NAME = re.compile(r"[\w#-]+")
_INCLUDE = re.compile(r'^\s*#\s*include\s*(?P<target>["<][^">]+[">])', re.MULTILINE)
_IMPORT = re.compile(
    r"""^(?:import|export)\b[^;'"=()]*?\bfrom\s*['"](?P<target>[^'"]+)['"]|\bimport\s*\(?\s*['"](?P<late>[^'"]+)['"]""", re.MULTILINE
)
_STANDARD_HEADER = re.compile(r"<[a-z0-9_]+>")

# What a host may include of this project besides its own folder: the core by its public paths, never another host.
_HOSTS = ("wasm", "native-server")


@dataclasses.dataclass(frozen=True)
class Breach:
    path: pathlib.Path
    line: int
    target: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.target}: {self.reason}"


@dataclasses.dataclass(frozen=True)
class Part:
    """A part of the project: where its sources are, and what the name of a thing is that one of them includes.

    `name_of` answers None for what everybody may include, and the text itself for what has no name in the table.
    """

    sources: str
    readme: str
    endings: tuple[str, ...]
    reference: re.Pattern
    name_of: collections.abc.Callable[[pathlib.Path, pathlib.Path, str], str | None]


def _core_name(_root: pathlib.Path, _path: pathlib.Path, target: str) -> str | None:
    if _STANDARD_HEADER.fullmatch(target):
        return None
    parts = target[1:-1].split("/")
    return parts[1] if target[0] == '"' and parts[0] == "mqtt" and len(parts) > 2 else target


def _host_name(_root: pathlib.Path, _path: pathlib.Path, target: str) -> str | None:
    if target[0] == "<":
        return None
    folder = target[1:-1].split("/")[0] if "/" in target else target
    return "core" if folder == "mqtt" else folder


def _js_name(root: pathlib.Path, path: pathlib.Path, target: str) -> str | None:
    if not target.startswith("."):
        return re.split("[/:]", target)[0]
    resolved = (path.parent / target).resolve()
    return resolved.relative_to(root.resolve()).parts[0] if resolved.is_relative_to(root.resolve()) else target


PARTS = {
    "core": Part("core/mqtt", "core/README.md", (".h", ".cpp"), _INCLUDE, _core_name),
    "wasm": Part("wasm", "wasm/README.md", (".h", ".cpp"), _INCLUDE, _host_name),
    "native-server": Part("native-server", "native-server/README.md", (".h", ".cpp"), _INCLUDE, _host_name),
    "js": Part("js/src", "js/README.md", (".ts",), _IMPORT, _js_name),
}


def read_table(readme: str) -> dict[str, set[str]]:
    """Each folder with the names of what it may include, from the rows `| folder/ | ... | may include |`."""
    table: dict[str, set[str]] = {}
    is_inside = False
    for line in readme.splitlines():
        is_inside = bool(_HEADER.match(line)) or (is_inside and line.startswith("|"))
        row = _ROW.match(line) if is_inside else None
        if row:
            allowed = row["cells"].split("|")[-1]
            above = set(table) | set().union(*table.values()) if "all above" in allowed else set()
            table[row["folder"]] = above | set(_NAME.findall(allowed.replace("all above", "")))
    return table


def folders_of(root: pathlib.Path, part: Part) -> set[str]:
    return {path.parts[0] for path in _relative_sources(root, part) if len(path.parts) > 1}


def table_breaches(root: pathlib.Path, part: Part, table: dict[str, set[str]]) -> list[Breach]:
    """What a source in FOLDER includes that is neither in FOLDER nor named by its row."""
    sources = root / part.sources
    breaches = []
    for relative in _relative_sources(root, part):
        if len(relative.parts) == 1:
            continue  # mqtt.h and main.cpp put everything together.
        folder = relative.parts[0]
        path = sources / relative
        for line, target in _references(path, part.reference):
            name = part.name_of(sources, path, target)
            if folder not in table:
                breaches.append(Breach(path, line, target, f"{part.readme} has no row for {folder}/"))
            elif name is not None and name != folder and name not in table[folder]:
                allowed = ", ".join(sorted(table[folder])) or "nothing else"
                breaches.append(Breach(path, line, target, f"{folder}/ may include {allowed}"))
    return breaches


def host_breaches(root: pathlib.Path) -> list[Breach]:
    """Includes in one host of another host's files, and ways round the include root of the core."""
    breaches = []
    for host in _HOSTS:
        others = [other for other in _HOSTS if other != host]
        for relative in _relative_sources(root, PARTS[host]):
            path = root / host / relative
            for line, target in _references(path, _INCLUDE):
                resolved = (path.parent / target[1:-1]).resolve()
                first = target[1:-1].split("/")[0]
                foreign = [o for o in others if first == o or resolved.is_relative_to((root / o).resolve())]
                if foreign:
                    breaches.append(Breach(path, line, target, f"{host}/ may not include {foreign[0]}/"))
                elif resolved.is_relative_to((root / "core").resolve()):
                    breaches.append(Breach(path, line, target, 'the core is included as "mqtt/..."'))
    return breaches


def _relative_sources(root: pathlib.Path, part: Part) -> list[pathlib.Path]:
    sources = root / part.sources
    return sorted(path.relative_to(sources) for path in sources.rglob("*") if path.suffix in part.endings)


def _references(path: pathlib.Path, pattern: re.Pattern):
    text = path.read_text(encoding="utf-8")
    for match in pattern.finditer(text):
        target = next(group for group in match.groups() if group)
        yield text.count("\n", 0, match.start(match.lastgroup)) + 1, target


def read_file_rows(readme: str) -> list[set[str]]:
    """The files that each row of `| name.h, other.* | ... |` names, `name.*` being name.h and name.cpp, from top to bottom."""
    rows = []
    for line in readme.splitlines():
        cell = line.split("|")[1].strip() if line.count("|") > 2 else ""
        names = [name.strip() for name in cell.split(",")]
        if all(re.fullmatch(r"\w+\.(h|cpp|\*)", name) for name in names):
            rows.append({file for name in names for file in _files_named(name)})
    return rows


def _files_named(name: str) -> set[str]:
    return {name[:-1] + ending for ending in ("h", "cpp")} if name.endswith(".*") else {name}


def file_breaches(folder: pathlib.Path, rows: list[set[str]]) -> list[Breach]:
    """Files of a folder without a row, and includes of files of rows below their own."""
    breaches = []
    row_of = {file: at for at, files in enumerate(rows) for file in files}
    for path in sorted([*folder.glob("*.h"), *folder.glob("*.cpp")]):
        if path.name not in row_of:
            breaches.append(Breach(path, 1, path.name, "the README has no row for it"))
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            include = _INCLUDE.match(line)
            target = include["target"][1:-1] if include else ""
            if row_of.get(target, -1) > row_of[path.name]:
                breaches.append(Breach(path, number, target, "its row stands below"))
    return breaches
