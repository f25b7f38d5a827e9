package dev.millrace.core.machine;

/** What a tracked topic keeps for all its groups. Owner thread only. */
final class TopicKeys {
    final TermsTable terms = new TermsTable();
    /** Held for a window, until the message is over, or both. */
    final Uniques uniques = new Uniques();
    /** Ids that clients gave: held until nothing of the message can be looked at any more. */
    final Uniques clientIds = new Uniques();
    final BatchTable batches = new BatchTable();
}
