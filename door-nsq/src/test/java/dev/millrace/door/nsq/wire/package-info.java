@NullMarked
package dev.millrace.door.nsq.wire;

import org.jspecify.annotations.NullMarked;
