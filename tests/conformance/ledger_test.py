"""Holds docs/conformance.md against the standards' lists of statements, the sources and the tests that it names."""

import pathlib
import tempfile
import unittest

import ledger

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = pathlib.Path(__file__).resolve().parent
STATEMENTS = {
    "MQTT 5.0": ledger.read_statements((FOLDER / "mqtt_5_0.txt").read_text(encoding="utf-8")),
    "MQTT 3.1.1": ledger.read_statements((FOLDER / "mqtt_3_1_1.txt").read_text(encoding="utf-8")),
}
ROWS, FAULTS_OF_FORM = ledger.read_ledger((ROOT / "docs/conformance.md").read_text(encoding="utf-8"))


class TheLists(unittest.TestCase):
    def test_have_as_many_statements_as_the_standards(self):
        self.assertEqual({name: len(numbers) for name, numbers in STATEMENTS.items()},
                         {"MQTT 5.0": 251, "MQTT 3.1.1": 141})

    def test_name_each_statement_once(self):
        for numbers in STATEMENTS.values():
            self.assertEqual(len(numbers), len(set(numbers)))


class TheLedger(unittest.TestCase):
    def test_is_well_formed_and_gives_each_statement_a_test_or_a_reason(self):
        self.assertEqual(FAULTS_OF_FORM, [])

    def test_lists_every_statement_of_each_standard_once_and_none_besides(self):
        for standard, numbers in STATEMENTS.items():
            self.assertEqual(ledger.faults_of_numbers(ROWS, standard, numbers), [])

    def test_names_sources_that_exist(self):
        self.assertEqual(ledger.faults_of_sources(ROWS, ROOT), [])

    def test_names_tests_that_exist(self):
        self.assertEqual(ledger.faults_of_tests(ROWS, ROOT / "tests"), [])

    def test_has_the_differences_of_3_1(self):
        self.assertGreater(len([row for row in ROWS if row.standard == ledger.DIFFERENCES]), 10)

    def test_counts_what_it_says_it_counts(self):
        text = (ROOT / "docs/conformance.md").read_text(encoding="utf-8")
        for standard in ledger.STANDARDS:
            rows = [row for row in ROWS if row.standard == standard]
            tested = [row for row in rows if row.tests]
            untestable = [row for row in rows if not row.tests and row.untestable]
            self.assertIn(f"| {standard} | {len(rows)} | {len(tested)} | {len(untestable)} |", text)

    def test_misses_nothing(self):
        self.assertEqual([f"{row}: missing: {row.missing}" for row in ROWS if row.missing], [])


HEAD = "## MQTT 5.0\n| Statement | Says | Binds | Kept in | Proved by |\n|---|---|---|---|---|\n"


class TheChecks(unittest.TestCase):
    """Each can fail."""

    def faults_of(self, row: str) -> list[str]:
        return ledger.read_ledger(HEAD + row)[1]

    def rows_of(self, *rows: str) -> list[ledger.Row]:
        return ledger.read_ledger(HEAD + "\n".join(rows))[0]

    def test_a_row_is_read(self):
        rows, faults = ledger.read_ledger(
            HEAD + "| MQTT-3.1.4-2 | says | both | `a.cpp`, `b.cpp` | `A.B`, `c.py › d` |\n")
        self.assertEqual(faults, [])
        self.assertEqual((rows[0].number, rows[0].side), ("3.1.4-2", "both"))
        self.assertEqual((rows[0].sources, rows[0].tests), (("a.cpp", "b.cpp"), ("A.B", "c.py › d")))

    def test_tables_outside_the_standards_are_passed_over(self):
        self.assertEqual(ledger.read_ledger("## Reading\n| a | b |\n|---|---|\n| c | d |\n"), ([], []))

    def test_a_statement_with_neither_test_nor_reason_is_found(self):
        self.assertIn("neither a test", self.faults_of("| MQTT-3.1.4-2 | says | both | `a.cpp` | |")[0])

    def test_a_reason_stands_in_for_a_test(self):
        self.assertEqual(self.faults_of("| MQTT-3.1.4-2 | says | client | | untestable: binds the application |"), [])
        row = "| MQTT-3.1.4-2 | says | both | `a.cpp` | missing: the feature |"
        self.assertEqual(self.faults_of(row), [])
        self.assertEqual(self.rows_of(row)[0].missing, "the feature")

    def test_other_words_in_the_place_of_the_tests_are_found(self):
        self.assertIn("only 'untestable", self.faults_of("| MQTT-3.1.4-2 | says | both | `a.cpp` | `A.B` somehow |")[0])

    def test_tests_without_a_source_are_found(self):
        self.assertIn("names no source", self.faults_of("| MQTT-3.1.4-2 | says | both | | `A.B` |")[0])

    def test_a_side_that_does_not_exist_is_found(self):
        self.assertIn("binds 'all'", self.faults_of("| MQTT-3.1.4-2 | says | all | `a.cpp` | `A.B` |")[0])

    def test_a_row_with_another_number_of_cells_is_found(self):
        self.assertIn("5 cells", self.faults_of("| MQTT-3.1.4-2 | says | both | `a.cpp` |")[0])

    def test_numbers_left_out_twice_or_unknown_are_found(self):
        rows = self.rows_of(*(f"| MQTT-{number} | says | both | `a.cpp` | `A.B` |"
                              for number in ("1.1.1-1", "1.1.1-1", "1.1.1-3")))
        self.assertEqual(ledger.faults_of_numbers(rows, "MQTT 5.0", ["1.1.1-1", "1.1.1-2"]),
                         ["MQTT 5.0: 1.1.1-1 is listed 2 times", "MQTT 5.0: 1.1.1-2 is left out",
                          "MQTT 5.0: has no statement 1.1.1-3"])

    def test_sources_and_tests_that_do_not_exist_are_found(self):
        with tempfile.TemporaryDirectory() as name:
            root = pathlib.Path(name)
            (root / "core/mqtt").mkdir(parents=True)
            (root / "core/mqtt/a.cpp").touch()
            (root / "a_test.cpp").write_text("TEST_P(A,\n       B) {}\n// TEST(Not, This)\n", encoding="utf-8")
            (root / "a.test.ts").write_text(
                "it('plain', () => {});\nit.each<[string, (a: number) => void]>([['it(', f()]])(\n  'each %s', f);\n"
                "submit('no test');\n", encoding="utf-8")
            (root / "a_test.py").write_text("    def test_python(self):\n", encoding="utf-8")
            (root / "a.txt").write_text("# no | packet\ntoo long [MQTT-1.5.5-1] | 5.0 | 00 | ok\n", encoding="utf-8")
            good = self.rows_of("| MQTT-1.1.1-1 | says | both | `a.cpp`, `a_test.py` | `A.B`, `a.test.ts › plain`, "
                                "`a.test.ts › each %s`, `a_test.py › test_python`, `a.txt › too long` |")
            bad = self.rows_of("| MQTT-1.1.1-1 | says | both | `b.cpp` | `A.C`, `Not.This`, `a.test.ts › no test`, "
                               "`a_test.py › test_other`, `b.txt › too long`, `a.txt › no` |")
            self.assertEqual(ledger.faults_of_sources(good, root) + ledger.faults_of_tests(good, root), [])
            self.assertEqual(len(ledger.faults_of_sources(bad, root)), 1)
            self.assertEqual(len(ledger.faults_of_tests(bad, root)), 6)


if __name__ == "__main__":
    unittest.main()
