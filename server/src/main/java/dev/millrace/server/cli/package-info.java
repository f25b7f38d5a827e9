/** The command line: a client of a running server's HTTP API, and tools for a data folder. */
@NullMarked
package dev.millrace.server.cli;

import org.jspecify.annotations.NullMarked;
