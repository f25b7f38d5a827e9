/** A library of its own: skip lists, time wheels and a worker pool. */
@NullMarked
package dev.millrace.structures;

import org.jspecify.annotations.NullMarked;
