/** Benchmarks beside the peers: JMH and end to end. */
@NullMarked
package dev.millrace.bench;

import org.jspecify.annotations.NullMarked;
