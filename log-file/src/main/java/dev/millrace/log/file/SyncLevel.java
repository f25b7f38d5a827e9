package dev.millrace.log.file;

/** When a batch counts as durable. docs/guarantees.md says what each level can lose. */
public enum SyncLevel {
    /** Synced before the append returns; loses nothing that was answered. */
    ALWAYS,
    /** Synced in the background at a fixed interval; a power cut loses at most that interval plus one sync. */
    INTERVAL,
    /** Written to the page cache, synced when the system does it or a segment is full; survives a killed process. */
    OS
}
