package dev.millrace.bench.e2e.report;

/** What a round can measure. The first metric that a workload reports is the one it is judged by. */
public enum Metric {
    /** Whole workload: messages per second. */
    RATE("messages/s", 0, true),
    /** Growth of anonymous resident memory by message or topic. */
    RSS_ANON_EACH("RssAnon B each", 2, false),
    /** Messages answered with OK per second while both sides ran. */
    PRODUCED("published/s", 0, true),
    /** Messages consumed and finished per second while both sides ran. */
    CONSUMED("consumed/s", 0, true),
    /** Bytes of bodies per second. */
    MEGABYTES("MB/s", 1, true),
    /** From due to delivered. */
    P50("p50 µs", 0, false),
    /** From due to delivered. */
    P90("p90 µs", 0, false),
    /** From due to delivered. */
    P99("p99 µs", 0, false),
    /** From due to delivered. */
    P999("p99.9 µs", 0, false),
    /** From due to delivered. */
    MAX("max µs", 0, false),
    /** How late the sender itself was; a part of the latencies above. */
    SENDER_P50("sender late p50 µs", 0, false),
    /** How late the sender itself was; a part of the latencies above. */
    SENDER_P99("sender late p99 µs", 0, false),
    /** From the end of the consumers until everything that they held was delivered again. */
    REDELIVERED("all redelivered s", 2, false),
    /** One write and force of the disk loop. */
    SYNC_P50("sync p50 µs", 0, false),
    /** One write and force of the disk loop. */
    SYNC_P99("sync p99 µs", 0, false),
    /** Length of the window in which the rate was taken. */
    WINDOW("window s", 1, true),
    /** Processor time of the server per message. */
    SERVER_CPU("server CPU ns/msg", 0, false),
    /** Processor time of this tool per message. */
    CLIENT_CPU("client CPU ns/msg", 0, false),
    /** From the start of the process until it said it was ready. */
    READY("ready ms", 0, false),
    /** From ready until the first connection had its answer to IDENTIFY. */
    FIRST_CONNECTION("first connection ms", 1, false),
    /** From the start of the process until the first message was delivered. */
    FIRST_MESSAGE("first message ms", 0, false),
    /** The same two after kill -9. */
    RESTART_READY("restart ready ms", 0, false),
    /** Resident memory. */
    RSS("RSS MB", 1, false),
    /** Anonymous resident memory of the idle server. */
    IDLE_RSS_ANON("idle RssAnon MB", 1, false),
    /** Anonymous resident memory with the load in place. */
    RSS_ANON("RssAnon MB", 1, false),
    /** Java heap in use after a collection. */
    HEAP("heap after GC MB", 1, false),
    /** Growth of the used Java heap by message or topic. */
    HEAP_EACH("heap B each", 2, false),
    /** Time that all threads of the server stood still at once, collections of the heap included. */
    PAUSE_P99("pause p99 ms", 2, false),
    /** The longest such time. */
    PAUSE_MAX("pause max ms", 1, false),
    /** Bytes that the server handed to the block layer for each byte of a body. */
    WRITTEN_EACH("written/accepted", 2, false),
    /** The most that the data folder held. */
    DISK_MAX("folder max MB", 0, false),
    /** From the end of the drain until the folder was small again. */
    DISK_BACK("folder small again s", 1, false);

    private final String label;
    private final int decimals;
    private final boolean higherIsBetter;

    Metric(String label, int decimals, boolean higherIsBetter) {
        this.label = label;
        this.decimals = decimals;
        this.higherIsBetter = higherIsBetter;
    }

    /** Name with unit, as a table's head. */
    public String label() {
        return label;
    }

    public int decimals() {
        return decimals;
    }

    public boolean higherIsBetter() {
        return higherIsBetter;
    }
}
