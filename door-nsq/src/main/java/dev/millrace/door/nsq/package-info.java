/** Speaks NSQ's protocols: nsqd over TCP and HTTP, and nsqlookupd. */
@NullMarked
package dev.millrace.door.nsq;

import org.jspecify.annotations.NullMarked;
