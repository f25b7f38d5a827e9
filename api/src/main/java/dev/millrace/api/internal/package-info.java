/** What stands between the API and its engines, the same for all of them. Not for use: it may change at any time. */
@NullMarked
package dev.millrace.api.internal;

import org.jspecify.annotations.NullMarked;
