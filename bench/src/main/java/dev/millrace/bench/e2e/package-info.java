/** The end-to-end load tool: drives any server that speaks the NSQ protocol, several of them in one run, alternating. */
@NullMarked
package dev.millrace.bench.e2e;

import org.jspecify.annotations.NullMarked;
