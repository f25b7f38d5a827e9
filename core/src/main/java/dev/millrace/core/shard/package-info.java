/** The shard runtime: what doors and the node use of one shard. */
@NullMarked
package dev.millrace.core.shard;

import org.jspecify.annotations.NullMarked;
