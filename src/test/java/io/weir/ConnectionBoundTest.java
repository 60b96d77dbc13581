package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.capture.Namespace;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections that never say what they want count like all others. */
@Timeout(120)
class ConnectionBoundTest {
    private static final int MOST = 8;

    @Test
    void silentConnectionsAreBoundedAndKeepNobodyFromAskingForHealth() throws Exception {
        Namespace.run(() -> {
            try (LiveProbe probe =
                    LiveProbe.start("capture.interfaces", "lo", "serve.max-connections", String.valueOf(MOST))) {
                List<Socket> silent = new ArrayList<>();
                // half of the places are for one address, and 8 more for this machine
                for (int index = 0; index < MOST / 2 + 8; index++) {
                    silent.add(new Socket("127.0.0.1", probe.port()));
                }
                try (Socket extra = new Socket("127.0.0.1", probe.port())) {
                    assertThat(closedByPeer(silent.get(MOST / 2)))
                            .as("the oldest of the latter")
                            .isTrue();
                    assertThat(closedByPeer(extra)).isFalse();
                }
                assertThat(closedByPeer(silent.get(0))).isFalse();
                assertThat(probe.text("/livez")).contains("pass");

                for (Socket socket : silent) {
                    socket.close();
                }
                // the one above, and perhaps a question that came before the silent ones were seen to be gone
                await().ignoreExceptions().untilAsserted(() -> assertThat(probe.text("/metrics"))
                        .containsPattern("weir_serve_sockets_refused_total [1-9]"));
                assertThat(probe.text("/livez")).contains("pass");
            }
        });
    }

    private static boolean closedByPeer(Socket socket) throws IOException {
        socket.setSoTimeout(2_000);
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }
}
