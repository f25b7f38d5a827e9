/** The interop run's own bookkeeping: a check that fails must never be counted as passed. */
@NullMarked
package dev.millrace.verification.interop;

import org.jspecify.annotations.NullMarked;
