package io.weir.capture;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Assembles the whole program of a packet ring for what a user wants.
 *
 * @param ownService may be null
 */
record RingFilter(LiveTargets targets, OwnService ownService, int snapLengthBytes) {
    /** For the interfaces that the targets are now. */
    BpfProgram assemble(Filter wanted) throws FilterException {
        List<String> devices = new ArrayList<>(targets.interfaces().stream()
                .filter(entry -> LiveInterface.ethernet(entry.hardwareType()) && entry.up())
                .limit(3)
                .map(LiveInterface::name)
                .collect(Collectors.toList()));
        devices.add("lo");
        KernelFilter program = new KernelFilter();
        if (targets.listed()) {
            program.interfaces(
                    targets.indexes().stream().mapToInt(Integer::intValue).toArray());
        }
        program.noSecondCopies();
        if (ownService != null) {
            program.without(ownService);
        }
        return program.then(wanted.programForKernelEthernet(devices), wanted.programForKernelIp(), snapLengthBytes);
    }
}
