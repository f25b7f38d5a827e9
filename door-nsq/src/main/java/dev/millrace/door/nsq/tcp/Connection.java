package dev.millrace.door.nsq.tcp;

import dev.millrace.core.message.MessageView;
import dev.millrace.core.shard.Delivery;
import dev.millrace.door.nsq.auth.Credentials;
import dev.millrace.door.nsq.wire.CommandDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection: joins reading, answering, delivering, deadlines and back-pressure.
 *
 * <pre>
 *   socket -> Input -> CommandDecoder -> Client -> Outbox -> sessions
 *   socket <- Output <- Replies, Deliveries <- mailbox <- shards
 * </pre>
 *
 * <p>
 * Thread safety: everything on the channel's event loop, except {@link #post}, {@link #later} and {@link #roomMade}.
 */
final class Connection extends ChannelInboundHandlerAdapter implements Replies.Owner, Deliveries.Recipient {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    private static final byte[] HEARTBEAT = "_heartbeat_".getBytes(StandardCharsets.US_ASCII);
    private static final Object ROOM = new Object();
    private static final long MAGIC_MILLIS = 10_000;
    private static final long LINGER_MILLIS = 1_000;
    /** Reading stops while commands of so many bytes have not ended: an ack costs no body and is still work. */
    private static final int PENDING_WIRE_LIMIT = 4 << 20;
    /** Reading stops when so many bytes of answers were made while the client does not take them. */
    private static final int UNREAD_ANSWERS_LIMIT = 64 << 10;

    private final Hub hub;
    private final LoopContext loop;
    private final Channel channel;
    private final Output output;
    private final Replies replies;
    private final Outbox outbox;
    private final Negotiated negotiated;
    private final Client client;
    private final Input input;
    private final Deliveries deliveries;
    private final long connectedAtSeconds = System.currentTimeMillis() / 1000;

    private final Queue<Object> mailbox = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean mailed = new AtomicBoolean();
    private volatile boolean waitsForRoom;
    /** Deliveries wait because all connections together have much unsent. */
    private volatile boolean waitsForOthers;
    private final AtomicBoolean queued = new AtomicBoolean();

    private long lastCommandMillis;
    private long nextHeartbeatMillis;
    private @Nullable ChannelFuture lastHeartbeat;
    private long closeAtMillis = Long.MAX_VALUE;
    private long takenAnswerBytes;
    private boolean upgrading;
    private boolean upgraded;
    private boolean failing;
    /** The client sends nothing more; what it sent may still have to be decoded. */
    private boolean inputOver;
    private boolean lastFrame;
    /** The server stops; the connection ends when the client holds nothing any more. */
    private boolean draining;
    private boolean ended;

    Connection(Channel channel, Hub hub, LoopContext loop) {
        this.channel = channel;
        this.hub = hub;
        this.loop = loop;
        this.output = new Output(channel, hub.load(), this::messagesSent);
        this.replies = new Replies(output, this);
        this.outbox = new Outbox(this, hub);
        this.negotiated = new Negotiated(hub.negotiable(), RemoteAddress.host(channel));
        this.client = new Client(this, hub, negotiated);
        this.input = new Input(this, client, new CommandDecoder(hub.decoderLimits(), client), channel.alloc());
        this.deliveries = new Deliveries(output, this, loop.view());
    }

    // ---- parts of it ----

    LoopContext loop() {
        return loop;
    }

    Replies replies() {
        return replies;
    }

    Outbox outbox() {
        return outbox;
    }

    Deliveries deliveries() {
        return deliveries;
    }

    boolean isEnded() {
        return ended;
    }

    // ---- any thread ----

    /** Puts a completed batch, a delivery or a session's end into the mailbox. */
    void post(Object mail) {
        mailbox.add(mail);
        if (mailed.compareAndSet(false, true)) {
            loop.mail(this);
        }
    }

    @Override
    public void later(Runnable action) {
        post(action);
    }

    /** A shard has copied bodies. */
    void roomMade() {
        if (waitsForRoom) {
            post(ROOM);
        }
    }

    /** Whether it stands in the queue of those that wait for others; {@link Load}'s. */
    AtomicBoolean queued() {
        return queued;
    }

    /** There may be room for deliveries again. */
    void deliveryRoom() {
        if (waitsForOthers) {
            waitsForOthers = false;
            post(ROOM);
        }
    }

    // ---- mail ----

    void readMail() {
        mailed.set(false);
        Object mail;
        while ((mail = mailbox.poll()) != null) {
            switch (mail) {
                case Batch batch -> {
                    batch.complete();
                    replies.advance();
                }
                case Delivery delivery -> deliveries.add(delivery);
                case ShardLink.Ended end -> sessionEnded(end);
                case Runnable action -> action.run();
                default -> {
                    // ROOM: reading is looked at below.
                }
            }
        }
        work();
    }

