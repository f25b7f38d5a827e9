package dev.millrace.door.nsq.lookup;

import dev.millrace.door.nsq.json.JsonException;
import dev.millrace.door.nsq.json.JsonObject;
import dev.millrace.node.TopicNames;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One nsqlookupd that this server registers at. A thread of its own keeps the connection: it says everything after each
 * connect, every change after that, and PING every 15 s. What changes while there is no connection is not kept: the next
 * connect says it all.
 */
final class LookupPeer implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(LookupPeer.class);
    private static final int TIMEOUT_MILLIS = 1_000;
    private static final int PING_SECONDS = 15;
    private static final int MAX_ANSWER_BYTES = 5 << 20;
    private static final int MAX_CHANGES = 10_000;
    private static final String PING = "PING";

    private final String address;
    private final Supplier<byte[]> identity;
    private final KnownTopics topics;
    private final BlockingQueue<String> changes = new LinkedBlockingQueue<>(MAX_CHANGES);
    private volatile boolean stopped;
    private volatile boolean behind;
    private volatile @Nullable String httpAddress;
    private volatile @Nullable Thread thread;

    // The peer's thread only.
    private @Nullable Socket socket;
    private @Nullable DataInputStream in;
    private @Nullable OutputStream out;

    LookupPeer(String address, Supplier<byte[]> identity, KnownTopics topics) {
        this.address = address;
        this.identity = identity;
        this.topics = topics;
    }

    // ---- any thread ----

    String address() {
        return address;
    }

    /** host:port of its HTTP API, or null as long as it was never reached. */
    @Nullable
    String httpAddress() {
        return httpAddress;
    }

    /** REGISTER or UNREGISTER with its names. */
    void change(String command) {
        if (!changes.offer(command)) {
            behind = true;
        }
    }

    void start() {
        thread = Thread.ofVirtual().name("lookup " + address).start(this);
    }

    void stop() {
        stopped = true;
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }

    // ---- its thread ----

    @Override
    public void run() {
        try {
            ensureConnected();
            while (!stopped) {
                String command = changes.poll(PING_SECONDS, TimeUnit.SECONDS);
                say(command == null ? PING : command);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            disconnect();
        }
    }

    private void say(String command) {
        if (behind) {
            behind = false;
            disconnect();
        }
        if (!ensureConnected()) {
            return;
        }
        try {
            request(command, null);
        } catch (IOException e) {
            LOG.warn("nsqlookupd {}: {} failed: {}", address, command, e.toString());
            disconnect();
        }
    }

    /** Whether there is a connection now. A new one is told everything; {@code command} is then part of that. */
    private boolean ensureConnected() {
        if (socket != null) {
            return true;
        }
        try {
            changes.clear();
            connect();
            JsonObject peer = JsonObject.parse(request("IDENTIFY", identity.get()));
            String host = peer.text("broadcast_address");
            httpAddress = host.isEmpty() ? null : host + ":" + peer.number("http_port");
            for (TopicNames names : topics.all()) {
                if (names.groups().isEmpty()) {
                    request("REGISTER " + names.topic(), null);
                }
                for (String channel : names.groups()) {
                    request("REGISTER " + names.topic() + " " + channel, null);
                }
            }
            for (String dead : topics.deadTopics()) {
                request("REGISTER " + dead, null);
            }
            LOG.info("registered at nsqlookupd {}", address);
            return true;
        } catch (IOException | JsonException e) {
            LOG.warn("nsqlookupd {} cannot be reached, trying again in {} s: {}", address, PING_SECONDS, e.toString());
            disconnect();
            return false;
        }
    }

    private void connect() throws IOException {
        int colon = address.lastIndexOf(':');
        if (colon < 0) {
            throw new IOException("the address has no port");
        }
        Socket fresh = new Socket();
        socket = fresh;
        fresh.setSoTimeout(TIMEOUT_MILLIS);
        fresh.setTcpNoDelay(true);
        fresh.connect(
                new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))),
                TIMEOUT_MILLIS);
        in = new DataInputStream(fresh.getInputStream());
        out = fresh.getOutputStream();
        out.write("  V1".getBytes(StandardCharsets.US_ASCII));
    }

    private byte[] request(String command, byte @Nullable [] body) throws IOException {
        OutputStream to = out;
        DataInputStream from = in;
        if (to == null || from == null) {
            throw new IOException("not connected");
        }
        byte[] line = (command + "\n").getBytes(StandardCharsets.US_ASCII);
        ByteBuffer bytes = ByteBuffer.allocate(line.length + (body == null ? 0 : Integer.BYTES + body.length))
                .put(line);
        if (body != null) {
            bytes.putInt(body.length).put(body);
        }
        to.write(bytes.array());
        int length = from.readInt();
        if (length < 0 || length > MAX_ANSWER_BYTES) {
            throw new IOException("an answer of " + length + " bytes");
        }
        byte[] answer = new byte[length];
        from.readFully(answer);
        if (length > 2 && answer[0] == 'E' && answer[1] == '_') {
            throw new IOException(new String(answer, StandardCharsets.UTF_8));
        }
        return answer;
    }

    private void disconnect() {
        Socket open = socket;
        socket = null;
        in = null;
        out = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.debug("nsqlookupd {}: closing failed: {}", address, e.toString());
            }
        }
    }
}
