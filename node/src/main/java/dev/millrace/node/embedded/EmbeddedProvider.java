package dev.millrace.node.embedded;

import dev.millrace.api.spi.Engine;
import dev.millrace.api.spi.MillraceProvider;
import dev.millrace.api.spi.Target;
import java.util.Optional;

/** Opens folders for {@link dev.millrace.api.Millrace#open}. */
public final class EmbeddedProvider implements MillraceProvider {
    /** For {@link java.util.ServiceLoader}. */
    public EmbeddedProvider() {
        // nothing to set up
    }

    @Override
    public Optional<Engine> start(Target target) {
        return switch (target) {
            case Target.Folder folder -> Optional.of(EmbeddedEngine.open(folder.folder(), folder.options()));
            case Target.Server server -> Optional.empty();
        };
    }
}
