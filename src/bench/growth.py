#!/usr/bin/env python3
"""
Cost as work grows: measures what a packet, or an event, costs with more and more streams, holes, partitions and subscribers,
and draws a small plot of each curve. Prints Markdown. Needs root, iproute2 and curl for the subscribers.

  mvn package && src/bench/growth.py [--out src/docs] [--java java] [--jar target/weir.jar]

Costs are processor time, not time of the clock: threads that wait for each other do not add to them. Streams and holes: decode
and reassemble, one thread, 100 bytes of payload in each packet. Partitions: the whole pipeline from file to subscriber, with
payload. Subscribers: a running weir to which a capture is posted; the readers are processes of their own and not counted.
"""
import argparse
import glob
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

PORT = 9347
PASSES = 16
READERS = [0, 1, 2, 4, 8, 16, 32]
UPLOADS = 20


def say(text):
    print(text, file=sys.stderr, flush=True)


def run(command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def class_path(options):
    """Of the tests: their own classes, those of the program, and the program's libraries from its jar."""
    return os.pathsep.join([*options.classes, options.jar])


def write_capture(path, flows, rounds, payload):
    """Conversations whose every segment is the next one, all bytes zero, checksums right."""
    nothing = bytes(payload)
    addresses = [bytes([10, 0, flow >> 8, flow & 255]) for flow in range(flows)]
    server = bytes([11, 0, 0, 1])

    def packet(out, number, flow, from_client, flags, sequence, acknowledgement, length):
        source, target = (addresses[flow], server) if from_client else (server, addresses[flow])
        ports = (40_000, 80) if from_client else (80, 40_000)
        ip = struct.pack("!BBHIBBH4s4s", 0x45, 0, 40 + length, 0, 64, 6, 0, source, target)
        tcp = struct.pack("!HHIIBBHHH", *ports, sequence, acknowledgement, 0x50, flags, 0xFFFF, 0, 0)
        total = sum(struct.unpack("!10H", tcp)) + sum(struct.unpack("!4H", source + target)) + 6 + 20 + length
        while total >> 16:
            total = (total & 0xFFFF) + (total >> 16)
        tcp = tcp[:16] + struct.pack("!H", ~total & 0xFFFF) + tcp[18:]
        size = 54 + length
        out.write(struct.pack("<IIII", 1_700_000_000 + number // 1_000_000, number % 1_000_000, size, size))
        out.write(bytes(12) + b"\x08\x00" + ip + tcp + nothing[:length])

    number = 0
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        steps = [(True, 0x02, 0, 0, 0), (False, 0x12, 0, 1, 0), (True, 0x10, 1, 1, 0)]
        steps += [(True, 0x10, 1 + at * payload, 1, payload) for at in range(rounds)]
        for step in steps:
            for flow in range(flows):
                packet(out, number, flow, *step)
                number += 1
    return number


def measured_in_one_thread(options):
    curves = {"streams": [], "holes": []}
    say("streams and holes")
    for line in run([options.java, "-Xmx1g", "-cp", class_path(options), "io.weir.bench.GrowthCurves"]).splitlines():
        curve, at, cost = line.split()
        curves[curve].append((int(at), float(cost)))
    return curves


def measured_partitions(options, work):
    path = os.path.join(work, "partitions.pcap")
    packets = write_capture(path, 64, 2500, 1000)
    points = []
    for partitions in options.partitions:
        say(f"partitions: {partitions}")
        out = run([options.java, "-Xmx512m", "-cp", class_path(options), "io.weir.PipelineFile", path,
                   str(partitions), "payload", str(PASSES)])
        costs = [float(cpu) / packets * 1e9 for cpu in re.findall(r"cpu ([\d.]+) s", out)]
        warm = sorted(costs[PASSES // 2:])
        points.append((partitions, warm[len(warm) // 2]))
    return points


class Service:
    def __init__(self, options):
        environment = dict(os.environ, WEIR_CAPTURE_INTERFACES="lo", WEIR_SERVE_PORT=str(PORT), WEIR_LOG_LEVEL="error")
        self.process = subprocess.Popen([options.java, "-jar", options.jar], env=environment, stderr=subprocess.DEVNULL)
        for attempt in range(200):
            try:
                self.get("/readyz")
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("weir does not get ready")

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}", timeout=20) as answer:
            return answer.read().decode()

    def post(self, capture):
        request = urllib.request.Request(f"http://127.0.0.1:{PORT}/api/v1/replays", data=capture, method="POST")
        request.add_header("Content-Type", "application/vnd.tcpdump.pcap")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()

    def lost(self):
        return sum(float(count) for count in re.findall(r"events_lost_total ([\d.E+]+)", self.get("/metrics")))

    def cpu_ns(self):
        total = 0
        for path in glob.glob(f"/proc/{self.process.pid}/task/*/schedstat"):
            try:
                with open(path) as file:
                    total += int(file.read().split()[0])
            except OSError:
                pass
        return total

    def end(self):
        self.process.terminate()
        self.process.wait(30)


def measured_readers(options, work):
    path = os.path.join(work, "readers.pcap")
    packets = write_capture(path, 16, 125, 1000)
    with open(path, "rb") as file:
        capture = file.read()
    service = Service(options)
    points = []
    warming = [32, 4, 32, 0]
    try:
        # the first rounds are for the compiler only
        for readers in [*warming, *READERS, *READERS]:
            say(f"subscribers: {readers}")
            curls = [subprocess.Popen(["curl", "-sN", f"http://127.0.0.1:{PORT}/api/v1/events?payload=base64"],
                                      stdout=subprocess.DEVNULL) for _ in range(readers)]
            time.sleep(1)
            lost = service.lost()
            before = service.cpu_ns()
            for _ in range(UPLOADS):
                service.post(capture)
                time.sleep(0.05)
            points.append((readers, (service.cpu_ns() - before) / (packets * UPLOADS)))
            if service.lost() > lost:
                say(f"{service.lost() - lost} of {packets * UPLOADS * readers} events were lost to slow readers")
            for curl in curls:
                curl.terminate()
                curl.wait()
    finally:
        service.end()
    first = points[len(warming):len(warming) + len(READERS)]
    again = points[len(warming) + len(READERS):]
    # what disturbs makes a point dearer, never cheaper
    return [min(pair) for pair in zip(first, again)]


def plot(path, title, axis, unit, points, logarithmic):
    """Two hundred and forty pixels high, no library: a line with its points and their values."""
    width, height, left, right, top, bottom = 460, 240, 56, 24, 34, 44
    most = max(value for _, value in points) * 1.15

    def x(index):
        if logarithmic:
            return left + (width - left - right) * index / (len(points) - 1)
        return left + (width - left - right) * points[index][0] / points[-1][0]

    def y(value):
        return top + (height - top - bottom) * (1 - value / most)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="{left}" y="18" font-size="13">{title}</text>',
        f'<text x="{left}" y="30" fill="#666">{unit}</text>',
        f'<path d="M{left} {top}V{height - bottom}H{width - right}" fill="none" stroke="#666"/>',
        f'<text x="{(left + width - right) / 2:.0f}" y="{height - 8}" text-anchor="middle">{axis}</text>',
    ]
    line = " ".join(f"{x(index):.1f},{y(value):.1f}" for index, (_, value) in enumerate(points))
    parts.append(f'<polyline points="{line}" fill="none" stroke="#1f6feb" stroke-width="2"/>')
    last = -100
    for index, (at, value) in enumerate(points):
        parts.append(f'<circle cx="{x(index):.1f}" cy="{y(value):.1f}" r="3" fill="#1f6feb"/>')
        if x(index) - last > 20:
            last = x(index)
            parts.append(f'<text x="{last:.1f}" y="{height - bottom + 14}" text-anchor="middle">{short(at)}</text>')
            parts.append(f'<text x="{last:.1f}" y="{y(value) - 7:.1f}" text-anchor="middle">{amount(value)}</text>')
    parts.append("</svg>\n")
    with open(path, "w") as file:
        file.write("\n".join(parts))


def short(number):
    return f"{number // 1_000_000}M" if number >= 1_000_000 else f"{number // 1000}k" if number >= 1000 else str(number)


def amount(value):
    return f"{value / 1000:.1f}k" if value >= 10_000 else f"{value:.0f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default="src/docs")
    parser.add_argument("--java", default="java")
    parser.add_argument("--jar", default="target/weir.jar")
    parser.add_argument("--classes", nargs="+", default=["target/classes", "target/test-classes"])
    parser.add_argument("--partitions", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.inside:
        os.execvp("unshare", ["unshare", "--net", sys.executable, *sys.argv, "--inside"])
    run(["ip", "link", "set", "lo", "up"])
    options.java = shutil.which(options.java) or options.java
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as work:
        curves = measured_in_one_thread(options)
        curves["partitions"] = measured_partitions(options, work)
        if shutil.which("curl"):
            curves["subscribers"] = measured_readers(options, work)
        else:
            say("skipped subscribers: curl is not installed")
    titles = {
        "streams": ("Streams open at once", "streams, each tenfold", "ns of CPU for a packet", True),
        "holes": ("Holes in each of 64 streams", "holes in a stream, each fourfold", "ns of CPU for a packet", True),
        "partitions": ("Partitions, whole pipeline", "partitions", "ns of CPU for a packet, all threads", False),
        "subscribers": ("Readers of all events", "readers", "ns of weir's CPU for an event, all readers", False),
    }
    os.makedirs(options.out, exist_ok=True)
    print(f"{os.cpu_count()} processors, load {load:.1f} before\n")
    for name, points in curves.items():
        title, axis, unit, logarithmic = titles[name]
        plot(os.path.join(options.out, f"cost-{name}.svg"), title, axis, unit, points, logarithmic)
        print(f"| {name} | {' | '.join(str(at) for at, _ in points)} |")
        print(f"| --- |{' ---: |' * len(points)}")
        print(f"| {unit} | {' | '.join(f'{value:.0f}' for _, value in points)} |\n")


if __name__ == "__main__":
    main()
