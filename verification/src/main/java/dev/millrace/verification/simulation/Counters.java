package dev.millrace.verification.simulation;

import java.util.List;

/**
 * Counters that an answer reported; what was reported once is durable, so none of them falls, whatever crashes.
 *
 * @param names
 *            what they are called
 * @param values
 *            in the same order
 */
record Counters(List<String> names, List<Long> values) {
    static final Counters NONE = new Counters(List.of(), List.of());

    Counters {
        names = List.copyOf(names);
        values = List.copyOf(values);
    }

    void mustNotFallTo(Counters later, String whose) {
        for (int i = 0; i < names.size(); i++) {
            if (later.values.get(i) < values.get(i)) {
                throw new Violation("'" + names.get(i) + "' of " + whose + " was reported as " + values.get(i)
                        + " and later as " + later.values.get(i));
            }
        }
    }

    long value(String name) {
        int index = names.indexOf(name);
        return index < 0 ? 0 : values.get(index);
    }
}
