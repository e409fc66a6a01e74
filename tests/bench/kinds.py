"""Pages a second by kind of file, from folder to findable, child processes included.

    python3 tests/bench/kinds.py BATCH [ROUNDS] [COPIES]

BATCH holds files of several kinds, `truth.jsonl` saying the kind and the pages of each
record; formats that it has none of are taken from the fixtures of the tests, COPIES (200)
of each. Every kind is a batch of its own, taken in by an archive of its own. A file
without pages counts as one. Both cores are at work where CPU seconds are nearly twice the
wall's."""

import csv
import json
import os
import shutil
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from common import LANTAI, ROOT, Archive, median, timed

FIXTURES = ROOT / "tests/fixtures"


def kinds_of(source):
    """By kind: (code, pages, [(path, name)])."""
    found = defaultdict(list)
    with open(source / "truth.jsonl", encoding="utf-8") as lines:
        for line in lines:
            one = json.loads(line)
            files = [(source / path, Path(path).name) for path, *_ in one["files"]]
            if one["dup_of"] is None and files:
                found[one["kind"]].append((one["recno"], one["pages"] or 1, files))
    return found


def copied(path, copies):
    def one(n):
        code = f"X001-WS·2011-Y-FZF-{n:04}"
        return code, 1, [(path, code + path.suffix)]

    return [one(n) for n in range(1, copies + 1)]


def laid(records, folder):
    """A batch folder of these records, whatever their catalogue said."""
    (folder / "files").mkdir(parents=True)
    with open(folder / "catalogue.csv", "w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["档号", "题名", "责任者", "日期"])
        for number, (code, _, files) in enumerate(records, 1):
            writer.writerow([code, f"关于第{number}号事项的通知", "某局", "20110614"])
            for at, (path, name) in enumerate(files, 1):
                place = folder / "files" / (name if len(files) == 1 else f"{code}/{at:03}{Path(name).suffix}")
                place.parent.mkdir(exist_ok=True)
                shutil.copy(path, place)
    return folder


def main():
    source = Path(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    copies = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    kinds = kinds_of(source)
    for path in sorted([*(FIXTURES / "ofd").glob("hello*.ofd"), *(FIXTURES / "catalogue").glob("sample.*")]):
        if path.suffix in (".ofd", ".ods", ".xls", ".xlsx"):
            kinds[path.suffix[1:]] = copied(path, copies)
    figures = defaultdict(list)
    with tempfile.TemporaryDirectory(dir=os.environ.get("LANTAI_BENCH_WORK")) as work:
        work = Path(work)
        batches = {kind: laid(records, work / kind) for kind, records in kinds.items()}
        for _ in range(rounds):
            for kind, records in kinds.items():
                archive = Archive(work)
                command = [LANTAI, "ingest", str(batches[kind]), "--yes", "--accept-good", "--wait", "read", "--json",
                           "--data", str(archive.data)]
                ran = timed(command, env=archive.environment)
                said = json.loads(ran["output"])
                assert said["records"] >= 0.9 * len(records), (kind, said["records"], said["defects"][:3])
                figures[kind].append((ran["wall"], ran["cpu"], ran["peak"]))
                archive.remove()
    print("| kind | records | pages | pages/s | CPU ÷ wall | peak MiB |\n| --- | --- | --- | --- | --- | --- |")
    for kind, records in kinds.items():
        pages = sum(pages for _, pages, _ in records)
        wall, cpu, peak = sorted(figures[kind])[len(figures[kind]) // 2]
        print(f"| {kind} | {len(records)} | {pages} | {pages / wall:.1f} | {cpu / wall:.2f} | {peak:.0f} |")


main()
