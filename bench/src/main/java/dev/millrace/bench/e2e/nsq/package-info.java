/** A lean NSQ V2 client: prebuilt commands out, frames parsed in place, nothing allocated per message. */
@NullMarked
package dev.millrace.bench.e2e.nsq;

import org.jspecify.annotations.NullMarked;
