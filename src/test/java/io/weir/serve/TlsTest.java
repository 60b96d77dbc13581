package io.weir.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {
    @TempDir
    private static Path folder;

    private static TestCertificates certificates;

    @BeforeAll
    static void certify() throws Exception {
        certificates = new TestCertificates(folder);
        certificates.issue("alice");
        certificates.issue("mallory");
    }

    @Test
    void aCertificateOfTheAuthorityIsACredential() throws Exception {
        try (RunningService service = new RunningService(withClientCa(null))) {
            assertThat(status(service, "alice", "/api/v1/streams")).isEqualTo(200);
            assertThat(status(service, null, "/api/v1/streams")).isEqualTo(401);
            assertThat(status(service, null, "/livez")).isEqualTo(200);
        }
    }

    @Test
    void aTokensFileSaysWhoseCertificateMayWhat() throws Exception {
        Path tokens = Files.writeString(
                folder.resolve("tokens"), "alice metadata certificate\nbob payload token-of-bob-0001\n");
        try (RunningService service = new RunningService(withClientCa(tokens))) {
            assertThat(status(service, "alice", "/api/v1/streams")).isEqualTo(200);
            assertThat(status(service, "alice", "/api/v1/streams/s1/pcap")).isEqualTo(403);
            assertThat(status(service, "mallory", "/api/v1/streams")).isEqualTo(401);
        }
    }

    @Test
    void anotherAuthoritysCertificateIsNone() throws Exception {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        TestCertificates others = new TestCertificates(elsewhere);
        ServeOptions options = OptionsFor.tests()
                .tls(certificates.certificate("server"), certificates.key("server"), others.certificate("ca"))
                .options();
        try (RunningService service = new RunningService(options)) {
            assertThatThrownBy(() -> status(service, "alice", "/livez")).isInstanceOf(SSLHandshakeException.class);
        }
    }

    @Test
    void plainHttpFindsNothingBehindTls() throws Exception {
        try (RunningService service = new RunningService(withClientCa(null))) {
            assertThat(RawHttp.get(service.port(), "/livez", "Host: localhost").status())
                    .isZero();
        }
    }

    @Test
    void aMissingKeyIsToldInPlainWords() throws Exception {
        ServeOptions options = OptionsFor.tests()
                .tls(certificates.certificate("server"), folder.resolve("none.key"), null)
                .options();

        assertThatThrownBy(() -> new RunningService(options)).hasMessageContaining("none.key");
    }

    @Test
    void aFileThatIsNoKeyIsToldInPlainWords() throws Exception {
        Path none = Files.writeString(folder.resolve("notes.txt"), "not a key\n");
        ServeOptions options = OptionsFor.tests()
                .tls(certificates.certificate("server"), none, null)
                .options();

        assertThatThrownBy(() -> new RunningService(options))
                .hasMessageContaining("cannot serve TLS with certificate")
                .hasMessageContaining("notes.txt")
                .hasMessageNotContaining("port");
    }

    @Test
    void aKeyOfAnotherCertificateIsRefusedAtTheStart() throws Exception {
        certificates.issue("other", "-ext", "san=ip:127.0.0.1");
        Path other = certificates.key("other");
        ServeOptions mixed = OptionsFor.tests()
                .tls(certificates.certificate("server"), other, null)
                .options();

        assertThatThrownBy(() -> new RunningService(mixed))
                .hasMessageContaining(other + " (the key is not the one that the certificate was made for)");
    }

    @Test
    void aCertificateWhoseKeyHasNotComeYetIsNotUsed() throws Exception {
        certificates.issue("next", "-ext", "san=ip:127.0.0.1");
        Path certificate = Files.copy(certificates.certificate("server"), folder.resolve("half.crt"));
        Path key = Files.copy(certificates.key("server"), folder.resolve("half.key"));
        try (RunningService service = new RunningService(
                OptionsFor.tests().tls(certificate, key, null).options())) {
            Files.copy(certificates.certificate("next"), certificate, StandardCopyOption.REPLACE_EXISTING);

            String refused = "weir_serve_file_refused{file=\"certificate\"} ";
            assertThat(service.metrics.text()).contains(refused + "0.0");
            await().during(Duration.ofSeconds(7)).atMost(Duration.ofSeconds(9)).until(() -> served(service)
                    .contains("CN=server"));
            assertThat(service.metrics.text()).contains(refused + "1.0");
            Files.copy(certificates.key("next"), key, StandardCopyOption.REPLACE_EXISTING);
            await().atMost(Duration.ofSeconds(15)).until(() -> served(service).contains("CN=next"));
            await().until(() -> service.metrics.text().contains(refused + "0.0"));
        }
    }

    @Test
    void aRenewedCertificateIsUsedForNewConnections() throws Exception {
        certificates.issue("renewed", "-ext", "san=ip:127.0.0.1");
        Path certificate = Files.copy(certificates.certificate("server"), folder.resolve("live.crt"));
        Path key = Files.copy(certificates.key("server"), folder.resolve("live.key"));
        try (RunningService service = new RunningService(
                OptionsFor.tests().tls(certificate, key, null).options())) {
            assertThat(served(service)).contains("CN=server");
            assertThat(answer(service).version()).isEqualTo(HttpClient.Version.HTTP_2);
            Files.copy(certificates.key("renewed"), key, StandardCopyOption.REPLACE_EXISTING);
            Files.copy(certificates.certificate("renewed"), certificate, StandardCopyOption.REPLACE_EXISTING);

            await().atMost(Duration.ofSeconds(15)).until(() -> served(service).contains("CN=renewed"));
            assertThat(answer(service).version())
                    .as("and what the connection speaks is still agreed on in the handshake")
                    .isEqualTo(HttpClient.Version.HTTP_2);
        }
    }

    private String served(RunningService service) throws Exception {
        X509Certificate certificate =
                (X509Certificate) answer(service).sslSession().orElseThrow().getPeerCertificates()[0];
        return certificate.getSubjectX500Principal().getName();
    }

    private HttpResponse<String> answer(RunningService service) throws Exception {
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_2)
                .sslContext(certificates.client(null))
                .build();
        URI uri = URI.create("https://127.0.0.1:" + service.port() + "/livez");
        return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    private ServeOptions withClientCa(Path tokens) throws Exception {
        return OptionsFor.tests()
                .tokens(tokens)
                .tls(certificates.certificate("server"), certificates.key("server"), certificates.certificate("ca"))
                .options();
    }

    private int status(RunningService service, String name, String path) throws Exception {
        HttpClient client =
                HttpClient.newBuilder().sslContext(certificates.client(name)).build();
        URI uri = URI.create("https://127.0.0.1:" + service.port() + path);
        return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                .statusCode();
    }
}
