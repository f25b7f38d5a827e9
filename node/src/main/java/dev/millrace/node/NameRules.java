package dev.millrace.node;

import java.util.regex.Pattern;

/** Names of topics and groups: what NSQ allows, so that every door can spell them; the system's own are none of these. */
public final class NameRules {
    private static final int MAX_LENGTH = 64;
    private static final Pattern FORM = Pattern.compile("[.a-zA-Z0-9_-]+(#ephemeral)?");

    private NameRules() {}

    /** Whether it is a name of a topic or a group. */
    public static boolean isValid(String name) {
        return name.length() <= MAX_LENGTH && FORM.matcher(name).matches();
    }

    /** The name itself; refuses with category INVALID what is none. {@code kind} is a word such as topic. */
    public static String check(String kind, String name) {
        if (!isValid(name)) {
            throw new BrokerException(BrokerException.Category.INVALID, kind + " '" + name
                    + "' is no valid name: 1 to " + MAX_LENGTH
                    + " of letters, digits, dot, underscore and dash, at the end perhaps #ephemeral");
        }
        return name;
    }
}
