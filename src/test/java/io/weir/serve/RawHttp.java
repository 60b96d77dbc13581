package io.weir.serve;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** One request, byte for byte as the test writes it, and the answer up to the end of the connection. */
record RawHttp(int status, String head, String body) {
    /** Sends a request of these lines, an empty line, and the body; asks the service to close afterwards. */
    static RawHttp send(int port, String body, String... lines) {
        return sendText(port, String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n" + body);
    }

    static RawHttp get(int port, String path, String... headers) {
        String[] lines = new String[headers.length + 1];
        lines[0] = "GET " + path + " HTTP/1.1";
        System.arraycopy(headers, 0, lines, 1, headers.length);
        return send(port, "", lines);
    }

    static RawHttp sendText(int port, String text) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            return parse(readAll(socket.getInputStream()));
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
    }

    /** What came until the service closed, or reset, the connection. */
    private static String readAll(InputStream in) {
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        try {
            byte[] buffer = new byte[4096];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                received.write(buffer, 0, count);
            }
        } catch (IOException reset) {
            // what was received before still counts
        }
        return received.toString(StandardCharsets.ISO_8859_1);
    }

    private static RawHttp parse(String answer) {
        int end = answer.indexOf("\r\n\r\n");
        if (end < 0) {
            return new RawHttp(0, answer, "");
        }
        return new RawHttp(
                Integer.parseInt(answer.substring(9, 12)), answer.substring(0, end), answer.substring(end + 4));
    }

    Optional<String> header(String name) {
        return head.lines()
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst();
    }
}
