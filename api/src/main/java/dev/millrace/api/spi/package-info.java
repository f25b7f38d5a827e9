/**
 * What an engine offers to this API. Users need nothing of it; engines and tests do.
 *
 * <p>
 * An engine translates; validation, waiting, back-pressure, handlers, leases that are extended and draining are written
 * once, above it.
 */
@NullMarked
package dev.millrace.api.spi;

import org.jspecify.annotations.NullMarked;
