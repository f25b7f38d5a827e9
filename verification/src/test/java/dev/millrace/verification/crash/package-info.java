/** Servers that are killed or lose their power. */
@NullMarked
package dev.millrace.verification.crash;

import org.jspecify.annotations.NullMarked;
