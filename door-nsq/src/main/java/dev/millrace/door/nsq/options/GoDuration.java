package dev.millrace.door.nsq.options;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as nsqd's flags and answers write them: {@code 1h30m}, {@code 250ms}, {@code 1.5s}, {@code 0}. */
public final class GoDuration {
    /** The longest that nsqd's notation can count, about 292 years: what stands for "no limit". */
    public static final Duration MAX = Duration.ofNanos(Long.MAX_VALUE);

    private static final Pattern PART = Pattern.compile("([0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)");
    private static final Map<String, Long> NANOS = Map.of("ns", 1L, "us", 1_000L, "µs", 1_000L, "μs", 1_000L, "ms",
            1_000_000L, "s", 1_000_000_000L, "m", 60_000_000_000L, "h", 3_600_000_000_000L);

    private GoDuration() {}

    /** Throws {@link OptionException} if the text is no duration or longer than {@link #MAX}. */
    public static Duration parse(String text) {
        boolean negative = text.startsWith("-");
        String rest = negative || text.startsWith("+") ? text.substring(1) : text;
        if ("0".equals(rest)) {
            return Duration.ZERO;
        }
        Matcher part = PART.matcher(rest);
        BigDecimal nanos = BigDecimal.ZERO;
        int end = 0;
        while (part.find() && part.start() == end) {
            nanos = nanos.add(
                    new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(NANOS.getOrDefault(part.group(2), 0L))));
            end = part.end();
        }
        if (end == 0 || end != rest.length()) {
            throw new OptionException(
                    "invalid duration \"" + text + "\": write a number and a unit, such as 250ms, 60s, 1h30m");
        }
        BigInteger whole = nanos.toBigInteger();
        if (whole.bitLength() > 63) {
            throw new OptionException("invalid duration \"" + text + "\": at most 2562047h");
        }
        return Duration.ofNanos(negative ? -whole.longValue() : whole.longValue());
    }

    /** As Go prints it, for example {@code 1m0s}, {@code 250ms}. */
    public static String format(Duration duration) {
        long nanos = duration.toNanos();
        if (nanos == 0) {
            return "0s";
        }
        String sign = nanos < 0 ? "-" : "";
        long left = Math.abs(nanos);
        if (left < 1_000_000_000L) {
            String unit = left < 1_000 ? "ns" : left < 1_000_000 ? "µs" : "ms";
            return sign + decimal(left, left < 1_000 ? 1 : left < 1_000_000 ? 1_000 : 1_000_000) + unit;
        }
        long hours = left / 3_600_000_000_000L;
        long minutes = left / 60_000_000_000L % 60;
        String seconds = decimal(left % 60_000_000_000L, 1_000_000_000L) + "s";
        String upper = hours > 0 ? hours + "h" + minutes + "m" : minutes > 0 ? minutes + "m" : "";
        return sign + upper + seconds;
    }

    private static String decimal(long value, long unit) {
        return BigDecimal.valueOf(value).divide(BigDecimal.valueOf(unit)).stripTrailingZeros().toPlainString();
    }
}
