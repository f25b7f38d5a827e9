package dev.millrace.verification.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethodWhere;
import static com.tngtech.archunit.lang.conditions.ArchConditions.dependOnClassesThat;
import static com.tngtech.archunit.lang.conditions.ArchConditions.not;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.lang.ArchCondition;
import java.io.Serializable;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/** What would make a replay differ from the first run, each as a condition that can be tried on a bad sample. */
final class MachineRules {
    private static final Set<String> HASH_COLLECTIONS = Set.of("java.util.HashMap", "java.util.HashSet",
            "java.util.LinkedHashMap", "java.util.LinkedHashSet", "java.util.Hashtable", "java.util.IdentityHashMap",
            "java.util.WeakHashMap", "java.util.Properties", "java.util.concurrent.ConcurrentHashMap",
            "java.util.concurrent.ConcurrentHashMap$KeySetView");
    /** Static factories whose result iterates in an order that changes from one JVM to the next. */
    private static final Set<String> SALTED = Set.of("java.util.Set", "java.util.Map");
    private static final Set<String> SALTED_FACTORIES = Set.of("of", "copyOf", "ofEntries");
    private static final Set<String> CLOCK_READS = Set.of("java.lang.System.currentTimeMillis",
            "java.lang.System.nanoTime", "java.lang.System.identityHashCode", "java.lang.Math.random",
            "java.util.UUID.randomUUID", "java.util.Locale.getDefault", "java.util.TimeZone.getDefault",
            "java.time.ZoneId.systemDefault");
    private static final Set<String> RANDOM = Set.of("java.util.Random", "java.util.SplittableRandom",
            "java.security.SecureRandom", "java.util.concurrent.ThreadLocalRandom");

    private static final Set<String> IO_PACKAGES = Set.of("java.io", "java.nio.file", "java.nio.channels", "java.net");

    private MachineRules() {}

    static ArchCondition<JavaClass> notUseHashCollections() {
        return notDependOn("java.util's hash collections", type -> HASH_COLLECTIONS.contains(type.getName()));
    }

    static ArchCondition<JavaClass> notUseSaltedFactories() {
        return not(callMethodWhere(describe("Set.of, Map.of or their copies (salted order)",
                (JavaMethodCall call) -> SALTED.contains(call.getTargetOwner().getName())
                        && SALTED_FACTORIES.contains(call.getTarget().getName()))));
    }

    /** Also what else depends on the machine or the run: identity hashes, defaults of place, {@code now()}. */
    static ArchCondition<JavaClass> notAskTheClock() {
        DescribedPredicate<JavaMethodCall> asks = describe("a clock, a default of this machine, or chance", call -> {
            String owner = call.getTargetOwner().getName();
            boolean now = call.getTarget().getName().equals("now") && owner.startsWith("java.time.");
            return now || CLOCK_READS.contains(owner + "." + call.getTarget().getName());
        });
        return not(callMethodWhere(asks));
    }

    static ArchCondition<JavaClass> notUseAClock() {
        return notDependOn("java.time.Clock", type -> type.isAssignableTo(InstantSource.class));
    }

    static ArchCondition<JavaClass> notUseChance() {
        return notDependOn("random generators", type -> RANDOM.contains(type.getName())
                || type.getPackageName().equals("java.util.random"));
    }

    /** Threads, pools, locks and thread-locals. */
    static ArchCondition<JavaClass> notUseThreads() {
        return notDependOn("threads, pools, locks or thread-locals",
                type -> type.isAssignableTo(Thread.class) || type.isAssignableTo(Executor.class)
                        || type.isAssignableTo(ThreadLocal.class) || type.isEquivalentTo(Executors.class)
                        || type.getName().startsWith("java.lang.Thread$")
                        || type.getPackageName().equals("java.util.concurrent.locks"));
    }

    /** Exceptions of java.io may be named: UncheckedIOException does no I/O. */
    static ArchCondition<JavaClass> notDoInputOrOutput() {
        return notDependOn("files, channels or sockets",
                type -> IO_PACKAGES.stream().anyMatch(type.getPackageName()::startsWith)
                        && !type.isAssignableTo(Throwable.class) && !type.isEquivalentTo(Serializable.class));
    }

    private static ArchCondition<JavaClass> notDependOn(String what, Predicate<JavaClass> which) {
        return not(dependOnClassesThat(describe(what, which)));
    }
}
