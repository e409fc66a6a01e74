"""Every planted query of a batch over HTTP, on both databases: is each record that
holds the words found, and no other?

    python3 tests/bench/recall.py BATCH…       (batches of make_corpus.py --open-only)
"""

import collections
import sys
import tempfile
from pathlib import Path
from time import monotonic

from common import Archive, Postgres

SCORED = "unique few wrapped title docno recno duallayer fullwidth trad pagebreak".split()


def asked(server, batch):
    """Found, wanted and false hits a class; milliseconds a query."""
    tally = collections.defaultdict(lambda: [0, 0, 0])
    took, amiss = [], []
    for line in (batch / "queries.tsv").read_text().splitlines():
        query, kind, codes = line.split("\t")[:3]
        if kind not in SCORED:
            continue
        wanted = set(codes.split(" "))
        begun = monotonic()
        answer = server.get("/api/v1/search", q=query, limit=500)
        took.append((monotonic() - begun) * 1000)
        found = {hit["code"] for hit in answer["hits"]}
        score = tally[kind]
        score[0] += len(found & wanted)
        score[1] += len(wanted)
        score[2] += len(found - wanted)
        if found != wanted or answer["total"] != len(wanted):
            amiss.append((kind, query, sorted(found ^ wanted)))
    return tally, sorted(took), amiss


def main():
    whole = True
    with tempfile.TemporaryDirectory() as work, Postgres() as postgres:
        for batch in map(Path, sys.argv[1:]):
            for name, url in (("SQLite", None), ("PostgreSQL", postgres.database())):
                archive = Archive(work, url)
                ran = archive.run("ingest", str(batch), "--yes")
                with archive.serve() as server:
                    tally, took, amiss = asked(server, batch)
                print(f"\n{batch.name} on {name}: ingest ended with {ran['status']}, {ran['wall']:.1f} s")
                for kind in SCORED:
                    if kind in tally:
                        found, wanted, false = tally[kind]
                        print(f"  {kind:10} {found:5} of {wanted:5}   false {false}")
                print(f"  {len(took)} queries, median {took[len(took) // 2]:.1f} ms, p95 {took[len(took) * 95 // 100]:.1f} ms")
                for kind, query, codes in amiss[:20]:
                    print(f"  AMISS {kind} {query}: {codes}")
                whole = whole and not amiss and ran["status"] == 0
                archive.remove()
    sys.exit(0 if whole else 1)


main()
