package io.weir;

import io.weir.capture.BpfProgram;
import io.weir.capture.Filter;
import io.weir.capture.FilterException;
import io.weir.capture.Frame;
import java.util.Arrays;
import java.util.function.Predicate;

/** A pcap-filter expression for the frames of files, compiled once for each link type that occurs. One thread. */
final class FileFilter implements Predicate<Frame> {
    /** The expression has no meaning for a link type of the file; reading cannot go on. */
    static final class MeaninglessException extends RuntimeException {
        private static final long serialVersionUID = 1;

        private MeaninglessException(String message) {
            super(message, null, false, false);
        }
    }

    private final Filter filter;
    private int[] linkTypes = new int[0];
    private BpfProgram[] programs = new BpfProgram[0];

    FileFilter(Filter filter) {
        this.filter = filter;
    }

    @Override
    public boolean test(Frame frame) {
        return program(frame.linkType())
                .accepts(frame.memory(), frame.offset(), frame.capturedLength(), frame.wireLength());
    }

    private BpfProgram program(int linkType) {
        for (int index = 0; index < linkTypes.length; index++) {
            if (linkTypes[index] == linkType) {
                return programs[index];
            }
        }
        try {
            BpfProgram program = filter.programFor(linkType);
            linkTypes = Arrays.copyOf(linkTypes, linkTypes.length + 1);
            programs = Arrays.copyOf(programs, programs.length + 1);
            linkTypes[linkTypes.length - 1] = linkType;
            programs[programs.length - 1] = program;
            return program;
        } catch (FilterException meaningless) {
            throw new MeaninglessException("the filter '" + filter.expression() + "' cannot be used for link type "
                    + linkType + ": " + meaningless.getMessage());
        }
    }
}
