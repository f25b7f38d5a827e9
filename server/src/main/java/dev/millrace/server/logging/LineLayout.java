package dev.millrace.server.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/** One line for each event: its fields in a fixed order, then key-value pairs and what the thread's context holds. */
abstract class LineLayout extends LayoutBase<ILoggingEvent> {
    /** Writes one field. */
    abstract void field(StringBuilder line, String key, String value);

    abstract void begin(StringBuilder line);

    abstract void end(StringBuilder line, @Nullable String stackTrace);

    @Override
    public String doLayout(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(160);
        begin(line);
        field(line, "time", event.getInstant().toString());
        field(line, "level", event.getLevel().toString().toLowerCase(Locale.ROOT));
        field(line, "logger", shortName(event.getLoggerName()));
        field(line, "thread", event.getThreadName());
        field(line, "msg", event.getFormattedMessage());
        List<KeyValuePair> pairs = event.getKeyValuePairs();
        if (pairs != null) {
            pairs.forEach(pair -> field(line, pair.key, String.valueOf(pair.value)));
        }
        Map<String, String> context = event.getMDCPropertyMap();
        context.forEach((key, value) -> field(line, key, value));
        IThrowableProxy thrown = event.getThrowableProxy();
        end(line, thrown == null ? null : ThrowableProxyUtil.asString(thrown).stripTrailing());
        return line.append('\n').toString();
    }

    private static String shortName(String logger) {
        return logger.substring(logger.lastIndexOf('.') + 1);
    }
}
