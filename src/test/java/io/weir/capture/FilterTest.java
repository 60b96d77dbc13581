package io.weir.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FilterTest {
    @BeforeEach
    void needsLibpcap() {
        Assumptions.assumeTrue(Libpcap.available(), "skipped: " + Libpcap.unavailable());
    }

    @Test
    void anEmptyExpressionIsNoFilter() throws Exception {
        assertThat(Filter.of("  ")).isSameAs(Filter.NONE);
        assertThat(Filter.NONE.programFor(1).accepts(java.nio.ByteBuffer.allocate(0), 0, 0, 0))
                .isTrue();
    }

    @Test
    void aWrongExpressionIsRefusedInTheWordsOfLibpcap() {
        FilterException failure = catchThrowableOfType(FilterException.class, () -> Filter.of("tcp prot 80"));
        assertThat(failure.wrongExpression()).isTrue();
        assertThatThrownBy(() -> Filter.of("port 80 and")).hasMessageContaining("syntax error");
        assertThatThrownBy(() -> Filter.of("ip protochain 6")).hasMessageContaining("protochain");
        assertThatThrownBy(() -> Filter.of("host 300.1.2.3")).hasMessageContaining("300.1.2.3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "host example.com",
                "example.com",
                "src example",
                "net intranet",
                "gateway router",
                "port http and host www.example.org",
                "tcp and not host a-b",
                "host test",
                "ether host printer",
                "host 1.2.3.4.5",
                "host \\tcp",
                "TCP",
                "dst port ssh or src somewhere"
            })
    void aNameIsRefusedBeforeAnybodyLooksItUp(String expression) {
        assertThatThrownBy(() -> Filter.of(expression))
                .isInstanceOf(FilterException.class)
                .hasMessageStartingWith("names are not looked up: write an address instead of '");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tcp port http or https",
                "host 10.0.0.1 and (tcp or udp)",
                "net 10.0.0.0/8 or net 192.168",
                "net 10.0.0.0 mask 255.0.0.0",
                "host fd00::1 or host ::1 or net fd00::/8",
                "host ::ffff:10.0.0.1",
                "ether host 02:00:00:00:00:01",
                "ether src 2:0:0:0:0:1",
                "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
                "ip[0] & 0xf != 5 and len <= 1500",
                "vlan 12 and tcp portrange 80-90",
                "ip proto \\tcp or ip proto 17",
                "less 100 or greater 1000",
                "icmp[icmptype] = icmp-echo",
                "not broadcast and not multicast",
                "mpls 100 and tcp",
                "src or dst port 53"
            })
    void expressionsWithoutHostNamesCompile(String expression) throws Exception {
        assertThat(Filter.of(expression).expression()).isEqualTo(expression);
    }

    @Test
    void lengthAndSizeAreBounded() throws Exception {
        assertThatThrownBy(() -> Filter.of("tcp " + " ".repeat(2000) + "port 80"))
                .hasMessage("the filter has 2011 bytes, allowed are 1024");
        String large =
                IntStream.range(1, 140).mapToObj(String::valueOf).collect(Collectors.joining("||", "tcp port ", ""));
        assertThatThrownBy(() -> Filter.of(large)).hasMessageMatching(".* instructions, allowed are 512");
        assertThat(Filter.of("(".repeat(500) + "tcp" + ")".repeat(500)).isNone())
                .isFalse();
        assertThatThrownBy(() -> Filter.of("tcp\0")).hasMessageContaining("NUL");
    }

    /** libpcap would take seconds for it, and nobody could stop it. */
    @Test
    void anExpressionThatTakesTooLongToCompileIsRefusedBefore() {
        String ranges = IntStream.range(1, 104)
                .mapToObj(port -> 2 * port + "-" + (2 * port + 1))
                .collect(Collectors.joining("||", "portrange ", ""));
        assertThat(ranges.length()).isLessThan(Filter.MAX_BYTES);

        FilterException failure = catchThrowableOfType(FilterException.class, () -> Filter.of(ranges));

        assertThat(failure)
                .hasMessageMatching(
                        "the filter is too complicated: it takes \\d+ instructions before libpcap simplifies it,"
                                + " allowed are " + Filter.MAX_RAW_INSTRUCTIONS + "; .*");
        assertThat(failure.wrongExpression()).isTrue();
    }

    @Test
    void aCaptureThatIsOpenedOrFollowsItsInterfacesCompilesNothingAgain() throws Exception {
        Filter filter = Filter.of("tcp port 80");

        assertThat(filter.programForKernelEthernet(List.of())).isSameAs(filter.programForKernelEthernet(List.of()));
        assertThat(filter.programForKernelIp()).isSameAs(filter.programForKernelIp());
    }

    /** Compiled on a live handle, which needs the right to capture. */
    @Test
    void whatOnlyALiveCaptureNeedsIsCompiledBeforeItTakesTheFilter() throws Exception {
        Namespace.run(() -> {
            Filter filter = Filter.of("vlan 12 and tcp port 80").forCapture();

            assertThat(filter.programForKernelEthernet(List.of("none"))).isNotNull();
        });
    }

    /** As many as anybody would name. */
    @Test
    void aHundredPortsAreNotTooComplicated() throws Exception {
        String ports = IntStream.range(0, 100)
                .mapToObj(port -> "" + (8_000 + 7 * port))
                .collect(Collectors.joining(" or "));

        assertThat(Filter.of("tcp port " + ports).programFor(1).length()).isGreaterThan(100);
        assertThatThrownBy(() -> Filter.of("port " + ports)).hasMessageContaining("say 'tcp port'");
    }

    /** It takes 510 instructions for Ethernet, and 514 for IP. */
    @Test
    void aLongExpressionCapturesOnTunnelsToo() throws Exception {
        Filter filter = Filter.of(
                "tcp port " + IntStream.range(1, 124).mapToObj(String::valueOf).collect(Collectors.joining("||")));

        assertThat(filter.programForKernelIp().length()).isGreaterThan(400);
    }

    @Test
    void anExpressionWithoutMeaningForALinkTypeIsRefusedForIt() throws Exception {
        Filter ethernet = Filter.of("ether host 02:00:00:00:00:01");
        assertThat(ethernet.programFor(1).length()).isPositive();
        assertThatThrownBy(() -> ethernet.programFor(101)).isInstanceOf(FilterException.class);
        assertThat(Filter.of("tcp port 80").programFor(101).length()).isPositive();
        assertThat(Filter.of("tcp port 80").programFor(276).length()).isPositive();
    }
}