    /** The event loop is gone: only memory is let go. */
    void dropMail() {
        Object mail;
        while ((mail = mailbox.poll()) != null) {
            if (mail instanceof Delivery delivery) {
                delivery.close();
            } else if (mail instanceof Batch batch) {
                batch.releaseBytes(hub.inbound());
            }
        }
    }

    /** What follows any event: deliveries, commands and frames go on their way, reading stops or goes on. */
    private void work() {
        if (ended) {
            return;
        }
        deliveries.pump();
        outbox.submit();
        if (draining && !client.blocked() && replies.isEmpty() && deliveries.isEmpty() && !client.holdsMessages()) {
            // Every command is answered, the end of deliveries among them: nothing is on its way.
            finish();
        }
        if (!output.isEmpty()) {
            output.flush();
        }
        updateReading();
    }

    private void sessionEnded(ShardLink.Ended end) {
        replies.sessionEnded(end.link(), hub.inbound());
        sourceEnded(end.reason());
    }

    /** Where its messages come from is no more. */
    void sourceEnded(String reason) {
        if (!ended) {
            LOG.info("{}: closed because its session ended: {}", this, reason);
            output.flush();
            abort();
        }
    }

    // ---- reading ----

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        lastCommandMillis = loop.nowMillis();
        nextHeartbeatMillis = lastCommandMillis + negotiated.heartbeatMillis();
        loop.add(this);
        LOG.debug("{}: connected", this);
        if (!hub.load().enter()) {
            fail(hub.load().tooMany());
        } else if (hub.isStopping()) {
            abort();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        input.add((ByteBuf) message);
        updateReading();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!output.isEmpty()) {
            output.flush();
        }
    }

    /** The client has decided something that took time: commands may go on. */
    void decodeOn() {
        commandsSeen();
        input.resume();
        if (inputOver && !failing && !client.blocked()) {
            endAfterInput();
        }
    }

    /** A command or more came. */
    void commandsSeen() {
        lastCommandMillis = loop.nowMillis();
    }

    /** Reads only what can be worked on soon; heartbeats go on, and the client's read deadline waits. */
    private void updateReading() {
        if (ended || inputOver) {
            return;
        }
        boolean wanted = mayRead();
        if (!wanted) {
            waitsForRoom = true;
            wanted = mayRead();
        }
        if (wanted) {
            waitsForRoom = false;
        }
        if (channel.config().isAutoRead() != wanted) {
            if (wanted) {
                commandsSeen();
            }
            channel.config().setAutoRead(wanted);
        }
    }

    private boolean mayRead() {
        if (lastFrame || upgrading) {
            return true;
        }
        if (channel.isWritable()) {
            takenAnswerBytes = output.answerBytes();
        }
        return !failing && !client.blocked() && output.answerBytes() - takenAnswerBytes < UNREAD_ANSWERS_LIMIT
                && outbox.pendingWireBytes() < PENDING_WIRE_LIMIT && !outbox.isFull()
                && !(client.hasPublished() && hub.inbound().isFull());
    }

    // ---- writing ----

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (channel.isWritable()) {
            work();
        }
    }

    @Override
    public boolean hasRoom() {
        if (!channel.isWritable() || upgraded) {
            output.flush();
            if (!channel.isWritable()) {
                return false;
            }
        }
        return hub.load().hasRoom() || hasRoomAlone();
    }

    /** All together have much unsent: this one goes on only if it has nothing unsent itself. */
    private boolean hasRoomAlone() {
        output.flush();
        if (!output.hasUnsent()) {
            return true;
        }
        if (!waitsForOthers) {
            waitsForOthers = true;
            hub.load().await(this);
        }
        return false;
    }

    private void messagesSent() {
        if (waitsForOthers && !output.hasUnsent()) {
            deliveryRoom();
        }
    }

    @Override
    public boolean accepts(MessageView message) {
        return client.accepts(message);
    }

    @Override
    public void sent(MessageView message) {
        client.sent(message, loop.nowMillis());
    }

    @Override
    public void undone(byte command) {
        client.undone(command);
    }

    @Override
    public String refusal(byte command, byte outcome, int shard) {
        return client.refusal(command, outcome, shard);
    }

    @Override
    public void answered(Batch batch) {
        outbox.answered(batch);
        loop.giveBack(batch);
    }

    // ---- upgrades ----

    /** IDENTIFY has changed what deadlines there are. */
    void identified() {
        nextHeartbeatMillis = loop.nowMillis() + negotiated.heartbeatMillis();
    }

    /**
     * Puts the negotiated layers in between, once the answer to IDENTIFY is on its way in clear.
     *
     * @param step
     *            called inside each new layer, with whether another one follows
     */
    void upgrade(Consumer<Boolean> step) {
        upgrading = true;
        upgraded = true;
        output.flush();
        updateReading();
        new Upgrade(channel, hub, negotiated, input).start(new Upgrade.Steps() {
            @Override
            public void secured() {
                client.secured();
            }

            @Override
            public void done(boolean more) {
                if (!more) {
                    upgrading = false;
                }
                step.accept(more);
                output.flush();
                updateReading();
            }

            @Override
            public void failed(Throwable cause) {
                LOG.info("{}: TLS handshake failed: {}", Connection.this, cause.toString());
                abort();
            }
        });
    }

    Credentials credentials(byte[] secret) {
        String text = new String(secret, StandardCharsets.UTF_8);
        return new Credentials(RemoteAddress.host(channel), Upgrade.session(channel) != null,
                Upgrade.commonName(channel), text);
    }

    void authFailed(@Nullable Throwable failure) {
        LOG.warn("{}: AUTH failed: {}", this, String.valueOf(failure));
    }

    // ---- deadlines ----

    /** Called every 100 ms or so. */
    void tick(long now) {
        if (now >= closeAtMillis) {
            abort();
            return;
        }
        if (failing || lastFrame) {
            return;
        }
        if (!input.magicSeen()) {
            if (now - lastCommandMillis > MAGIC_MILLIS) {
                LOG.info("{}: closed: no protocol magic within {} ms", this, MAGIC_MILLIS);
                abort();
            }
            return;
        }
        client.sweep(now);
        if (draining) {
            work();
        }
        updateReading();
        long interval = negotiated.heartbeatMillis();
        if (interval == 0 || upgrading) {
            return;
        }
        if (channel.config().isAutoRead() && now - lastCommandMillis > 2 * interval) {
            LOG.info("{}: closed: nothing heard for {} ms", this, 2 * interval);
            abort();
        } else if (now >= nextHeartbeatMillis) {
            heartbeat(now, interval);
        }
    }

    /** A client that has not taken the last heartbeat within an interval is not reading: nsqd's write deadline. */
    private void heartbeat(long now, long interval) {
        if (lastHeartbeat != null && !lastHeartbeat.isDone()) {
            LOG.info("{}: closed: it has read nothing for {} ms", this, interval);
            abort();
            return;
        }
        nextHeartbeatMillis = now + interval;
        output.frame(Output.RESPONSE, HEARTBEAT);
        lastHeartbeat = output.flushTracked();
    }

    // ---- the end ----

    /** Answers what came before, then this error, then closes. */
    void fail(String text) {
        if (failing || ended) {
            return;
        }
        failing = true;
        LOG.info("{}: {}", this, text);
        input.end();
        outbox.submit();
        replies.fatal(text);
    }

    /** No answer follows: sessions end, and the socket as soon as the client has had time to read the last frame. */
    @Override
    public void lastFrameWritten() {
        failing = true;
        lastFrame = true;
        input.end();
        deliveries.close();
        outbox.close();
        ChannelFuture written = output.flushTracked();
        closeAtMillis = loop.nowMillis() + LINGER_MILLIS;
        if (written == null) {
            abort();
        } else {
            written.addListener(_ -> shutDown());
        }
        updateReading();
    }

    /**
     * Closing a socket with unread input would reset the connection and take the last frame from the client: the output is
     * shut, and what the client still sends is dropped until it closes, too.
     */
    private void shutDown() {
        if (!upgraded && !inputOver && channel instanceof DuplexChannel duplex && channel.isActive()) {
            var _ = duplex.shutdownOutput();
        } else {
            abort();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            inputEnded();
        }
        ctx.fireUserEventTriggered(event);
    }

    /** The client sends nothing more: what it sent is answered. */
    private void inputEnded() {
        inputOver = true;
        if (lastFrame) {
            abort();
        } else if (!failing && !client.blocked()) {
            endAfterInput();
        }
    }

    /** All that the client sent was decoded: what is left is half a command. */
    private void endAfterInput() {
        String cut = input.cutOff();
        if (cut != null) {
            fail(cut);
        } else if (replies.isEmpty()) {
            abort();
        } else {
            failing = true;
            input.end();
            replies.endInOrder();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (ended) {
            return;
        }
        ended = true;
        LOG.debug("{}: closed", this);
        hub.load().left();
        loop.remove(this);
        input.end();
        deliveries.close();
        replies.abandon();
        outbox.close();
        output.discard();
        client.ended();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException || cause instanceof io.netty.handler.codec.DecoderException) {
            LOG.debug("{}: {}", this, cause.toString());
        } else {
            LOG.error("{}: closed after an internal error", this, cause);
        }
        abort();
    }

    /** Begins nothing new; ends the connection once all is answered, by the server and by the client. */
    void drain() {
        if (!input.magicSeen()) {
            abort();
        } else if (!failing && !ended) {
            draining = true;
            client.drain();
            work();
        }
    }

    /** Ends the connection in an orderly way: answers first. */
    private void finish() {
        if (!failing && !ended) {
            failing = true;
            input.end();
            outbox.submit();
            replies.endInOrder();
        }
    }

    /** Ends the connection at once. */
    void abort() {
        var _ = channel.close();
    }

    // ---- figures ----

    ClientSnapshot snapshot() {
        return client.snapshot(RemoteAddress.of(channel), connectedAtSeconds, channel);
    }

    @Override
    public String toString() {
        return "client " + RemoteAddress.of(channel);
    }
}
