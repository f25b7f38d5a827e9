package dev.millrace.verification.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import dev.millrace.verification.architecture.sample.UsesTheNode;
import dev.millrace.verification.tidy.Repository;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A room uses only the rooms that its row allows. Maven's dependencies say it first; this says it to the package. */
class ArrowsTest {
    static Stream<Room> rooms() {
        return Room.ALL.stream();
    }

    private static ArchRule arrowsOf(Room room) {
        String[] allowed = Stream.concat(Stream.of(room.packages()), room.uses().stream()).toArray(String[]::new);
        return noClasses().that()
                .resideInAPackage(room.packages())
                .should()
                .dependOnClassesThat(resideInAPackage("dev.millrace..").and(not(resideInAnyPackage(allowed))))
                .as("room " + room + " uses only itself and " + room.uses())
                .because(
                        "arrows point one way: move the shared part to a room both may use, or pass it in from server");
    }

    /** Not vacuous: each room has at least its package-info, and the import must have seen it. */
    @ParameterizedTest
    @MethodSource("rooms")
    void room_usesOnlyWhatItsRowAllows(Room room) {
        arrowsOf(room).check(ShippedClasses.ALL);
    }

    @Test
    void everyModule_hasARow() {
        assertThat(Room.ALL.stream().map(Room::name))
                .as("Room.ALL has a row for each module but bench and the one that has only tests")
                .containsExactlyInAnyOrderElementsOf(
                        Repository.find()
                                .rooms()
                                .stream()
                                .filter(name -> !List.of("bench", "interop-java").contains(name))
                                .toList());
    }

    @Test
    void everyClass_belongsToARoom() {
        classes().should()
                .resideInAnyPackage(Room.ALL.stream().map(Room::packages).toArray(String[]::new))
                .because("each room has a row in Room.ALL: add one for a new room")
                .check(ShippedClasses.ALL);
    }

    @Test
    void structuresCoreAndApi_useNothingButTheJdk() {
        classes().that()
                .resideInAnyPackage("dev.millrace.structures..", "dev.millrace.core..", "dev.millrace.api",
                        "dev.millrace.api.spi", "dev.millrace.api.task", "dev.millrace.api.internal")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify.annotations", "dev.millrace..")
                .because("the engine must run wherever a JDK runs, and the API must not bring anything along")
                .check(ShippedClasses.ALL);
    }

    @Test
    void doorPackages_doNotReachIntoEachOther() {
        List<String> doors = Room.ALL.stream()
                .filter(room -> room.name().startsWith("door-"))
                .map(Room::packages)
                .toList();
        assertThat(doors).hasSizeGreaterThanOrEqualTo(2);
        Room.ALL.stream()
                .filter(room -> room.name().startsWith("door-"))
                .forEach(room -> assertThat(room.uses()).doesNotContainAnyElementsOf(doors));
    }

    /** The rule is shown a row that forbids what is there. */
    @Test
    void arrowsOf_forbiddenUse_fails() {
        Room wrong = new Room("verification", List.of("dev.millrace.core.."));
        JavaClasses samples = new ClassFileImporter().importClasses(UsesTheNode.class);
        assertThatThrownBy(() -> arrowsOf(wrong).check(samples)).isInstanceOf(AssertionError.class)
                .hasMessageContaining("dev.millrace.node.Broker")
                .hasMessageContaining("arrows point one way");
    }
}
