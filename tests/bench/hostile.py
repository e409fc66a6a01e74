"""Hostile input, a line each: what is wrong with it, and what the archive did.

    python3 tests/bench/hostile.py HOSTILE

HOSTILE is a folder of hostile files with EXPECT.tsv (name, what is wrong). Each is handed
in as it would come: a table as the catalogue of a batch, a ZIP as a batch and as a file,
every other as the file of a record, all in one batch with good ones between; a link, a
pipe and names that lead out of the folder besides. At the end nothing outside the archive
may have changed, and the good records are all there. Ends with 1 where a line is not what
it has to be.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from common import LANTAI, Archive

# What may become of each. `refused`: a defect of its row, nothing of it is kept. `unread`:
# kept as it came, its text not read, and the reason said. `read`: kept, and harmless to
# read. `catalogue`: refused as a catalogue. `rows`: a catalogue whose rows are refused or
# set right, each with its reason.
MAY = {
    "xml-billion-laughs.xml": {"unread", "read"},
    "xml-xxe.xml": {"unread", "read"},
    "docx-billion-laughs.docx": {"refused", "unread"},
    "docx-bomb.docx": {"refused", "unread"},
    "csv-formula.csv": {"rows"},
    "csv-mixed-encoding.csv": {"catalogue", "rows"},
    "csv-huge-field.csv": {"catalogue"},
    "csv-unclosed-quote.csv": {"catalogue", "rows"},
    "xlsx-1e6-columns.xlsx": {"catalogue"},
    "pdf-truncated.pdf": {"refused"},
    "pdf-empty.pdf": {"refused"},
    "pdf-only-header.pdf": {"refused"},
    "pdf-page-loop.pdf": {"refused", "unread"},
    "pdf-xref-loop.pdf": {"refused", "unread", "read"},
    "pdf-deep-nesting.pdf": {"refused", "unread", "read"},
    "pdf-count-lie.pdf": {"refused", "unread", "read"},
    "pdf-flate-bomb.pdf": {"refused", "unread", "read"},
    "pdf-javascript.pdf": {"refused", "unread", "read"},
    "pdf-polyglot-html.pdf": {"refused", "unread", "read"},
    "not-a-pdf.pdf": {"refused"},
    "html-as-txt.txt": {"refused", "read"},
    "svg-script.svg": {"refused", "unread"},
    "png-bomb-50000px.png": {"refused", "unread"},
    "png-lying-header.png": {"refused"},
    "tiff-ifd-loop.tif": {"refused"},
    "tiff-huge-strip.tif": {"refused"},
    "jpeg-truncated.jpg": {"refused"},
    "eml-nested-1000.eml": {"refused", "unread", "read"},
    "档号\u202efdp.exe": {"refused"},
    "txt-gb18030-broken.txt": {"refused", "unread", "read"},
    "txt-utf16le-nobom.txt": {"refused", "unread", "read"},
}
# A file of a record that is a ZIP is kept as it came; nobody opens it.
ZIP = {"refused", "unread"}


class Watch(threading.Thread):
    """The most memory that the commands and their children took, each."""

    def __init__(self):
        super().__init__(daemon=True)
        self.most, self.going = {"command": 0, "child": 0}, True

    def run(self):
        while self.going:
            for status in Path("/proc").glob("[0-9]*/status"):
                try:
                    words = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
                    command = (status.parent / "cmdline").read_bytes()
                except OSError:
                    continue
                if Path(LANTAI).name == words["Name"].strip() and "VmHWM" in words:
                    kind = "child" if b"--data" not in command else "command"
                    self.most[kind] = max(self.most[kind], int(words["VmHWM"].split()[0]) / 1024)
            time.sleep(0.05)


def catalogue(folder, rows):
    with open(folder / "catalogue.csv", "w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(["档号", "题名", "保管期限", "文件名"])
        writer.writerows(rows)


def touched(marker):
    """What changed since the marker outside of temporary and kernel folders."""
    found = subprocess.run(
        ["find", "/etc", "/usr", "/root", "/home", "/opt", "/var", "-xdev", "-newer", str(marker), "-type", "f",
         "-not", "-path", "*/.cache/*", "-not", "-path", "/var/log/*"],
        capture_output=True, text=True, check=False,
    )
    return found.stdout.split("\n")[:-1]


def batch_of_files(hostile, work, expected):
    folder = work / "batch"
    (folder / "files").mkdir(parents=True)
    rows, asked = [], {}

    def add(name, what):
        code = f"X001-WS·2011-Y-BGS-{len(rows) + 1:04}"
        rows.append([code, what, "永久", name])
        asked[len(rows) + 1] = (name, code)

    for number, (name, why) in enumerate(expected.items()):
        if name.startswith("csv-") or name == "xlsx-1e6-columns.xlsx":
            continue
        shutil.copy(hostile / name, folder / "files" / name)
        add(name, why)
        if number % 5 == 0:
            good = f"good-{number}.txt"
            (folder / "files" / good).write_text(f"好文件第{number}份", encoding="utf-8")
            add(good, "a good one")
    (folder / "files" / "link.txt").symlink_to("/etc/passwd")
    add("link.txt", "a link to /etc/passwd")
    os.mkfifo(folder / "files" / "pipe.txt")
    add("pipe.txt", "a pipe that nobody writes to")
    for name in ["../../outside.txt", "/etc/passwd", "..\\..\\outside.txt", "files/../../outside.txt"]:
        add(name, "a name that leads out of the folder")
    (work / "outside.txt").write_text("nobody's", encoding="utf-8")
    catalogue(folder, rows)
    return folder, asked


def run(archive, *arguments):
    """Exit status, what it said."""
    done = archive.run(*arguments)
    try:
        said = json.loads(done["output"])
    except json.JSONDecodeError:
        said = {}
    return done, said


def of_files(archive, hostile, work, expected):
    folder, asked = batch_of_files(hostile, work, expected)
    done, said = run(archive, "ingest", str(folder), "--yes", "--accept-good", "--wait", "read")
    assert done["status"] in (0, 1), done
    defects = {}
    for one in said["defects"]:
        defects.setdefault(one["row"], []).append(one)
    shown = {code: run(archive, "show", code) for _, code in asked.values()}
    lines = []
    with archive.serve() as server:
        for row, (name, code) in asked.items():
            blocking = [one for one in defects.get(row, []) if one["severity"] == "blocking"]
            if blocking:
                lines.append((name, "refused", blocking[0]["reason"]))
                continue
            done_one, record = shown[code]
            if done_one["status"] != 0:
                lines.append((name, "lost", f"no defect and no record: {done_one['status']}"))
                continue
            text = server.get(f"/api/v1/records/{record['id']}")["files"][0]["text"]
            reading = text or {"outcome": "none", "reason": "not read"}
            became = "read" if reading["outcome"] == "text" else "unread"
            lines.append((name, became, reading["reason"] or reading["outcome"]))
    return lines, done["wall"]


def of_batches(archive, hostile, work, names):
    """Tables and ZIPs as they would be handed in."""
    lines = []
    for name in names:
        if name.endswith(".zip"):
            at = hostile / name
        else:
            at = work / f"as-{name}"
            at.mkdir()
            shutil.copy(hostile / name, at / f"catalogue{Path(name).suffix}")
        begun = time.monotonic()
        done, said = run(archive, "ingest", str(at), "--yes", "--dry-run")
        seconds = time.monotonic() - begun
        if said.get("defects"):
            became, why = "rows", said["defects"][0]["reason"]
        else:
            became = "catalogue" if done["status"] not in (0, None) else "taken in"
            why = said.get("detail") or said.get("error") or json.dumps(said, ensure_ascii=False)
        lines.append((name, became, f"{why} ({seconds:.1f} s)"))
    return lines


def main():
    hostile = Path(sys.argv[1])
    lines = (hostile / "EXPECT.tsv").read_text(encoding="utf-8").rstrip("\n").split("\n")
    expected = dict(line.split("\t", 1) for line in lines)
    work = Path(tempfile.mkdtemp(prefix="lantai-hostile-"))
    inside = work / "tmp"
    inside.mkdir()
    os.environ["TMPDIR"] = str(inside)
    marker = work / "marker"
    marker.touch()
    watch = Watch()
    watch.start()
    archive = Archive(work)
    told, seconds = of_files(archive, hostile, work, expected)
    tables = [name for name in expected if name.startswith("csv-") or name.endswith(".xlsx")]
    told += of_batches(archive, hostile, work, tables)
    zips = [name for name in expected if name.endswith(".zip")]
    as_batches = of_batches(archive, hostile, work, zips)
    watch.going = False
    watch.join()

    bad = 0
    why = {**expected}
    for kind, these in (("", told), ("as a batch: ", as_batches)):
        for name, became, reason in these:
            if kind:
                may = {"catalogue", "rows"}
            elif name.startswith("good-"):
                may = {"read"}
            elif name.endswith(".zip"):
                may = ZIP
            else:
                may = MAY.get(name, {"refused"})
            fine = became in may
            bad += not fine
            shown = name.replace("\u202e", "\\u202e")
            print(f"{'met' if fine else 'NOT MET':8}{kind}{shown:32}{became:10}{reason[:150]}  [{why.get(name, '')}]")
    outside = touched(marker)
    left = [str(path) for path in inside.rglob("*") if path.is_file()]
    sound, _ = run(archive, "verify")
    print(f"changed outside: {outside or 'nothing'}; left in the temporary folder: {left or 'nothing'}")
    print(f"verify: {sound['status']}; outside.txt: {(work / 'outside.txt').read_text()}")
    print(f"batch of files: {seconds:.1f} s; most memory, MiB: {watch.most}")
    bad += bool(outside) + bool(left) + (sound["status"] != 0)
    archive.remove()
    shutil.rmtree(work, ignore_errors=True)
    sys.exit(1 if bad else 0)


main()
