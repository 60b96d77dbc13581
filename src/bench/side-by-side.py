#!/usr/bin/env python3
"""Measures weir beside its peers, in one run, alternating, and prints the table as Markdown.

    mvn package && src/bench/side-by-side.py --peers FOLDER

FOLDER holds pcapgen.c, which makes the loads, and gopeer.go, which replays them through gopacket's reassembly package;
the environment variable WEIR_PEERS may name it too. gopeer needs Go and Debian's golang-github-google-gopacket-dev.
The whole pipeline, from file to a subscriber on the event bus who asks for all payload, is measured on the bulk load.
tcpflow and tshark are run as whole processes where they are installed. What is missing is skipped, and said.

Of the file, weir reads pieces (read), as the program does, or has it mapped into memory (mapped), which leaves out the
copy from the page cache. Its checks are the default ones (full: checksums, and bytes that come again are compared) or
those that gopacket makes (bare: neither).

Ratios are weir's packets per second over gopacket's of the same round; the CPU ratio is gopacket's CPU seconds over
weir's, which other work on the machine disturbs less. Everything shown is the median of all rounds.
"""
import argparse
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

LOADS = {
    "bulk": "64 200000 7800000 1448 64 0 0 0 1",
    "short": "100000 300 3000 1448 2000 0 0 0 2",
    "messy": "2000 20000 180000 1448 500 30 10 1 3",
    "wide": "1000000 100 100 1448 1000000 0 0 0 4",
}
WIDE_STREAMS = 1_000_000
WAYS = ["read/full", "read/bare", "mapped/full", "mapped/bare"]
# rare paths are compiled late: the messy load wants thirty passes until its times stay the same
PASSES = {"wide": 4}
MANY_PASSES = 40
GO_REPEATS = {"wide": 1}
HEAP = {"wide": "1g"}
PIPELINE_PASSES = 30
LINE = re.compile(r"(\d+) packets .*? ([\d.]+) s, (\d+) kpps.*?(?:cpu ([\d.]+) s|heap (\d+) MB)")


def say(text):
    print(text, file=sys.stderr, flush=True)


