package io.weir.serve;

import static io.weir.serve.Streams.data;
import static io.weir.serve.Streams.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpConnectOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.HostAndPort;
import io.weir.serve.EventReader.Received;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class Http2Test {
    private final RunningService service = new RunningService();
    private HttpClientAgent connecting;

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void eventsAreServedOverHttp2InTheClear() throws Exception {
        // Java's client asks by an upgrade of its first request
        HttpClient client = HttpClient.newBuilder().version(Version.HTTP_2).build();
        assertThat(client.send(service.request("/livez").build(), BodyHandlers.ofString())
                        .version())
                .isEqualTo(Version.HTTP_2);

        readEvents(service, client, "http://127.0.0.1:" + service.port());
    }

    @Test
    void eventsAreServedOverHttp2AndTls(@TempDir Path folder) throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        ServeOptions options = OptionsFor.tests()
                .tls(certificates.certificate("server"), certificates.key("server"), null)
                .options();
        try (RunningService secured = new RunningService(options)) {
            HttpClient client = HttpClient.newBuilder()
                    .sslContext(certificates.client(null))
                    .version(Version.HTTP_2)
                    .build();
            readEvents(secured, client, "https://127.0.0.1:" + secured.port());

            HttpClient older = HttpClient.newBuilder()
                    .sslContext(certificates.client(null))
                    .version(Version.HTTP_1_1)
                    .build();
            URI uri = URI.create("https://127.0.0.1:" + secured.port() + "/livez");
            HttpResponse<String> response =
                    older.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
            assertThat(response.version()).isEqualTo(Version.HTTP_1_1);
            assertThat(response.statusCode()).isEqualTo(200);
        }
    }

    /** Two readers in one connection, then a third that resumes. */
    private static void readEvents(RunningService service, HttpClient client, String address) throws Exception {
        List<EventReader> readers = new ArrayList<>();
        for (int port : List.of(80, 81)) {
            HttpResponse<InputStream> response = client.send(
                    HttpRequest.newBuilder(URI.create(address + "/api/v1/events?port=" + port))
                            .build(),
                    BodyHandlers.ofInputStream());
            assertThat(response.version()).isEqualTo(Version.HTTP_2);
            assertThat(response.headers().firstValue("content-type")).contains("text/event-stream");
            readers.add(new EventReader(response).greeted());
        }
        service.partition().send(open("s1"), data("s1", 0, "a"), data("s1", 1, "b"));
        service.partition().send(open("s2", "10.0.0.1", 40_000, "10.0.0.2", 81), data("s2", 0, "c"));

        assertThat(readers.get(0).next(3)).extracting(Received::type).containsExactly("open", "data", "data");
        List<Received> second = readers.get(1).next(2);
        assertThat(second.get(1).data().getString("payload")).isEqualTo("Yw==");
        readers.get(1).close();
        HttpResponse<InputStream> again = client.send(
                HttpRequest.newBuilder(URI.create(address + "/api/v1/events?port=81"))
                        .header("Last-Event-ID", second.get(0).id())
                        .build(),
                BodyHandlers.ofInputStream());
        assertThat(new EventReader(again).next().id()).isEqualTo(second.get(1).id());
    }

    @Test
    void theStreamsOfAConnectionAreBounded() {
        HttpClientConnection connection = connect();

        assertThat(connection.remoteSettings().get(Http2Settings.MAX_CONCURRENT_STREAMS))
                .isEqualTo(100L);
    }

    @Test
    void aClientThatOpensAndCancelsWithoutEndIsCutOff() {
        HttpClientConnection connection = connect();
        AtomicBoolean closed = new AtomicBoolean();
        connection.closeHandler(gone -> closed.set(true));

        for (int index = 0; index < 400 && !closed.get(); index++) {
            connection
                    .request(new RequestOptions().setMethod(HttpMethod.GET).setURI("/api/v1/events"))
                    .onSuccess(request -> {
                        request.writeHead();
                        request.reset(8);
                    });
        }

        await().untilTrue(closed);
        assertThat(service.get("/livez").statusCode()).isEqualTo(200);
        await().until(() -> service.metrics.text().contains("weir_serve_readers_present 0.0"));
    }

    @Test
    void hostAndOriginAndLengthAreCheckedAsOverHttp1() {
        HttpClientConnection connection = connect();

        assertThat(status(connection, new RequestOptions().setURI("/livez"))).isEqualTo(200);
        HttpClientRequest strange =
                connection.request(new RequestOptions().setURI("/livez")).await();
        strange.authority(HostAndPort.create("evil.example", service.port()));
        assertThat(strange.send().await().statusCode()).isEqualTo(421);
        assertThat(status(connection, new RequestOptions().setURI("/livez").putHeader("Origin", "http://evil.example")))
                .isEqualTo(403);
        assertThat(status(connection, new RequestOptions().setURI("/livez?" + "x".repeat(5_000))))
                .isEqualTo(414);
        assertThat(status(connection, new RequestOptions().setURI("/nothing"))).isEqualTo(404);
    }

    @Test
    void headersAreBoundedAsOverHttp1() {
        HttpClientConnection connection = connect();
        RequestOptions large = new RequestOptions()
                .setHost("127.0.0.1")
                .setPort(service.port())
                .setURI("/livez");
        for (int index = 0; index < 20; index++) {
            large.putHeader("x-" + index, "x".repeat(1_000));
        }

        assertThatThrownBy(() -> {
                    int status = status(connection, large);
                    assertThat(status).isNotEqualTo(431);
                    throw new IllegalStateException("answered with " + status);
                })
                .hasMessageNotContaining("answered with 200");
        assertThat(service.get("/livez").statusCode()).isEqualTo(200);
    }

    private HttpClientConnection connect() {
        HttpClientOptions options =
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false);
        // Vert.x closes a client that nothing refers to
        connecting = service.vertx.createHttpClient(options);
        return connecting
                .connect(new HttpConnectOptions().setHost("127.0.0.1").setPort(service.port()))
                .await();
    }

    private int status(HttpClientConnection connection, RequestOptions options) {
        if (options.getHost() == null) {
            options.setHost("127.0.0.1").setPort(service.port());
        }
        HttpClientRequest request = connection.request(options).await();
        return request.send().await().statusCode();
    }
}
