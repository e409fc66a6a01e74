"""After the loss of database and index: is everything shown and found as before?

    python3 tests/bench/rebuild.py BATCH       (a batch of make_corpus.py --open-only)
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

from common import Archive, Postgres


def seen(archive, batch):
    """Twenty records shown, fifty searches answered; times of checks masked."""
    queries = [line.split("\t")[0] for line in (batch / "queries.tsv").read_text().splitlines()]
    step = max(1, len(queries) // 50)
    with archive.serve() as server:
        answers = []
        for query in queries[::step][:50]:
            answer = server.get("/api/v1/search", q=query, limit=200)
            answers.append((query, answer["total"], [(h["code"], h["page"], h["snippet"]) for h in answer["hits"]]))
    codes = sorted({hit[0] for answer in answers for hit in answer[2]})
    shown = []
    for code in codes[:: max(1, len(codes) // 20)][:20]:
        record = json.loads(archive.run("show", code)["output"])
        for copy in record["copies"]:
            copy["sealed_at"] = copy["verified_at"] = None
        shown.append(record)
    return answers, shown


def main():
    batch, equal = Path(sys.argv[1]), True
    with tempfile.TemporaryDirectory() as work, Postgres() as postgres:
        for name in ("SQLite", "PostgreSQL"):
            archive = Archive(work, None if name == "SQLite" else postgres.database())
            archive.run("ingest", str(batch), "--yes")
            before = seen(archive, batch)
            shutil.rmtree(archive.data / "index")
            if name == "SQLite":
                for file in archive.data.glob("lantai.db*"):
                    file.unlink()
            else:
                archive.environment["LANTAI__DATABASE__URL"] = postgres.database()
            rebuilt = archive.run("rebuild", "--from-store")
            added = archive.run("user", "add", "重建后", "--role", "archivist")
            archive.accounts = [json.loads(added["output"])]
            after = seen(archive, batch)
            same = [a == b for a, b in zip(before, after)]
            records = json.loads(rebuilt["output"])["records"]
            print(f"{name}: {records} records rebuilt in {rebuilt['wall']:.1f} s, status {rebuilt['status']}; "
                  f"{len(before[0])} searches equal: {same[0]}; {len(before[1])} shown equal: {same[1]}")
            equal = equal and all(same) and rebuilt["status"] == 0
            archive.remove()
    sys.exit(0 if equal else 1)


main()
