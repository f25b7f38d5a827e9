/** nsqd's and nsqlookupd's own options: flags in both dash styles, TOML file, defaults. */
@NullMarked
package dev.millrace.door.nsq.options;

import org.jspecify.annotations.NullMarked;
