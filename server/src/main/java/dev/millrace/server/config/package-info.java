/** Settings: where they come from, what they may be, what is wrong with them. */
@NullMarked
package dev.millrace.server.config;

import org.jspecify.annotations.NullMarked;
