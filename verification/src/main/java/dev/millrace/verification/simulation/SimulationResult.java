package dev.millrace.verification.simulation;

/**
 * What a run did.
 *
 * @param traceHash
 *            of everything that happened; equal for equal plans
 * @param events
 *            how much happened
 * @param messages
 *            published
 * @param crashes
 *            ends of processes and failures of shards
 * @param virtualMillis
 *            true time that passed
 */
public record SimulationResult(long traceHash, long events, int messages, int crashes, long virtualMillis) {}
