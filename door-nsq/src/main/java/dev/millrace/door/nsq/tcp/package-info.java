/** The TCP door: connections on event loops, sessions at shards, frames out. docs/nsq.md draws who runs on which thread. */
@NullMarked
package dev.millrace.door.nsq.tcp;

import org.jspecify.annotations.NullMarked;
