/** What the log needs of a file system, and the real one. */
@NullMarked
package dev.millrace.log.file.disk;

import org.jspecify.annotations.NullMarked;
