package dev.millrace.door.http;

import dev.millrace.net.ApiToken;
import dev.millrace.net.Authentication;
import dev.millrace.net.http.HttpExchange;
import dev.millrace.net.http.HttpFailure;
import dev.millrace.net.http.HttpHandler;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who may ask: keeps web pages out (by Host, against re-bound names, and by Origin), and asks for the token where it is
 * needed.
 */
final class Access {
    private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "::1");
    private static final Set<String> PROBES = Set.of("/healthz", "/readyz");

    private final Authentication authentication;
    private final Set<String> hosts;
    private final ApiToken token;

    Access(HttpDoorOptions options, ApiToken token) {
        authentication = options.authentication();
        hosts = Stream.concat(LOOPBACK_NAMES.stream(), options.hosts().stream())
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
        this.token = token;
    }

    /** Before every request. */
    void check(HttpExchange exchange) {
        exchange.responseHeader("Cache-Control", "no-store").responseHeader("X-Content-Type-Options", "nosniff");
        if (PROBES.contains(exchange.path())) {
            return;
        }
        String host = checkHost(exchange);
        checkOrigin(exchange, host);
        if (authentication == Authentication.EVERYTHING) {
            requireToken(exchange);
        }
    }

    /** Wraps the handler of a request that deletes. */
    HttpHandler withToken(HttpHandler handler) {
        return exchange -> {
            if (authentication == Authentication.DELETIONS) {
                requireToken(exchange);
            }
            handler.handle(exchange);
        };
    }

    /** Without this a page of an attacker whose name is made to resolve to this machine could read and change all. */
    private String checkHost(HttpExchange exchange) {
        List<String> all = exchange.headers("Host");
        if (all.size() != 1) {
            throw new HttpFailure(400, HttpFailure.BAD_REQUEST, "exactly one Host header is needed");
        }
        String name = hostName(all.getFirst()).toLowerCase(Locale.ROOT);
        boolean known = hosts.contains(name) || name.equals(localAddress(exchange));
        if (!known) {
            throw new HttpFailure(421, "HOST_NOT_KNOWN", "this server is not known as '" + name
                    + "'. Use a loopback name, or add the name to the setting http-hosts");
        }
        return all.getFirst();
    }

    private static String hostName(String host) {
        if (host.startsWith("[")) {
            int end = host.indexOf(']');
            return end < 0 ? host : host.substring(1, end);
        }
        int colon = host.indexOf(':');
        return colon < 0 ? host : host.substring(0, colon);
    }

    private static @Nullable String localAddress(HttpExchange exchange) {
        return exchange.localAddress() instanceof InetSocketAddress local && local.getAddress() != null
                ? local.getAddress().getHostAddress()
                : null;
    }

    private static void checkOrigin(HttpExchange exchange, String host) {
        String origin = exchange.header("Origin");
        String site = exchange.header("Sec-Fetch-Site");
        boolean foreignOrigin = origin != null && !origin.equalsIgnoreCase("http://" + host)
                && !origin.equalsIgnoreCase("https://" + host);
        boolean foreignSite = site != null && !site.equals("same-origin") && !site.equals("none");
        if (foreignOrigin || foreignSite) {
            throw new HttpFailure(403, "FOREIGN_ORIGIN", "requests of pages from elsewhere ("
                    + (origin == null ? site : origin) + ") are refused");
        }
    }

    private void requireToken(HttpExchange exchange) {
        String header = exchange.header("Authorization");
        boolean bearer = header != null && header.regionMatches(true, 0, "Bearer ", 0, "Bearer ".length());
        if (header == null || !bearer || !token.matches(header.substring("Bearer ".length()).trim())) {
            exchange.responseHeader("WWW-Authenticate", "Bearer realm=\"millrace\"");
            throw new HttpFailure(401, "TOKEN_NEEDED",
                    "this request needs the header 'Authorization: Bearer TOKEN' with "
                            + "the token that stands in " + token.file() + " on the server");
        }
    }
}
