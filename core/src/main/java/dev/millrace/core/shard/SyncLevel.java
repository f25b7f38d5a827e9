package dev.millrace.core.shard;

/** When an answer may leave: what a power cut can take is on the guarantees page. */
public enum SyncLevel {
    /** After what it depends on was synced. */
    ALWAYS,
    /** After it was written; synced every {@link ShardOptions#syncIntervalMillis()}. */
    INTERVAL,
    /** After it was written; the operating system decides when it reaches the disk. */
    OS
}
