/** The default log: segments in a folder. */
@NullMarked
package dev.millrace.log.file;

import org.jspecify.annotations.NullMarked;
