/** The suite that every engine of the Java API must pass. */
@NullMarked
package dev.millrace.api.contract;

import org.jspecify.annotations.NullMarked;
