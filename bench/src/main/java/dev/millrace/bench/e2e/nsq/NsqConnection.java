package dev.millrace.bench.e2e.nsq;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a server. Reads and writes are the caller's: the class neither starts threads nor keeps queues.
 *
 * <p>Thread-safety: one thread reads and writes; {@link #close} may be called by any.
 */
public final class NsqConnection implements AutoCloseable {
    private static final int BUFFER_BYTES = 256 << 10;

    private final SocketChannel channel;
    private final FrameParser parser;

    private NsqConnection(SocketChannel channel, FrameParser parser) {
        this.channel = channel;
        this.parser = parser;
    }

    /** What a connection asks for when it identifies itself, and how it treats messages. */
    public record Settings(int bufferBytes, int outputBufferBytes, int outputBufferMillis, @Nullable MessageSink sink,
            boolean finishing) {
        /** The server's own buffering. */
        public static Settings plain() {
            return new Settings(BUFFER_BYTES, 0, 0, null, true);
        }

        /** No buffering in the server: what latency is measured with. */
        public static Settings unbuffered(@Nullable MessageSink sink) {
            return new Settings(BUFFER_BYTES, -1, -1, sink, true);
        }

        /** Small buffers, for thousands of connections. */
        public static Settings small() {
            return new Settings(32 << 10, 0, 0, null, true);
        }

        /** Takes messages and never answers them. */
        public static Settings holding() {
            return new Settings(32 << 10, 0, 0, null, false);
        }
    }

    /** Connects, identifies and waits for the answer. */
    public static NsqConnection open(InetSocketAddress address, Settings settings) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.connect(address);
            NsqConnection connection = new NsqConnection(channel,
                    new FrameParser(settings.bufferBytes(), settings.sink(), settings.finishing()));
            connection.send(NsqCommands.MAGIC);
            connection.send(NsqCommands.identify("millrace-bench", settings.outputBufferBytes(),
                    settings.outputBufferMillis()));
            connection.awaitResponses(1);
            return connection;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Subscribes and waits for OK. The topic and the channel exist afterwards. */
    public void subscribe(String topic, String channelName) throws IOException {
        long before = parser.responses();
        send(NsqCommands.subscribe(topic, channelName));
        awaitResponses(before + 1);
    }

    /** Creates a topic with a channel by subscribing once, which needs no HTTP port. */
    public static void createChannel(InetSocketAddress address, String topic, String channelName) throws IOException {
        try (NsqConnection connection = open(address, Settings.small())) {
            connection.subscribe(topic, channelName);
        }
    }

    public void send(byte[] command) throws IOException {
        writeAll(ByteBuffer.wrap(command));
    }

    private void writeAll(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    /** Reads what is there (waits for something on a blocking channel), parses it and sends the answers. */
    public int pump() throws IOException {
        int read = channel.read(parser.in());
        if (read < 0) {
            throw new NsqFailure("the server closed the connection " + channel.getRemoteAddress());
        }
        if (read > 0) {
            parser.parse();
            writeAll(parser.out());
        }
        return read;
    }

    /** Waits until so many responses have come since the connection was opened. */
    public void awaitResponses(long count) throws IOException {
        while (parser.responses() < count) {
            pump();
        }
    }

    public FrameParser parser() {
        return parser;
    }

    public SocketChannel channel() {
        return channel;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
