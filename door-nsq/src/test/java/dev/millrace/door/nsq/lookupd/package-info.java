@NullMarked
package dev.millrace.door.nsq.lookupd;

import org.jspecify.annotations.NullMarked;
