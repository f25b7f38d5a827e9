/** JSON as NSQ speaks it: small, in a fixed order, read by Go's rules. */
@NullMarked
package dev.millrace.door.nsq.json;

import org.jspecify.annotations.NullMarked;
