package io.weir.reassemble;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** One case of overlap-vectors.txt: segments in order of arrival, and what each policy family makes of them. */
record OverlapVector(String number, List<Part> segments, Map<String, String> expected) {
    /** Bytes at an offset; 0 is the first byte of the stream. */
    record Part(int offset, String data) {}

    private static final Pattern REPEATED = Pattern.compile("(.)\\*(\\d+)");

    static List<OverlapVector> all() {
        List<OverlapVector> vectors = new ArrayList<>();
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                OverlapVector.class.getResourceAsStream("overlap-vectors.txt"), StandardCharsets.US_ASCII))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                String[] words = line.trim().split(" +");
                if (line.startsWith(" ")) {
                    vectors.get(vectors.size() - 1).expected.put(words[0], spell(words[1]));
                } else if (!line.isEmpty() && !line.startsWith("#")) {
                    OverlapVector vector = new OverlapVector(words[0], new ArrayList<>(), new LinkedHashMap<>());
                    for (int index = 1; index < words.length; index++) {
                        String[] part = words[index].split(":", 2);
                        vector.segments.add(new Part(Integer.parseInt(part[0]) - 1, spell(part[1])));
                    }
                    vectors.add(vector);
                }
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return vectors;
    }

    private static String spell(String text) {
        return REPEATED.matcher(text).replaceAll(match -> match.group(1).repeat(Integer.parseInt(match.group(2))));
    }

    /** The line that a policy reads; null for a policy that no vector was made for. */
    static String family(OverlapPolicy policy) {
        return switch (policy) {
            case FIRST, VISTA -> "first";
            case LAST -> "last";
            case BSD, WINDOWS, MACOS -> "bsd";
            case OLD_LINUX -> "old-linux";
            case SOLARIS, HPUX11 -> "solaris";
            case LINUX -> "linux";
            case IRIX, HPUX10, BSD_RIGHT -> null;
        };
    }

    /** The same case above a hole: everything moves up by one byte, and the byte at 0 comes last. */
    OverlapVector aboveHole() {
        List<Part> moved = new ArrayList<>();
        segments.forEach(part -> moved.add(new Part(part.offset + 1, part.data)));
        moved.add(new Part(0, "^"));
        Map<String, String> movedText = new LinkedHashMap<>();
        expected.forEach((family, text) -> movedText.put(family, "^" + text));
        return new OverlapVector(number, moved, movedText);
    }

    @Override
    public String toString() {
        return "vector " + number;
    }
}
