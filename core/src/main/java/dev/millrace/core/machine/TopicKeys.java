package dev.millrace.core.machine;

/** What a tracked topic keeps for all its groups. Owner thread only. */
final class TopicKeys {
    final TermsTable terms = new TermsTable();
    final Uniques uniques = new Uniques();
    final BatchTable batches = new BatchTable();
}
