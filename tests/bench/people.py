#!/usr/bin/env python3
"""What permission costs: python3 tests/bench/people.py BATCH

Two hundred people at once sign in and look at a record: the 95th of a hundred in
milliseconds, and how many answers were errors. Then one search by two people who find
the same: an archivist, whose grant is the whole, and a reader whose reach is put together
from eight grants; the medians, turn by turn, and their quotient.
"""

import json
import statistics
import sys
import threading
import time
import urllib.request
from pathlib import Path

from common import Archive, Server

PEOPLE = 200
TURNS = 300
QUERIES = ["关于", "通知", "水利 工程", "年度:1990..2020", "会议 NOT 通知"]


def call(server, path, cookie, body=None, method=None):
    request = urllib.request.Request(
        f"http://{server.address}{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"cookie": cookie, "content-type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request) as answer:
        text = answer.read()
        return json.loads(text) if text.startswith(b"{") else text


def at_once(work):
    """Runs `work(number)` for everybody at the same moment; milliseconds of each, and
    how many failed."""
    times, failed, gate = [], [], threading.Barrier(PEOPLE)

    def one(number):
        gate.wait()
        begun = time.perf_counter()
        try:
            work(number)
        except Exception as error:  # noqa: BLE001 - counted, and shown below
            failed.append(str(error))
        times.append((time.perf_counter() - begun) * 1000)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(PEOPLE)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    times.sort()
    return {"p50_ms": round(times[PEOPLE // 2], 1), "p95_ms": round(times[PEOPLE * 95 // 100], 1), "errors": len(failed),
            "said": failed[:3]}


def main():
    batch, work = Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else "/tmp")
    archive = Archive(work)
    archive.run("ingest", str(batch), "--yes", "--accept-good", "--wait", "read")
    with Server(archive) as server:
        officer = server.sign_in(next(one for one in archive.accounts if one["role"] == "security"))
        accounts = []
        for number in range(PEOPLE):
            added = call(server, "/api/v1/people", officer, {"name": f"p{number}", "role": "staff", "clearance": 0})
            accounts.append({"name": f"p{number}", "password": added["password"], "id": added["id"]})
        for account in accounts:
            server.sign_in(account)
        sessions = [None] * PEOPLE

        def sign_in(number):
            sessions[number] = server.sign_in(accounts[number])

        signing = at_once(sign_in)
        hit = server.get("/api/v1/search", q="关于")["hits"][0]
        record = at_once(lambda number: call(server, f"/records/{hit['id']}", sessions[number]))

        # The same reach, put together: each fonds' half by years, and his own department's.
        reader = accounts[0]
        for grant in call(server, f"/api/v1/grants?person={reader['id']}", officer)["items"]:
            call(server, f"/api/v1/grants/{grant['id']}", officer, method="DELETE")
        for first in range(1900, 2100, 25):
            call(server, "/api/v1/grants", officer, {
                "person": reader["id"], "functions": ["search", "read"], "year_from": first, "year_to": first + 24,
            })
        times = {"whole": [], "eight grants": []}
        for turn in range(TURNS):
            query = QUERIES[turn % len(QUERIES)]
            totals = set()
            for name, cookie in (("whole", server.cookie), ("eight grants", sessions[0])):
                server.cookie, kept = cookie, server.cookie
                begun = time.perf_counter()
                totals.add(server.get("/api/v1/search", q=query)["total"])
                times[name].append((time.perf_counter() - begun) * 1000)
                server.cookie = kept
            assert len(totals) == 1, f"{query}: {totals}"
        medians = {name: round(statistics.median(each), 2) for name, each in times.items()}
        print(json.dumps({
            "sign_in": signing, "record_page": record, "search_p50_ms": medians,
            "ratio": round(medians["eight grants"] / medians["whole"], 3),
        }, ensure_ascii=False, indent=1))
    archive.remove()


if __name__ == "__main__":
    main()
