package dev.millrace.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Where a door listens: {@code host:port} (port 0 takes a free one, an empty host means every interface, IPv6 in
 * brackets), the path of a unix socket ({@code /run/millrace.sock}, {@code unix:data/nsq.sock}), or {@code off}.
 */
public sealed interface ListenAddress {
    /** Does not listen. */
    ListenAddress OFF = new Off();

    /** Reads an address; {@code toString} gives it back. Throws {@link NetException} that says what is wrong. */
    static ListenAddress parse(String text) {
        if (text.equals("off")) {
            return OFF;
        }
        if (text.startsWith("unix:") && text.length() > "unix:".length()) {
            return new Unix(Path.of(text.substring("unix:".length())));
        }
        if (text.startsWith("/") || text.startsWith("./")) {
            return new Unix(Path.of(text));
        }
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw bad(text);
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw new NetException(
                    "address '" + text + "': write an IPv6 address in brackets, such as [::1]:"
                            + text.substring(colon + 1));
        }
        return new Tcp(host, port(text, text.substring(colon + 1)));
    }

    private static int port(String text, String port) {
        boolean digits = !port.isEmpty() && port.length() <= 5 && port.chars().allMatch(c -> c >= '0' && c <= '9');
        int number = digits ? Integer.parseInt(port) : -1;
        if (number < 0 || number > 65_535) {
            throw new NetException("address '" + text + "': the port must be 0 to 65535, not '" + port + "'");
        }
        return number;
    }

    private static NetException bad(String text) {
        return new NetException("address '" + text
                + "' is none: write host:port (127.0.0.1:4150, port 0 for a free one), /path/of/a.sock, or off");
    }

    /** Whether only this machine can reach it; a host name counts as what it resolves to. */
    boolean isLoopback();

    /** TCP port, or -1 where there is none. */
    int port();

    /** Listens nowhere. */
    record Off() implements ListenAddress {
        @Override
        public boolean isLoopback() {
            return true;
        }

        @Override
        public int port() {
            return -1;
        }

        @Override
        public String toString() {
            return "off";
        }
    }

    /**
     * A TCP address.
     *
     * @param host
     *            name or number without brackets, empty for every interface
     * @param port
     *            0 for a free one
     */
    record Tcp(String host, int port) implements ListenAddress {
        @Override
        public boolean isLoopback() {
            String lower = host.toLowerCase(Locale.ROOT);
            if (lower.equals("localhost")) {
                return true;
            }
            if (lower.isEmpty()) {
                return false;
            }
            try {
                for (InetAddress address : InetAddress.getAllByName(host)) {
                    if (!address.isLoopbackAddress()) {
                        return false;
                    }
                }
                return true;
            } catch (UnknownHostException e) {
                return false;
            }
        }

        @Override
        public String toString() {
            return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /** A unix socket; who may connect is decided by the rights of its folder. */
    record Unix(Path path) implements ListenAddress {
        @Override
        public boolean isLoopback() {
            return true;
        }

        @Override
        public int port() {
            return -1;
        }

        @Override
        public String toString() {
            return path.isAbsolute() ? path.toString() : "unix:" + path;
        }
    }
}
