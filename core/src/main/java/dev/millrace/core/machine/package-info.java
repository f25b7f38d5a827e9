/**
 * The deterministic state machine of a shard: no clock, no I/O, no threads, no randomness inside.
 */
@NullMarked
package dev.millrace.core.machine;

import org.jspecify.annotations.NullMarked;
