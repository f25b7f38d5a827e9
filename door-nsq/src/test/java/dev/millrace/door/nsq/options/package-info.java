@NullMarked
package dev.millrace.door.nsq.options;

import org.jspecify.annotations.NullMarked;
