/** The arrows between the rooms, and what keeps the machine deterministic, read from the class files. */
@NullMarked
package dev.millrace.verification.architecture;

import org.jspecify.annotations.NullMarked;
