/** The heart: the deterministic machine, the shard runtime and the log port. */
@NullMarked
package dev.millrace.core;

import org.jspecify.annotations.NullMarked;
