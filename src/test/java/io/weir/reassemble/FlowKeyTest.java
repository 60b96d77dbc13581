package io.weir.reassemble;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.Encapsulation;
import io.weir.decode.FlowHash;
import io.weir.decode.Segment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What makes two segments belong to the same connection, and what does not. */
class FlowKeyTest {
    private final List<String> opened = new ArrayList<>();
    private final StreamPool pool = new StreamPool(
            (first, connection) -> {
                opened.add(connection.clientPort() + ">" + connection.serverPort());
                return new Deaf();
            },
            new FlowHash(1, 2));
    private final Assembler assembler = new Assembler(pool, AssemblerOptions.defaults());
    private final ByteBuffer payload = ByteBuffer.wrap(new byte[] {'x'});

    private static final class Deaf implements Stream {
        @Override
        public void reassembled(ScatterGather data) {}

        @Override
        public boolean complete(Connection connection, Ending ending, long timeNs) {
            return true;
        }
    }

    private void syn(Consumer<Segment> change) {
        Segment segment = new Segment();
        segment.addresses(false, 0, 1, 0, 2).ports(40_000, 80).numbers(1, 0, Segment.SYN, 1_000, 0);
        segment.origin(Probe.START_NS, 0, 0, 60).payload(payload, 0, 0, 0);
        change.accept(segment);
        assembler.assemble(segment);
    }

    @Test
    void equalKeysAreOneConnection() {
        syn(segment -> {});
        syn(segment -> {});
        assertThat(opened).hasSize(1);
    }

    @Test
    void theOtherDirectionIsTheSameConnection() {
        syn(segment -> {});
        syn(segment -> segment.addresses(false, 0, 2, 0, 1)
                .ports(80, 40_000)
                .numbers(9, 2, Segment.SYN | Segment.ACK, 1_000, 0));
        assertThat(opened).hasSize(1);
    }

    @Test
    @DisplayName("G13, 3.24: another capture domain is another connection")
    void anotherCaptureDomainIsAnotherConnection() {
        syn(segment -> {});
        syn(segment -> segment.origin(Probe.START_NS, 0, 7, 60));
        assertThat(opened).hasSize(2);
    }

    @Test
    @DisplayName("G13: the interface does not divide a connection")
    void theInterfaceDoesNotDivideAConnection() {
        syn(segment -> {});
        syn(segment -> segment.origin(Probe.START_NS, 5, 0, 60));
        assertThat(opened).hasSize(1);
    }

    @Test
    @DisplayName("3.24: VLAN and VXLAN make the same inner addresses two connections")
    void theEncapsulationPathDividesConnections() {
        syn(segment -> {});
        syn(segment -> segment.addPath(Encapsulation.VLAN.step(12)));
        syn(segment -> segment.addPath(Encapsulation.VLAN.step(13)));
        syn(segment -> segment.addPath(Encapsulation.VXLAN.step(12)));
        syn(segment -> {
            segment.addPath(Encapsulation.VLAN.step(12));
            segment.addPath(Encapsulation.VLAN.step(13));
        });
        assertThat(opened).hasSize(5);
    }

    @Test
    void aDirectionWithAnotherTunnelIdIsJoinedByWhatItAcknowledges() {
        syn(segment -> segment.addPath(Encapsulation.GENEVE.step(10)));
        answer(2, Encapsulation.GENEVE.step(11));
        answer(2, Encapsulation.GENEVE.step(11));
        assertThat(opened).hasSize(1);
    }

    @Test
    void aBareDirectionIsJoinedToTheTunnelledOne() {
        syn(segment -> segment.addPath(Encapsulation.GENEVE.step(10)));
        answer(2);
        answer(2);
        assertThat(opened).hasSize(1);
    }

    @Test
    void aDirectionThatAcknowledgesSomethingElseIsNotJoined() {
        syn(segment -> segment.addPath(Encapsulation.GENEVE.step(10)));
        answer(3, Encapsulation.GENEVE.step(11));
        assertThat(opened).hasSize(2);
    }

    private void answer(int acknowledgement, long... path) {
        syn(segment -> {
            segment.addresses(false, 0, 2, 0, 1)
                    .ports(80, 40_000)
                    .numbers(9, acknowledgement, Segment.SYN | Segment.ACK, 1_000, 0);
            for (long step : path) {
                segment.addPath(step);
            }
        });
    }

    @Test
    @DisplayName("CVE-2026-71855: IPv4 and IPv6 addresses of equal words are two connections")
    void theFamilyDividesConnections() {
        syn(segment -> {});
        syn(segment -> segment.addresses(true, 0, 1, 0, 2));
        assertThat(opened).hasSize(2);
    }

    @Test
    void everyPartOfTheAddressesCounts() {
        syn(segment -> segment.addresses(true, 5, 1, 6, 2));
        syn(segment -> segment.addresses(true, 6, 1, 5, 2));
        syn(segment -> segment.addresses(true, 5, 2, 6, 1));
        syn(segment -> segment.addresses(true, 5, 1, 6, 3));
        syn(segment -> segment.addresses(true, 5, 1, 6, 2).ports(40_001, 80));
        syn(segment -> segment.addresses(true, 5, 1, 6, 2).ports(80, 40_000));
        assertThat(opened).hasSize(6);
    }

    @Test
    void aHashThatTheSegmentBringsIsUsed() {
        FlowHash hash = new FlowHash(1, 2);
        syn(segment -> segment.hash(hash.of(segment)));
        syn(segment -> {});
        assertThat(opened).hasSize(1);
    }

    @Test
    @DisplayName("section 4: flows whose hashes collide stay apart")
    void flowsWhoseHashesCollideStayApart() {
        for (int port = 1; port <= 200; port++) {
            int number = port;
            syn(segment -> segment.ports(number, 80).hash(0x1234_5678_9ABC_DEF0L));
        }
        assertThat(opened).hasSize(200);
        assertThat(pool.size()).isEqualTo(200);
        assembler.flushAll();
        assertThat(pool.size()).isZero();
    }

    @Test
    void aConnectionOfAnEndWithItselfIsOneConnection() {
        syn(segment -> segment.addresses(false, 0, 1, 0, 1).ports(5_000, 5_000));
        syn(segment -> segment.addresses(false, 0, 1, 0, 1).ports(5_000, 5_000));
        assertThat(opened).hasSize(1);
    }
}
