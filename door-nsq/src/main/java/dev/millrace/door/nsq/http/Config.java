package dev.millrace.door.nsq.http;

import dev.millrace.door.nsq.options.NsqdOptions;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The options as they are now; two of them can be changed while the server runs. Thread-safe. */
public final class Config {
    private final Consumer<List<String>> onLookupds;
    private final Consumer<String> onLogLevel;
    private NsqdOptions options;

    /**
     * Options that tell of their change.
     *
     * @param onLookupds
     *            is given the new addresses of nsqlookupds
     * @param onLogLevel
     *            is given the new log level
     */
    public Config(NsqdOptions options, Consumer<List<String>> onLookupds, Consumer<String> onLogLevel) {
        this.options = options;
        this.onLookupds = onLookupds;
        this.onLogLevel = onLogLevel;
    }

    @Nullable
    String show(String name) {
        synchronized (this) {
            return options.show(name);
        }
    }

    /** The prefix of statsd's keys, now that the host in it is known. */
    public void statsdPrefix(String prefix) {
        synchronized (this) {
            options = options.with("statsd-prefix", prefix);
        }
    }

    void lookupds(List<String> addresses) {
        synchronized (this) {
            options = options.with("lookupd-tcp-address", addresses.toArray(String[]::new));
        }
        onLookupds.accept(addresses);
    }

    /** Throws {@link dev.millrace.door.nsq.options.OptionException} for a level there is not. */
    void logLevel(String level) {
        synchronized (this) {
            options = options.with("log-level", level);
        }
        onLogLevel.accept(options.logLevel());
    }
}
