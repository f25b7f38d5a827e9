/** Bringing over what a stopped nsqd left on disk. */
@NullMarked
package dev.millrace.door.nsq.backlog;

import org.jspecify.annotations.NullMarked;
