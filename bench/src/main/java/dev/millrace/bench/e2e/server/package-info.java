/** The servers under test: started by the tool and stopped by it, or already running at an address. */
@NullMarked
package dev.millrace.bench.e2e.server;

import org.jspecify.annotations.NullMarked;
