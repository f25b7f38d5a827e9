package dev.millrace.door.nsq.lookupd;

import dev.millrace.door.nsq.http.Failure;
import dev.millrace.door.nsq.json.JsonText;
import dev.millrace.door.nsq.options.NsqdOptions;
import dev.millrace.door.nsq.options.NsqlookupdOptions;
import dev.millrace.net.EventLoops;
import dev.millrace.net.ListenAddress;
import dev.millrace.net.Listener;
import dev.millrace.net.http.HttpServer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;

/**
 * An nsqlookupd: nsqds register over TCP, clients and nsqadmin ask over HTTP. Needs no engine.
 *
 * <p>
 * Thread safety: opened and closed by one thread.
 */
public final class NsqLookupd implements AutoCloseable {
    private final NsqlookupdOptions options;
    private final String version;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Listener tcp;
    private final HttpServer http;

    private NsqLookupd(NsqlookupdOptions options, String version, EventLoops loops) {
        this.options = options;
        this.version = version;
        Registry registry = new Registry(options.inactiveProducerTimeout(), options.tombstoneLifetime(),
                System::currentTimeMillis);
        http = HttpServer.builder(loops, LookupdRoutes.router(registry, version), Failure.writer())
                .start(ListenAddress.parse(options.httpAddress()));
        tcp = loops.bind(ListenAddress.parse(options.tcpAddress()), new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                connections.add(channel);
                channel.pipeline().addLast(new LookupdConnection(NsqLookupd.this, registry));
            }
        });
    }

    /** Listens as the options say; throws {@link dev.millrace.net.NetException} if an address cannot be had. */
    public static NsqLookupd open(NsqlookupdOptions options, String version, EventLoops loops) {
        return new NsqLookupd(options, version, loops);
    }

    public ListenAddress tcpAddress() {
        return tcp.address();
    }

    public ListenAddress httpAddress() {
        return http.address();
    }

    /** The answer to IDENTIFY: where this nsqlookupd is. */
    byte[] self() {
        return new JsonText().object()
                .put("broadcast_address", options.broadcastAddress())
                .put("hostname", NsqdOptions.hostname())
                .put("http_port", httpAddress().port())
                .put("tcp_port", tcpAddress().port())
                .put("version", version)
                .end()
                .bytes();
    }

    @Override
    public void close() {
        tcp.close();
        connections.close().awaitUninterruptibly();
        http.close();
    }
}
