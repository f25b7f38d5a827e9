@NullMarked
package dev.millrace.door.nsq.backlog;

import org.jspecify.annotations.NullMarked;
