/** Memory ordering of the structures, tried out by JCStress on real hardware: {@code bench/jcstress.sh}. */
@NullMarked
package dev.millrace.bench.jcstress;

import org.jspecify.annotations.NullMarked;
