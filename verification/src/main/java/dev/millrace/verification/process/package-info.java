/** Child processes: started, watched and ended for certain. */
@NullMarked
package dev.millrace.verification.process;

import org.jspecify.annotations.NullMarked;
