package dev.millrace.node;

/**
 * What a topic keeps of the messages that all its groups are done with, so that groups can be offered them anew.
 *
 * @param maxAgeMillis
 *            by wall time since they were published; 0: age is no reason to forget them
 * @param maxBytes
 *            of the topic in the log, what groups have still to do included; 0: size is no reason. Both 0: nothing is kept
 * @param messages
 *            that are kept now
 */
public record TopicHistory(long maxAgeMillis, long maxBytes, long messages) {}
