#!/usr/bin/env python3
"""
How long weir takes from its start until it is ready (/readyz answers 200, frames are being captured), beside the least
server that Vert.x makes, and what memory it takes while idle. Prints Markdown. Needs root and iproute2.

  mvn package && src/bench/start-times.py [--java java --java /other/bin/java] [--rounds 5] [--jar target/weir.jar]

The two start in turn, in a network namespace of their own, weir capturing on the loopback interface with the ring that is
the default. Times are from the start of the process to the first byte of the answer, medians of all rounds.
"""
import argparse
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time

BARE_PORT = 9300
WEIR_PORT = 9347
PATIENCE_S = 60


def ready(port):
    """Whether the first line of the answer says 200."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n\r\n" % port)
            return connection.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def start(command, port, environment=None):
    """Process, seconds of clock and of processor until it is ready."""
    begun = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while not ready(port):
        if process.poll() is not None or time.monotonic() - begun > PATIENCE_S:
            process.kill()
            raise SystemExit(f"{' '.join(command)} does not get ready: {process.stderr.read().decode()}")
        time.sleep(0.002)
    seconds = time.monotonic() - begun
    with open(f"/proc/{process.pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return process, seconds, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def end(process):
    """Ends it; what it has told on standard error."""
    process.terminate()
    return process.communicate(timeout=30)[1].decode()


def resident_mib(pid):
    """Resident memory: all, and of the ring."""
    total = ring = 0
    with open(f"/proc/{pid}/smaps") as file:
        for line in file:
            head = re.match(r"[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \d+\s*(.*)", line)
            if head:
                name = head[1]
            elif line.startswith("Rss:"):
                resident = int(line.split()[1]) / 1024
                total += resident
                if name.startswith("socket:"):
                    ring += resident
    return total, ring


def version(java):
    text = subprocess.run([java, "-version"], stderr=subprocess.PIPE, text=True).stderr
    return re.search(r'version "(\d+)', text).group(1)


def measure(options):
    environment = dict(os.environ, WEIR_CAPTURE_INTERFACES="lo", WEIR_SERVE_PORT=str(WEIR_PORT))
    memory = []
    print("| JDK | bare Vert.x ms | weir ms | ratio | CPU ratio |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for java in options.java:
        bare_command = [java, "-cp", os.pathsep.join([options.jar, options.tests]), "io.weir.bench.BareServer"]
        rounds = []
        for number in range(options.rounds + 1):
            bare, bare_s, bare_cpu_s = start([*bare_command, str(BARE_PORT)], BARE_PORT)
            bare_mib, _ = resident_mib(bare.pid)
            end(bare)
            weir, weir_s, weir_cpu_s = start([java, "-jar", options.jar], WEIR_PORT, environment)
            if number == options.rounds:
                time.sleep(options.idle)
                memory.append((version(java), bare_mib, resident_mib(weir.pid), end(weir)))
            else:
                end(weir)
            if number > 0:  # the first round fills the page cache
                rounds.append((bare_s, weir_s, weir_s / bare_s, weir_cpu_s / bare_cpu_s))
        bare_s, weir_s, ratio, cpu_ratio = (statistics.median(column) for column in zip(*rounds))
        print(f"| {version(java)} | {bare_s * 1e3:.0f} | {weir_s * 1e3:.0f} | {ratio:.2f} | {cpu_ratio:.2f} |", flush=True)
    print(f"\nIdle for {options.idle:g} s, resident MiB, of that the ring; and the budget of all buffers that weir printed (the runtime\n"
          "itself comes on top, of which a bare Vert.x server tells the size):\n")
    print("| JDK | bare Vert.x | weir | ring | budget |")
    print("| --- | ---: | ---: | ---: | --- |")
    for name, bare_mib, (total, ring), text in memory:
        budget = re.search(r"memory of all buffers is (.*)", text)
        print(f"| {name} | {bare_mib:.0f} | {total:.0f} | {ring:.0f} | {budget[1] if budget else '?'} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--java", action="append", help="a java program; repeatable; the one on the path by default")
    parser.add_argument("--jar", default="target/weir.jar")
    parser.add_argument("--tests", default="target/test-classes", help="where the bare server is")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--idle", type=float, default=10, help="seconds before memory is looked at")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.inside:
        os.execvp("unshare", ["unshare", "--net", sys.executable, *sys.argv, "--inside"])
    options.java = [shutil.which(java) or java for java in options.java or ["java"]]
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} processors, load {load:.1f} before\n")
    measure(options)


if __name__ == "__main__":
    main()
