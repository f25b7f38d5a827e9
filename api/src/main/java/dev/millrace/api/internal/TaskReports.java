package dev.millrace.api.internal;

import dev.millrace.api.MillraceException;
import dev.millrace.api.spi.Settlement;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What the handler of one task says while it runs: the first word is sent at once, those that follow at most once a second,
 * the last ones and the result before the task is settled.
 *
 * <p>
 * Thread safety: any thread. The monitor guards the fields; sending only hands over.
 */
final class TaskReports {
    private static final System.Logger LOG = System.getLogger("dev.millrace");
    private static final long PACE_MILLIS = 1_000;
    private static final int MAX_LINE = 1_000;

    private final Held held;
    private final Core core;
    private final ArrayDeque<String> lines = new ArrayDeque<>();
    private int logBytes;
    private boolean logChanged;
    private Settlement.@Nullable Progress progress;
    private Settlement.@Nullable Result result;
    private boolean pausing;
    private boolean over;

    TaskReports(Held held, Core core) {
        this.held = held;
        this.core = core;
    }

    void progress(int percent, String text) {
        Checks.between("percent", percent, 0, 100);
        synchronized (this) {
            progress = new Settlement.Progress(percent, text);
        }
        sendSoon();
    }

    void result(byte[] bytes) {
        if (bytes.length > Settlement.MAX_RESULT_BYTES) {
            throw new MillraceException.Invalid("a result has at most " + Settlement.MAX_RESULT_BYTES + " bytes, not "
                    + bytes.length + "; store it elsewhere and leave its address");
        }
        Settlement.Result copy = new Settlement.Result(bytes.clone());
        synchronized (this) {
            result = copy;
        }
    }

    void log(String text) {
        String cut = text.length() > MAX_LINE ? text.substring(0, MAX_LINE) : text;
        String line = core.engine().clock().instant().truncatedTo(ChronoUnit.MILLIS) + " #" + held.leased().attempt()
                + " "
                + cut.replace('\n', ' ').replace('\r', ' ') + "\n";
        synchronized (this) {
            lines.add(line);
            logBytes += bytes(line);
            while (logBytes > Settlement.MAX_LOG_BYTES) {
                logBytes -= bytes(lines.remove());
            }
            logChanged = true;
        }
        sendSoon();
    }

    private static int bytes(String line) {
        return line.getBytes(StandardCharsets.UTF_8).length;
    }

    private void sendSoon() {
        synchronized (this) {
            if (pausing || over) {
                return;
            }
            pausing = true;
        }
        send();
        core.timer().later(PACE_MILLIS, this::paused);
    }

    /** On the timer: only hands over. */
    private void paused() {
        boolean more;
        synchronized (this) {
            pausing = false;
            more = progress != null || logChanged;
        }
        if (more) {
            sendSoon();
        }
    }

    /** The handler has ended: sends what is left, in front of the settlement that follows. Later words are not heard. */
    void end() {
        Settlement.Result last;
        synchronized (this) {
            over = true;
            last = result;
        }
        send();
        if (last != null) {
            send(last);
        }
    }

    private void send() {
        Settlement.Progress far;
        Settlement.Log log = null;
        synchronized (this) {
            far = progress;
            progress = null;
            if (logChanged) {
                log = new Settlement.Log(String.join("", lines));
                logChanged = false;
            }
        }
        if (far != null) {
            send(far);
        }
        if (log != null) {
            send(log);
        }
    }

    private void send(Settlement what) {
        if (held.isLost() || held.isSettled()) {
            return;
        }
        Futures.onEnd(held.leased().settler().settle(held.leased().token(), what), (done, failure) -> {
            if (failure != null) {
                LOG.log(System.Logger.Level.WARNING, () -> "what was said of task " + held.leased().id()
                        + " was not kept: " + Futures.failure(failure).getMessage());
            }
        });
    }
}
