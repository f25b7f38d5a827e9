/**
 * What users program against: open an engine in the own process or connect to a server, publish, subscribe, administer.
 *
 * <p>
 * Nothing here takes or returns null. Everything is safe for use by several threads unless its documentation says
 * otherwise. Blocking calls may be interrupted: they throw {@link dev.millrace.api.MillraceException.Interrupted} and
 * leave the thread's interrupt flag set.
 */
@NullMarked
package dev.millrace.api;

import org.jspecify.annotations.NullMarked;
