/** The structures beside their peers: JMH for single operations, a plain program for memory and lateness. */
@NullMarked
package dev.millrace.bench.structures;

import org.jspecify.annotations.NullMarked;
