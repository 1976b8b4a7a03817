"""Holds every include and import of the project against the layering that the READMEs of its parts declare."""

import pathlib
import tempfile
import unittest

import include_rules

ROOT = pathlib.Path(__file__).resolve().parents[2]
PARTS = include_rules.PARTS
TABLES = {
    name: include_rules.read_table((ROOT / part.readme).read_text(encoding="utf-8")) for name, part in PARTS.items()
}
# What a table may name besides the folders of its own part.
OUTSIDE = {"core": set(), "wasm": {"core"}, "native-server": {"core"}, "js": {"node", "ws", "idb", "#wasm"}}


def folder_with(files: dict[str, str]) -> tempfile.TemporaryDirectory:
    folder = tempfile.TemporaryDirectory()
    for name, text in files.items():
        path = pathlib.Path(folder.name) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


class TheSources(unittest.TestCase):
    def test_each_folder_has_a_row_in_the_table_of_its_part(self):
        for name, part in PARTS.items():
            self.assertEqual(include_rules.folders_of(ROOT, part), TABLES[name].keys(), part.readme)

    def test_each_row_names_rows_above_it_so_that_no_folders_include_each_other(self):
        for name, table in TABLES.items():
            known = set(OUTSIDE[name])
            for folder, allowed in table.items():
                self.assertEqual(allowed - known, set(), f"{name}: {folder}/")
                known.add(folder)

    def test_each_part_includes_only_what_its_table_allows(self):
        for name, part in PARTS.items():
            with self.subTest(name):
                breaches = include_rules.table_breaches(ROOT, part, TABLES[name])
                self.assertEqual([str(breach) for breach in breaches], [])

    def test_each_file_of_the_wasm_edge_includes_only_files_of_rows_above_it(self):
        rows = include_rules.read_file_rows((ROOT / "wasm/README.md").read_text(encoding="utf-8"))
        self.assertGreater(len(rows), 10)
        self.assertEqual(include_rules.file_breaches(ROOT / "wasm", rows), [])

    def test_no_host_includes_another_host(self):
        self.assertEqual([str(breach) for breach in include_rules.host_breaches(ROOT)], [])


class TheTable(unittest.TestCase):
    def test_gives_what_each_row_allows(self):
        text = "| folder | may include |\n|---|---|\n| base/ | |\n| codec/ | base, `x:` |\n| top/ | all above `#y` |\n"
        expected = {"base": set(), "codec": {"base", "x"}, "top": {"base", "codec", "x", "#y"}}
        self.assertEqual(include_rules.read_table(text), expected)

    def test_is_the_one_that_says_what_may_be_included(self):
        self.assertEqual(include_rules.read_table("| folder | size |\n|---|---|\n| base/ | small |\n"), {})


class TheRules(unittest.TestCase):
    table = {"base": set(), "codec": {"base", "core", "node"}}

    def breaches_of(self, part: str, path: str, text: str) -> list[str]:
        with folder_with({f"{PARTS[part].sources}/{path}": text}) as root:
            return [b.target for b in include_rules.table_breaches(pathlib.Path(root), PARTS[part], self.table)]

    def test_an_include_along_the_table_is_allowed(self):
        self.assertEqual(self.breaches_of("core", "codec/a.h", '#include <span>\n#include "mqtt/base/b.h"\n'), [])
        self.assertEqual(self.breaches_of("native-server", "codec/a.h", '#include "base/b.h"\n#include "mqtt/x/y.h"\n'), [])
        self.assertEqual(self.breaches_of("js", "codec/a.ts", "import { b } from '../base/b.ts';\nimport 'node:fs';\n"), [])

    def test_an_include_against_the_table_is_found(self):
        self.assertEqual(self.breaches_of("core", "base/a.h", '#include "mqtt/codec/b.h"\n'), ['"mqtt/codec/b.h"'])
        self.assertEqual(self.breaches_of("native-server", "base/a.h", '#include "codec/b.h"\n'), ['"codec/b.h"'])
        self.assertEqual(self.breaches_of("native-server", "base/a.h", '#include "mqtt/x/y.h"\n'), ['"mqtt/x/y.h"'])

    def test_each_form_of_an_import_against_the_table_is_found(self):
        texts = [
            "import type { b } from '../codec/b.ts';\n",
            "export * from '../codec/b.ts';\n",
            "import {\n  b,\n  c,\n} from '../codec/b.ts';\n",
            "type B = import('../codec/b.ts').B;\n",
            "import fs from 'node:fs';\n",
            "import { b } from '../../../wasm/b.ts';\n",
        ]
        for text in texts:
            with self.subTest(text):
                self.assertEqual(len(self.breaches_of("js", "base/a.ts", text)), 1)

    def test_a_breach_names_its_line(self):
        with folder_with({"js/src/base/a.ts": "// First.\nimport 'ws';\n"}) as root:
            breaches = include_rules.table_breaches(pathlib.Path(root), PARTS["js"], self.table)
        self.assertEqual([breach.line for breach in breaches], [2])

    def test_a_folder_without_a_row_is_found(self):
        self.assertEqual(self.breaches_of("core", "new/a.h", "#include <span>\n"), ["<span>"])

    def test_a_system_header_in_the_core_is_found(self):
        self.assertEqual(self.breaches_of("core", "base/a.cpp", "#include <sys/socket.h>\n"), ["<sys/socket.h>"])

    def test_a_file_that_includes_one_of_a_row_below_is_found(self):
        rows = include_rules.read_file_rows("| file | what |\n|---|---|\n| a.h | first |\n| b.* | second |\n")
        self.assertEqual(rows, [{"a.h"}, {"b.h", "b.cpp"}])
        files = {"a.h": '#include "b.h"\n', "b.cpp": '#include "a.h"\n#include "b.h"\n', "c.h": ""}
        with folder_with(files) as root:
            targets = [breach.target for breach in include_rules.file_breaches(pathlib.Path(root), rows)]
        self.assertEqual(targets, ["b.h", "c.h"])

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
