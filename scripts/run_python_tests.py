"""Runs the unittest files (*_test.py) of the folder given and leaves their counts in build/test-results/ as JSON."""

import json
import pathlib
import sys
import unittest


def main() -> int:
    folder = pathlib.Path(sys.argv[1])
    suite = unittest.TestLoader().discover(str(folder), pattern="*_test.py")
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(suite)
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    skipped = len(result.skipped)
    counts = {"passed": max(0, result.testsRun - failed - skipped), "failed": failed, "skipped": skipped}
    report = pathlib.Path("build/test-results") / f"{folder.name}.python.json"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(json.dumps(counts), encoding="utf-8")
    return 0 if result.wasSuccessful() and result.testsRun > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
