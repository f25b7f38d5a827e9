package dev.millrace.net.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the handler of a method and a path.
 *
 * <p>
 * A template is literal segments and parameters: {@code /topics/{topic}/pause}; a last segment {@code {rest...}} takes
 * what is left, slashes included. A literal wins over a parameter. {@code HEAD} is answered by {@code GET}'s handler. A
 * router is filled by one thread before its server starts and only read afterwards.
 */
public final class Router {
    /** One route, as it was added. */
    public record Route(String method, String template) {}

    /** What was found for a request. */
    record Match(HttpHandler handler, Map<String, String> parameters) {}

    private static final class Node {
        final Map<String, Node> literals = new LinkedHashMap<>();
        final Map<String, HttpHandler> handlers = new LinkedHashMap<>();
        final Map<String, HttpHandler> restHandlers = new LinkedHashMap<>();
        @Nullable Node parameter;
        String parameterName = "";
        String restName = "";
    }

    private final Node root = new Node();
    private final List<Route> routes = new ArrayList<>();

    /** Adds a route; throws {@link IllegalArgumentException} if it is there already or its template makes no sense. */
    public Router add(String method, String template, HttpHandler handler) {
        if (!template.startsWith("/")) {
            throw new IllegalArgumentException("a route starts with a slash: " + template);
        }
        Node node = root;
        Map<String, HttpHandler> handlers = null;
        for (String segment : template.substring(1).split("/", -1)) {
            if (handlers != null) {
                throw new IllegalArgumentException("nothing can follow {name...} in " + template);
            }
            if (segment.endsWith("...}") && segment.startsWith("{")) {
                node.restName = segment.substring(1, segment.length() - 4);
                handlers = node.restHandlers;
            } else if (segment.startsWith("{") && segment.endsWith("}")) {
                node = parameter(node, segment.substring(1, segment.length() - 1), template);
            } else {
                node = node.literals.computeIfAbsent(segment, _ -> new Node());
            }
        }
        if ((handlers == null ? node.handlers : handlers).putIfAbsent(method, handler) != null) {
            throw new IllegalArgumentException("the route " + method + " " + template + " exists already");
        }
        routes.add(new Route(method, template));
        return this;
    }

    private static Node parameter(Node node, String name, String template) {
        Node next = node.parameter;
        if (next == null) {
            next = new Node();
            node.parameter = next;
            node.parameterName = name;
        } else if (!node.parameterName.equals(name)) {
            throw new IllegalArgumentException(
                    "in " + template + " the parameter {" + name + "} is called {" + node.parameterName
                            + "} elsewhere");
        }
        return next;
    }

    /** All routes in the order of their adding. */
    public List<Route> routes() {
        return List.copyOf(routes);
    }

    /** Throws {@link HttpFailure} 404 or 405 when there is none; the failure of 405 names the methods that exist. */
    Match find(String method, String path) {
        String[] segments = path.startsWith("/") ? path.substring(1).split("/", -1) : new String[0];
        Map<String, String> parameters = new LinkedHashMap<>();
        Map<String, HttpHandler> handlers = segments.length == 0 ? null : walk(root, segments, 0, parameters);
        if (handlers == null) {
            throw new HttpFailure(404, HttpFailure.NO_ROUTE, "nothing is at " + path);
        }
        HttpHandler handler = handlers.get(method);
        if (handler == null && method.equals("HEAD")) {
            handler = handlers.get("GET");
        }
        if (handler == null) {
            throw new HttpFailure(405, HttpFailure.METHOD_NOT_ALLOWED,
                    path + " takes " + String.join(", ", allowed(handlers)) + ", not " + method);
        }
        return new Match(handler, parameters);
    }

    /** The methods that a path takes, empty if there is none; for the {@code Allow} header. */
    List<String> allowedAt(String path) {
        Map<String, HttpHandler> handlers = walk(root, path.substring(1).split("/", -1), 0, new LinkedHashMap<>());
        return handlers == null ? List.of() : allowed(handlers);
    }

    private static List<String> allowed(Map<String, HttpHandler> handlers) {
        TreeSet<String> names = new TreeSet<>(handlers.keySet());
        if (names.contains("GET")) {
            names.add("HEAD");
        }
        return List.copyOf(names);
    }

    private static @Nullable Map<String, HttpHandler> walk(Node node, String[] segments, int at,
            Map<String, String> parameters) {
        if (at == segments.length) {
            return node.handlers.isEmpty() ? null : node.handlers;
        }
        Node literal = node.literals.get(segments[at]);
        if (literal != null) {
            Map<String, HttpHandler> found = walk(literal, segments, at + 1, parameters);
            if (found != null) {
                return found;
            }
        }
        if (node.parameter != null && !segments[at].isEmpty()) {
            Map<String, HttpHandler> found = walk(node.parameter, segments, at + 1, parameters);
            if (found != null) {
                parameters.put(node.parameterName, Percent.decode(segments[at], false));
                return found;
            }
        }
        if (!node.restHandlers.isEmpty()) {
            StringBuilder rest = new StringBuilder(segments[at]);
            for (int i = at + 1; i < segments.length; i++) {
                rest.append('/').append(segments[i]);
            }
            parameters.put(node.restName, Percent.decode(rest.toString(), false));
            return node.restHandlers;
        }
        return null;
    }
}
