package io.weir.decode;

/** All layers of one decoder, so that each can call those that may follow it. */
final class Layers {
    final Ipv4Layer ipv4;
    final Ipv6Layer ipv6;
    final IpPayload payload;
    final EthernetLayer ethernet;
    final PppLayer ppp;
    final MplsLayer mpls;
    final GreLayer gre;
    final UdpLayer udp;
    final WifiLayer wifi;

    Layers(Cursor cursor, boolean verifyChecksums) {
        payload = new IpPayload(cursor, new TcpLayer(cursor, verifyChecksums));
        ipv4 = new Ipv4Layer(cursor, payload);
        ipv6 = new Ipv6Layer(cursor, payload);
        ethernet = new EthernetLayer(cursor, this);
        ppp = new PppLayer(cursor, this);
        mpls = new MplsLayer(cursor, this);
        gre = new GreLayer(cursor, this);
        udp = new UdpLayer(cursor, this);
        wifi = new WifiLayer(cursor, this);
        payload.layers(this);
    }
}
