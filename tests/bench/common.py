"""What the benchmarks share: a command timed by the kernel's own accounting, an
archive of its own on either database, a server that is asked over HTTP. Python 3's
standard library alone."""

import json
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path
from time import monotonic

ROOT = Path(__file__).resolve().parents[2]
LANTAI = os.environ.get("LANTAI_BIN", str(ROOT / "target/release/lantai"))


def timed(command, **options):
    """Runs to the end; wall seconds, CPU seconds (children included), peak MiB, output."""
    begun = monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **options)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = monotonic() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    return {
        "wall": wall,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak": usage.ru_maxrss / 1024,
        "status": process.returncode,
        "output": output.decode(),
    }


def median(values):
    values = sorted(values)
    return values[len(values) // 2]


class Postgres:
    """A throw-away cluster on a socket; fsync on, as an archive would run it."""

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="lantai-bench-pg-", dir="/tmp"))
        self.bin = max(Path("/usr/lib/postgresql").iterdir(), key=lambda p: int(p.name)) / "bin"
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres")
        self.run("initdb", "--auth=trust", "--locale=C", "--encoding=UTF8", "--username=postgres", "-D", self.data)
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder}"
        self.run("pg_ctl", "-w", "-l", self.folder / "log", "-o", options, "start", "-D", self.data)
        self.count = 0
        return self

    @property
    def data(self):
        return self.folder / "data"

    def run(self, program, *arguments):
        def as_owner():
            if os.getuid() == 0:
                owner = pwd.getpwnam("postgres")
                os.setgid(owner.pw_gid)
                os.setuid(owner.pw_uid)

        subprocess.run(
            [str(self.bin / program), *map(str, arguments)],
            check=True, cwd="/", preexec_fn=as_owner, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )

    def database(self):
        self.count += 1
        self.run("createdb", "-h", self.folder, "-U", "postgres", f"b{self.count}")
        return f"postgres://postgres@{str(self.folder).replace('/', '%2F')}/b{self.count}"

    def __exit__(self, *_):
        self.run("pg_ctl", "-m", "immediate", "-D", self.data, "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


class Archive:
    """An archive in a folder of its own."""

    def __init__(self, work, url=None):
        self.data = Path(tempfile.mkdtemp(prefix="archive-", dir=work)) / "a"
        self.environment = {**os.environ, "LANTAI_LOG": "lantai=info"}
        if url:
            self.environment["LANTAI__DATABASE__URL"] = url
        self.accounts = json.loads(self.run("init")["output"])["accounts"]

    def run(self, *arguments):
        command = [LANTAI, *arguments, "--json", "--data", str(self.data)]
        return timed(command, env=self.environment)

    def serve(self):
        return Server(self)

    def remove(self):
        shutil.rmtree(self.data.parent, ignore_errors=True)


class Server:
    def __init__(self, archive):
        self.archive = archive

    def __enter__(self):
        command = [LANTAI, "serve", "--listen", "127.0.0.1:0", "--data", str(self.archive.data)]
        self.process = subprocess.Popen(
            command, env=self.archive.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        for line in self.process.stderr:
            found = re.search(r"serving on http://([0-9.:]+)/", line)
            if found:
                self.address = found[1]
                break
        account = next(one for one in self.archive.accounts if one["role"] == "archivist")
        self.cookie = self.sign_in(account)
        # With a server running, the command line is somebody.
        said = subprocess.run(
            [LANTAI, "login", account["name"], "--json", "--data", str(self.archive.data)],
            input=account["changed"] + "\n", capture_output=True, text=True, check=True, env=self.archive.environment,
        )
        self.archive.environment["LANTAI_TOKEN"] = json.loads(said.stdout)["token"]
        return self

    def sign_in(self, account):
        """The session of an account of `init`; its first password is changed on the way."""
        asked = {"name": account["name"], "password": account.get("changed", account["password"])}
        if "changed" not in account:
            account["changed"] = asked["new_password"] = f"{account['password']} x"
        body = json.dumps(asked).encode()
        request = urllib.request.Request(
            f"http://{self.address}/api/v1/session", data=body, headers={"content-type": "application/json"}
        )
        with urllib.request.urlopen(request) as answer:
            return answer.headers["set-cookie"].split(";")[0]

    def get(self, path, **query):
        address = f"http://{self.address}{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(urllib.request.Request(address, headers={"cookie": self.cookie})) as answer:
            return json.load(answer)

    def __exit__(self, *_):
        del self.archive.environment["LANTAI_TOKEN"]
        self.process.terminate()
        self.process.wait()
        self.process.stderr.close()
