/** How messages stand in the log's records: ids and bodies. */
@NullMarked
package dev.millrace.core.message;

import org.jspecify.annotations.NullMarked;
