package dev.millrace.api;

import java.util.List;
import java.util.Optional;

/**
 * A part of a list.
 *
 * @param items
 *            in the list's order
 * @param next
 *            what to ask the following page with; empty when this is the last one
 */
public record Page<T>(List<T> items, Optional<String> next) {
    public Page {
        items = List.copyOf(items);
    }
}
