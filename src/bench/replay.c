/*
 * Sends TCP conversations out of an interface at a given rate, many frames to a system call.
 * usage: replay INTERFACE FRAMES-PER-SECOND SECONDS FLOWS PAYLOAD-BYTES FIRST-CLIENT-PORT
 * Each conversation is whole: handshake, numbered payload with an acknowledgement for every second segment, FINs; all
 * checksums are right. Prints what it sent and how long that took.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 32, HEADERS = 54, MOST_PAYLOAD = 1460 };
enum { FIN = 1, SYN = 2, PUSH = 8, ACK = 16 };

struct flow {
    uint16_t port;
    uint32_t client;
    uint32_t server;
    long step;
};

static unsigned char frames[BATCH][HEADERS + MOST_PAYLOAD];
static struct iovec pieces[BATCH];
static struct mmsghdr messages[BATCH];
static int payload_bytes;

static void put16(unsigned char *at, unsigned value) {
    at[0] = value >> 8;
    at[1] = value;
}

static void put32(unsigned char *at, uint32_t value) {
    put16(at, value >> 16);
    put16(at + 2, value & 0xFFFF);
}

static unsigned checksum(const unsigned char *bytes, int length, unsigned long sum) {
    for (int index = 0; index + 1 < length; index += 2)
        sum += bytes[index] << 8 | bytes[index + 1];
    while (sum >> 16)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return ~sum & 0xFFFF;
}

/* The payload is all zeros: it adds nothing to the checksum. */
static int build(unsigned char *frame, const struct flow *flow, int from_client, int flags, int payload) {
    static const unsigned char ends[] = {10, 1, 0, 1, 10, 1, 0, 2};
    unsigned char *ip = frame + 14, *tcp = ip + 20;
    memset(frame, 0, HEADERS);
    /* addressed to a third machine, so that the receiving stack drops it early */
    memcpy(frame, "\2\0\0\0\0\3\2\0\0\0\0\1\x08\0", 14);
    ip[0] = 0x45;
    put16(ip + 2, 40 + payload);
    ip[8] = 64;
    ip[9] = 6;
    memcpy(ip + 12, ends + (from_client ? 0 : 4), 4);
    memcpy(ip + 16, ends + (from_client ? 4 : 0), 4);
    put16(ip + 10, checksum(ip, 20, 0));
    put16(tcp, from_client ? flow->port : 80);
    put16(tcp + 2, from_client ? 80 : flow->port);
    put32(tcp + 4, from_client ? flow->client : flow->server);
    put32(tcp + 8, flags == SYN ? 0 : from_client ? flow->server : flow->client);
    tcp[12] = 0x50;
    tcp[13] = flags;
    put16(tcp + 14, 65535);
    put16(tcp + 16, checksum(ip + 12, 28, 6 + 20 + payload));
    return HEADERS + payload;
}

/* The conversation's next frame. */
static int next(unsigned char *frame, struct flow *flow, int ending) {
    long step = flow->step++;
    int length;
    if (step == 0) {
        length = build(frame, flow, 1, SYN, 0);
        flow->client++;
    } else if (step == 1) {
        length = build(frame, flow, 0, SYN | ACK, 0);
        flow->server++;
    } else if (step == 2) {
        length = build(frame, flow, 1, ACK, 0);
    } else if (ending) {
        length = build(frame, flow, ending == 1, FIN | ACK, 0);
        if (ending == 1)
            flow->client++;
    } else if (step % 3 == 2) {
        length = build(frame, flow, 0, ACK, 0);
    } else {
        length = build(frame, flow, 1, PUSH | ACK, payload_bytes);
        flow->client += payload_bytes;
    }
    return length;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static long retries;

static void send_all(int fd, int count) {
    for (int sent = 0; sent < count;) {
        int done = sendmmsg(fd, messages + sent, count - sent, 0);
        if (done > 0) {
            sent += done;
        } else if (errno == ENOBUFS || errno == EAGAIN) {
            retries++;
        } else {
            perror("sendmmsg");
            exit(1);
        }
    }
}

int main(int count, char **arguments) {
    if (count != 7) {
        fprintf(stderr, "usage: replay INTERFACE FRAMES-PER-SECOND SECONDS FLOWS PAYLOAD-BYTES FIRST-CLIENT-PORT\n");
        return 2;
    }
    double rate = atof(arguments[2]);
    long total = rate * atof(arguments[3]);
    int flows = atoi(arguments[4]);
    payload_bytes = atoi(arguments[5]);
    if (payload_bytes > MOST_PAYLOAD || flows < 1 || total < 5L * flows) {
        fprintf(stderr, "replay: at most %d payload bytes, at least 5 frames for each flow\n", MOST_PAYLOAD);
        return 2;
    }
    int fd = socket(AF_PACKET, SOCK_RAW, 0);
    struct sockaddr_ll target = {.sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(arguments[1])};
    int bypass = 1;
    if (fd < 0 || bind(fd, (struct sockaddr *)&target, sizeof target) < 0) {
        perror("replay: packet socket");
        return 1;
    }
    setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &bypass, sizeof bypass);
    struct flow *table = calloc(flows, sizeof *table);
    for (int index = 0; index < flows; index++)
        table[index] = (struct flow){.port = atoi(arguments[6]) + index, .client = 1000, .server = 2000};
    for (int index = 0; index < BATCH; index++) {
        pieces[index].iov_base = frames[index];
        messages[index].msg_hdr.msg_iov = &pieces[index];
        messages[index].msg_hdr.msg_iovlen = 1;
    }
    double started = now();
    for (long sent = 0; sent < total;) {
        int batch = total - sent < BATCH ? total - sent : BATCH;
        for (int index = 0; index < batch; index++) {
            long left = total - sent - index;
            int ending = left <= flows ? 2 : left <= 2L * flows ? 1 : 0;
            pieces[index].iov_len = next(frames[index], &table[(sent + index) % flows], ending);
        }
        double ahead = started + sent / rate - now();
        if (ahead > 0.0002) {
            struct timespec pause = {.tv_nsec = (ahead - 0.0001) * 1e9};
            nanosleep(&pause, NULL);
        }
        while (started + sent / rate > now()) {
            /* too short for a nap */
        }
        send_all(fd, batch);
        sent += batch;
    }
    printf("{\"sent\": %ld, \"seconds\": %.3f, \"retries\": %ld}\n", total, now() - started, retries);
    return 0;
}
