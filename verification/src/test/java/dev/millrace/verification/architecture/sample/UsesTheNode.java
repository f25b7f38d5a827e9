package dev.millrace.verification.architecture.sample;

import dev.millrace.node.Broker;

/** Breaks an arrow. */
public interface UsesTheNode {
    Broker broker();
}
