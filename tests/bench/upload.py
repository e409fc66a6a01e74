#!/usr/bin/env python3
"""What sending a file costs: python3 tests/bench/upload.py [MIB] [WORK]

One file of MIB (2048) random bytes, in one piece that is broken off and taken up again ten
times; then ten files of a tenth of it at once. For each: how many MiB the server's memory
grew over what it was before (the highest it ever was, and at the end), and wall seconds over
those of a plain copy of the same bytes with fsync on the same disk, just before.
"""

import base64
import json
import os
import socket
import sys
import threading
import time
from pathlib import Path

from common import Archive

MIB = 1 << 20
BROKEN_OFF = 10


def memory(pid, field):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no {field}")


def plain_copy(source, target):
    begun = time.monotonic()
    with open(source, "rb") as read, open(target, "wb") as write:
        while block := read.read(MIB):
            write.write(block)
        write.flush()
        os.fsync(write.fileno())
    wall = time.monotonic() - begun
    os.unlink(target)
    return wall


class Sender:
    def __init__(self, address, cookie):
        host, port = address.rsplit(":", 1)
        self.place, self.cookie = (host, int(port)), cookie

    def ask(self, method, path, headers, body=b""):
        """Status, headers and body of an answer; the connection is used once."""
        with socket.create_connection(self.place) as line:
            self.head(line, method, path, {**headers, "content-length": len(body)})
            line.sendall(body)
            return self.answer(line)

    def head(self, line, method, path, headers):
        fixed = {"host": "x", "cookie": self.cookie, "sec-fetch-site": "same-origin", "connection": "close"}
        lines = "".join(f"{name}: {value}\r\n" for name, value in {**fixed, **headers}.items())
        line.sendall(f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode())

    def answer(self, line):
        said = b""
        while block := line.recv(1 << 16):
            said += block
        head, _, body = said.partition(b"\r\n\r\n")
        first, *rest = head.decode().split("\r\n")
        return int(first.split()[1]), dict(one.lower().split(": ", 1) for one in rest), body

    def tus(self, method, path, headers, body=b""):
        return self.ask(method, path, {"tus-resumable": "1.0.0", **headers}, body)

    def announce(self, batch, path, length):
        metadata = "path " + base64.b64encode(path.encode()).decode()
        headers = {"upload-length": length, "upload-metadata": metadata}
        status, said, body = self.tus("POST", f"/api/v1/batches/{batch}/files", headers)
        assert status == 201, body
        return said["location"]

    def offset(self, place):
        status, said, body = self.tus("HEAD", place, {})
        assert status == 200, (status, body)
        return int(said["upload-offset"])

    def send(self, place, source, length, stop_at):
        """One piece from where the file stands to its end, broken off at `stop_at`."""
        at = self.offset(place)
        with socket.create_connection(self.place) as line, open(source, "rb") as read:
            read.seek(at)
            headers = {"tus-resumable": "1.0.0", "upload-offset": at, "content-length": length - at,
                       "content-type": "application/offset+octet-stream"}
            self.head(line, "PATCH", place, headers)
            while at < stop_at and (block := read.read(min(MIB, stop_at - at))):
                line.sendall(block)
                at += len(block)
            if stop_at < length:
                return
            status, said, body = self.answer(line)
            assert status == 204 and int(said["upload-offset"]) == length, (status, body)

    def whole(self, place, source, length, times):
        for turn in range(times):
            self.send(place, source, length, length * (turn + 1) // (times + 1))
        self.send(place, source, length, length)


def measured(server, work):
    pid = server.process.pid
    before = memory(pid, "VmRSS")
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    begun = time.monotonic()
    work()
    wall = time.monotonic() - begun
    return wall, memory(pid, "VmHWM") - before, memory(pid, "VmRSS") - before


def main():
    mib = int(sys.argv[1]) if len(sys.argv) > 1 else 2048
    work = Path(sys.argv[2] if len(sys.argv) > 2 else "/tmp")
    source, target = work / "lantai-bench-upload", work / "lantai-bench-copy"
    with open(source, "wb") as out:
        for _ in range(mib):
            out.write(os.urandom(MIB))
    length = mib * MIB
    archive = Archive(work)
    with archive.serve() as server:
        answer = send(server, source, target, length)
    archive.remove()
    source.unlink()
    print(json.dumps({"mib": mib, **answer}, indent=2))


def send(server, source, target, length):
    sender = Sender(server.address, server.cookie)
    opened = sender.ask("POST", "/api/v1/batches", {"content-type": "application/json"}, json.dumps({"name": "x"}).encode())
    batch = json.loads(opened[2])["batch"]
    small = sender.announce(batch, "small", MIB)
    sender.send(small, source, MIB, MIB)
    raw = plain_copy(source, target)
    place = sender.announce(batch, "large", length)
    wall, peak, rest = measured(server, lambda: sender.whole(place, source, length, BROKEN_OFF))
    answer = {"raw_s": round(raw, 2), "wall_s": round(wall, 2), "wall_over_raw": round(wall / raw, 2),
              "peak_growth_mib": round(peak, 1), "growth_mib": round(rest, 1)}
    tenth = length // 10
    places = [sender.announce(batch, f"tenth-{n}", tenth) for n in range(10)]

    def ten():
        threads = [threading.Thread(target=sender.whole, args=(one, source, tenth, 1)) for one in places]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]

    wall, peak, rest = measured(server, ten)
    answer["ten_at_once"] = {"wall_s": round(wall, 2), "peak_growth_mib": round(peak, 1), "growth_mib": round(rest, 1)}
    return answer


main()
