/** A small HTTP/1.1 server: routes, limits, bodies in and out as streams, one virtual thread a request. */
@NullMarked
package dev.millrace.net.http;

import org.jspecify.annotations.NullMarked;
