/** What checks the whole: simulator, crash and interop runs, architecture and tidiness rules. */
@NullMarked
package dev.millrace.verification;

import org.jspecify.annotations.NullMarked;
