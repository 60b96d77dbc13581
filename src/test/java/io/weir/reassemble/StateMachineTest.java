package io.weir.reassemble;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.Segment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bystander's view of a connection's state. It advises; bytes are never dropped for it. */
class StateMachineTest {
    /** C or S for the sender, then its flags: S(YN), A(CK), F(IN), R(ST). */
    @ParameterizedTest
    @CsvSource({
        // R31: what gopacket's state machine accepts
        "CS SSA CA CA SA CFA SA SFA CA, CLOSED",
        "CS SSA CA SFA CA CFA SA, CLOSED",
        "CS SR, RESET",
        "CS SSA CA SR, RESET",
        "CS CS SSA CA, ESTABLISHED",
        "CS SSA CA CFA, CLOSE_WAIT",
        "CS SSA CA CFA SFA, LAST_ACK",
        // R31: what it accepts only with missing establishment
        "SSA CA CA, ESTABLISHED",
        "CA SA CA, ESTABLISHED",
        "CFA SFA CA, CLOSED",
        // 3.26: what it rejects and RFC 9293 does not
        "CS CA CA SA, ESTABLISHED",
        "CS SS CSA SSA CA, ESTABLISHED",
        "CS SSA CA CFA SFA SFA CA, CLOSED",
        "CS SSA CA CFA SFA CFA SA CA, CLOSED",
        "CS SSA CA CFA SA SA CA SFA CA, CLOSED",
        "CS SR CS SSA CA, ESTABLISHED",
        "CS SSA CA CFA SFA CA CS SSA CA, ESTABLISHED"
    })
    @DisplayName("R31, 3.26: conversations that are nothing odd")
    void conversationsThatAreNothingOdd(String segments, TcpStateMachine.State end) {
        TcpStateMachine machine = new TcpStateMachine();
        for (String segment : segments.split(" ")) {
            assertThat(machine.accept(flags(segment), segment.charAt(0) == 'C'))
                    .as("%s of %s, %s", segment, segments, machine.state())
                    .isTrue();
        }
        assertThat(machine.state()).isEqualTo(end);
    }

    @ParameterizedTest
    @CsvSource({"CS SSA CA, CS", "CS SSA CA CFA, CS", "CS SR, SA", "CS SSA CA CR, CA"})
    void segmentsThatDoNotFit(String segments, String odd) {
        TcpStateMachine machine = new TcpStateMachine();
        for (String segment : segments.split(" ")) {
            machine.accept(flags(segment), segment.charAt(0) == 'C');
        }
        TcpStateMachine.State before = machine.state();
        assertThat(machine.accept(flags(odd), odd.charAt(0) == 'C')).isFalse();
        assertThat(machine.state()).isEqualTo(before);
    }

    private static int flags(String segment) {
        int flags = 0;
        for (char flag : segment.substring(1).toCharArray()) {
            flags |= switch (flag) {
                case 'S' -> Segment.SYN;
                case 'A' -> Segment.ACK;
                case 'F' -> Segment.FIN;
                default -> Segment.RST;
            };
        }
        return flags;
    }

    @Test
    @DisplayName("3.26: what does not fit is told and delivered")
    void whatDoesNotFitIsToldAndDelivered() {
        Conversation conversation = Conversation.open();
        conversation.client().at(500).send(Segment.SYN, "");
        conversation.client().at(1).data("abc");
        assertThat(conversation.stream().client()).isEqualTo("abc");
        assertThat(conversation.count(Anomaly.STATE_UNEXPECTED)).isPositive();
    }

    @Test
    @DisplayName("G14: a reset that was not obeyed makes nothing odd afterwards")
    void aResetThatWasNotObeyedMakesNothingOddAfterwards() {
        Conversation conversation = Conversation.open();
        conversation.client().at(-900).rst();
        for (int index = 0; index < 10; index++) {
            conversation.client().data("abc");
        }
        assertThat(conversation.count(Anomaly.STATE_UNEXPECTED)).isZero();
        assertThat(conversation.stream().anomalies).containsExactly(Anomaly.RST_IGNORED);
    }
}
