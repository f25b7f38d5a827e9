/** Addresses, event loops and TLS: what doors share below any protocol. */
@NullMarked
package dev.millrace.net;

import org.jspecify.annotations.NullMarked;
