/** Configuration, composition, main and the command line. */
@NullMarked
package dev.millrace.server;

import org.jspecify.annotations.NullMarked;
