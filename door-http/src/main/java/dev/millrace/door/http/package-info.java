/** The REST API and the console. */
@NullMarked
package dev.millrace.door.http;

import org.jspecify.annotations.NullMarked;
