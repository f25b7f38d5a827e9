package dev.millrace.door.nsq.auth;

import dev.millrace.door.nsq.options.NsqdOptions;
import dev.millrace.door.nsq.remote.HttpRequests;
import dev.millrace.door.nsq.remote.RemoteException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/** Asks the auth servers, starting at a random one and going on to the next when one fails. Thread-safe. */
public final class Authorizer {
    private final List<String> addresses;
    private final boolean post;
    private final HttpRequests requests;

    public Authorizer(NsqdOptions.Auth settings, HttpRequests requests) {
        this.addresses = settings.addresses();
        this.post = settings.post();
        this.requests = requests;
    }

    /** What the client may do; fails when no server gives a valid answer. */
    public CompletableFuture<Permissions> query(Credentials credentials) {
        return query(credentials, ThreadLocalRandom.current().nextInt(addresses.size()), addresses.size(), "");
    }

    private CompletableFuture<Permissions> query(Credentials credentials, int start, int left, String failures) {
        if (left == 0) {
            return CompletableFuture.failedFuture(new RemoteException(failures));
        }
        String address = addresses.get((start + left) % addresses.size());
        return ask(address, credentials).exceptionallyCompose(failure -> {
            String what = "failed to auth against " + address + ": " + failure;
            return query(credentials, start, left - 1, failures.isEmpty() ? what : failures + "; " + what);
        });
    }

    private CompletableFuture<Permissions> ask(String address, Credentials credentials) {
        String endpoint = address.contains("://") ? address : "http://" + address + "/auth";
        Map<String, String> fields = new TreeMap<>(Map.of("remote_ip", credentials.remoteIp(), "tls",
                Boolean.toString(credentials.tls()), "secret", credentials.secret(), "common_name",
                credentials.commonName()));
        return (post
                ? requests.post(endpoint, json(fields))
                : requests.get(endpoint + "?" + query(fields)))
                .thenApply(answer -> Permissions.of(answer, System.nanoTime()));
    }

    private static String query(Map<String, String> fields) {
        return fields.entrySet()
                .stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    private static String json(Map<String, String> fields) {
        var text = new dev.millrace.door.nsq.json.JsonText().object();
        fields.forEach((name, value) -> text.put(name, List.of(value)));
        return text.end().toString();
    }
}
