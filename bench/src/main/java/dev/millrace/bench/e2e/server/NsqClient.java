package dev.millrace.bench.e2e.server;

import dev.millrace.bench.e2e.load.Client;
import dev.millrace.bench.e2e.load.Consumer;
import dev.millrace.bench.e2e.load.Load;
import dev.millrace.bench.e2e.load.PacedPublisher;
import dev.millrace.bench.e2e.load.Pacing;
import dev.millrace.bench.e2e.load.Publisher;
import dev.millrace.bench.e2e.load.Sending;
import dev.millrace.bench.e2e.nsq.CommandRing;
import dev.millrace.bench.e2e.nsq.MessageSink;
import dev.millrace.bench.e2e.nsq.NsqConnection;
import dev.millrace.bench.e2e.nsq.NsqConnection.Settings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The NSQ protocol: its topics, and one channel. */
public record NsqClient(InetSocketAddress tcp, @Nullable InetSocketAddress http, String channel) implements Client {
    @Override
    public void create(String topic) throws IOException {
        NsqConnection.createChannel(tcp, topic, channel);
    }

    @Override
    public Sending sending(Stream stream) throws IOException {
        CommandRing ring = new CommandRing(List.of(stream.topic()), stream.bodyBytes(), stream.batch(),
                Math.max(1, stream.windowMessages() / stream.batch()));
        return new Publisher(NsqConnection.open(tcp, Settings.plain()), ring, stream.windowMessages());
    }

    @Override
    public Pacing pacing(String topic, int bodyBytes) throws IOException {
        return new PacedPublisher(NsqConnection.open(tcp, Settings.unbuffered(null)), topic, bodyBytes);
    }

    @Override
    public Load consume(String topic, int inFlight, @Nullable MessageSink sink) throws IOException {
        NsqConnection connection = NsqConnection.open(tcp, sink == null ? Settings.plain() : Settings.unbuffered(sink));
        connection.subscribe(topic, channel);
        return Consumer.start(connection, inFlight);
    }

    @Override
    public void delete(String topic) throws IOException {
        try (HttpAdmin admin = new HttpAdmin()) {
            admin.deleteTopic(http, topic);
        }
    }
}
