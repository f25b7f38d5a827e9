package dev.millrace.verification.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ConvertInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.constant.MethodTypeDesc;
import java.net.URI;
import java.util.stream.Stream;

/**
 * No float or double: not in a field, a parameter, a result, a local variable or a computation. ArchUnit sees
 * signatures only, so the instructions are read from the class file itself.
 */
final class FloatingPoint extends ArchCondition<JavaClass> {
    FloatingPoint() {
        super("use no float or double");
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
        ClassModel model = read(type);
        model.fields()
                .stream()
                .filter(field -> isFloating(field.fieldTypeSymbol().descriptorString()))
                .forEach(field -> violated(type, "field " + field.fieldName(), events));
        for (MethodModel method : model.methods()) {
            boolean inside = method.code()
                    .stream()
                    .flatMap(code -> code.elementStream())
                    .anyMatch(FloatingPoint::isFloating);
            if (inside || isFloating(method.methodTypeSymbol())) {
                violated(type, "method " + method.methodName(), events);
            }
        }
    }

    private static void violated(JavaClass type, String where, ConditionEvents events) {
        events.add(SimpleConditionEvent.violated(type,
                type.getName() + ": " + where
                        + " uses float or double: compute in long, scaled, with the unit in the name"));
    }

    private static ClassModel read(JavaClass type) {
        URI uri = type.getSource()
                .orElseThrow(() -> new IllegalStateException(type.getName() + " has no source"))
                .getUri();
        try (InputStream in = uri.toURL().openStream()) {
            return ClassFile.of().parse(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(uri + " cannot be read", e);
        }
    }

    private static boolean isFloating(CodeElement element) {
        return switch (element) {
            case LoadInstruction load -> isFloating(load.typeKind());
            case StoreInstruction store -> isFloating(store.typeKind());
            case ArrayLoadInstruction load -> isFloating(load.typeKind());
            case ArrayStoreInstruction store -> isFloating(store.typeKind());
            case ConstantInstruction constant -> isFloating(constant.typeKind());
            case ConvertInstruction convert -> isFloating(convert.fromType()) || isFloating(convert.toType());
            case OperatorInstruction operator -> isFloating(operator.typeKind());
            case ReturnInstruction result -> isFloating(result.typeKind());
            case NewPrimitiveArrayInstruction array -> isFloating(array.typeKind());
            case FieldInstruction field -> isFloating(field.typeSymbol().descriptorString());
            case InvokeInstruction invoke -> isFloating(invoke.typeSymbol());
            default -> false;
        };
    }

    private static boolean isFloating(TypeKind kind) {
        return kind == TypeKind.FLOAT || kind == TypeKind.DOUBLE;
    }

    private static boolean isFloating(MethodTypeDesc signature) {
        return Stream.concat(signature.parameterList().stream(), Stream.of(signature.returnType()))
                .anyMatch(type -> isFloating(type.descriptorString()));
    }

    private static boolean isFloating(String descriptor) {
        String element = descriptor.replace("[", "");
        return element.equals("F") || element.equals("D");
    }
}
