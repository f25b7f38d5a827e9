package dev.millrace.door.nsq.tcp;

import java.util.concurrent.CompletableFuture;

/**
 * What has to happen before a topic takes its first message: the channels that other servers know for it are created, so
 * that none of them misses it. Thread-safe.
 */
public interface TopicStarter {
    /** Whether the topic exists here, so that nothing is to be done. Never blocks. */
    boolean isStarted(String topic);

    /** Prepares the topic. Completes, even when nobody could be asked, after a short time. */
    CompletableFuture<Void> start(String topic);
}
