/** Millrace as Java clients of NSQ that others wrote see it. */
@NullMarked
package dev.millrace.interop.java;

import org.jspecify.annotations.NullMarked;
