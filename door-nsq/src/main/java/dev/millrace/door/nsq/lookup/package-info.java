/** Being found by nsqlookupd, and knowing what there is to be found. */
@NullMarked
package dev.millrace.door.nsq.lookup;

import org.jspecify.annotations.NullMarked;
