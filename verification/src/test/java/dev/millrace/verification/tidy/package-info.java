/** The repository looks after itself: sizes, leftovers, documents. Every message names the cure. */
@NullMarked
package dev.millrace.verification.tidy;

import org.jspecify.annotations.NullMarked;
