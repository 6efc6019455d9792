"""Fails when a file of the package is covered less than a floor: `coverage_floor.py REPORT.json PERCENT`."""

import json
import sys
from pathlib import Path


def main(report: str, floor: float) -> int:
    files = json.loads(Path(report).read_text("utf-8"))["files"]
    below = {name: round(found["summary"]["percent_covered"], 1) for name, found in files.items()}
    below = {name: percent for name, percent in sorted(below.items()) if percent < floor}
    for name, percent in below.items():
        print(f"{name}: {percent} % is below the floor of {floor} %")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], float(sys.argv[2])))
