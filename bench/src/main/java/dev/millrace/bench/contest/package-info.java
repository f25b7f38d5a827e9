/** Contestants in turn, each in a JVM of its own, and a table of what they reached. */
@NullMarked
package dev.millrace.bench.contest;

import org.jspecify.annotations.NullMarked;
