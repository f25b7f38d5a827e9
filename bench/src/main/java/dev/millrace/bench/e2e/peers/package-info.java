/** Other brokers, each started with its own program and driven by its own client. */
@NullMarked
package dev.millrace.bench.e2e.peers;

import org.jspecify.annotations.NullMarked;
