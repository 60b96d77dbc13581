package io.weir.capture;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds names in filter expressions that libpcap would look up: as a host, a network, in the DNS. A look-up blocks for
 * seconds, tells others what is being watched, and gives another filter each time; so such names are refused.
 */
final class FilterNames {
    /** As libpcap's scanner cuts words. */
    private static final Pattern WORD =
            Pattern.compile("\\\\?[A-Za-z0-9](?:[-_.:A-Za-z0-9]*[A-Za-z0-9:])?|::[0-9A-Fa-f:.]*|[^\\sA-Za-z0-9]");

    private static final Pattern NUMBER = Pattern.compile("0[xX][0-9A-Fa-f]+|\\d+(\\.\\d+){0,3}");
    private static final Pattern MAC =
            Pattern.compile("[0-9a-f]{1,2}([-:.][0-9a-f]{1,2}){5}|[0-9a-f]{4}(\\.[0-9a-f]{4}){2}|[0-9a-f]{12}");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-f:]*:[0-9a-f:]*(\\d+\\.\\d+\\.\\d+\\.\\d+)?");

    /** Words behind which a name is read from local tables or is one of a fixed set. */
    private static final Set<String> LOCAL_NAMES = Set.of(
            "port",
            "portrange",
            "proto",
            "protochain",
            "type",
            "subtype",
            "dir",
            "direction",
            "ifname",
            "on",
            "action",
            "reason",
            "ruleset",
            "rset",
            "srnr",
            "subrulenum",
            "rnr",
            "rulenum");

    /** Words behind which a new name begins. */
    private static final Set<String> QUALIFIERS = Set.of(
            "host",
            "net",
            "gateway",
            "src",
            "dst",
            "ether",
            "link",
            "fddi",
            "tr",
            "ppp",
            "slip",
            "wlan",
            "ip",
            "arp",
            "rarp",
            "tcp",
            "udp",
            "sctp",
            "icmp",
            "ip6",
            "icmp6",
            "ah",
            "esp",
            "igmp",
            "igrp",
            "pim",
            "vrrp",
            "carp",
            "decnet",
            "ra",
            "ta",
            "addr1",
            "addr2",
            "addr3",
            "addr4",
            "address1",
            "address2",
            "address3",
            "address4");

    private static final Set<String> OTHER_KEYWORDS = Set.of(
            "and",
            "or",
            "not",
            "mask",
            "broadcast",
            "multicast",
            "inbound",
            "outbound",
            "less",
            "greater",
            "len",
            "length",
            "byte",
            "vlan",
            "mpls",
            "pppoed",
            "pppoes",
            "geneve",
            "atalk",
            "aarp",
            "lat",
            "moprc",
            "mopdl",
            "iso",
            "clnp",
            "esis",
            "es-is",
            "isis",
            "is-is",
            "l1",
            "l2",
            "iih",
            "lsp",
            "snp",
            "csnp",
            "psnp",
            "stp",
            "ipx",
            "netbeui",
            "lane",
            "metac",
            "bcc",
            "oam",
            "oamf4",
            "oamf4ec",
            "oamf4sc",
            "sc",
            "ilmic",
            "vpi",
            "vci",
            "connectmsg",
            "metaconnect",
            "fisu",
            "lssu",
            "lsu",
            "msu",
            "hfisu",
            "hlssu",
            "hmsu",
            "sio",
            "opc",
            "dpc",
            "sls",
            "hsio",
            "hopc",
            "hdpc",
            "hsls");

    /** Words for numbers in comparisons such as {@code tcp[tcpflags] & tcp-syn != 0}. */
    private static final Set<String> CONSTANTS = Set.of(
            "tcpflags",
            "tcp-fin",
            "tcp-syn",
            "tcp-rst",
            "tcp-push",
            "tcp-ack",
            "tcp-urg",
            "tcp-ece",
            "tcp-cwr",
            "icmptype",
            "icmpcode",
            "icmp-echoreply",
            "icmp-unreach",
            "icmp-sourcequench",
            "icmp-redirect",
            "icmp-echo",
            "icmp-routeradvert",
            "icmp-routersolicit",
            "icmp-timxceed",
            "icmp-paramprob",
            "icmp-tstamp",
            "icmp-tstampreply",
            "icmp-ireq",
            "icmp-ireqreply",
            "icmp-maskreq",
            "icmp-maskreply",
            "icmp6type",
            "icmp6code",
            "icmp6-destinationunreach",
            "icmp6-packettoobig",
            "icmp6-timeexceeded",
            "icmp6-parameterproblem",
            "icmp6-echo",
            "icmp6-echoreply",
            "icmp6-routersolicit",
            "icmp6-routeradvert",
            "icmp6-neighborsolicit",
            "icmp6-neighboradvert",
            "icmp6-redirect");

    private FilterNames() {}

    static Set<String> words(String expression) {
        Set<String> words = new HashSet<>();
        Matcher matcher = WORD.matcher(expression);
        while (matcher.find()) {
            words.add(matcher.group());
        }
        return words;
    }

    static void refuseHostNames(String expression) throws FilterException {
        boolean localNames = false;
        Matcher matcher = WORD.matcher(expression);
        while (matcher.find()) {
            // libpcap knows its keywords in small letters only; TCP would be a host
            String word = matcher.group();
            if (LOCAL_NAMES.contains(word)) {
                localNames = true;
            } else if (QUALIFIERS.contains(word)) {
                localNames = false;
            } else if (!localNames && isName(word)) {
                throw new FilterException(
                        "names are not looked up: write an address instead of '" + word
                                + "', unless it is a misspelt word of pcap-filter",
                        true);
            }
        }
    }

    private static boolean isName(String word) {
        char first = word.charAt(0);
        if (first != '\\' && !Character.isLetterOrDigit(first)) {
            return false;
        }
        String small = word.toLowerCase(Locale.ROOT);
        return !OTHER_KEYWORDS.contains(word)
                && !CONSTANTS.contains(word)
                && !NUMBER.matcher(small).matches()
                && !MAC.matcher(small).matches()
                && !IPV6.matcher(small).matches();
    }
}
