package dev.millrace.verification.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import dev.millrace.verification.architecture.sample.Bad;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The machine decides the same when the log is replayed: nothing in core but the shard runtime and the log port may
 * know a clock, chance, a thread, a file, an order that is not its own, or rounding. Of those two only the shard may
 * use threads.
 */
class DeterminismTest {
    private static final String SHARD = "dev.millrace.core.shard..";
    private static final String LOG = "dev.millrace.core.log..";

    /** Every condition, with the samples that must break it. */
    private static final Map<ArchCondition<JavaClass>, List<String>> CONDITIONS = Map.of(
            MachineRules.notUseHashCollections(), List.of("HashField", "HashLocal"),
            MachineRules.notUseSaltedFactories(), List.of("Salted"),
            MachineRules.notAskTheClock(), List.of("Millis", "Nanos", "Now", "IdentityHash"),
            MachineRules.notUseAClock(), List.of("HasClock"),
            MachineRules.notUseChance(), List.of("HasRandom", "LocalRandom"),
            MachineRules.notUseThreads(), List.of("StartsThread", "HasPool", "HasLock"),
            MachineRules.notDoInputOrOutput(), List.of("ReadsFile"),
            new FloatingPoint(), List.of("DoubleField", "FloatArrayParameter", "DoubleLocal", "DoubleCall"));

    static Stream<ArchCondition<JavaClass>> conditions() {
        return CONDITIONS.keySet().stream();
    }

    static Stream<Arguments> samples() {
        return CONDITIONS.entrySet()
                .stream()
                .flatMap(entry -> entry.getValue().stream().map(sample -> arguments(entry.getKey(), sample)));
    }

    /**
     * All of core but two packages, so that a package with a new name cannot slip through. Never empty, because the
     * import sees at least core's package-info: ArchUnit refuses a rule that finds no class.
     */
    @ParameterizedTest
    @MethodSource("conditions")
    void core_exceptShardAndLog_isDeterministic(ArchCondition<JavaClass> condition) {
        classes().that()
                .resideInAPackage("dev.millrace.core..")
                .and()
                .resideOutsideOfPackages(SHARD, LOG)
                .should(condition)
                .because("a replay must decide as the first run did: let the shard pass it in with the command")
                .check(ShippedClasses.ALL);
    }

    @Test
    void logPort_usesNoThreads() {
        classes().that()
                .resideInAPackage(LOG)
                .should(MachineRules.notUseThreads())
                .because("only the shard runtime has threads: implementations of the port may have their own")
                .check(ShippedClasses.ALL);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void condition_badSample_isFound(ArchCondition<JavaClass> condition, String sample) {
        assertThatThrownBy(() -> check(condition, sample)).isInstanceOf(AssertionError.class)
                .hasMessageContaining(sample);
    }

    @ParameterizedTest
    @MethodSource("conditions")
    void condition_goodSample_passes(ArchCondition<JavaClass> condition) {
        assertThatNoException().isThrownBy(() -> check(condition, "Good"));
    }

    private static void check(ArchCondition<JavaClass> condition, String sample) {
        JavaClasses samples = new ClassFileImporter().importPackagesOf(Bad.class);
        classes().that().haveSimpleName(sample).should(condition).check(samples);
    }
}
