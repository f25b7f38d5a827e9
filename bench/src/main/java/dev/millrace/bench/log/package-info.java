/** The file log's append beside a bare write and force. */
@NullMarked
package dev.millrace.bench.log;

import org.jspecify.annotations.NullMarked;
