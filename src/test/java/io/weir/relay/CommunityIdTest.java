package io.weir.relay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CommunityIdTest {
    private final CommunityId communityId = new CommunityId();

    @Test
    void theIdIsTheOneThatOtherToolsGive() {
        // values of the Community ID project's own test data
        assertThat(ipv4(0x80E86E78, 34855, 0x4223FACC, 80)).isEqualTo("1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
        assertThat(ipv4(0x01020304, 1122, 0x05060708, 3344)).isEqualTo("1:wCb3OG7yAFWelaUydu0D+125CLM=");
    }

    @Test
    void bothDirectionsHaveTheSameId() {
        assertThat(ipv4(0x4223FACC, 80, 0x80E86E78, 34855)).isEqualTo("1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
        assertThat(ipv4(0xC8000001, 1, 0x09000001, 2)).isEqualTo(ipv4(0x09000001, 2, 0xC8000001, 1));
        assertThat(ipv4(0x0A000001, 80, 0x0A000001, 8080)).isEqualTo(ipv4(0x0A000001, 8080, 0x0A000001, 80));
    }

    @Test
    void anIpv6FlowHasItsOwnId() {
        String id = communityId.of(true, 0x20010db800000000L, 1, 50000, 0x20010db800000000L, 2, 443);

        assertThat(id).isEqualTo("1:YXqXufkGr4i6TbJJYF83fvyDLZ8=");
        assertThat(communityId.of(true, 0x20010db800000000L, 2, 443, 0x20010db800000000L, 1, 50000))
                .isEqualTo(id);
    }

    private String ipv4(int address0, int port0, int address1, int port1) {
        return communityId.of(false, 0, address0 & 0xFFFFFFFFL, port0, 0, address1 & 0xFFFFFFFFL, port1);
    }
}
