package dev.millrace.api.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.ConnectOptions;
import dev.millrace.api.Millrace;
import dev.millrace.api.MillraceException;
import dev.millrace.api.OpenOptions;
import dev.millrace.api.PublishLimits;
import dev.millrace.api.spi.Engine;
import dev.millrace.api.spi.MillraceProvider;
import dev.millrace.api.spi.Target;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user is told when the engine is missing. No provider is on this room's class path. */
final class EnginesTest {
    private static final int CLASS_VERSION_OFFSET = 7;

    /** Its class file is given another version by a test. */
    public static final class Provider implements MillraceProvider {
        @Override
        public Optional<Engine> start(Target target) {
            throw new AssertionError("its class cannot be loaded");
        }
    }

    @TempDir Path folder;

    @Test
    void open_withoutEngine_namesTheDependency() {
        assertThatThrownBy(() -> Millrace.open(folder)).isInstanceOf(MillraceException.Fatal.class)
                .hasMessageContaining("dev.millrace:millrace-node");
    }

    @Test
    void connect_withoutClient_namesTheDependency() {
        assertThatThrownBy(() -> Millrace.connect("localhost:7071")).isInstanceOf(MillraceException.Fatal.class)
                .hasMessageContaining("dev.millrace:millrace-client")
                .hasMessageContaining("localhost:7071");
    }

    @Test
    void open_onAnOlderJava_saysWhichOneIsNeeded() {
        Target target = new Target.Folder(folder, OpenOptions.defaults());
        assertThat(Engines.missing(target, List.of(), 21)).hasMessageContaining("needs Java 25")
                .hasMessageContaining("this is Java 21")
                .hasMessageContaining("Millrace.connect");
    }

    /** As a Java 17 meets the engine's classes: the provider is skipped, and named when there is no other. */
    @Test
    void provider_compiledForANewerJava_isSkippedAndNamed() throws IOException {
        Path classes = folder.resolve("classes");
        String name = Provider.class.getName();
        Path file = classes.resolve(name.replace('.', '/') + ".class");
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        try (InputStream own = Objects.requireNonNull(Provider.class.getResourceAsStream(
                "EnginesTest$Provider.class"))) {
            byte[] code = own.readAllBytes();
            code[CLASS_VERSION_OFFSET] = (byte) 255;
            Files.write(file, code);
        }
        Path services = classes.resolve("META-INF/services/" + MillraceProvider.class.getName());
        Files.createDirectories(Objects.requireNonNull(services.getParent()));
        Files.writeString(services, name + "\n");
        URL[] path = {classes.toUri().toURL()};
        try (ChildFirst loader = new ChildFirst(path)) {
            Target target = new Target.Server("localhost:7071", ConnectOptions.defaults());
            assertThatThrownBy(() -> Engines.start(target, PublishLimits.defaults(), List.of(loader)))
                    .isInstanceOf(MillraceException.Fatal.class)
                    .hasMessageContaining("millrace-client")
                    .hasMessageContaining("could not be loaded")
                    .hasMessageContaining("255");
        }
    }

    /** Does not ask its parent for the provider, which is there in a usable form. */
    private static final class ChildFirst extends URLClassLoader {
        ChildFirst(URL[] path) {
            super(path, EnginesTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            return name.equals(Provider.class.getName()) ? findClass(name) : super.loadClass(name, resolve);
        }
    }
}
