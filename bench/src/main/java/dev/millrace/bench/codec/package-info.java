/** The NSQ decoder on what clients send most. */
@NullMarked
package dev.millrace.bench.codec;

import org.jspecify.annotations.NullMarked;
