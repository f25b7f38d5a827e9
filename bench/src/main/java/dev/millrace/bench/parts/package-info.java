/** Parts of the broker alone, with JMH: the log's append, the NSQ decoder, the encoding of deliveries. */
@NullMarked
package dev.millrace.bench.parts;

import org.jspecify.annotations.NullMarked;
