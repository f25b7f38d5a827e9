/** A simulated disk that loses power, and threads that run on the caller: for the log's tests and the simulator. */
@NullMarked
package dev.millrace.log.file.sim;

import org.jspecify.annotations.NullMarked;
