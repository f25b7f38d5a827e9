package dev.millrace.api.internal;

import dev.millrace.api.Millrace;
import dev.millrace.api.MillraceException;
import dev.millrace.api.PublishLimits;
import dev.millrace.api.spi.Engine;
import dev.millrace.api.spi.MillraceProvider;
import dev.millrace.api.spi.Target;
import dev.millrace.api.spi.TaskSource;
import dev.millrace.api.task.Worker;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** Finds the engine for a target among the providers of the class path. */
public final class Engines {
    private static final int ENGINE_JAVA = 25;

    private Engines() {}

    /** Starts an engine and puts the API on top of it. */
    public static Millrace start(Target target, PublishLimits limits) {
        return start(target, limits, loaders());
    }

    /** Puts the API on top of an engine, which is closed with it. */
    public static Millrace over(Engine engine, PublishLimits limits) {
        return new MillraceImpl(engine, limits);
    }

    /** A worker on any source of tasks, at work over an engine's threads until {@code m}, which is of this API, closes. */
    public static Worker.Builder worker(Millrace m, TaskSource source) {
        if (m instanceof MillraceImpl own) {
            return new WorkerBuilder(own.core(), source);
        }
        throw new MillraceException.Invalid("not a Millrace of this API: " + m.getClass().getName());
    }

    /** Runs what the queues of a worker, which is not started, have ready, on this thread; returns how many attempts. */
    public static int runDue(Worker.Builder worker) {
        if (worker instanceof WorkerBuilder own) {
            return own.runDue();
        }
        throw new MillraceException.Invalid("not a worker of this API: " + worker.getClass().getName());
    }

    static Millrace start(Target target, PublishLimits limits, List<ClassLoader> loaders) {
        List<Throwable> unusable = new ArrayList<>();
        for (ClassLoader loader : loaders) {
            Iterator<MillraceProvider> providers = ServiceLoader.load(MillraceProvider.class, loader).iterator();
            for (Optional<MillraceProvider> next = next(providers, unusable); next.isPresent(); next = next(providers,
                    unusable)) {
                Optional<Engine> engine = next.get().start(target);
                if (engine.isPresent()) {
                    return over(engine.get(), limits);
                }
            }
        }
        throw missing(target, unusable, Runtime.version().feature());
    }

    private static List<ClassLoader> loaders() {
        ClassLoader own = Engines.class.getClassLoader();
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return context == null || context.equals(own) ? List.of(own) : List.of(context, own);
    }

    /** The next provider that this Java can load; why others could not be is kept. */
    private static Optional<MillraceProvider> next(Iterator<MillraceProvider> providers, List<Throwable> unusable) {
        for (;;) {
            try {
                return providers.hasNext() ? Optional.of(providers.next()) : Optional.empty();
            } catch (ServiceConfigurationError | LinkageError e) {
                unusable.add(e);
            }
        }
    }

    static MillraceException missing(Target target, List<Throwable> unusable, int java) {
        String message;
        if (target instanceof Target.Server server) {
            message = "no client is on the class path for connecting to " + server.address()
                    + ": add the dependency dev.millrace:millrace-client";
        } else if (java < ENGINE_JAVA) {
            message = "Millrace.open runs the engine in this process, which needs Java " + ENGINE_JAVA
                    + ", and this is Java " + java
                    + ": run the application on a newer one, or start a server and use Millrace.connect";
        } else {
            message = "no engine is on the class path: add the dependency dev.millrace:millrace-node, or start a server"
                    + " and use Millrace.connect";
        }
        if (unusable.isEmpty()) {
            return new MillraceException.Fatal(message);
        }
        MillraceException.Fatal fatal = new MillraceException.Fatal(message + ". A provider could not be loaded: "
                + unusable.get(0), unusable.get(0));
        unusable.stream().skip(1).forEach(fatal::addSuppressed);
        return fatal;
    }
}
