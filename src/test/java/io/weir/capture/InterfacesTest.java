package io.weir.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class InterfacesTest {
    @Test
    void loopbackIsListedWithItsAddress() {
        assertThat(Interfaces.list())
                .filteredOn(LiveInterface::loopback)
                .first()
                .satisfies(lo -> assertThat(lo.addresses()).contains("127.0.0.1"));
    }

    @Test
    void everythingIsToldOfAnInterface() throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            Namespace.command("ip", "link", "set", "one", "mtu", "9000");
            Namespace.command("ip", "addr", "add", "10.1.2.3/24", "dev", "one");
            Namespace.command("ip", "addr", "add", "fd00::3/64", "dev", "one", "nodad");
            Namespace.command("ip", "link", "set", "other", "down");
            Namespace.command("ip", "route", "add", "default", "via", "10.1.2.4", "dev", "one");

            List<LiveInterface> all = Interfaces.list();
            assertThat(all.stream().map(LiveInterface::name)).containsExactlyInAnyOrder("lo", "one", "other");
            LiveInterface one = Interfaces.byName("one").orElseThrow();
            assertThat(one.addresses()).containsExactlyInAnyOrder("10.1.2.3", "fd00::3");
            assertThat(one.mtuBytes()).isEqualTo(9000);
            assertThat(one.up()).isTrue();
            assertThat(one.linkType()).isEqualTo("Ethernet");
            assertThat(one.defaultRoute()).isTrue();
            assertThat(one.index()).isEqualTo(Interfaces.indexOf("one")).isPositive();
            assertThat(Interfaces.defaultRoute()).hasValue(one);
            LiveInterface other = Interfaces.byName("other").orElseThrow();
            assertThat(other.up()).isFalse();
            assertThat(other.state()).isEqualTo("down");
            assertThat(other.addresses()).isEmpty();
            assertThat(Interfaces.byName("lo").orElseThrow().linkType()).isEqualTo("loopback");
            assertThat(Interfaces.indexOf("none")).isEqualTo(-1);
        });
    }

    @Test
    void withoutAnIpv4RouteTheIpv6OneCounts() throws Exception {
        Namespace.run(() -> {
            assertThat(Interfaces.defaultRoute()).isEmpty();
            Namespace.cable("one", "other");
            Namespace.command("ip", "addr", "add", "fd00::3/64", "dev", "one", "nodad");
            Namespace.command("ip", "route", "add", "default", "via", "fd00::4", "dev", "one");
            assertThat(Interfaces.defaultRoute().map(LiveInterface::name)).hasValue("one");
        });
    }

    @Test
    void ipv6AddressesAreShort() throws Exception {
        for (String text : List.of("::", "::1", "fd00::1:0:0:2", "1:2:3:4:5:6:7:8", "1:0:2:3:4:5:6:0", "fe80::")) {
            assertThat(InterfaceAddresses.ipv6Text(InetAddress.getByName(text).getAddress()))
                    .isEqualTo(text);
        }
    }

    @Test
    void globsAndExclusionsChoose() {
        assertThat(choose("eth0")).containsExactly("eth0");
        assertThat(choose("veth*")).containsExactly("veth1", "veth22");
        assertThat(choose("veth?", "lo")).containsExactly("veth1", "lo");
        assertThat(choose("*", "!veth*")).containsExactly("eth0", "lo", "a.b");
        assertThat(choose("!veth*", "*")).containsExactly("eth0", "lo", "a.b");
        assertThat(choose("!lo")).containsExactly("eth0", "veth1", "veth22", "a.b");
        assertThat(choose("a.b")).containsExactly("a.b");
        assertThat(choose("a?b")).containsExactly("a.b");
        assertThat(choose("e.h0")).isEmpty();
        assertThat(choose()).isEmpty();
    }

    private static List<String> choose(String... patterns) {
        List<LiveInterface> all = List.of("eth0", "veth1", "veth22", "lo", "a.b").stream()
                .map(name -> new LiveInterface(name, 1, true, true, false, false, 1500, 1, List.of()))
                .collect(Collectors.toList());
        return Interfaces.matching(List.of(patterns), all).stream()
                .map(LiveInterface::name)
                .collect(Collectors.toList());
    }
}
