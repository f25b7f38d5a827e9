package dev.millrace.door.nsq.tcp;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;

/** Where a client connected from, as nsqd writes it. */
final class RemoteAddress {
    private RemoteAddress() {}

    /** The IP address; empty for a unix socket. */
    static String host(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress remote ? remote.getAddress().getHostAddress() : "";
    }

    /** Address and port; {@code @} for a unix socket. */
    static String of(Channel channel) {
        if (channel.remoteAddress() instanceof InetSocketAddress remote) {
            String host = remote.getAddress().getHostAddress();
            return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + remote.getPort();
        }
        return "@";
    }
}
