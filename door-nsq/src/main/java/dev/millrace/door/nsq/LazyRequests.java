package dev.millrace.door.nsq;

import dev.millrace.door.nsq.options.NsqdOptions;
import dev.millrace.door.nsq.remote.HttpRequests;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Requests of the door's own, made ready when the first one is needed: most servers never ask anybody. Thread-safe. */
final class LazyRequests implements Supplier<HttpRequests>, AutoCloseable {
    private final NsqdOptions.Discovery settings;
    private final String rootCaFile;
    private @Nullable HttpRequests requests;

    LazyRequests(NsqdOptions.Discovery settings, String rootCaFile) {
        this.settings = settings;
        this.rootCaFile = rootCaFile;
    }

    @Override
    public synchronized HttpRequests get() {
        if (requests == null) {
            requests = new HttpRequests(settings, rootCaFile);
        }
        return requests;
    }

    @Override
    public synchronized void close() {
        if (requests != null) {
            requests.close();
            requests = null;
        }
    }
}
