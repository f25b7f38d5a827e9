/** The API's engine behind a connection, over the native protocol. Users need nothing of it but the dependency. */
@NullMarked
package dev.millrace.client;

import org.jspecify.annotations.NullMarked;
