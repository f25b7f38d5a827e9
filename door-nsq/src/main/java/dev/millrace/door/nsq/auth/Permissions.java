package dev.millrace.door.nsq.auth;

import dev.millrace.door.nsq.json.JsonException;
import dev.millrace.door.nsq.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** What an auth server allowed, until when. Immutable. */
public final class Permissions {
    private record Rule(Pattern topic, List<Pattern> channels, List<String> permissions) {
        boolean allows(String topicName, String channelName) {
            return permissions.contains(channelName.isEmpty() ? "publish" : "subscribe")
                    && topic.matcher(topicName).find()
                    && channels.stream().anyMatch(channel -> channel.matcher(channelName).find());
        }
    }

    private final String identity;
    private final String identityUrl;
    private final List<Rule> rules;
    private final long expiresNanos;

    private Permissions(String identity, String identityUrl, List<Rule> rules, long expiresNanos) {
        this.identity = identity;
        this.identityUrl = identityUrl;
        this.rules = rules;
        this.expiresNanos = expiresNanos;
    }

    /** @throws JsonException if the answer is not of the agreed form */
    static Permissions of(JsonObject answer, long nowNanos) {
        List<Rule> rules = new ArrayList<>();
        for (JsonObject rule : answer.objects("authorizations")) {
            List<String> permissions = rule.strings("permissions");
            for (String permission : permissions) {
                if (!"publish".equals(permission) && !"subscribe".equals(permission)) {
                    throw new JsonException("unknown permission " + permission);
                }
            }
            rules.add(new Rule(pattern(rule.text("topic")),
                    rule.strings("channels").stream().map(Permissions::pattern).toList(), permissions));
        }
        long ttlSeconds = answer.number("ttl");
        if (ttlSeconds <= 0) {
            throw new JsonException("invalid TTL " + ttlSeconds + " (must be >0)");
        }
        return new Permissions(answer.text("identity"), answer.text("identity_url"), List.copyOf(rules),
                nowNanos + Math.min(ttlSeconds, 1L << 32) * 1_000_000_000L);
    }

    private static Pattern pattern(String regex) {
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw new JsonException("unable to compile " + regex + ": " + e.getMessage());
        }
    }

    /** Whether the client may publish (empty channel) or subscribe. */
    public boolean allows(String topic, String channel) {
        return rules.stream().anyMatch(rule -> rule.allows(topic, channel));
    }

    public boolean isExpired() {
        return System.nanoTime() - expiresNanos > 0;
    }

    public boolean isEmpty() {
        return rules.isEmpty();
    }

    public int size() {
        return rules.size();
    }

    public String identity() {
        return identity;
    }

    public String identityUrl() {
        return identityUrl;
    }
}
