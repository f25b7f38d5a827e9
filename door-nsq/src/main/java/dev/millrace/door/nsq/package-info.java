/** The NSQ door as the server composes it. */
@NullMarked
package dev.millrace.door.nsq;

import org.jspecify.annotations.NullMarked;
