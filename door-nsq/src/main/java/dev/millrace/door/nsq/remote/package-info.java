/** HTTP requests that the door itself makes: to auth servers and nsqlookupds. */
@NullMarked
package dev.millrace.door.nsq.remote;

import org.jspecify.annotations.NullMarked;
