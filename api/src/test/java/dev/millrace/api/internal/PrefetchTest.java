package dev.millrace.api.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Instants are made up; a window is 25 ms. */
class PrefetchTest {
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

    private long now = 7 * MS;

    /** So many handlers, each of which runs one task after the other; whether the number has changed at some time. */
    private boolean run(Prefetch prefetch, int busy, long tookNanos, long windows) {
        boolean changed = false;
        for (long until = now + windows * Prefetch.WINDOW_NANOS; now < until; now += tookNanos) {
            for (int handler = 0; handler < busy; handler++) {
                changed |= prefetch.ended(now, now + tookNanos);
            }
        }
        return changed;
    }

    @Test
    void nothingIsHeldAhead_beforeAWindowIsOver_orWhereTheUserAllowsNothing() {
        Prefetch fresh = new Prefetch(2, 1_000);
        assertThat(fresh.ended(now, now + MS)).isFalse();
        assertThat(fresh.ahead()).isZero();
        Prefetch none = new Prefetch(2, 0);
        assertThat(run(none, 2, MS, 20)).isFalse();
        assertThat(none.ahead()).isZero();
    }

    @Test
    void fastHandlers_holdWhatTheyStartInAWindow_withinWhatTheUserAllows() {
        Prefetch prefetch = new Prefetch(2, 1_000);
        assertThat(run(prefetch, 2, MS, 2)).isTrue();
        assertThat(prefetch.ahead()).as("two handlers, 25 tasks each").isEqualTo(50);
        Prefetch bounded = new Prefetch(2, 10);
        run(bounded, 2, MS, 2);
        assertThat(bounded.ahead()).isEqualTo(10);
    }

    @Test
    void slowHandlers_holdNothing() {
        Prefetch prefetch = new Prefetch(20, 1_000);
        assertThat(run(prefetch, 20, 1_000 * MS, 400)).isFalse();
        assertThat(prefetch.ahead()).isZero();
    }

    @Test
    void handlersThatAreStuckForTheMostPart_holdWhatTheOthersDo() {
        Prefetch prefetch = new Prefetch(10, 1_000);
        run(prefetch, 1, MS, 2);
        assertThat(prefetch.ahead()).as("ten could start 250, one does 25; twice that is room enough")
                .isBetween(45, 50);
    }

    @Test
    void smallChanges_areNotWorthAWord_largeOnesAre() {
        Prefetch prefetch = new Prefetch(2, 1_000);
        run(prefetch, 2, MS, 2);
        assertThat(run(prefetch, 2, MS + MS / 10, 20)).isFalse();
        assertThat(prefetch.ahead()).isEqualTo(50);
        assertThat(run(prefetch, 2, 5 * MS, 40)).isTrue();
        assertThat(prefetch.ahead()).as("ten in a window, or the last step on the way there").isBetween(10, 13);
    }

    @Test
    void stop_holdsNothing_untilHandlersHaveBeenFastForAWhile() {
        Prefetch prefetch = new Prefetch(2, 1_000);
        run(prefetch, 2, MS, 2);
        assertThat(prefetch.stop()).isTrue();
        assertThat(prefetch.ahead()).isZero();
        assertThat(prefetch.stop()).as("no change").isFalse();
        assertThat(prefetch.ended(now, now + MS)).isFalse();
        assertThat(prefetch.ahead()).isZero();
        assertThat(run(prefetch, 2, MS, 20)).isTrue();
        assertThat(prefetch.ahead()).isPositive();
    }

    @Test
    void isIdle_tellsWhetherAHandlerHasEndedSinceTheLastTime() {
        Prefetch prefetch = new Prefetch(2, 1_000);
        assertThat(prefetch.isIdle()).isTrue();
        prefetch.ended(now, now + MS);
        assertThat(prefetch.isIdle()).isFalse();
        assertThat(prefetch.isIdle()).isTrue();
    }
}
