"""A catalogue of a million rows and no files, beside raw rows in SQLite.

    python3 tests/bench/catalogue.py CATALOGUE TEXTS RAWBENCH [ROWS] [ROUNDS] [csv,xlsx]

CATALOGUE is a CSV of records, TEXTS the same records as lines of JSON; RAWBENCH is a
program that writes those into one table with an index each for code, number and date, and
a hash-chained line beside each (`sqlite TEXTS DB ROWS 1000 audit`). The catalogue is
handed in as one of paper (a column 载体, no file names), to a server that is asked for a
sign-in and a record's page meanwhile. All stages run in turn, ROUNDS times.
"""

import csv
import json
import os
import re
import sys
import tempfile
import threading
import urllib.request
from pathlib import Path
from time import monotonic, sleep

from common import LANTAI, Archive, Postgres, median, timed
from dry_run import xlsx_of


def on_paper(source, folder, rows):
    """The first rows of the catalogue, all on paper; and a second folder with one of them."""
    folder.mkdir()
    with open(source, encoding="utf-8-sig", newline="") as lines, \
            open(folder / "catalogue.csv", "w", encoding="utf-8-sig", newline="") as out:
        reader = csv.DictReader(lines)
        names = [name for name in reader.fieldnames if name != "文件名"] + ["载体"]
        writer = csv.DictWriter(out, names, extrasaction="ignore", lineterminator="\r\n")
        writer.writeheader()
        for _, row in zip(range(rows), reader):
            writer.writerow({**row, "载体": "纸质"})
    return folder


def as_workbook(paper, folder):
    """The same catalogue as an XLSX."""
    folder.mkdir()
    with open(paper / "catalogue.csv", encoding="utf-8-sig", newline="") as lines:
        rows = csv.reader(lines)
        header = next(rows)
        xlsx_of(folder / "catalogue.xlsx", header, rows)
    return folder


class Probe(threading.Thread):
    """Signs in and looks at a record, again and again; what took longest."""

    def __init__(self, server, account, record):
        super().__init__(daemon=True)
        self.server, self.account, self.record = server, account, record
        self.sign_ins, self.pages, self.going = [], [], True

    def run(self):
        while self.going:
            begun = monotonic()
            cookie = self.server.sign_in(self.account)
            self.sign_ins.append(monotonic() - begun)
            begun = monotonic()
            page = urllib.request.Request(
                f"http://{self.server.address}/records/{self.record}", headers={"cookie": cookie}
            )
            urllib.request.urlopen(page).read()
            self.pages.append(monotonic() - begun)
            sleep(0.5)


def memory(process):
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
    return int(found[1]) / 1024


class Progress(threading.Thread):
    """How many rows are filed, and when."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.seen, self.going = server, [], True

    def run(self):
        while self.going:
            newest = self.server.get("/api/v1/batches")["items"][0]
            if newest["rows"] > 1:
                self.seen.append((monotonic(), newest["records"]))
            sleep(0.1)

    def tenths(self, rows):
        """Seconds of the first and of the last tenth of what was seen being filed."""
        tenth = rows // 10
        moving = [pair for pair in self.seen if 0 < pair[1] < rows]

        def at(count):
            for (then, before), (now, after) in zip(moving, moving[1:]):
                if before <= count <= after:
                    return then + (now - then) * (count - before) / max(after - before, 1)
            return None

        first, last = moving[0][1], moving[-1][1]
        return at(first + tenth) - at(first), at(last) - at(last - tenth)


def main():
    source, texts, raw = sys.argv[1:4]
    rows = int(sys.argv[4]) if len(sys.argv) > 4 else 1_000_000
    rounds = int(sys.argv[5]) if len(sys.argv) > 5 else 3
    kinds = sys.argv[6].split(",") if len(sys.argv) > 6 else ["csv", "xlsx"]
    figures = {}

    def note(name, value, form="{:.2f}"):
        print(f"  {name:44} {form.format(value)}", flush=True)
        figures.setdefault(name, []).append(value)

    with tempfile.TemporaryDirectory(dir=os.environ.get("LANTAI_BENCH_WORK")) as work, Postgres() as postgres:
        work = Path(work)
        batch = on_paper(source, work / "paper", rows)
        one = on_paper(source, work / "one", 1)
        text = (one / "catalogue.csv").read_text("utf-8-sig")
        text = re.sub(r"\w{4}-WS·", "Z999-WS·", text)
        (one / "catalogue.csv").write_text(text, "utf-8-sig")
        code = re.search(r"Z999-WS·[^,]+", text)[0]
        batches = {"csv": batch, "xlsx": as_workbook(batch, work / "book") if "xlsx" in kinds else None}
        hundred = on_paper(source, work / "hundred", min(rows, 100_000))
        for turn in range(rounds):
            print(f"round {turn + 1}")
            ran = timed([raw, "sqlite", texts, str(work / "raw.db"), str(rows), "1000", "audit"])
            base = float(re.search(r"rows_per_s=(\d+)", ran["output"])[1])
            note("raw rows/s", base, "{:.0f}")
            for path in work.glob("raw.db*"):
                path.unlink()
            for kind, engine in ((kind, engine) for kind in kinds for engine in ("sqlite", "postgres")):
                batch, name = batches[kind], f"{kind} {engine}"
                archive = Archive(work, None if engine == "sqlite" else postgres.database())
                seen = json.loads(archive.run("ingest", str(one), "--yes", "--wait", "indexed")["output"])
                assert seen["records"] == 1, seen
                dry = timed([LANTAI, "ingest", str(hundred), "--dry-run", "--yes", "--json", "--data", str(archive.data)],
                            env=archive.environment)
                note(f"{name}: dry run of {min(rows, 100_000)} s", dry["wall"])
                with archive.serve() as server:
                    account = next(one for one in archive.accounts if one["role"] == "archivist")
                    record = json.loads(archive.run("show", code)["output"])["id"]
                    idle = memory(server.process)
                    probe = Probe(server, account, record)
                    progress = Progress(server)
                    probe.start()
                    progress.start()
                    begun = monotonic()
                    ran = archive.run("ingest", str(batch), "--yes", "--wait", "filed")
                    took = monotonic() - begun
                    probe.going = progress.going = False
                    probe.join()
                    progress.join()
                    said = json.loads(ran["output"])
                    assert said["records"] == rows, {key: value for key, value in said.items() if key != "defects"}
                    note(f"{name}: rows/s", rows / took, "{:.0f}")
                    note(f"{name}: ÷ raw", rows / took / base)
                    note(f"{name}: check s", said["seconds"]["total"] - said["seconds"]["stage_and_file"])
                    note(f"{name}: file s", said["seconds"]["stage_and_file"])
                    note(f"{name}: growth of memory MiB", memory(server.process) - idle, "{:.0f}")
                    note(f"{name}: longest sign-in s", max(probe.sign_ins))
                    note(f"{name}: longest record page s", max(probe.pages))
                    print(f"  {len(probe.pages)} sign-ins and pages", flush=True)
                first, last = progress.tenths(rows)
                note(f"{name}: last tenth ÷ first", last / first)
                archive.remove()
    print(f"\n{rows} rows, {rounds} rounds in turn, medians")
    for name, values in figures.items():
        print(f"{name:46} {median(values):.2f}")


main()
