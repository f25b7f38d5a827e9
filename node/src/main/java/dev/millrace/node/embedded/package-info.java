/** The engine inside an application: the Java API over this process' own node. */
@NullMarked
package dev.millrace.node.embedded;

import org.jspecify.annotations.NullMarked;
