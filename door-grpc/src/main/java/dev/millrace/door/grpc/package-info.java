/** The native protocol over gRPC: calls and streams become submissions and subscriptions of the node. */
@NullMarked
package dev.millrace.door.grpc;

import org.jspecify.annotations.NullMarked;
