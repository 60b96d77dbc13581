package io.weir.relay;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * A growing array of bytes, reused, in which JSON is written as UTF-8. One thread.
 *
 * <p>Strings are escaped so that a line of JSON stays one line for every reader: besides quote and backslash all control
 * characters (U+0000 to U+001F, U+007F to U+009F) and the line separators U+2028 and U+2029.
 */
public final class JsonBytes {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] REPLACEMENT = {(byte) 0xEF, (byte) 0xBF, (byte) 0xBD};
    private static final Base64.Encoder BASE64 = Base64.getEncoder();

    private byte[] array;
    private byte[] source = new byte[0];
    private byte[] encoded = new byte[0];
    private int length;

    public JsonBytes(int capacity) {
        array = new byte[capacity];
    }

    /** What was written, up to {@link #length}; valid until the next write. */
    public byte[] array() {
        return array;
    }

    public int length() {
        return length;
    }

    public JsonBytes clear() {
        length = 0;
        return this;
    }

    public void writeTo(OutputStream out) throws IOException {
        out.write(array, 0, length);
    }

    /** Bytes as they are. */
    public JsonBytes raw(byte[] bytes) {
        need(bytes.length);
        System.arraycopy(bytes, 0, array, length, bytes.length);
        length += bytes.length;
        return this;
    }

    /** ASCII text as it is, without quotes or escapes. */
    @SuppressWarnings("deprecation") // the one way to take ASCII out of a String without another array
    public JsonBytes ascii(String text) {
        int count = text.length();
        need(count);
        text.getBytes(0, count, array, length);
        length += count;
        return this;
    }

    public JsonBytes ascii(char character) {
        need(1);
        array[length++] = (byte) character;
        return this;
    }

    public JsonBytes number(long value) {
        need(20);
        if (value < 0) {
            return ascii(Long.toString(value));
        }
        int digits = 1;
        for (long rest = value; rest >= 10; rest /= 10) {
            digits++;
        }
        digits(value, digits);
        return this;
    }

    /** A number that is not negative, with leading zeros. */
    public JsonBytes digits(long value, int count) {
        need(count);
        for (int index = length + count - 1; index >= length; index--) {
            long rest = value / 10;
            array[index] = (byte) ('0' + (value - 10 * rest));
            value = rest;
        }
        length += count;
        return this;
    }

    /** Sixteen hexadecimal digits, in quotes. */
    public JsonBytes quotedHex(long value) {
        need(18);
        array[length++] = '"';
        for (int shift = 60; shift >= 0; shift -= 4) {
            array[length++] = HEX[(int) (value >>> shift) & 15];
        }
        array[length++] = '"';
        return this;
    }

    public JsonBytes quotedHex(byte[] bytes, int from, int count) {
        need(2 * count + 2);
        array[length++] = '"';
        for (int index = from; index < from + count; index++) {
            array[length++] = HEX[bytes[index] >> 4 & 15];
            array[length++] = HEX[bytes[index] & 15];
        }
        array[length++] = '"';
        return this;
    }

    public JsonBytes quotedBase64(byte[] bytes, int from, int count) {
        // the encoder takes whole arrays only; most pieces of a stream have one length
        if (source.length != count) {
            source = new byte[count];
        }
        System.arraycopy(bytes, from, source, 0, count);
        if (encoded.length < (count + 2) / 3 * 4) {
            encoded = new byte[(count + 2) / 3 * 4 + 1024];
        }
        int characters = BASE64.encode(source, encoded);
        need(characters + 2);
        array[length++] = '"';
        System.arraycopy(encoded, 0, array, length, characters);
        length += characters;
        array[length++] = '"';
        return this;
    }

    /** A string, quoted and escaped. */
    public JsonBytes quoted(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return quotedText(bytes, 0, bytes.length);
    }

    /** Bytes decoded as UTF-8, malformed sequences replaced as {@code new String(bytes, UTF_8)} does, quoted and escaped. */
    public JsonBytes quotedText(byte[] bytes, int from, int count) {
        need(6 * count + 2); // the longest escape of one byte
        byte[] target = array;
        target[length++] = '"';
        int index = from;
        int end = from + count;
        while (index < end) {
            byte next = bytes[index];
            if (next >= ' ' && next != '"' && next != '\\' && next != 0x7F) {
                target[length++] = next;
                index++;
            } else if (next >= 0) {
                escape(next);
                index++;
            } else {
                index += Utf8.well(bytes, index, end) ? character(bytes, index) : replace(bytes, index, end);
            }
        }
        target[length++] = '"';
        return this;
    }

    /** Copies one well-formed character of two to four bytes, escaped if it would break a line. */
    private int character(byte[] bytes, int index) {
        int size = Utf8.size(bytes[index]);
        int second = bytes[index + 1] & 0xFF;
        if (size == 2 && bytes[index] == (byte) 0xC2 && second < 0xA0) {
            unicode(second);
        } else if (size == 3 && Utf8.lineSeparator(bytes, index)) {
            unicode(0x2000 | bytes[index + 2] & 0x3F);
        } else {
            System.arraycopy(bytes, index, array, length, size);
            length += size;
        }
        return size;
    }

    private int replace(byte[] bytes, int index, int end) {
        System.arraycopy(REPLACEMENT, 0, array, length, REPLACEMENT.length);
        length += REPLACEMENT.length;
        return Utf8.malformed(bytes, index, end);
    }

    private void escape(int character) {
        int letter = "\"\\\b\f\n\r\t".indexOf(character);
        if (letter < 0) {
            unicode(character);
        } else {
            array[length++] = '\\';
            array[length++] = (byte) "\"\\bfnrt".charAt(letter);
        }
    }

    private void unicode(int character) {
        array[length++] = '\\';
        array[length++] = 'u';
        for (int shift = 12; shift >= 0; shift -= 4) {
            array[length++] = HEX[character >> shift & 15];
        }
    }

    private void need(int more) {
        if (array.length - length < more) {
            byte[] larger = new byte[Math.max(length + more, 2 * array.length)];
            System.arraycopy(array, 0, larger, 0, length);
            array = larger;
        }
    }
}
