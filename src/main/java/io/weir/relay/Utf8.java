package io.weir.relay;

/** Which bytes are well-formed UTF-8 (RFC 3629), and how many of those that are not count as one malformed sequence. */
final class Utf8 {
    private Utf8() {}

    /** Bytes of the character that starts with this byte, if it is well-formed. */
    static int size(byte first) {
        int lead = first & 0xFF;
        return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    }

    /** Whether a well-formed character of more than one byte starts at {@code index}. */
    static boolean well(byte[] bytes, int index, int end) {
        int lead = bytes[index] & 0xFF;
        if (lead < 0xC2 || lead > 0xF4) {
            return false;
        }
        int size = size(bytes[index]);
        return index + size <= end && goodPrefix(bytes, index, end) == size && !surrogate(bytes, index);
    }

    /** Whether the well-formed character of three bytes is U+2028 or U+2029. */
    static boolean lineSeparator(byte[] bytes, int index) {
        return bytes[index] == (byte) 0xE2
                && bytes[index + 1] == (byte) 0x80
                && (bytes[index + 2] == (byte) 0xA8 || bytes[index + 2] == (byte) 0xA9);
    }

    /** Bytes that one replacement character stands for: the longest beginning of a character, or one byte. */
    static int malformed(byte[] bytes, int index, int end) {
        int lead = bytes[index] & 0xFF;
        if (lead < 0xC2 || lead > 0xF4) {
            return 1;
        }
        return goodPrefix(bytes, index, end);
    }

    private static int goodPrefix(byte[] bytes, int index, int end) {
        int size = size(bytes[index]);
        int good = 1;
        while (good < size && index + good < end && continues(bytes, index, good)) {
            good++;
        }
        return good;
    }

    private static boolean continues(byte[] bytes, int index, int position) {
        int next = bytes[index + position] & 0xFF;
        if (position == 1) {
            // the second byte tells overlong forms and what lies above U+10FFFF
            switch (bytes[index] & 0xFF) {
                case 0xE0:
                    return next >= 0xA0 && next <= 0xBF;
                case 0xF0:
                    return next >= 0x90 && next <= 0xBF;
                case 0xF4:
                    return next >= 0x80 && next <= 0x8F;
                default:
                    break;
            }
        }
        return next >= 0x80 && next <= 0xBF;
    }

    /** U+D800 to U+DFFF: not characters; Java replaces the three bytes by one character. */
    private static boolean surrogate(byte[] bytes, int index) {
        return bytes[index] == (byte) 0xED && (bytes[index + 1] & 0xFF) >= 0xA0;
    }
}
