/** The engine for tests of applications: in memory, with a clock that a test moves, and tasks run on its own thread. */
@NullMarked
package dev.millrace.testkit;

import org.jspecify.annotations.NullMarked;
