package dev.millrace.core.machine;

import java.util.ArrayList;
import java.util.List;

/** Visits the notes of all groups, slice by slice, while the shard works on. Owner thread only. */
final class NotesWalk {
    /** Receives notes. */
    interface Visitor {
        void note(int group, long key, long location, int table);
    }

    private final List<Group> groups = new ArrayList<>();
    private final Visitor visitor;
    private int next;
    private int table;
    private NoteTable.Frozen current = new NoteTable().freeze();

    NotesWalk(State state, Visitor visitor) {
        this.visitor = visitor;
        for (Topic topic : state.topics()) {
            groups.addAll(topic.groups);
        }
        next = -1;
        table = Notes.TABLES - 1;
    }

    boolean isDone() {
        return next == groups.size();
    }

    /** Looks at about so many; returns how many. */
    int walk(int limit) {
        int looked = 0;
        while (looked < limit && !isDone()) {
            int visited = current.visit(limit - looked, (key, location) -> visitor.note(groups.get(next).number, key,
                    location, table));
            if (visited == 0) {
                step();
            }
            looked += Math.max(1, visited);
        }
        return looked;
    }

    private void step() {
        table++;
        if (table == Notes.TABLES) {
            table = 0;
            next++;
        }
        if (!isDone()) {
            current = Notes.table(groups.get(next), table).freeze();
        }
    }
}
