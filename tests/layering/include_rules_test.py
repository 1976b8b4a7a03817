"""Holds every include of the core and its hosts against the layering that core/README.md declares."""

import pathlib
import tempfile
import unittest

import include_rules

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = include_rules.read_table((ROOT / "core/README.md").read_text(encoding="utf-8"))


def folder_with(files: dict[str, str]) -> tempfile.TemporaryDirectory:
    folder = tempfile.TemporaryDirectory()
    for name, text in files.items():
        path = pathlib.Path(folder.name) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


class TheSources(unittest.TestCase):
    def test_each_folder_of_the_core_has_a_row_and_each_row_names_folders_of_the_table(self):
        folders = {path.name for path in (ROOT / "core/mqtt").iterdir() if path.is_dir()}
        self.assertEqual(folders - TABLE.keys(), set())
        for folder, allowed in TABLE.items():
            self.assertEqual(allowed - TABLE.keys(), set(), folder)

    def test_no_two_folders_of_the_core_may_include_each_other(self):
        for folder, allowed in TABLE.items():
            for other in allowed:
                self.assertNotIn(folder, TABLE[other], f"{folder} and {other}")

    def test_the_core_includes_only_what_its_table_allows(self):
        self.assertEqual([str(breach) for breach in include_rules.core_breaches(ROOT / "core", TABLE)], [])

    def test_no_host_includes_another_host(self):
        self.assertEqual([str(breach) for breach in include_rules.host_breaches(ROOT)], [])


class TheRules(unittest.TestCase):
    table = include_rules.read_table("| folder | may include |\n|---|---|\n| base/ | |\n| codec/ | base |\n")

    def breaches_of(self, path: str, text: str) -> list[str]:
        with folder_with({f"core/mqtt/{path}": text}) as root:
            return [b.target for b in include_rules.core_breaches(pathlib.Path(root) / "core", self.table)]

    def test_the_table_is_read_with_what_each_row_allows(self):
        self.assertEqual(self.table, {"base": set(), "codec": {"base"}})

    def test_an_include_along_the_table_is_allowed(self):
        self.assertEqual(self.breaches_of("codec/a.h", '#include <span>\n#include "mqtt/base/b.h"\n'), [])

    def test_an_include_against_the_table_is_found(self):
        self.assertEqual(self.breaches_of("base/a.h", '#include "mqtt/codec/b.h"\n'), ['"mqtt/codec/b.h"'])

    def test_a_folder_without_a_row_is_found(self):
        self.assertEqual(self.breaches_of("new/a.h", "#include <span>\n"), ["<span>"])

    def test_a_system_header_in_the_core_is_found(self):
        self.assertEqual(self.breaches_of("base/a.cpp", "#include <sys/socket.h>\n"), ["<sys/socket.h>"])

    def test_one_host_including_another_is_found(self):
        files = {"wasm/a.cpp": '#include "../native-server/b.h"\n', "native-server/b.h": "#include <wasm/a.h>\n"}
        with folder_with(files) as root:
            targets = [breach.target for breach in include_rules.host_breaches(pathlib.Path(root))]
        self.assertEqual(targets, ['"../native-server/b.h"', "<wasm/a.h>"])

    def test_a_host_reaching_round_the_include_root_of_the_core_is_found(self):
        with folder_with({"wasm/a.cpp": '#include "../core/mqtt/b.h"\n'}) as root:
            self.assertEqual(len(include_rules.host_breaches(pathlib.Path(root))), 1)


if __name__ == "__main__":
    unittest.main()
