package dev.millrace.core.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Numbers for the terms that messages of a topic come with; 0 are none. Owner thread only. */
final class TermsTable {
    /** Numbers have 16 bits. */
    static final int MAX = 0xFFFF;

    private final TreeMap<Terms, Integer> numbers = new TreeMap<>();
    private final List<Terms> all = new ArrayList<>();

    TermsTable() {
        number(Terms.NONE);
    }

    /** Whether these have a number or can get one. */
    boolean canTake(Terms terms) {
        return all.size() <= MAX || numbers.containsKey(terms);
    }

    int number(Terms terms) {
        Integer known = numbers.get(terms);
        if (known != null) {
            return known;
        }
        numbers.put(terms, all.size());
        all.add(terms);
        return all.size() - 1;
    }

    Terms get(int number) {
        return all.get(number);
    }

    int size() {
        return all.size();
    }
}
