@NullMarked
package dev.millrace.door.nsq.tcp;

import org.jspecify.annotations.NullMarked;
