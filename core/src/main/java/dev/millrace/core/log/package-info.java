/** The port between a shard and its durable log. */
@NullMarked
package dev.millrace.core.log;

import org.jspecify.annotations.NullMarked;
