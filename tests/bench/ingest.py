"""Taking in a batch, beside the raw work that it cannot do without.

    python3 tests/bench/ingest.py BATCH RAWBENCH [ROUNDS]

RAWBENCH is a program that writes each file of a folder as a durable one-file OCFL
object (`ocfl SRC OUT THREADS`), copies and digests it durably (`ingest SRC OUT
THREADS each`) and indexes texts by tantivy (`index JSONL DIR bigram`). All stages run
in turn, ROUNDS times; medians and ratios of medians are printed.
"""

import csv
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from time import sleep

from common import LANTAI, Archive, median, timed


def extraction(batch, texts=None):
    """Reads the text of every file by two of our own children and nothing else."""
    files = sorted(path for path in (batch / "files").rglob("*") if path.is_file())
    turn, lock, found = iter(files), threading.Lock(), {}

    def work():
        child = subprocess.Popen(
            [LANTAI, "extract-child"],
            env={"LANTAI_CHILD_MEMORY": str(2 << 30)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        while True:
            with lock:
                path = next(turn, None)
            if path is None:
                break
            request = json.dumps({"Extract": {"path": os.fsencode(path).hex(), "name": path.name}}).encode()
            child.stdin.write(struct.pack("<I", len(request)) + request)
            child.stdin.flush()
            (length,) = struct.unpack("<I", child.stdout.read(4))
            answer = child.stdout.read(length)
            if texts is not None:
                reading = json.loads(answer)["Reading"]
                found[path.stem] = "".join(reading["Read"]["pages"]) if "Read" in reading else ""
        child.stdin.close()
        child.wait()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if texts is not None:
        with open(batch / "catalogue.csv", encoding="utf-8-sig", newline="") as lines, open(texts, "w") as out:
            for row in csv.DictReader(lines):
                out.write(json.dumps({**row, "text": found.get(row["档号"], "")}, ensure_ascii=False) + "\n")


def settle(folder):
    """Removes what a stage left, and waits until the disk is quiet: ext4 keeps away from
    inodes that were freed within the last five seconds, which makes new files slow."""
    shutil.rmtree(folder)
    os.sync()
    sleep(6)


def main():
    if sys.argv[1] == "--extract":
        return extraction(Path(sys.argv[2]))
    batch, raw = Path(sys.argv[1]), sys.argv[2]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    figures = {}

    def note(name, ran, **more):
        print(f"  {name:28} {ran['wall']:7.2f} s wall {ran['cpu']:7.2f} s CPU {ran['peak']:7.0f} MiB", flush=True)
        for key, value in {**{k: ran[k] for k in ("wall", "cpu", "peak")}, **more}.items():
            figures.setdefault((name, key), []).append(value)

    with tempfile.TemporaryDirectory(dir=os.environ.get("LANTAI_BENCH_WORK")) as work:
        work = Path(work)
        extraction(batch, work / "texts.jsonl")
        for turn in range(rounds):
            print(f"round {turn + 1}")
            for name, arguments in (("raw ocfl", ["ocfl", "OUT", "8"]), ("raw ingest", ["ingest", "OUT", "8", "each"])):
                verb, out, *rest = arguments
                note(name, timed([raw, verb, str(batch / "files"), str(work / out), *rest]))
                settle(work / out)
            note("raw text", timed([sys.executable, __file__, "--extract", str(batch)]))
            note("raw index", timed([raw, "index", str(work / "texts.jsonl"), str(work / "index"), "bigram"]))
            for name, arguments in (
                ("checks alone", ["--dry-run", "--yes"]),
                ("durable", ["--yes", "--no-text", "--wait", "sealed"]),
                ("searchable", ["--yes"]),
            ):
                archive = Archive(work)
                ran = archive.run("ingest", str(batch), *arguments)
                seconds = json.loads(ran["output"])["seconds"]
                note(name, ran, **{f"s_{phase}": took for phase, took in seconds.items()})
                settle(archive.data.parent)

    of = lambda name, key: median(figures[name, key])
    print(f"\n{batch.name}, {rounds} rounds in turn, medians")
    writing = [of("durable", f"s_{phase}") for phase in ("digests", "stage_and_file", "seal")]
    durable = sum(writing)
    durable_cpu = of("durable", "cpu") - of("checks alone", "cpu")
    print(f"durable (digest {writing[0]:.2f} + stage and file {writing[1]:.2f} + seal {writing[2]:.2f} s): {durable:.2f} s wall")
    print(f"durable ÷ raw ocfl: {durable / of('raw ocfl', 'wall'):.2f} wall")
    print(f"  without the digests of the checks: {(durable - writing[0]) / of('raw ocfl', 'wall'):.2f} wall, "
          f"{durable_cpu / of('raw ocfl', 'cpu'):.2f} CPU (whole command less a dry run)")
    print(f"durable ÷ raw ingest: {durable / of('raw ingest', 'wall'):.2f} wall")
    print(f"whole command with every check ÷ raw ocfl: {of('durable', 'wall') / of('raw ocfl', 'wall'):.2f} wall, "
          f"{of('durable', 'cpu') / of('raw ocfl', 'cpu'):.2f} CPU")
    searchable = durable + of("searchable", "s_read_and_index")
    floor = durable + of("raw text", "wall") + of("raw index", "wall")
    print(f"searchable ÷ (durable + text alone + tantivy alone): {searchable:.2f} ÷ {floor:.2f} = {searchable / floor:.2f}")
    whole = of("searchable", "wall") / (of("durable", "wall") + of("raw text", "wall") + of("raw index", "wall"))
    print(f"  whole commands, checks on both sides: {whole:.2f}")
    print(f"peak MiB: durable {of('durable', 'peak'):.0f}, searchable {of('searchable', 'peak'):.0f}, "
          f"raw ocfl {of('raw ocfl', 'peak'):.0f}, raw index {of('raw index', 'peak'):.0f}")


main()
