package io.weir.reassemble;

import static io.weir.decode.Segment.ACK;
import static io.weir.decode.Segment.FIN;
import static io.weir.decode.Segment.OPTION_MALFORMED;
import static io.weir.decode.Segment.OPTION_SIGNATURE;
import static io.weir.decode.Segment.PSH;
import static io.weir.decode.Segment.SYN;
import static io.weir.decode.Segment.URG;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Segments that are made for the probe's eyes only: the receiving kernel drops them, and so do we. */
@Tag("P5")
class DecoyTest {
    private final Conversation conversation = Conversation.open();

    private void expectRefused(Anomaly name, long bytes) {
        conversation.client().at(1).data("good");
        assertThat(conversation.stream().client()).isEqualTo("good");
        assertThat(conversation.count(name)).isEqualTo(1);
        assertThat(conversation.stream().clientHalf().refusedBytes()).isEqualTo(bytes);
        assertThat(conversation.count(Anomaly.CONFLICT)).isZero();
    }

    @Test
    @DisplayName("evasion: data without ACK flag")
    void dataWithoutAckFlag() {
        conversation.client().at(1).send(PSH, "EVIL");
        expectRefused(Anomaly.NO_ACK_FLAG, 4);
    }

    @Test
    @DisplayName("evasion: data without any flag")
    void dataWithoutAnyFlag() {
        conversation.client().at(1).send(0, "EVIL");
        expectRefused(Anomaly.NO_ACK_FLAG, 4);
    }

    @Test
    @DisplayName("evasion: data with FIN and without ACK flag")
    void dataWithFinAndWithoutAckFlag() {
        conversation.client().at(1).send(FIN | PSH | URG, "EVIL");
        conversation.client().at(1).data("good");
        assertThat(conversation.stream().client()).isEqualTo("good");
        assertThat(conversation.stream().ended(FlowDirection.CLIENT_TO_SERVER)).isFalse();
    }

    @Test
    @DisplayName("evasion: data with a signature option on a connection without one")
    void dataWithASignatureOption() {
        conversation.client().at(1).option(OPTION_SIGNATURE).data("EVIL");
        expectRefused(Anomaly.SIGNATURE_OPTION, 4);
    }

    @Test
    void aConnectionWhoseSynWasSignedIsSigned() {
        Conversation signed = Conversation.begin();
        signed.client().option(OPTION_SIGNATURE).syn();
        signed.server().option(OPTION_SIGNATURE).synAck();
        signed.client().option(OPTION_SIGNATURE).ack(1);
        signed.client().option(OPTION_SIGNATURE).data("bgp");
        assertThat(signed.stream().client()).isEqualTo("bgp");
        assertThat(signed.count(Anomaly.SIGNATURE_OPTION)).isZero();
    }

    @Test
    @DisplayName("evasion: data that comes with a SYN inside the connection")
    void dataThatComesWithASynInsideTheConnection() {
        conversation.client().at(1).send(SYN | PSH | ACK, "EVIL");
        conversation.client().at(1).data("good");
        assertThat(conversation.stream().client()).isEqualTo("good");
    }

    @Test
    @DisplayName("evasion: a malformed option list is told, the bytes are delivered as the kernel does")
    void aMalformedOptionListIsToldAndTheBytesAreDelivered() {
        conversation.client().at(1).option(OPTION_MALFORMED).data("good");
        assertThat(conversation.stream().client()).isEqualTo("good");
        assertThat(conversation.count(Anomaly.OPTION_MALFORMED)).isEqualTo(1);
    }

    @Test
    @DisplayName("evasion: the decoys of a whole handshake do not move the start")
    void decoysDuringTheHandshakeDoNotMoveTheStart() {
        Conversation opening = Conversation.begin();
        opening.client().syn();
        opening.client().at(900).send(PSH, "EVIL");
        opening.client().at(-900).rst();
        opening.server().synAck();
        opening.client().ack(1);
        opening.client().at(1).data("good");
        assertThat(opening.stream().client()).isEqualTo("good");
    }

    @Test
    @DisplayName("evasion: urgent data is delivered inline, its place is told")
    void urgentDataIsDeliveredInlineItsPlaceIsTold() {
        conversation.client().urgent(2).data("abcd");
        conversation.client().data("ef");
        assertThat(conversation.stream().client()).isEqualTo("abcdef");
        assertThat(conversation.stream().log).contains("client urgent 1+1");
        assertThat(conversation.count(Anomaly.URGENT)).isEqualTo(1);
    }

    @Test
    @DisplayName("evasion: a segment with another hop limit is told, and delivered: here it arrived")
    void aSegmentWithAnotherHopLimitIsToldAndDelivered() {
        conversation.client().raw().hopLimit(64);
        conversation.client().ack(1);
        long before = conversation.count(Anomaly.HOP_LIMIT);
        conversation.client().data("ab");
        conversation.client().raw().hopLimit(3);
        conversation.client().data("cd");
        conversation.client().at(-900).rst();
        assertThat(conversation.stream().client()).isEqualTo("abcd");
        assertThat(conversation.count(Anomaly.HOP_LIMIT)).isEqualTo(before + 1);
    }
}
