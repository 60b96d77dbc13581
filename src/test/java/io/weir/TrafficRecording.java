package io.weir;

import io.weir.Conversation.Round;
import io.weir.Conversation.Sender;
import io.weir.capture.Frame;
import io.weir.capture.FrameHandler;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Keeps every frame of the conversations in the order of capture, and knows what each one is. One thread. */
final class TrafficRecording implements FrameHandler {
    private static final int FIN = 0x01;
    private static final int SYN = 0x02;
    private static final int RST = 0x04;

    /**
     * @param offset of its payload in what the sender says; of a SYN -1
     * @param payloadBytes 0 if it carries none
     */
    record Recorded(long timeNs, byte[] bytes, Round round, Sender sender, int offset, int payloadBytes, int flags) {
        boolean opens() {
            return (flags & SYN) != 0;
        }

        boolean resets() {
            return (flags & RST) != 0;
        }
    }

    /** What is known of a conversation so far. */
    private static final class Course {
        int round = -1;
        final int[] firstSequence = new int[Sender.values().length];
        int clientNext;
    }

    private final List<Conversation> conversations;
    private final Course[] courses;
    private final List<Recorded> frames = new ArrayList<>();
    private long lastTimeNs;

    TrafficRecording(List<Conversation> conversations) {
        this.conversations = conversations;
        courses = new Course[conversations.size()];
        for (int index = 0; index < courses.length; index++) {
            courses[index] = new Course();
        }
    }

    List<Recorded> frames() {
        return frames;
    }

    @Override
    public void onFrame(Frame frame) {
        byte[] bytes = new byte[frame.capturedLength()];
        frame.memory().get(frame.offset(), bytes);
        ByteBuffer head = ByteBuffer.wrap(bytes);
        int etherType = head.getShort(12) & 0xFFFF;
        if (etherType == 0x0800 && head.get(23) == 6) {
            int tcp = 14 + 4 * (head.get(14) & 0x0F);
            keep(frame.timeNs(), head, tcp, 14 + (head.getShort(16) & 0xFFFF));
        } else if (etherType == 0x86DD && head.get(20) == 6) {
            keep(frame.timeNs(), head, 54, 54 + (head.getShort(18) & 0xFFFF));
        }
    }

    private void keep(long timeNs, ByteBuffer frame, int tcp, int toldEnd) {
        // a joined segment may be longer than the IP header can say
        int end = toldEnd <= tcp ? frame.capacity() : toldEnd;
        int from = frame.getShort(tcp) & 0xFFFF;
        int to = frame.getShort(tcp + 2) & 0xFFFF;
        Sender sender = Conversation.isClientPort(from) ? Sender.CLIENT : Sender.SERVER;
        Conversation conversation = conversations.get(Conversation.number(sender == Sender.CLIENT ? from : to));
        Course course = courses[conversation.number];
        int sequence = frame.getInt(tcp + 4);
        int flags = frame.get(tcp + 13);
        int payloadBytes = end - tcp - 4 * ((frame.get(tcp + 12) & 0xFF) >> 4);
        if ((flags & SYN) != 0) {
            boolean again = course.round >= 0 && course.firstSequence[sender.ordinal()] == sequence + 1;
            if (sender == Sender.CLIENT && !again) {
                course.round++;
                course.clientNext = 0;
            }
            course.firstSequence[sender.ordinal()] = sequence + 1;
        }
        int offset = sequence - course.firstSequence[sender.ordinal()];
        lookForSigns(conversation, course, sender, flags, offset, payloadBytes, frame.getShort(tcp + 14));
        lastTimeNs = Math.max(lastTimeNs + 1, timeNs);
        Round round = conversation.rounds.get(course.round);
        frames.add(new Recorded(lastTimeNs, frame.array(), round, sender, offset, payloadBytes, flags));
    }

    private static void lookForSigns(
            Conversation conversation,
            Course course,
            Sender sender,
            int flags,
            int offset,
            int payloadBytes,
            int window) {
        boolean plain = (flags & (SYN | FIN | RST)) == 0;
        if (plain && sender == Sender.SERVER && window == 0) {
            conversation.windowClosed.countDown();
        }
        if (sender == Sender.CLIENT) {
            if (plain && payloadBytes == 0 && course.clientNext > 0 && offset == course.clientNext - 1) {
                conversation.keptAlive.countDown();
            }
            course.clientNext = Math.max(course.clientNext, offset + payloadBytes);
        }
    }
}
