"""Dry runs of catalogues without files, and the list of defects of a bad one.

    python3 tests/bench/dry_run.py [CSV_ROWS] [XLSX_ROWS] [ROUNDS]

The catalogues are made here: every row on paper, its texts its own (an XLSX shares them, so
that they are more than memory holds). Bounds: 100,000 rows of CSV in 10 s; an XLSX of a
million rows read at 100,000 rows/s, its memory flat; the defects of a sheet of 5,000 rows
as a workbook in 0.3 s."""

import itertools
import json
import re
import sys
import tempfile
import urllib.request
import zipfile
from pathlib import Path
from time import monotonic
from xml.sax.saxutils import escape

from common import LANTAI, Archive, Postgres, median, timed

HEADER = ["档号", "题名", "责任者", "文号", "日期", "保管期限", "密级", "页数", "备注", "载体", "盒号", "库位"]


def row(n):
    # A thousand classes, so that serials stay within four digits.
    code = f"X00{n % 4 + 1}-WS·{2001 + n // 4 % 10}-Y-B{n // 40 % 25:02}-{n // 1_000 + 1:04}"
    title = f"关于第{n}号事项办理情况的报告及有关材料的通知"
    return [code, title, f"第{n % 97}局", f"局发〔{2001 + n // 4 % 10}〕{n}号", f"{2001 + n // 4 % 10}0614", "永久", "公开",
            str(n % 40 + 1), "", "纸质", str(n // 50), f"{n % 9}-{n % 31}"]


def write_csv(path, rows):
    with open(path, "w", encoding="utf-8-sig", newline="") as out:
        out.write(",".join(HEADER) + "\r\n")
        for n in range(1, rows + 1):
            out.write(",".join(row(n)) + "\r\n")


def write_xlsx(path, rows):
    xlsx_of(path, HEADER, (row(n) for n in range(1, rows + 1)))


def xlsx_of(path, header, rows):
    """As Excel does: texts in the order in which they are first met, named by their number."""
    known, texts = {}, tempfile.TemporaryFile("w+", encoding="utf-8")

    def number(text):
        if text not in known:
            known[text] = len(known)
            texts.write(f"<si><t>{escape(text)}</t></si>")
        return known[text]

    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    pack = "http://schemas.openxmlformats.org/package/2006/relationships"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'<worksheet xmlns="{main}"><sheetData>'.encode())
            for at, cells in enumerate(itertools.chain([header], rows), 1):
                line = [f'<row r="{at}" spans="1:{len(header)}">']
                for column, text in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", cells):
                    if text.isdigit() and header["ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(column)] == "页数":
                        line.append(f'<c r="{column}{at}"><v>{text}</v></c>')
                    elif text:
                        line.append(f'<c r="{column}{at}" t="s"><v>{number(text)}</v></c>')
                sheet.write(("".join(line) + "</row>").encode())
            sheet.write(b"</sheetData></worksheet>")
        with book.open("xl/sharedStrings.xml", "w", force_zip64=True) as shared:
            shared.write(f'<sst xmlns="{main}" uniqueCount="{len(known)}">'.encode())
            texts.seek(0)
            while block := texts.read(1 << 20):
                shared.write(block.encode())
            shared.write(b"</sst>")
        book.writestr("xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets>'
                      '<sheet name="目录" sheetId="1" r:id="rId1"/></sheets></workbook>')
        book.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{pack}">'
                      f'<Relationship Id="rId1" Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/>'
                      f'<Relationship Id="rId2" Type="{rel}/sharedStrings" Target="sharedStrings.xml"/></Relationships>')
        book.writestr("_rels/.rels", f'<Relationships xmlns="{pack}"><Relationship Id="rId1" '
                      f'Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>')
        book.writestr("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
                      '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                      f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
                      f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/>'
                      f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/></Types>')


def bad_csv(path, rows):
    """One good row; every other without a title, with a date that is none and no file."""
    with open(path, "w", encoding="utf-8-sig", newline="") as out:
        out.write(",".join(HEADER) + "\r\n" + ",".join(row(1)) + "\r\n")
        for n in range(2, rows + 2):
            cells = row(n)
            cells[1], cells[4], cells[9] = "", "20110631", ""
            out.write(",".join(cells) + "\r\n")


def folder(work, name, write, rows, ending):
    place = work / name
    place.mkdir()
    write(place / f"catalogue.{ending}", rows)
    return place


def main():
    csv_rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    xlsx_rows = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    figures = {}

    def note(name, value):
        print(f"  {name:48} {value:.2f}", flush=True)
        figures.setdefault(name, []).append(value)

    with tempfile.TemporaryDirectory() as work, Postgres() as postgres:
        work = Path(work)
        sheets = [
            ("csv", csv_rows, folder(work, "csv", write_csv, csv_rows, "csv")),
            ("xlsx", csv_rows, folder(work, "few", write_xlsx, csv_rows, "xlsx")),
            ("xlsx", xlsx_rows, folder(work, "many", write_xlsx, xlsx_rows, "xlsx")),
        ]
        bad = folder(work, "bad", bad_csv, 5_000, "csv")
        for turn in range(rounds):
            print(f"round {turn + 1}")
            for engine in ("sqlite", "postgres"):
                archive = Archive(work, None if engine == "sqlite" else postgres.database())
                for kind, rows, place in sheets:
                    args = [LANTAI, "ingest", str(place), "--dry-run", "--yes", "--json", "--data", str(archive.data)]
                    ran = timed(args, env=archive.environment)
                    said = json.loads(ran["output"])
                    # What it would make stands among the findings; nothing else may.
                    assert said["rows"] == rows and not said["defects"], {k: v for k, v in said.items() if k != "defects"}
                    name = f"{engine}: dry run of {rows} rows of {kind}"
                    note(f"{name} s", ran["wall"])
                    note(f"{name}: catalogue s", said["seconds"]["catalogue"])
                    note(f"{name}: peak MiB", ran["peak"])
                archive.run("ingest", str(bad), "--yes", "--accept-good", "--wait", "filed")
                with archive.serve() as server:
                    batch = server.get("/api/v1/batches")["items"][0]["batch"]
                    asked = urllib.request.Request(f"http://{server.address}/batches/{batch}/defects.xlsx",
                                                   headers={"cookie": server.cookie})
                    begun = monotonic()
                    sheet = urllib.request.urlopen(asked).read()
                    note(f"{engine}: defects of 5,000 rows as a workbook s", monotonic() - begun)
                    assert re.match(rb"PK", sheet)
                archive.remove()
    print(f"\n{rounds} rounds in turn, medians")
    for name, values in figures.items():
        print(f"{name:60} {median(values):.2f}")


if __name__ == "__main__":
    main()
