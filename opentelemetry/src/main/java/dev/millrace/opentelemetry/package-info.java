/** Traces of tasks, with OpenTelemetry. */
@NullMarked
package dev.millrace.opentelemetry;

import org.jspecify.annotations.NullMarked;
