/** How log lines leave: to standard error, as key=value text or as JSON, set up without a file. */
@NullMarked
package dev.millrace.server.logging;

import org.jspecify.annotations.NullMarked;
