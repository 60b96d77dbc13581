package io.weir;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.internal.PlatformDependent;
import io.vertx.core.json.JsonObject;
import io.weir.capture.Namespace;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real readers of a running probe that captures a real connection: many stop reading, one goes on. */
@Timeout(180)
class ReadersUnderLoadTest {
    private static final int STALLED = 32;
    private static final int WRITES = 10_000;
    private static final int WRITE_BYTES = 4_000;
    private static final long PAUSE_NS = 250_000;
    private static final int LAG_BYTES = 256 << 10;
    private static final double MIB = 1 << 20;
    private static final int PORT = 8_081;

    /** What one reader was told: events and losses in one row, without a number left out. */
    private static final class Told {
        volatile long progressBytes;
        long first;
        long next;
        long events;
        long bytes;
        long losses;
        long lostEvents;
        long lostBytes;
        String last = "";
    }

    @Test
    void thirtyTwoStalledReadersHinderNeitherTheQuickOneNorTheCapture() throws Exception {
        Namespace.run(() -> {
            long before = usedBytes();
            // small bounds where no reader is concerned, so that the budget says something about the readers
            try (LiveProbe probe = LiveProbe.start(
                    "capture.interfaces", "lo",
                    "capture.filter", "tcp port " + PORT,
                    "serve.max-subscribers", String.valueOf(STALLED + 1),
                    "partition.count", "1",
                    "retention.max-bytes", "1MiB",
                    "reassembly.max-waiting-bytes", "8MiB",
                    "reassembly.max-streams", "1024")) {
                long started = usedBytes() - before;
                List<InputStream> stalled = new ArrayList<>();
                for (int index = 0; index < STALLED; index++) {
                    stalled.add(probe.events("port=" + PORT, 1_024));
                }
                InputStream events = probe.events("port=" + PORT);
                Told quickly = new Told();
                CompletableFuture<Told> quick = OwnThread.call(() -> read(events, Long.MAX_VALUE, quickly));
                converse(quickly);
                Told all = quick.get(60, TimeUnit.SECONDS);
                long used = usedBytes() - before;

                assertThat(all.losses).isZero();
                assertThat(all.bytes).isEqualTo((long) WRITES * WRITE_BYTES);
                assertThat(all.last).isEqualTo("close");
                assertNothingWasDropped(probe);
                double budget = probe.metric("weir_memory_budget_bytes");
                System.out.printf(
                        "%d readers, %d of them stalled: %d events, %.1f MiB used, %.1f of them from the start; budget %.1f%n",
                        STALLED + 1, STALLED, all.events, used / MIB, started / MIB, budget / MIB);
                // the ring is the kernel's memory
                assertThat((double) used)
                        .isLessThan(budget - probe.metric("weir_memory_budget_bytes{what=\"capture-ring\"}"));

                for (InputStream reader : stalled) {
                    Told late = read(reader, all.next - 1, new Told());
                    assertThat(late.losses).isPositive();
                    assertThat(late.first).isEqualTo(all.first);
                    assertThat(late.next).isEqualTo(all.next);
                    assertThat(late.events + late.lostEvents).isEqualTo(all.events);
                    assertThat(late.bytes + late.lostBytes).isEqualTo(all.bytes);
                }
                assertThat(probe.metric("weir_serve_events_offered_total"))
                        .isEqualTo((STALLED + 1.0) * all.events)
                        .isEqualTo(probe.metric("weir_serve_events_sent_total")
                                + probe.metric("weir_serve_events_lost_total"));
            }
        });
    }

    private static void assertNothingWasDropped(LiveProbe probe) throws IOException {
        JsonObject ledger = probe.settledLedger();
        LiveProbe.assertLedgerHolds(ledger);
        assertThat(ledger.getLong("droppedByKernel")).isZero();
        assertThat(ledger.getLong("segments")).isPositive();
        assertThat(probe.metric("weir_lane_dropped_total")).isZero();
        assertThat(probe.metric("weir_gap_bytes_total")).isZero();
        assertThat(probe.metric("weir_relay_events_dropped_total")).isZero();
    }

    /** One connection whose server sends at some 16 MB a second, or as fast as the quick reader is on a busy machine. */
    private static void converse(Told quick) throws Exception {
        try (ServerSocket server = new ServerSocket(PORT, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(server.getInetAddress(), PORT);
                Socket accepted = server.accept()) {
            accepted.setTcpNoDelay(true);
            CompletableFuture<Void> sink = OwnThread.run(() -> drain(client));
            OutputStream out = accepted.getOutputStream();
            byte[] piece = new byte[WRITE_BYTES];
            for (int count = 0; count < WRITES; count++) {
                out.write(piece);
                do {
                    LockSupport.parkNanos(PAUSE_NS);
                } while ((count + 1L) * WRITE_BYTES - quick.progressBytes > LAG_BYTES);
            }
            accepted.shutdownOutput();
            sink.get(30, TimeUnit.SECONDS);
        }
    }

    private static void drain(Socket socket) {
        try (InputStream in = socket.getInputStream()) {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException cut) {
            throw new IllegalStateException(cut);
        }
    }

    /** Until the stream's close, or until an event's number. */
    private static Told read(InputStream events, long last, Told told) {
        BufferedReader lines = new BufferedReader(new InputStreamReader(events, StandardCharsets.ISO_8859_1));
        try {
            String id = "";
            while (!told.last.equals("close") && told.next <= last) {
                String line = lines.readLine();
                if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("data: ")) {
                    event(told, id, line);
                }
            }
        } catch (IOException cut) {
            throw new IllegalStateException(cut);
        }
        return told;
    }

    private static void event(Told told, String id, String line) {
        long number = number(id);
        told.last = value(line, "\"type\":\"");
        if (told.last.equals("lost")) {
            JsonObject lost = new JsonObject(line.substring(6));
            long from = number(lost.getString("from"));
            assertThat(from).isEqualTo(told.next == 0 ? from : told.next);
            assertThat(lost.getLong("count")).isEqualTo(number - from + 1);
            told.first = told.first == 0 ? from : told.first;
            told.losses++;
            told.lostEvents += lost.getLong("count");
            told.lostBytes += lost.getLong("bytes");
        } else {
            assertThat(number).isEqualTo(told.next == 0 ? number : told.next);
            told.first = told.first == 0 ? number : told.first;
            told.events++;
            told.bytes += told.last.equals("data") ? Long.parseLong(value(line, "\"length\":")) : 0;
        }
        told.next = number + 1;
        told.progressBytes = told.bytes + told.lostBytes;
    }

    private static long number(String id) {
        return Long.parseLong(id.substring(id.indexOf('-') + 1));
    }

    private static String value(String line, String name) {
        int from = line.indexOf(name) + name.length();
        int to = from;
        while (",\"}".indexOf(line.charAt(to)) < 0) {
            to++;
        }
        return line.substring(from, to);
    }

    /** On the heap after a collection, and outside of it in buffers. */
    private static long usedBytes() throws InterruptedException {
        for (int count = 0; count < 3; count++) {
            System.gc();
            Thread.sleep(100);
        }
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        return heap + direct + Math.max(0, PlatformDependent.usedDirectMemory());
    }
}
