package dev.millrace.door.nsq.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.door.nsq.TestNode;
import dev.millrace.door.nsq.lookup.KnownTopics;
import dev.millrace.door.nsq.options.NsqdOptions;
import dev.millrace.door.nsq.wire.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What passing time does to a connection; the test is the clock. */
class DeadlineTest {
    private static final long HEARTBEAT_MILLIS = 30_000;

    @TempDir Path folder;
    private TestNode node;
    private EmbeddedChannel channel;
    private LoopContext loop;
    private Connection connection;
    private long start;

    @BeforeEach
    void open() {
        node = TestNode.open(folder);
        channel = new EmbeddedChannel();
        loop = new LoopContext(channel.eventLoop());
        Hub hub = new Hub(node.broker(), NsqdOptions.defaults(), "1.3.0", new Ephemerals(node.broker()),
                KnownTopics.of(node.broker()).join(), Hub.Extras.NONE);
        connection = new Connection(channel, hub, loop);
        channel.pipeline().addLast(connection);
        channel.pipeline().fireChannelActive();
        start = loop.nowMillis();
    }

    @AfterEach
    void close() {
        node.close();
        channel.finishAndReleaseAll();
    }

    private void send(Wire wire) {
        channel.writeInbound(Unpooled.wrappedBuffer(wire.bytes()));
    }

    private void sendMagic() {
        send(new Wire().bytes("  V2".getBytes(StandardCharsets.US_ASCII)));
    }

    private String received() {
        StringBuilder text = new StringBuilder();
        for (ByteBuf frame = channel.readOutbound(); frame != null; frame = channel.readOutbound()) {
            text.append(frame.toString(StandardCharsets.US_ASCII));
            frame.release();
        }
        return text.toString();
    }

    @Test
    void withoutMagic_theConnectionIsClosedAfterTenSeconds() {
        connection.tick(start + 9_900);
        assertThat(channel.isOpen()).isTrue();
        connection.tick(start + 10_200);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void aHeartbeatIsSent_inEachInterval() {
        sendMagic();
        connection.tick(start + HEARTBEAT_MILLIS - 100);
        assertThat(received()).isEmpty();
        connection.tick(start + HEARTBEAT_MILLIS + 100);
        assertThat(received()).endsWith("_heartbeat_");
        connection.tick(start + HEARTBEAT_MILLIS + 200);
        assertThat(received()).isEmpty();
    }

    @Test
    void aSilentClient_isClosedAfterTwoIntervals() {
        sendMagic();
        connection.tick(start + HEARTBEAT_MILLIS + 100);
        connection.tick(start + 2 * HEARTBEAT_MILLIS - 100);
        assertThat(channel.isOpen()).isTrue();
        connection.tick(start + 2 * HEARTBEAT_MILLIS + 1_000);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void aClientThatDoesNotTakeItsHeartbeat_isClosedAtTheNext() {
        sendMagic();
        channel.pipeline().addFirst(new Stuck());
        connection.tick(start + HEARTBEAT_MILLIS + 100);
        assertThat(channel.isOpen()).isTrue();
        connection.tick(start + 2 * HEARTBEAT_MILLIS - 1_000);
        assertThat(channel.isOpen()).isTrue();
        send(new Wire().line("NOP"));
        connection.tick(start + 2 * HEARTBEAT_MILLIS + 200);
        assertThat(channel.isOpen()).isFalse();
    }

    /** A socket that takes nothing. */
    private static final class Stuck extends io.netty.channel.ChannelOutboundHandlerAdapter {
        @Override
        public void write(io.netty.channel.ChannelHandlerContext ctx, Object message,
                io.netty.channel.ChannelPromise promise) {
            ((ByteBuf) message).release();
        }
    }

    @Test
    void timeInWhichTheDoorDoesNotRead_isNotCountedAgainstTheClient() {
        sendMagic();
        assertThat(channel.config().isAutoRead()).isTrue();
        send(new Wire().line("SUB t c"));
        assertThat(channel.config().isAutoRead()).as("reading stops while SUB is under way").isFalse();
        connection.tick(start + 10 * HEARTBEAT_MILLIS);
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void answersThatNobodyTakes_stopTheReading() {
        sendMagic();
        send(new Wire().line("SUB t c"));
        awaitText("OK");
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        int sent = 0;
        while (channel.config().isAutoRead() && sent < 200_000) {
            send(new Wire().body("PUB t", "x"));
            channel.runPendingTasks();
            sent++;
        }
        assertThat(channel.config().isAutoRead()).as("after %d publishes", sent).isFalse();
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
        channel.runPendingTasks();
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    private void awaitText(String text) {
        StringBuilder all = new StringBuilder();
        while (!all.toString().contains(text)) {
            channel.runPendingTasks();
            all.append(received());
        }
    }
}
