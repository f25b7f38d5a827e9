/** Runs shards and what surrounds them. */
@NullMarked
package dev.millrace.node;

import org.jspecify.annotations.NullMarked;
