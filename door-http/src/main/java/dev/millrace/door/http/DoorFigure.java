package dev.millrace.door.http;

import java.util.function.LongSupplier;

/**
 * A figure of another door, for the metrics.
 *
 * @param name
 *            as Prometheus writes it
 * @param type
 *            gauge or counter
 * @param help
 *            one sentence
 * @param value
 *            now; any thread
 */
public record DoorFigure(String name, String type, String help, LongSupplier value) {}
