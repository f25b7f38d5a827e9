/** nsqlookupd: who has which topic, in memory only. Usable without an engine. */
@NullMarked
package dev.millrace.door.nsq.lookupd;

import org.jspecify.annotations.NullMarked;
