package io.weir;

import io.weir.relay.EventType;
import io.weir.relay.PayloadForm;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Words of the command line to the constants whose labels they are. */
final class Labels {
    private Labels() {}

    static final class Payload implements ITypeConverter<PayloadForm> {
        @Override
        public PayloadForm convert(String word) {
            return find(PayloadForm.values(), PayloadForm::label, word);
        }
    }

    static final class Event implements ITypeConverter<EventType> {
        @Override
        public EventType convert(String word) {
            return find(EventType.values(), EventType::label, word);
        }
    }

    private static <E> E find(E[] all, Function<E, String> label, String word) {
        return Arrays.stream(all)
                .filter(each -> label.apply(each).equals(word))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("'" + word + "', but must be one of "
                        + Arrays.stream(all).map(label).collect(Collectors.joining(", "))));
    }
}
