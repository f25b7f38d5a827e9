package dev.millrace.api;

/** Where a new group starts in its topic. */
public enum GroupStart {
    /** The first group of a topic gets everything kept, a later one only what is published from now on. */
    DEFAULT,
    /** Everything the topic still keeps. */
    EARLIEST,
    /** Only what is published from now on. */
    NOW
}
