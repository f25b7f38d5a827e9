/** Real server processes that are killed, or lose the power of a simulated disk, while real clients talk to them. */
@NullMarked
package dev.millrace.verification.crash;

import org.jspecify.annotations.NullMarked;
