package io.weir.reassemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonObject;
import io.weir.capture.CaptureException;
import io.weir.capture.CaptureFile;
import io.weir.capture.Frame;
import io.weir.capture.FrameSource;
import io.weir.decode.Decoded;
import io.weir.decode.FlowHash;
import io.weir.decode.PacketDecoder;
import io.weir.decode.Segment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a real Linux socket read is what we deliver, byte for byte, under the default policy: over stored captures, and
 * over fresh ones where this machine's own kernel can be asked.
 */
@Tag("P3")
class KernelTest {
    private static final int FRESH_CASES = 200;

    private final Map<Integer, Recording> byClientPort = new HashMap<>();
    private final PacketDecoder decoder = new PacketDecoder(true);
    private final Segment segment = new Segment();
    private final Assembler assembler = new Assembler(
            new StreamPool(
                    (first, connection) -> {
                        Recording recording = new Recording();
                        recording.attach(connection);
                        byClientPort.put(connection.clientPort(), recording);
                        return recording;
                    },
                    FlowHash.random()),
            AssemblerOptions.defaults());

    @ParameterizedTest
    @ValueSource(strings = {"overlap", "decoy"})
    void theStoredCapturesOfTheKernelComeOutAsItReadThem(String kind) throws Exception {
        Path folder = shared().resolve("captures/kernel");
        assumeTrue(Files.isDirectory(folder), "no captures/kernel beside the project");
        assertThat(compare(folder.resolve(kind + ".pcap"))).isEqualTo(500);
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlap", "decoy"})
    void freshCasesComeOutAsThisMachinesKernelReadThem(String kind, @TempDir Path folder) throws Exception {
        Path oracle = shared().resolve("tools/kernel_oracle.py");
        assumeTrue(Files.isReadable(oracle), "no tools/kernel_oracle.py beside the project");
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "this machine has no /dev/net/tun");
        assumeTrue(output("id", "-u").equals("0"), "asking the kernel needs root, for a TUN device");
        assumeTrue(
                run("unshare", "-n", "sh", "-c", "command -v ip && command -v python3") == 0,
                "asking the kernel needs unshare -n, iproute2 and python3");
        int seed = (int) (System.nanoTime() & 0x7FFF_FFFF);
        System.out.println("KernelTest: " + FRESH_CASES + " fresh cases, " + kind + ", seed " + seed);
        Path capture = folder.resolve("fresh.pcap");
        int status = run(
                "unshare", "-n", "python3", oracle.toString(), capture.toString(), "" + FRESH_CASES, "" + seed, kind);
        assumeTrue(status == 0, "kernel_oracle.py failed with status " + status);
        assertThat(compare(capture)).as("seed %d", seed).isEqualTo(FRESH_CASES);
    }

    @Test
    void theOracleOfTheLinuxPolicyReadsTheStoredOverlapsAsTheKernelDid() throws IOException {
        Path cases = shared().resolve("captures/kernel/overlap.json");
        assumeTrue(Files.isReadable(cases), "no captures/kernel beside the project");
        List<String> wrong = new ArrayList<>();
        for (Object each : new JsonObject(Files.readString(cases)).getJsonArray("cases")) {
            JsonObject one = (JsonObject) each;
            LinuxOracle oracle = new LinuxOracle();
            for (Object what : one.getJsonArray("what")) {
                String[] part = ((String) what).split(":", 2);
                oracle.receive(Long.parseLong(part[0]) - 1, part[1]);
            }
            if (!List.of("0:" + one.getString("bytes")).equals(oracle.tiles())) {
                wrong.add(one.getJsonArray("what") + ": " + oracle.tiles());
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** Reads a capture; returns how many of the cases beside it came out as the kernel read them. */
    private int compare(Path capture) throws CaptureException, IOException {
        try (CaptureFile file = CaptureFile.open(capture)) {
            int status = 0;
            while (status != FrameSource.END) {
                status = file.poll(this::take, 1_000, 0);
            }
        }
        assembler.flushAll();
        assertThat(assembler.waitingMemory()).isZero();
        String name = capture.getFileName().toString().replace(".pcap", ".json");
        List<String> wrong = new ArrayList<>();
        int equal = 0;
        for (Object each : new JsonObject(Files.readString(capture.resolveSibling(name))).getJsonArray("cases")) {
            JsonObject one = (JsonObject) each;
            Recording stream = byClientPort.get(one.getInteger("sport"));
            boolean ended = stream.ending == Ending.FIN || stream.ended(FlowDirection.CLIENT_TO_SERVER);
            if (stream.client().equals(one.getString("bytes")) && ended) {
                equal++;
            } else {
                wrong.add("port " + one.getInteger("sport") + " isn " + one.getLong("isn") + " "
                        + one.getJsonArray("what") + ": kernel '" + one.getString("bytes") + "', weir '"
                        + stream.client() + "', " + stream.log);
            }
        }
        assertThat(wrong).isEmpty();
        return equal;
    }

    private void take(Frame frame) {
        Decoded decoded = decoder.decode(
                frame.memory(),
                frame.offset(),
                frame.capturedLength(),
                frame.wireLength(),
                frame.linkType(),
                frame.vlanTag(),
                frame.checksumOffloaded(),
                segment);
        if (decoded == Decoded.SEGMENT) {
            segment.origin(frame.timeNs(), frame.interfaceIndex(), 0, frame.wireLength());
            segment.hash(0);
            boolean fromServer = segment.sourcePort() == 8080;
            int clientPort = fromServer ? segment.destinationPort() : segment.sourcePort();
            Recording known = byClientPort.get(clientPort);
            byClientPort.values().forEach(Recording::packetBegins);
            if (known != null && known.ending == null) {
                known.captured(segment);
            }
            assembler.assemble(segment);
        }
    }

    private static Path shared() {
        String told = System.getProperty("weir.shared", System.getenv().getOrDefault("WEIR_SHARED", "../shared"));
        return Path.of(told).toAbsolutePath().normalize();
    }

    private static int run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            return -1;
        }
        return process.exitValue();
    }

    private static String output(String... command) throws IOException {
        Process process = new ProcessBuilder(command).start();
        return new String(process.getInputStream().readAllBytes()).trim();
    }
}
