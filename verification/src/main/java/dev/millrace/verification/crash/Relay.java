package dev.millrace.verification.crash;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A network between a client and a server: it forwards TCP connections, and can be cut so that nobody hears of it, or break
 * them. Thread-safe.
 */
final class Relay implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 << 10;

    private final InetSocketAddress target;
    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** Bytes stay where they are. */
    private boolean cut;
    private volatile boolean refusing;

    private Relay(InetSocketAddress target, ServerSocket listener) {
        this.target = target;
        this.listener = listener;
    }

    static Relay to(InetSocketAddress target) throws IOException {
        Relay relay = new Relay(target, new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        Thread.ofVirtual().start(relay::accept);
        return relay;
    }

    /** {@code host:port} for the client. */
    String address() {
        return listener.getInetAddress().getHostAddress() + ":" + listener.getLocalPort();
    }

    /** From now on nothing is forwarded, and no connection ends. */
    void cut() {
        setCut(true);
    }

    /** Goes on, with what was held back first. */
    void mend() {
        refusing = false;
        setCut(false);
    }

    /** Every connection breaks, and new ones do at once, until {@link #mend}. */
    void breakOff() {
        refusing = true;
        sockets.forEach(Relay::close);
    }

    private void setCut(boolean isCut) {
        lock.lock();
        try {
            cut = isCut;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                sockets.add(client);
                if (refusing) {
                    close(client);
                } else {
                    connect(client);
                }
            } catch (IOException e) {
                // closed, or the server is away: the client finds out
            }
        }
    }

    private void connect(Socket client) throws IOException {
        Socket server = new Socket();
        sockets.add(server);
        try {
            server.connect(target);
        } catch (IOException e) {
            close(client);
            throw e;
        }
        Thread.ofVirtual().start(() -> forward(client, server));
        Thread.ofVirtual().start(() -> forward(server, client));
    }

    private void forward(Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                awaitMended();
                out.write(buffer, 0, read);
            }
        } catch (IOException e) {
            // one side is gone; the other one is told below
        }
        awaitMended();
        close(from);
        close(to);
    }

    private void awaitMended() {
        lock.lock();
        try {
            while (cut) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is closed then
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        breakOff();
        setCut(false);
    }
}
