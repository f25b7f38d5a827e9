/** The eight classic uses of a queue, each on one page. */
@NullMarked
package dev.millrace.examples;

import org.jspecify.annotations.NullMarked;
