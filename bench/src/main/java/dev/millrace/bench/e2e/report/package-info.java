/** Figures: what a run measured, on which machine, as Markdown and JSON. */
@NullMarked
package dev.millrace.bench.e2e.report;

import org.jspecify.annotations.NullMarked;
