package dev.millrace.verification.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

/**
 * The class files of every room's {@code src/main}, read once. Two rooms lend their test classes to the simulator: as
 * a folder {@code test-classes} while Maven compiles, as {@code …-tests.jar} once it has packaged; neither is shipped.
 */
final class ShippedClasses {
    private static final ImportOption NOT_A_TEST_JAR = location -> !location.contains("-tests.jar");

    static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(NOT_A_TEST_JAR)
            .importPackages("dev.millrace");

    private ShippedClasses() {}
}
