@NullMarked
package dev.millrace.door.nsq.latency;

import org.jspecify.annotations.NullMarked;
