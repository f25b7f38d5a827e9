/** NSQ's protocol V2 as bytes: commands in, frames out. Knows neither sockets nor the engine. */
@NullMarked
package dev.millrace.door.nsq.wire;

import org.jspecify.annotations.NullMarked;
