package dev.millrace.examples;

import dev.millrace.api.Millrace;
import java.util.function.Consumer;

/** One use of a queue. It returns when everything that it set going is done. */
interface Example {
    /**
     * Runs on an empty engine, or on a server where nothing else has its names.
     *
     * @param out
     *            takes lines that tell what happens
     */
    void run(Millrace m, Consumer<String> out) throws Exception;
}
