/** The default log: segments in a folder. The format is docs/log-format.md. */
@NullMarked
package dev.millrace.log.file;

import org.jspecify.annotations.NullMarked;
