package dev.millrace.bench.e2e.server;

import java.net.InetSocketAddress;
import java.nio.file.Path;

/**
 * Reads the names that the command line gives to servers: {@code nsqd-disk}, {@code nsqd-memory}, {@code millrace},
 * {@code millrace-os}, {@code millrace-interval}, {@code NAME=/LAUNCHER} for another build of Millrace, or {@code [NAME=]HOST:PORT[/HOST:HTTPPORT]} for one that runs already.
 *
 * @param peersBin folder of the nsqd program
 * @param launcher the millrace script
 * @param memQueueSize what {@code nsqd-memory} keeps in memory, in messages
 */
public record ServerKinds(Path peersBin, Path launcher, long memQueueSize) {
    static final long NSQD_DEFAULT_MEM_QUEUE_SIZE = 10_000;

    /**
     * The server that a name stands for.
     *
     * @throws IllegalArgumentException for a name of none of these forms
     */
    public ServerKind parse(String text) {
        return switch (text) {
            case "nsqd-disk" -> new NsqdKind(text, peersBin.resolve("nsqd"), NSQD_DEFAULT_MEM_QUEUE_SIZE);
            case "nsqd-memory" -> new NsqdKind(text, peersBin.resolve("nsqd"), memQueueSize);
            case "millrace" -> new MillraceKind("millrace", launcher, "always", false);
            case "millrace-os" -> new MillraceKind("millrace", launcher, "os", false);
            case "millrace-interval" -> new MillraceKind("millrace", launcher, "interval", false);
            default -> text.matches("[\\w-]+=/.*") ? otherLauncher(text) : external(text);
        };
    }

    private static ServerKind otherLauncher(String text) {
        int equals = text.indexOf('=');
        return new MillraceKind(text.substring(0, equals), Path.of(text.substring(equals + 1)), "always", false);
    }

    private static ServerKind external(String text) {
        int equals = text.indexOf('=');
        String addresses = text.substring(equals + 1);
        int slash = addresses.indexOf('/');
        String tcp = slash < 0 ? addresses : addresses.substring(0, slash);
        return new ExternalKind(equals < 0 ? tcp : text.substring(0, equals), address(tcp),
                slash < 0 ? null : address(addresses.substring(slash + 1)));
    }

    private static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        if (colon > 0) {
            try {
                return new InetSocketAddress(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("\"" + text + "\" is no address: the port must be 0 to 65535", e);
            }
        }
        throw new IllegalArgumentException("\"" + text + "\" is no server: use nsqd-disk, nsqd-memory, millrace, "
                + "millrace-os, millrace-interval, NAME=/LAUNCHER, or [NAME=]HOST:PORT[/HOST:HTTPPORT]");
    }
}
