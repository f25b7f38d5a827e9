/** Publish-to-FIN times, where they are asked for. */
@NullMarked
package dev.millrace.door.nsq.latency;

import org.jspecify.annotations.NullMarked;
