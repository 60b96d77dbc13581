package io.weir.reassemble;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Assembler options for tests: the defaults, but for what a test names. */
final class Options {
    static final long MS = 1_000_000;
    static final long SECOND = 1_000 * MS;

    private Options() {}

    static AssemblerOptions with(OverlapPolicy overlap) {
        return with("overlap", overlap);
    }

    /** Names of components and their values, in turn. */
    static AssemblerOptions with(Object... namesAndValues) {
        List<Object> named = Arrays.asList(namesAndValues);
        List<Object> values = new ArrayList<>();
        List<Class<?>> types = new ArrayList<>();
        int found = 0;
        try {
            for (RecordComponent component : AssemblerOptions.class.getRecordComponents()) {
                int index = named.indexOf(component.getName());
                found += index < 0 ? 0 : 1;
                values.add(
                        index < 0 ? component.getAccessor().invoke(AssemblerOptions.defaults()) : named.get(index + 1));
                types.add(component.getType());
            }
            if (2 * found != namesAndValues.length) {
                throw new IllegalArgumentException("no such options: " + named);
            }
            return AssemblerOptions.class
                    .getDeclaredConstructor(types.toArray(new Class<?>[0]))
                    .newInstance(values.toArray());
        } catch (ReflectiveOperationException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
