#!/usr/bin/env python3
"""How long after an alert file appears in a watched folder its incident stands at the API of `weft up`, with a company's open window loaded.

Usage: latency.py WEFT [SEED]   (WEFT: the binary). Prints for every file: wall seconds from its appearance and from when it was read to the
incident at the API, and CPU seconds of the process from its appearance on. Exit code 1 when the median CPU time is over a second: wall time depends
on what else the machine does.
"""
import json, os, pathlib, re, signal, statistics, subprocess, sys, tempfile, threading, time, urllib.request

FILES = 5
LIMIT_CPU_S = 1.0
PATIENCE_S = 600


def cpu_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Api:
    def __init__(self, line, link):
        self.base = re.search(r"http://[0-9.:]+", line).group(0)
        opener = urllib.request.build_opener(NoRedirect)
        try:
            opener.open(link)
        except urllib.error.HTTPError as answer:
            self.cookie = answer.headers["set-cookie"].split(";")[0]

    def get(self, path):
        request = urllib.request.Request(self.base + path, headers={"Cookie": self.cookie})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def has(self, host):
        return self.get(f"/api/v1/incidents?q={host}")["total"] > 0


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def until(is_true, what, pause=0.005):
    started = time.monotonic()
    while not is_true():
        if time.monotonic() - started > PATIENCE_S:
            sys.exit(f"no {what}")
        time.sleep(pause)
    return time.monotonic()


class Log:
    """When a line of the process's log came, by what it holds."""

    def __init__(self, stream):
        self.lines = []
        threading.Thread(target=self.follow, args=(stream,), daemon=True).start()

    def follow(self, stream):
        for line in stream:
            self.lines.append((time.monotonic(), line))

    def at(self, text):
        return next((at for at, line in self.lines if text in line), None)


def alerts(number, at_ms):
    """Four grave rules about one computer: an incident by itself."""
    lines = []
    for rule in range(4):
        at = time.strftime("%Y-%m-%dT%H:%M:%S.000000+0000", time.gmtime(at_ms / 1000 + rule - 10))
        alert = {"action": "allowed", "gid": 1, "signature_id": 9000 + rule, "rev": 1, "signature": f"Latency rule {rule}", "category": "Trojan", "severity": 1}
        lines.append(json.dumps({"timestamp": at, "event_type": "alert", "flow_id": number * 10 + rule, "src_ip": f"10.77.0.{number}", "src_port": 40000,
                                 "dest_ip": "192.0.2.77", "dest_port": 443, "proto": "TCP", "alert": alert}))
    return "\n".join(lines) + "\n"


def main():
    weft, seed = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2] if len(sys.argv) > 2 else "1"
    with tempfile.TemporaryDirectory(prefix="weft-latency-") as work:
        work = pathlib.Path(work)
        subprocess.run([weft, "simulate", "case-a", "--seed", seed, "--people", "60", "--days", "21", "--out", work / "company"], check=True, stdout=subprocess.DEVNULL)
        extra = work / "extra"
        extra.mkdir()
        config = work / "weft.toml"
        config.write_text(f'data_dir = "{work}/data"\n[listen]\naddress = "127.0.0.1:0"\n[sources]\nwatch = ["{work}/company/raw", "{extra}"]\n')
        subprocess.run([weft, "up", "--until-idle", "--config", config], check=True, stdout=subprocess.DEVNULL)
        process = subprocess.Popen([weft, "up", "-v", "--config", config], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        log = Log(process.stderr)
        try:
            api = Api(process.stdout.readline(), (work / "data/login-link").read_text().strip())
            newest = api.get("/api/v1/status")["watermark_ms"] + 72 * 3_600_000
            walls, reads, cpus = [], [], []
            for number in range(FILES + 1):
                host = f"10.77.0.{number + 1}"
                part = extra / f".{number}.part"
                part.write_text(alerts(number + 1, newest))
                started, cpu = time.monotonic(), cpu_s(process.pid)
                part.rename(extra / f"alerts-{number}.json")
                seen = until(lambda: api.has(host), f"incident about {host}")
                if number == 0:
                    continue  # the start: everything stored is analysed first
                walls.append(seen - started)
                reads.append(seen - (log.at(f"alerts-{number}.json") or started))
                cpus.append(cpu_s(process.pid) - cpu)
                print(f"file {number}: {walls[-1]:.2f} s, {reads[-1]:.2f} s from reading it, {cpus[-1]:.2f} s CPU", flush=True)
                time.sleep(1)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()
        medians = [statistics.median(times) for times in (walls, reads, cpus)]
        print("median {:.2f} s from the file to the API, {:.2f} s from reading it, {:.2f} s CPU".format(*medians))
        sys.exit(0 if statistics.median(cpus) <= LIMIT_CPU_S else 1)


main()
