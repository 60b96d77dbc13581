#!/usr/bin/env python3
"""
What is lost at which rate: tcpdump, weir by packet ring and weir by libpcap listen in turn to the same replay on a veth
pair, in a network namespace of its own. Prints a Markdown table. Needs root, cc, tcpdump and iproute2.

  src/bench/live-rates.py [--rates 50000,100000,200000] [--seconds 4] [--payload 512] [--flows 64]
                          [--weir "java -jar target/weir.jar"]

weir runs whole: capture, decoding, lanes, reassembly of every conversation, service; nobody reads its events. Of its CPU,
the capture thread's share is told too: frames taken from the kernel, decoded, checked and handed over to a lane, which is
what compares with tcpdump's. Rates are comparable within one run only: sender, listener and everything else share the
machine's processors.
"""
import argparse
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
BUFFER_MEBIBYTES = 64
FIRST_PORT = 9347
CAPTURE_THREAD = "weir-capture"


def run(*words):
    subprocess.run(words, check=True)


def cpu_ns(pid, name=""):
    """Processor time of all threads that a process has now and whose name begins so."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/comm") as file:
                wanted = file.read().startswith(name)
            with open(f"/proc/{pid}/task/{task}/schedstat") as file:
                total += int(file.read().split()[0]) if wanted else 0
        except (FileNotFoundError, ProcessLookupError):
            pass
    return total


def arrived():
    """Frames that the receiving interface has counted."""
    with open("/proc/net/dev") as file:
        for line in file:
            if line.strip().startswith("far:"):
                return int(line.split(":")[1].split()[1])
    raise SystemExit("the interface far is gone")


class Tcpdump:
    name = "tcpdump"

    def start(self):
        words = ["tcpdump", "-i", "far", "-n", "-w", "/dev/null", "-B", str(BUFFER_MEBIBYTES << 10)]
        self.process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
        self.process.stderr.readline()
        time.sleep(0.5)
        self.cpu_before = cpu_ns(self.process.pid)

    def finish(self):
        cpu = cpu_ns(self.process.pid) - self.cpu_before
        self.process.send_signal(signal.SIGINT)
        text = self.process.communicate()[1]
        seen = int(re.search(r"(\d+) packets? captured", text).group(1))
        kernel = int(re.search(r"(\d+) packets? dropped by kernel", text).group(1))
        return seen, f"kernel {kernel}", cpu, cpu

    def end(self):
        pass


class Weir:
    def __init__(self, command, backend, port):
        self.name = "weir " + backend
        self.port = port
        environment = dict(
            os.environ,
            WEIR_CAPTURE_INTERFACES="far",
            WEIR_CAPTURE_BACKEND=backend,
            WEIR_CAPTURE_RING_BYTES=f"{BUFFER_MEBIBYTES}MiB",
            WEIR_SERVE_PORT=str(port),
            WEIR_LOG_LEVEL="warn",
        )
        self.process = subprocess.Popen(shlex.split(command), env=environment)
        for attempt in range(100):
            try:
                self.call("GET", "")
                return
            except OSError:
                time.sleep(0.2)
        raise SystemExit("weir does not answer")

    def call(self, method, path):
        url = f"http://127.0.0.1:{self.port}/api/v1/capture{path}"
        request = urllib.request.Request(url, method=method, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def start(self):
        self.before = self.call("POST", "/start")["ledger"]
        self.cpu_before = cpu_ns(self.process.pid)
        self.capture_before = cpu_ns(self.process.pid, CAPTURE_THREAD)

    def finish(self):
        cpu = cpu_ns(self.process.pid) - self.cpu_before
        capture_cpu = cpu_ns(self.process.pid, CAPTURE_THREAD) - self.capture_before
        capture = self.call("POST", "/stop")
        after = capture["ledger"]
        change = {key: after[key] - self.before[key] for key in ("delivered", "droppedByKernel", "droppedAtFullLane")}
        seen = change["delivered"] - change["droppedAtFullLane"]
        full = max(lane["mostUnreadBytes"] / lane["capacityBytes"] for lane in capture["lanes"])
        text = f"kernel {change['droppedByKernel']}, lanes {change['droppedAtFullLane']}, fullest lane {full:.0%}"
        return seen, text, cpu, capture_cpu

    def end(self):
        self.process.terminate()
        self.process.wait(20)


def replay(options, sender, rate, seconds, port):
    words = [sender, "near", rate, seconds, options.flows, options.payload, port]
    output = subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True).stdout
    return json.loads(output)


def measure(options, sender):
    listeners = [Tcpdump()]
    for index, backend in enumerate(("afpacket", "pcap")):
        listeners.append(Weir(options.weir, backend, FIRST_PORT + index))
    try:
        for listener in listeners[1:]:
            listener.call("POST", "/stop")
        port = 10_000
        print("| frames/s asked | listener | frames/s sent | arrived | seen | lost | of that | CPU ns a frame "
              "| of the capture thread | beside tcpdump's |")
        print("| ---: | --- | ---: | ---: | ---: | ---: | --- | ---: | ---: | ---: |")
        for rate in [None, *options.rates]:
            for listener in listeners:
                port = port + options.flows if port < 60_000 else 10_000
                before = arrived()
                listener.start()
                # the first round is for the compiler only, which wants more of it
                if rate:
                    sent = replay(options, sender, rate, options.seconds, port)
                else:
                    replay(options, sender, options.rates[len(options.rates) // 2], 3 * options.seconds, port)
                time.sleep(0.5)
                seen, text, cpu, capture_cpu = listener.finish()
                each = capture_cpu / max(1, seen)
                if listener is listeners[0]:
                    tcpdump_each = each
                frames = arrived() - before
                if rate:
                    print(
                        f"| {rate} | {listener.name} | {sent['sent'] / sent['seconds']:.0f} | {frames} | {seen} "
                        f"| {frames - seen} | {text} | {cpu / max(1, seen):.0f} | {each:.0f} "
                        f"| {each / tcpdump_each:.2f} |",
                        flush=True,
                    )
    finally:
        for listener in listeners:
            listener.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    numbers = lambda text: [int(part) for part in text.split(",")]
    parser.add_argument("--rates", type=numbers, default=[50_000, 100_000, 200_000, 400_000, 800_000])
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--payload", type=int, default=512)
    parser.add_argument("--flows", type=int, default=64)
    parser.add_argument("--weir", default="java -jar target/weir.jar")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.inside:
        # everything, the interfaces included, ends with the namespace
        os.execvp("unshare", ["unshare", "--net", sys.executable, *sys.argv, "--inside"])
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", "near", "type", "veth", "peer", "name", "far")
    for name in ("near", "far"):
        run("ip", "link", "set", name, "addrgenmode", "none")
        run("ip", "link", "set", name, "up")
    with tempfile.TemporaryDirectory() as folder:
        sender = os.path.join(folder, "replay")
        run("cc", "-O2", "-o", sender, os.path.join(HERE, "replay.c"))
        load = os.getloadavg()[0]
        print(f"{os.cpu_count()} processors, load {load:.1f} before; {options.payload} bytes of payload in two of three")
        print(f"frames, {options.flows} conversations, {options.seconds:g} s each; buffers of {BUFFER_MEBIBYTES} MiB\n")
        measure(options, sender)


if __name__ == "__main__":
    main()
