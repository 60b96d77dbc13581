package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weir.capture.Libpcap;
import io.weir.reassemble.Roles;
import io.weir.relay.StreamEvent.Endpoint;
import io.weir.relay.StreamEvent.Open;
import io.weir.serve.CaptureControl.RefusedException;
import io.weir.serve.CaptureControl.RefusedException.Reason;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FlowExpressionsTest {
    private final Open ipv4 = open("10.0.0.1", 40_000, "192.0.2.7", 80);
    private final Open ipv6 = open("2001:db8::1", 40_000, "2001:db8::2", 443);

    @BeforeEach
    void needsLibpcap() {
        assumeTrue(Libpcap.available(), () -> "needs libpcap: " + Libpcap.unavailable());
    }

    @Test
    void portsAndHostsAreThoseOfEitherSide() throws Exception {
        assertThat(matches("port 80", ipv4)).isTrue();
        assertThat(matches("port 40000", ipv4)).isTrue();
        assertThat(matches("port 443", ipv4)).isFalse();
        assertThat(matches("host 192.0.2.7", ipv4)).isTrue();
        assertThat(matches("net 10.0.0.0/8", ipv4)).isTrue();
        assertThat(matches("net 10.0.0.0/8", ipv6)).isFalse();
        assertThat(matches("ip6 and port 443", ipv6)).isTrue();
        assertThat(matches("host 2001:db8::2", ipv6)).isTrue();
        assertThat(matches("tcp", ipv4)).isTrue();
        assertThat(matches("udp", ipv4)).isFalse();
    }

    @Test
    void aSourceIsWhoeverSends() throws Exception {
        assertThat(matches("src port 80 and dst port 40000", ipv4)).isTrue();
        assertThat(matches("src host 10.0.0.1", ipv4)).isTrue();
        assertThat(matches("src host 10.0.0.1 and src port 80", ipv4)).isFalse();
    }

    @Test
    void tagsArePartOfThePacket() throws Exception {
        Open tagged =
                new Open("s", 0, ipv4.client(), ipv4.server(), "", List.of("vlan:12"), "eth0", false, Roles.HANDSHAKE);

        assertThat(matches("vlan 12 and port 80", tagged)).isTrue();
        assertThat(matches("vlan 13", tagged)).isFalse();
        assertThat(matches("vlan", ipv4)).isFalse();
    }

    /** As each partition does for the streams that it opens. */
    @Test
    void severalThreadsMayAskAtATime() throws Exception {
        Predicate<Open> sum = new FlowExpressions().compile("tcp[0:2] + tcp[2:2] * 3 = 40240");
        Open other = open("10.0.0.1", 40_000, "192.0.2.7", 9_000);
        assertThat(sum.test(ipv4)).isTrue();
        assertThat(sum.test(other)).isFalse();

        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Callable<Boolean> first = () -> IntStream.range(0, 300_000).allMatch(round -> sum.test(ipv4));
            Callable<Boolean> second = () -> IntStream.range(0, 300_000).noneMatch(round -> sum.test(other));
            for (Future<Boolean> right : threads.invokeAll(List.of(first, second))) {
                assertThat(right.get()).isTrue();
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void aWrongExpressionIsRefusedAsWrong() {
        RefusedException refused =
                catchThrowableOfType(RefusedException.class, () -> new FlowExpressions().compile("port 80 and and"));

        assertThat(refused.reason()).isEqualTo(Reason.WRONG);
        assertThat(refused).hasMessageContaining("syntax error");
    }

    private static boolean matches(String expression, Open open) throws RefusedException {
        return new FlowExpressions().compile(expression).test(open);
    }

    private static Open open(String client, int clientPort, String server, int serverPort) {
        return new Open(
                "s",
                0,
                new Endpoint(client, clientPort),
                new Endpoint(server, serverPort),
                "",
                List.of(),
                "eth0",
                false,
                Roles.HANDSHAKE);
    }
}
