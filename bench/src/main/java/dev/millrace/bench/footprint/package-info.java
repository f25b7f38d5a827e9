/** What messages in every state cost in memory, on disk and at a restart. */
@NullMarked
package dev.millrace.bench.footprint;

import org.jspecify.annotations.NullMarked;
