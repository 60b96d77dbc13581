package io.weir.serve;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.HostAndPort;
import io.weir.tally.Counters;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which requests get in: under a known host name, not from a page of another origin, by a caller with credentials
 * where some are configured. One event loop.
 */
final class Gate {
    private static final Logger LOG = LoggerFactory.getLogger(Gate.class);
    private static final long RELOAD_MS = 1_000;
    private static final int LARGEST_AUTHORIZATION = 1_024;

    private final Vertx vertx;
    private final ServeOptions options;
    private final Counters<ServeCounter> counters;
    private final Set<String> names = new HashSet<>(Set.of("localhost", "127.0.0.1", "::1"));
    private Credentials credentials;
    private volatile String complaint = "";
    private long reloadTimer = -1;
    private Runnable changed = () -> {};

    Gate(Vertx vertx, ServeOptions options, Counters<ServeCounter> counters) {
        this.vertx = vertx;
        this.options = options;
        this.counters = counters;
        names.add(options.host().toLowerCase(Locale.ROOT));
        options.hostNames().forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
    }

    /** Is run whenever the tokens file was read again; see {@link #stillIn}. */
    void onChange(Runnable action) {
        changed = action;
    }

    /** Whether somebody who was let in would be let in again, as the tokens file stands now. */
    boolean stillIn(Caller caller) {
        return credentials == null || credentials.holds(caller);
    }

    /** Reads the tokens file, and again whenever it changes. Blocks at first. */
    void start() {
        if (options.tokensFile() != null) {
            credentials = Credentials.read(options.tokensFile(), null);
            reloadTimer = vertx.setPeriodic(RELOAD_MS, timer -> reload());
        }
    }

    void stop() {
        vertx.cancelTimer(reloadTimer);
    }

    private void reload() {
        Credentials old = credentials;
        vertx.<Credentials>executeBlocking(
                        () -> old.stale(options.tokensFile()) ? Credentials.read(options.tokensFile(), old) : old)
                .onSuccess(read -> {
                    complaint = "";
                    if (read != old) {
                        credentials = read;
                        LOG.info("tokens file {} was read again", options.tokensFile());
                        changed.run();
                    }
                })
                .onFailure(this::complain);
    }

    /** Whether the file as it is now cannot be used, so that who was taken out of it may still come in. Any thread. */
    boolean refusesFile() {
        return !complaint.isEmpty();
    }

    private void complain(Throwable cause) {
        if (!complaint.equals(cause.getMessage())) {
            complaint = cause.getMessage();
            LOG.warn("{}; the tokens read before stay valid", complaint);
        }
    }

    /** @throws Problem the request may not be answered, whoever sends it */
    void checkOrigin(HttpServerRequest request) {
        String asked = askedHost(request);
        HostAndPort host = asked == null ? null : HostAndPort.parseAuthority(asked, -1);
        if (host == null || !known(bare(host.host()), request)) {
            counters.increment(ServeCounter.REFUSED_HOST);
            throw new Problem(
                    ProblemKind.HOST,
                    "the request asks for a host name that is not configured here; use localhost, the address, or a"
                            + " name of serve.host-names",
                    "Host");
        }
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        String site = request.getHeader("Sec-Fetch-Site");
        boolean foreignOrigin = origin != null && !origin.equalsIgnoreCase(request.scheme() + "://" + asked);
        // a page may link to our page, but no page of another origin may make a browser ask the API, not even blindly
        boolean foreignSite = site != null
                && !site.equals("same-origin")
                && !site.equals("none")
                && request.path().startsWith("/api/");
        if (foreignOrigin || foreignSite) {
            counters.increment(ServeCounter.REFUSED_ORIGIN);
            throw new Problem(ProblemKind.ORIGIN, "pages of other origins may not ask", "Origin");
        }
    }

    /** The one host that the request names; null if it names none, or several. HTTP/2 has a pseudo-header for it. */
    private static String askedHost(HttpServerRequest request) {
        List<String> hosts = request.headers().getAll(HttpHeaders.HOST);
        if (request.version() != HttpVersion.HTTP_2) {
            return hosts.size() == 1 ? hosts.get(0) : null;
        }
        String authority =
                request.authority() == null ? null : request.authority().toString();
        boolean agree = hosts.isEmpty() || hosts.size() == 1 && hosts.get(0).equalsIgnoreCase(authority);
        return agree ? authority : null;
    }

    /** An address is safe if it is the one that was connected to: no name was looked up that somebody could have forged. */
    private boolean known(String name, HttpServerRequest request) {
        return names.contains(name) || name.equals(bare(request.localAddress().hostAddress()));
    }

    private static String bare(String host) {
        String name = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        return name.toLowerCase(Locale.ROOT);
    }

    /** @throws Problem the request has no valid credentials, and some are configured */
    Caller caller(HttpServerRequest request) {
        if (!options.credentials()) {
            return Caller.LOCAL;
        }
        Caller caller = byToken(request.getHeader(HttpHeaders.AUTHORIZATION));
        if (caller == null) {
            caller = byCertificate(request.sslSession());
        }
        if (caller == null) {
            counters.increment(ServeCounter.UNAUTHENTICATED);
            throw new Problem(
                    ProblemKind.CREDENTIALS,
                    options.tokensFile() == null
                            ? "show a client certificate of the configured CA"
                            : refusal(request)
                                    + "send a token of the tokens file as 'Authorization: Bearer TOKEN', or in"
                                    + " a browser as the password with any user name",
                    "Authorization");
        }
        return caller;
    }

    private static String refusal(HttpServerRequest request) {
        return request.headers().contains(HttpHeaders.AUTHORIZATION)
                ? "what was sent is no token of the tokens file: "
                : "";
    }

    /** A browser cannot send a bearer token with a page's requests, so the token is also taken as a Basic password. */
    private Caller byToken(String authorization) {
        if (credentials == null || authorization == null || authorization.length() > LARGEST_AUTHORIZATION) {
            return null;
        }
        if (authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return credentials.byToken(authorization.substring(7).strip());
        }
        if (authorization.regionMatches(true, 0, "Basic ", 0, 6)) {
            try {
                byte[] pair =
                        Base64.getDecoder().decode(authorization.substring(6).strip());
                String text = new String(pair, StandardCharsets.UTF_8);
                return credentials.byToken(text.substring(text.indexOf(':') + 1));
            } catch (IllegalArgumentException notBase64) {
                return null;
            }
        }
        return null;
    }

    /** Without a tokens file, the CA alone decides. */
    private Caller byCertificate(SSLSession session) {
        if (session == null || options.tls().clientCa() == null) {
            return null;
        }
        try {
            Certificate[] chain = session.getPeerCertificates();
            String name = commonName((X509Certificate) chain[0]);
            return credentials == null ? new Caller(name, Caller.LOCAL.roles()) : credentials.byCommonName(name);
        } catch (SSLPeerUnverifiedException noCertificate) {
            return null;
        }
    }

    private static String commonName(X509Certificate certificate) {
        try {
            for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")) {
                    return part.getValue().toString();
                }
            }
        } catch (InvalidNameException unnamed) {
            return "unnamed";
        }
        return "unnamed";
    }
}
