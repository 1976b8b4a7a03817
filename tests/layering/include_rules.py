"""Turns the table in core/README.md and the sources into a list of the includes that the table does not allow."""

import dataclasses
import pathlib
import re

_ROW = re.compile(r"^\|\s*`?(?P<folder>\w+)/`?\s*\|(?P<cells>.*)\|\s*$")
_INCLUDE = re.compile(r'^\s*#\s*include\s*(?P<target>["<][^">]+[">])')
_SOURCES = ("*.h", "*.cpp")

# What a host may include of this project besides its own folder: the core by its public paths, never another host.
_HOSTS = ("wasm", "native-server")
_STANDARD_HEADER = re.compile(r"<[a-z0-9_]+>")


@dataclasses.dataclass(frozen=True)
class Breach:
    path: pathlib.Path
    line: int
    target: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: includes {self.target}: {self.reason}"


def read_table(readme: str) -> dict[str, set[str]]:
    """The folders of core/mqtt, each with those that it may include, from the rows `| folder/ | ... | may include |`."""
    table = {}
    for line in readme.splitlines():
        row = _ROW.match(line)
        if row:
            allowed = row["cells"].split("|")[-1]
            table[row["folder"]] = set(re.findall(r"[a-z_]+", allowed))
    return table


def core_breaches(core: pathlib.Path, table: dict[str, set[str]]) -> list[Breach]:
    """Includes in core/mqtt/FOLDER of anything but FOLDER, what its row names, and the standard library."""
    breaches = []
    for path, line, target in _includes(core / "mqtt"):
        folders = path.relative_to(core / "mqtt").parts[:-1]
        if not folders:
            continue  # mqtt.h, which an embedder includes, names everything.
        reason = _core_objection(folders[0], target, table)
        if reason:
            breaches.append(Breach(path, line, target, reason))
    return breaches


def _core_objection(folder: str, target: str, table: dict[str, set[str]]) -> str | None:
    if folder not in table:
        return f"core/README.md has no row for {folder}/"
    if _STANDARD_HEADER.fullmatch(target):
        return None
    parts = target[1:-1].split("/")
    if target[0] == "<" or parts[0] != "mqtt" or len(parts) < 3:
        return 'core includes the standard library and "mqtt/FOLDER/FILE.h" only'
    if parts[1] == folder or parts[1] in table[folder]:
        return None
    return f"{folder}/ may include {', '.join(sorted(table[folder])) or 'nothing else'}"


def host_breaches(root: pathlib.Path) -> list[Breach]:
    """Includes in one host of another host's files, and ways round the include root of the core."""
    breaches = []
    for host in _HOSTS:
        others = [other for other in _HOSTS if other != host]
        for path, line, target in _includes(root / host):
            resolved = (path.parent / target[1:-1]).resolve()
            names = target[1:-1].split("/")
            foreign = [other for other in others if names[0] == other or resolved.is_relative_to((root / other).resolve())]
            if foreign:
                breaches.append(Breach(path, line, target, f"{host}/ may not include {foreign[0]}/"))
            elif resolved.is_relative_to((root / "core").resolve()):
                breaches.append(Breach(path, line, target, 'the core is included as "mqtt/..."'))
    return breaches


def _includes(folder: pathlib.Path):
    for pattern in _SOURCES:
        for path in sorted(folder.rglob(pattern)):
            for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                include = _INCLUDE.match(text)
                if include:
                    yield path, number, include["target"]
