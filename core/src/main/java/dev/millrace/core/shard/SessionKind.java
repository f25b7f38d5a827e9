package dev.millrace.core.shard;

/** What becomes of a session's leases when it, or its shard, ends. */
public enum SessionKind {
    /** They end with the session, and at once after a restart. */
    ORDINARY,
    /** They end with the session; after a restart they wait ten seconds for a session that takes them up again. */
    RESUMABLE,
    /** Only their token or time ends them, after a restart not before ten seconds. */
    LASTING
}
