package dev.millrace.log.file;

/** How batches get to the disk at {@link SyncLevel#ALWAYS}; the other levels always use the page cache. */
public enum WriteMode {
    /** {@link #DIRECT} where the file system takes it, else {@link #BUFFERED}. */
    AUTO,
    /** Past the page cache, durable on return (O_DIRECT and O_DSYNC); batches are padded to 4,096 bytes. */
    DIRECT,
    /** Through the page cache, followed by fdatasync; batches are padded to 64 bytes. */
    BUFFERED
}
