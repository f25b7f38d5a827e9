package dev.millrace.node;

import java.util.List;

/** A topic and its groups. */
public record TopicNames(String topic, List<String> groups) {}
