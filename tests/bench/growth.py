"""How taking in and looking grow with the archive, from 10,000 to a million records.

    python3 tests/bench/growth.py CATALOGUE [ROWS] [STEP]

CATALOGUE is a CSV of records; they are taken in as on paper, to SQLite. Seconds a record of
the STEP (10,000) rows that follow the first STEP, and of the last STEP; the median of 300
record pages, a random one each, after 2 STEP and at the end, while the server seals what was
filed. The exponent e is of n ** e between the two sizes."""

import csv
import json
import math
import os
import random
import sys
import tempfile
import urllib.request
from pathlib import Path
from time import monotonic

from common import Archive, median


def laid(header, rows, folder):
    folder.mkdir()
    with open(folder / "catalogue.csv", "w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, header, extrasaction="ignore")
        writer.writeheader()
        for row in rows:
            writer.writerow({**row, "载体": "纸质"})
    return str(folder)


def main():
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    step = int(sys.argv[3]) if len(sys.argv) > 3 else 10_000
    with tempfile.TemporaryDirectory(dir=os.environ.get("LANTAI_BENCH_WORK")) as work, \
            open(sys.argv[1], encoding="utf-8-sig", newline="") as lines:
        work, reader = Path(work), csv.DictReader(lines)
        header = [name for name in reader.fieldnames if name != "文件名"] + ["载体"]
        all_rows = [row for _, row in zip(range(rows), reader)]
        # Each part has rows of every fonds and year, as what comes in day by day has.
        random.Random(7).shuffle(all_rows)
        parts = [all_rows[:step], all_rows[step:2 * step], all_rows[2 * step:-step], all_rows[-step:]]
        folders = [laid(header, part, work / f"p{n}") for n, part in enumerate(parts)]
        archive = Archive(work)

        def take_in(folder):
            said = json.loads(archive.run("ingest", folder, "--yes", "--wait", "filed")["output"])
            took = said["seconds"]
            return took["total"] / said["records"], took["stage_and_file"] / said["records"]

        def pages(known):
            codes = random.Random(5).sample([row["档号"] for row in known], 300)
            with archive.serve() as server:
                ids = [json.loads(archive.run("show", code)["output"])["id"] for code in codes]
                took = []
                for one in ids:
                    begun = monotonic()
                    asked = urllib.request.Request(f"http://{server.address}/records/{one}",
                                                   headers={"cookie": server.cookie})
                    urllib.request.urlopen(asked).read()
                    took.append(monotonic() - begun)
                return median(took)

        take_in(folders[0])
        small, small_file = take_in(folders[1])
        small_page = pages(parts[1])
        take_in(folders[2])
        large, large_file = take_in(folders[3])
        large_page = pages(parts[3])
        grown = math.log((rows - step) / (1.5 * step))
        print(f"| what | at {2 * step} | at {rows} | exponent |\n| --- | --- | --- | --- |")
        for what, before, after in (("checked and filed, µs a record", small, large),
                                    ("of that filing, µs a record", small_file, large_file),
                                    ("record page, µs", small_page, large_page)):
            print(f"| {what} | {before * 1e6:.0f} | {after * 1e6:.0f} | {math.log(after / before) / grown:.3f} |")


main()
