package dev.millrace.server.cli;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Rows in columns as wide as they need to be; numbers to the right. */
final class Tables {
    private Tables() {}

    /** One row for each object, one column for each member named. */
    static String of(Iterable<JsonNode> objects, String... members) {
        List<String[]> rows = new ArrayList<>();
        rows.add(members);
        for (JsonNode object : objects) {
            String[] row = new String[members.length];
            for (int i = 0; i < members.length; i++) {
                row[i] = object.path(members[i]).asString("");
            }
            rows.add(row);
        }
        return format(rows);
    }

    private static String format(List<String[]> rows) {
        int[] widths = new int[rows.getFirst().length];
        for (String[] row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String gap = " ".repeat(widths[i] - row[i].length());
                line.append(i == 0 ? row[i] + gap : gap + row[i]).append("  ");
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString().stripTrailing();
    }
}
