package dev.millrace.node.tasks;

import java.util.List;

/**
 * Batches of a queue by id.
 *
 * @param next
 *            where the next page begins, to be asked with as {@code after}; 0: this is the last one
 */
public record BatchPage(List<BatchInfo> batches, long next) {}
