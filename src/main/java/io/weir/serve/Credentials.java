package io.weir.serve;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The tokens file: who may do what. Immutable; a changed file makes a new object.
 *
 * <p>Each line holds a name, roles with commas between them, and a token, with blanks between; {@code #} begins a comment:
 *
 * <pre>
 * prometheus  metadata          Zr8vLwqX0c6oW1lq
 * alice       payload,control   sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
 * backup      payload           certificate
 * </pre>
 *
 * A token has at least 16 characters, or is given as its SHA-256 in hexadecimal. {@code certificate} stands for a client
 * certificate with that common name.
 */
final class Credentials {
    private static final long MOST_BYTES = 1 << 20;

    private static final int MIN_TOKEN_LENGTH = 16;
    /** Letters, each word shorter than any token may be. */
    private static final Pattern WORDS = Pattern.compile("[A-Za-z]{1,15}(,[A-Za-z]{1,15})*");

    private static final String HASHED = "sha256:";
    private static final String CERTIFICATE = "certificate";

    private record Entry(Caller caller, byte[] digest) {}

    private final List<Entry> entries;
    private final FileTime modified;

    private Credentials(List<Entry> entries, FileTime modified) {
        this.entries = entries;
        this.modified = modified;
    }

    /**
     * Reads the file; blocks.
     *
     * @param earlier what the file held before, or null; an entry that has not changed keeps its {@link Caller} object
     * @throws IllegalArgumentException it cannot be read or a line is wrong; the message has no token in it
     */
    static Credentials read(Path file, Credentials earlier) {
        try {
            FileTime modified = Files.getLastModifiedTime(file);
            check(file, earlier != null);
            List<Entry> entries = new ArrayList<>();
            int number = 0;
            for (String line : Files.readAllLines(file)) {
                number++;
                String text = line.strip();
                if (!text.isEmpty() && !text.startsWith("#")) {
                    Entry entry = entry(text, "tokens file " + file + ", line " + number + ": ");
                    entries.add(earlier == null ? entry : earlier.same(entry));
                }
            }
            if (entries.isEmpty()) {
                throw new IllegalArgumentException(
                        "tokens file " + file + " holds no token; write lines such as 'alice metadata,payload TOKEN'");
            }
            return new Credentials(List.copyOf(entries), modified);
        } catch (IOException unreadable) {
            String reason = unreadable instanceof NoSuchFileException ? "it does not exist" : unreadable.getMessage();
            throw new IllegalArgumentException("cannot read tokens file " + file + " (" + reason + ")");
        }
    }

    /** A pipe may give the tokens once; to ask it again would wait for whoever writes into it, and so keep the worker. */
    private static void check(Path file, boolean again) throws IOException {
        if (again && !Files.isDirectory(file) && !Files.isRegularFile(file)) {
            throw new IOException("it is no regular file now");
        }
        if (Files.size(file) > MOST_BYTES) {
            throw new IOException("it is larger than " + MOST_BYTES + " bytes");
        }
    }

    private Entry same(Entry other) {
        for (Entry entry : entries) {
            if (entry.caller.equals(other.caller) && Arrays.equals(entry.digest, other.digest)) {
                return entry;
            }
        }
        return other;
    }

    /** Whether the entry by which this caller was let in still stands in the file as it was. */
    boolean holds(Caller caller) {
        return entries.stream().anyMatch(entry -> entry.caller == caller);
    }

    /** Whether the file has changed since; blocks shortly. */
    boolean stale(Path file) {
        try {
            return !Files.getLastModifiedTime(file).equals(modified);
        } catch (IOException gone) {
            return true;
        }
    }

    /** Whose token this is, or null. Takes the same time whichever entry matches, or none. */
    Caller byToken(String token) {
        byte[] digest = digest(token);
        Caller found = null;
        for (Entry entry : entries) {
            if (entry.digest != null && MessageDigest.isEqual(entry.digest, digest)) {
                found = entry.caller;
            }
        }
        return found;
    }

    /** Whose verified client certificate this is, or null. */
    Caller byCommonName(String name) {
        for (Entry entry : entries) {
            if (entry.digest == null && entry.caller.name().equals(name)) {
                return entry.caller;
            }
        }
        return null;
    }

    private static Entry entry(String line, String where) {
        String[] fields = line.split("\\s+");
        if (fields.length != 3) {
            throw new IllegalArgumentException(where + "has " + fields.length
                    + " fields; it must have three: a name, roles with commas between them, a token");
        }
        Caller caller = new Caller(fields[0], roles(fields[1], where));
        return new Entry(caller, fields[2].equals(CERTIFICATE) ? null : digestOf(fields[2], where));
    }

    private static Set<Role> roles(String list, String where) {
        Set<Role> roles = EnumSet.of(Role.METADATA);
        for (String name : list.split(",")) {
            try {
                roles.add(Role.valueOf(name.toUpperCase(Locale.ROOT)));
            } catch (IllegalArgumentException unknown) {
                // where fields are swapped this is the token, which is not for the log
                String what = WORDS.matcher(list).matches()
                        ? "role '" + name + "' is unknown"
                        : "the second field must be roles with commas between them";
                throw new IllegalArgumentException(where + what + "; allowed: metadata, payload, control");
            }
        }
        return roles;
    }

    private static byte[] digestOf(String token, String where) {
        if (token.startsWith(HASHED)) {
            String digits = token.substring(HASHED.length());
            if (!digits.matches("[0-9a-fA-F]{64}")) {
                throw new IllegalArgumentException(where + "sha256: must be followed by 64 hexadecimal digits");
            }
            return HexFormat.of().parseHex(digits);
        }
        if (token.length() < MIN_TOKEN_LENGTH) {
            throw new IllegalArgumentException(where + "the token has " + token.length()
                    + " characters; it must have at least " + MIN_TOKEN_LENGTH + " (try: openssl rand -base64 24)");
        }
        return digest(token);
    }

    private static byte[] digest(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException everyPlatformHasIt) {
            throw new IllegalStateException(everyPlatformHasIt);
        }
    }
}
