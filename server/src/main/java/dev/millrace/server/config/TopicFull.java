package dev.millrace.server.config;

/** What happens at a limit of a topic. */
public enum TopicFull {
    /** Publishes are refused. */
    REFUSE,
    /** The oldest that no group has taken are dropped and counted. */
    DROP
}
