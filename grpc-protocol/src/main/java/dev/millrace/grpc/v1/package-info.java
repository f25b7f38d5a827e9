/** Generated of the files under {@code src/main/proto}: messages and stubs of the native protocol, version 1. */
@NullMarked
package dev.millrace.grpc.v1;

import org.jspecify.annotations.NullMarked;
