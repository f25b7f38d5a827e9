/** The loops that make load: publishing with a window, consuming with an acknowledgement each, and publishing at a fixed rate. */
@NullMarked
package dev.millrace.bench.e2e.load;

import org.jspecify.annotations.NullMarked;
