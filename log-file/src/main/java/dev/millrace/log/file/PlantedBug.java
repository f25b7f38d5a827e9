package dev.millrace.log.file;

/**
 * Mistakes that tests plant to prove that the suite finds them. Only the package-private constructor of
 * {@link FileLogFactory} takes them, so that no shipped code can.
 */
enum PlantedBug {
    /** After a failed sync, sync again and believe the second answer. */
    TRUST_SECOND_SYNC,
    /** A snapshot becomes valid before the log up to its position is durable. */
    SNAPSHOT_BEFORE_LOG,
    /** A released segment is deleted before what replaced it is durable. */
    DELETE_BEFORE_SYNC,
    /** New names are not made durable. */
    SKIP_FOLDER_SYNC,
    /** Recovery accepts a whole batch without asking whether it belongs there. */
    ACCEPT_STALE_BATCH,
    /** Recovery cuts everything after the last recorded sync instead of copying it. */
    CUT_LAST_ACKNOWLEDGED
}
