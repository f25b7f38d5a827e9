package dev.millrace.door.http;

import dev.millrace.net.http.HttpExchange;
import dev.millrace.net.http.HttpFailure;
import java.util.regex.Pattern;

/** Names of topics and groups: what NSQ allows, so that every door can spell them; the system's own are none of these. */
final class Names {
    private static final int MAX_LENGTH = 64;
    private static final Pattern FORM = Pattern.compile("[.a-zA-Z0-9_-]+(#ephemeral)?");

    private Names() {}

    static String topic(HttpExchange exchange) {
        return check("topic", exchange.parameter("topic"));
    }

    static String group(HttpExchange exchange) {
        return check("group", exchange.parameter("group"));
    }

    static String check(String kind, String name) {
        if (name.length() > MAX_LENGTH || !FORM.matcher(name).matches()) {
            throw new HttpFailure(400, "INVALID", kind + " '" + name + "' is no valid name: 1 to " + MAX_LENGTH
                    + " of letters, digits, dot, underscore and dash, at the end perhaps #ephemeral");
        }
        return name;
    }
}