def run(command):
    """Output, wall seconds and CPU seconds of a child."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.stdout, wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def build(peers, work):
    """Builds what there is; returns (pcapgen, gopeer), None for what is missing."""
    pcapgen, gopeer = os.path.join(work, "pcapgen"), os.path.join(work, "gopeer")
    if not peers or not os.path.exists(os.path.join(peers, "pcapgen.c")):
        say("skipped everything that needs pcapgen.c: give its folder with --peers or WEIR_PEERS")
        return None, None
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        say("skipped: no C compiler for pcapgen.c")
        return None, None
    subprocess.run([compiler, "-O2", "-o", pcapgen, os.path.join(peers, "pcapgen.c")], check=True)
    source = os.path.join(peers, "gopeer.go")
    if not shutil.which("go") or not os.path.exists(source):
        say("skipped gopacket: go or gopeer.go is missing")
        return pcapgen, None
    environment = dict(os.environ, GO111MODULE="off", GOPATH=os.environ.get("GOPATH", "/usr/share/gocode"))
    built = subprocess.run(["go", "build", "-o", gopeer, source], env=environment)
    if built.returncode != 0:
        say("skipped gopacket: gopeer.go does not build; is golang-github-google-gopacket-dev installed?")
        return pcapgen, None
    return pcapgen, gopeer


def make_load(pcapgen, work, name):
    path = os.path.join(work, name + ".pcap")
    if not os.path.exists(path):
        subprocess.run([pcapgen, path + ".part", *LOADS[name].split()], check=True, stderr=subprocess.DEVNULL)
        os.rename(path + ".part", path)
    with open(path, "rb") as load:
        while load.read(1 << 24):
            pass  # into the page cache
    return path


def java_version(java):
    text = subprocess.run([java, "-version"], stderr=subprocess.PIPE, text=True).stderr
    return re.search(r'version "(\d+)', text).group(1)


def gopacket(gopeer, load, name):
    repeats = GO_REPEATS.get(name, 3)
    out, _, cpu = run([gopeer, "-r", load, "-repeat", str(repeats)])
    lines = LINE.findall(out)
    return {
        "kpps": statistics.median(float(line[2]) for line in lines),
        "cpu": cpu / repeats,
        "heap": int(lines[-1][4]),
    }


def weir(java, classes, load, name, reader, checks):
    passes = PASSES.get(name, MANY_PASSES)
    command = [java, "-Xmx" + HEAP.get(name, "512m"), "-cp", classes, "io.weir.bench.AssembleFile", load, reader,
               checks, str(passes)]
    if name == "wide":
        command.append(str(WIDE_STREAMS))
    out, _, _ = run(command)
    warm = [line for line in LINE.findall(out)][passes // 2:]
    heap = re.search(r"heap (\d+) MB", out)
    return {
        "kpps": statistics.median(float(line[2]) for line in warm),
        "cpu": statistics.median(float(line[3]) for line in warm),
        "heap": int(heap.group(1)) if heap else None,
    }


def assemblers(arguments, work, pcapgen, gopeer):
    classes = os.pathsep.join(arguments.classes)
    print("| load | JDK | file | checks | gopacket kpps | weir kpps | ratio | CPU ratio | weir MB | gopacket MB |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in arguments.loads:
        load = make_load(pcapgen, work, name)
        ways = [(java, *way.split("/")) for java in arguments.java for way in arguments.ways]
        peers, own = [], {way: [] for way in ways}
        for round_number in range(arguments.rounds):
            say(f"{name}, round {round_number + 1} of {arguments.rounds}")
            for way in ways:
                # the peer before each of ours: what disturbs one disturbs the other
                if gopeer and (name != "wide" or way == ways[0]):
                    peers.append(gopacket(gopeer, load, name))
                own[way].append((weir(way[0], classes, load, name, *way[1:]), peers[-1] if gopeer else None))
        for way in ways:
            print(row(name, way, own[way]), flush=True)
        if not arguments.keep:
            os.remove(load)


def pipeline(arguments, work, gopeer, pcapgen):
    """All stages, to a subscriber of every byte, beside gopacket on one thread."""
    if not gopeer:
        say("skipped the pipeline: there is no gopacket to compare it with")
        return
    load = make_load(pcapgen, work, "bulk")
    classes = os.pathsep.join([*arguments.classes, arguments.jar])
    ways = [(java, partitions) for java in arguments.java for partitions in (1, 2)]
    results = {way: [] for way in ways}
    for round_number in range(arguments.rounds):
        say(f"pipeline, round {round_number + 1} of {arguments.rounds}")
        for java, partitions in ways:
            peer = gopacket(gopeer, load, "bulk")
            out, _, _ = run([java, "-Xmx512m", "-cp", classes, "io.weir.PipelineFile", load, str(partitions), "payload",
                             str(PIPELINE_PASSES)])
            warm = [line for line in LINE.findall(out)][PIPELINE_PASSES // 2:]
            capture = [float(seconds) for seconds in re.findall(r"capture thread ([\d.]+) s", out)][PIPELINE_PASSES // 2:]
            results[java, partitions].append((peer["kpps"], statistics.median(float(line[2]) for line in warm), peer["cpu"],
                                              statistics.median(float(line[3]) for line in warm),
                                              statistics.median(capture)))
    print("\n| pipeline, bulk, all payload to one subscriber | gopacket kpps | weir kpps | ratio | gopacket CPU s | weir CPU s, "
          "all threads | of that capture |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for (java, partitions), rounds in results.items():
        ratio = statistics.median(ours / peer for peer, ours, *_ in rounds)
        peer, ours, peer_cpu, cpu, capture = (statistics.median(column) for column in zip(*rounds))
        print(f"| JDK {java_version(java)}, partitions: {partitions} | {peer:.0f} | {ours:.0f} | {ratio:.1f} "
              f"| {peer_cpu:.2f} | {cpu:.2f} | {capture:.2f} |", flush=True)


def row(name, way, results):
    def median(values):
        return statistics.median(values)
    ours = [ours for ours, _ in results]
    cells = [name, java_version(way[0]), way[1], way[2], "-", f"{median(r['kpps'] for r in ours):.0f}", "-", "-",
             "-" if ours[0]["heap"] is None else str(ours[0]["heap"]), "-"]
    if results[0][1]:
        cells[4] = f"{median(peer['kpps'] for _, peer in results):.0f}"
        cells[6] = f"{median(r['kpps'] / peer['kpps'] for r, peer in results):.1f}"
        cells[7] = f"{median(peer['cpu'] / r['cpu'] for r, peer in results):.1f}"
        cells[9] = f"{median(peer['heap'] for _, peer in results):.0f}"
    return "| " + " | ".join(cells) + " |"


def processes(arguments, work, pcapgen):
    """Whole processes on the messy file, start included."""
    load = make_load(pcapgen, work, "messy")
    commands = {}
    for java in arguments.java:
        if os.path.exists(arguments.jar):
            commands["weir read --payload none, JDK " + java_version(java)] = [
                java, "-jar", arguments.jar, "read", "--payload", "none", load]
        else:
            say(f"skipped weir read: {arguments.jar} is not there; build it with mvn package")
    if shutil.which("tcpflow"):
        commands["tcpflow"] = ["tcpflow", "-q", "-o", os.path.join(work, "flows"), "-r", load]
    else:
        say("skipped tcpflow: not installed")
    if shutil.which("tshark"):
        commands["tshark -q -z conv,tcp"] = ["tshark", "-r", load, "-q", "-z", "conv,tcp"]
    else:
        say("skipped tshark: not installed")
    results = {name: [] for name in commands}
    for round_number in range(arguments.rounds):
        say(f"whole processes, round {round_number + 1} of {arguments.rounds}")
        for name, command in commands.items():
            _, wall, cpu = run(command)
            results[name].append((wall, cpu))
            shutil.rmtree(os.path.join(work, "flows"), ignore_errors=True)
    print("\n| whole process, messy | seconds | CPU seconds |\n| --- | --- | --- |")
    for name, times in results.items():
        wall, cpu = (statistics.median(column) for column in zip(*times))
        print(f"| {name} | {wall:.2f} | {cpu:.2f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", default=os.environ.get("WEIR_PEERS"), help="folder of pcapgen.c and gopeer.go")
    parser.add_argument("--work", help="folder for programs and loads, 2.3 GB; a temporary one by default")
    parser.add_argument("--java", action="append", help="a java program; repeatable; the one on the path by default")
    parser.add_argument("--classes", nargs="+", default=["target/classes", "target/test-classes"])
    parser.add_argument("--jar", default="target/weir.jar")
    parser.add_argument("--loads", nargs="*", default=list(LOADS), choices=list(LOADS), help="for the assemblers")
    parser.add_argument("--ways", nargs="+", default=list(WAYS), choices=list(WAYS), help="of reading and checking")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", action="store_true", help="keep the loads in the work folder")
    parser.add_argument("--no-pipeline", action="store_true", help="without the pipeline from file to subscriber")
    parser.add_argument("--no-processes", action="store_true", help="without the whole processes")
    arguments = parser.parse_args()
    os.environ.pop("WEIR_PEERS", None)  # weir would take it for a setting of its own
    arguments.java = arguments.java or ["java"]
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.work or temporary
        os.makedirs(work, exist_ok=True)
        pcapgen, gopeer = build(arguments.peers, work)
        if not pcapgen:
            return
        assemblers(arguments, work, pcapgen, gopeer)
        if not arguments.no_pipeline:
            pipeline(arguments, work, gopeer, pcapgen)
        if not arguments.no_processes:
            processes(arguments, work, pcapgen)


if __name__ == "__main__":
    main()
