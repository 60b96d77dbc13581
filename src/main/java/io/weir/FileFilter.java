package io.weir;

import io.weir.capture.BpfProgram;
import io.weir.capture.Filter;
import io.weir.capture.FilterException;
import io.weir.capture.Frame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * A pcap-filter expression for the frames of files, compiled once for each link type that occurs. Frames of a link type for
 * which it has no meaning are not wanted, and that is told. One thread.
 */
final class FileFilter implements Predicate<Frame> {
    private final Filter filter;
    private final List<String> untold = new ArrayList<>();
    private int[] linkTypes = new int[0];
    /** Null where the expression has no meaning. */
    private BpfProgram[] programs = new BpfProgram[0];

    FileFilter(Filter filter) {
        this.filter = filter;
    }

    @Override
    public boolean test(Frame frame) {
        BpfProgram program = program(frame.linkType());
        return program != null
                && program.accepts(frame.memory(), frame.offset(), frame.capturedLength(), frame.wireLength());
    }

    /** A line for each link type that was met since the last call and for which the expression has no meaning. */
    List<String> problems() {
        List<String> problems = List.copyOf(untold);
        untold.clear();
        return problems;
    }

    private BpfProgram program(int linkType) {
        for (int index = 0; index < linkTypes.length; index++) {
            if (linkTypes[index] == linkType) {
                return programs[index];
            }
        }
        linkTypes = Arrays.copyOf(linkTypes, linkTypes.length + 1);
        programs = Arrays.copyOf(programs, programs.length + 1);
        linkTypes[linkTypes.length - 1] = linkType;
        BpfProgram program = compiled(linkType);
        programs[programs.length - 1] = program;
        return program;
    }

    private BpfProgram compiled(int linkType) {
        try {
            return filter.programFor(linkType);
        } catch (FilterException meaningless) {
            untold.add("the filter '" + filter.expression() + "' cannot be used for link type " + linkType
                    + ", whose frames are left out: " + meaningless.getMessage());
            return null;
        }
    }
}
