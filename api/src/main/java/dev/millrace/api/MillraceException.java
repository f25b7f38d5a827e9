package dev.millrace.api;

import org.jspecify.annotations.Nullable;

/**
 * Something was not done; the {@link #category} says whose turn it is, the message what, where, and the cure.
 *
 * <p>
 * Futures of this API fail with it as their cause.
 */
public abstract sealed class MillraceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What a caller can do. */
    public enum Category {
        /** The call itself is wrong: mend it. Nothing was done. */
        CALLER,
        /** Nothing was done; the same call may succeed later. */
        RETRY,
        /** It may or may not have been done: look, or repeat it if doing it twice does no harm. */
        UNKNOWN_OUTCOME,
        /** Repeating will not help: an operator has to act, or it is a defect of Millrace. */
        FATAL
    }

    private final Category category;

    private MillraceException(Category category, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.category = category;
    }

    public Category category() {
        return category;
    }

    /** The same failure with the stack trace of the thread that waited for it; the original is its cause. */
    public abstract MillraceException here();

    /** An argument or a setting is wrong. */
    public static final class Invalid extends MillraceException {
        private static final long serialVersionUID = 1L;

        public Invalid(String message) {
            this(message, null);
        }

        public Invalid(String message, @Nullable Throwable cause) {
            super(Category.CALLER, message, cause);
        }

        @Override
        public Invalid here() {
            return new Invalid(getMessage(), this);
        }
    }

    /** No such topic, group, queue or task. */
    public static final class NotFound extends MillraceException {
        private static final long serialVersionUID = 1L;

        public NotFound(String message) {
            this(message, null);
        }

        public NotFound(String message, @Nullable Throwable cause) {
            super(Category.CALLER, message, cause);
        }

        @Override
        public NotFound here() {
            return new NotFound(getMessage(), this);
        }
    }

    /** The lease of a delivery has ended, or the delivery was settled before: nothing changed. */
    public static final class StaleLease extends MillraceException {
        private static final long serialVersionUID = 1L;

        public StaleLease(String message) {
            this(message, null);
        }

        public StaleLease(String message, @Nullable Throwable cause) {
            super(Category.CALLER, message, cause);
        }

        @Override
        public StaleLease here() {
            return new StaleLease(getMessage(), this);
        }
    }

    /** The {@link Millrace} or the subscription has been closed. */
    public static final class Closed extends MillraceException {
        private static final long serialVersionUID = 1L;

        public Closed(String message) {
            this(message, null);
        }

        public Closed(String message, @Nullable Throwable cause) {
            super(Category.CALLER, message, cause);
        }

        @Override
        public Closed here() {
            return new Closed(getMessage(), this);
        }
    }

    /** A configured limit is reached; the message names it and its setting. */
    public static final class LimitReached extends MillraceException {
        private static final long serialVersionUID = 1L;

        public LimitReached(String message) {
            this(message, null);
        }

        public LimitReached(String message, @Nullable Throwable cause) {
            super(Category.RETRY, message, cause);
        }

        @Override
        public LimitReached here() {
            return new LimitReached(getMessage(), this);
        }
    }

    /** A publish waited for room among those under way until its time-out; nothing of it was published. */
    public static final class PublishTimeout extends MillraceException {
        private static final long serialVersionUID = 1L;

        public PublishTimeout(String message) {
            this(message, null);
        }

        public PublishTimeout(String message, @Nullable Throwable cause) {
            super(Category.RETRY, message, cause);
        }

        @Override
        public PublishTimeout here() {
            return new PublishTimeout(getMessage(), this);
        }
    }

    /** The engine does not serve now; nothing was done. */
    public static final class Unavailable extends MillraceException {
        private static final long serialVersionUID = 1L;

        public Unavailable(String message) {
            this(message, null);
        }

        public Unavailable(String message, @Nullable Throwable cause) {
            super(Category.RETRY, message, cause);
        }

        @Override
        public Unavailable here() {
            return new Unavailable(getMessage(), this);
        }
    }

    /** The engine or the connection to it failed while the call was under way. */
    public static final class UnknownOutcome extends MillraceException {
        private static final long serialVersionUID = 1L;

        public UnknownOutcome(String message) {
            this(message, null);
        }

        public UnknownOutcome(String message, @Nullable Throwable cause) {
            super(Category.UNKNOWN_OUTCOME, message, cause);
        }

        @Override
        public UnknownOutcome here() {
            return new UnknownOutcome(getMessage(), this);
        }
    }

    /** The waiting thread was interrupted; its interrupt flag is set. What it waited for goes on. */
    public static final class Interrupted extends MillraceException {
        private static final long serialVersionUID = 1L;

        public Interrupted(String message) {
            this(message, null);
        }

        public Interrupted(String message, @Nullable Throwable cause) {
            super(Category.UNKNOWN_OUTCOME, message, cause);
        }

        @Override
        public Interrupted here() {
            return new Interrupted(getMessage(), this);
        }
    }

    /** The engine cannot be used: not on the class path, an older Java, a damaged folder, a defect. */
    public static final class Fatal extends MillraceException {
        private static final long serialVersionUID = 1L;

        public Fatal(String message) {
            this(message, null);
        }

        public Fatal(String message, @Nullable Throwable cause) {
            super(Category.FATAL, message, cause);
        }

        @Override
        public Fatal here() {
            return new Fatal(getMessage(), this);
        }
    }

    @Override
    public String getMessage() {
        String message = super.getMessage();
        return message == null ? category.toString() : message;
    }
}
