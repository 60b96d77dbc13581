package io.weir.serve;

import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.TrustOptions;
import io.weir.serve.ServeOptions.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Signature;
import java.security.SignatureException;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Certificate, key and authorities from their files, and from their files again whenever those change: certificates are
 * renewed while the probe runs. One event loop.
 */
final class TlsFiles {
    private static final Logger LOG = LoggerFactory.getLogger(TlsFiles.class);
    private static final long RELOAD_MS = 5_000;

    private final Vertx vertx;
    private final Tls tls;
    private String read = "";
    private long timer = -1;
    private volatile boolean refused;

    TlsFiles(Vertx vertx, Tls tls) {
        this.vertx = vertx;
        this.tls = tls;
    }

    /** @throws GeneralSecurityException the key is not the certificate's: no handshake would succeed */
    void apply(HttpServerOptions server) throws GeneralSecurityException {
        read = state();
        checkPair();
        server.setSsl(true).setKeyCertOptions(keyAndCertificate());
        if (tls.clientCa() != null) {
            // asked for, not required: health is answered without; the gate refuses the rest
            server.setClientAuth(ClientAuth.REQUEST).setTrustOptions(authorities());
        }
    }

    /** From now on a changed file is used for new connections; one that is wrong is not. */
    void watch(HttpServer server) {
        timer = vertx.setPeriodic(
                RELOAD_MS, tick -> vertx.executeBlocking(this::state).onSuccess(state -> {
                    if (!state.equals(read)) {
                        read = state;
                        vertx.executeBlocking(this::checkPair)
                                .onSuccess(pair -> update(server))
                                .onFailure(this::complain);
                    }
                }));
    }

    void stop() {
        vertx.cancelTimer(timer);
    }

    private void update(HttpServer server) {
        ServerSSLOptions options = new ServerSSLOptions().setKeyCertOptions(keyAndCertificate());
        if (tls.clientCa() != null) {
            options.setClientAuth(ClientAuth.REQUEST).setTrustOptions(authorities());
        }
        server.updateSSLOptions(options, true)
                .onSuccess(updated -> {
                    refused = false;
                    LOG.info("certificate {} was read again", tls.certificate());
                })
                .onFailure(this::complain);
    }

    /** Whether the files as they are now cannot be used, so that the certificate before them may expire. Any thread. */
    boolean refused() {
        return refused;
    }

    private void complain(Throwable cause) {
        refused = true;
        LOG.warn(
                "certificate {} has changed but cannot be used ({}); the one before stays in use",
                tls.certificate(),
                cause.getMessage());
    }

    /** Nobody else looks before the first handshake fails. Files that cannot be read are told by who uses them. */
    private Void checkPair() throws GeneralSecurityException {
        KeyManager[] managers;
        try {
            managers = keyAndCertificate().getKeyManagerFactory(vertx).getKeyManagers();
        } catch (Exception unreadable) {
            return null;
        }
        for (KeyManager each : managers) {
            for (String algorithm : List.of("RSA", "EC")) {
                X509KeyManager manager = (X509KeyManager) each;
                String[] names = manager.getServerAliases(algorithm, null);
                if (names != null && !belong(manager, names[0], algorithm)) {
                    throw new GeneralSecurityException("the key is not the one that the certificate was made for");
                }
            }
        }
        return null;
    }

    private static boolean belong(X509KeyManager manager, String name, String algorithm)
            throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm.equals("EC") ? "SHA256withECDSA" : "SHA256withRSA");
        try {
            signature.initSign(manager.getPrivateKey(name));
            signature.update((byte) 1);
            byte[] signed = signature.sign();
            signature.initVerify(manager.getCertificateChain(name)[0]);
            signature.update((byte) 1);
            return signature.verify(signed);
        } catch (InvalidKeyException | SignatureException otherAlgorithmOrLength) {
            return false;
        }
    }

    private KeyCertOptions keyAndCertificate() {
        return new PemKeyCertOptions()
                .addCertPath(tls.certificate().toString())
                .addKeyPath(tls.key().toString());
    }

    private TrustOptions authorities() {
        return new PemTrustOptions().addCertPath(tls.clientCa().toString());
    }

    /** When the files were written; a file that cannot be asked counts as unchanged. Blocks shortly. */
    private String state() {
        List<String> times = new ArrayList<>();
        for (Path file : new Path[] {tls.certificate(), tls.key(), tls.clientCa()}) {
            try {
                times.add(file == null ? "" : Files.getLastModifiedTime(file).toString());
            } catch (IOException renamedJustNow) {
                return read;
            }
        }
        return times.toString();
    }
}
