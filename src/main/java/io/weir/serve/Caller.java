package io.weir.serve;

import java.util.EnumSet;
import java.util.Set;

/**
 * Who sends a request.
 *
 * @param name as the tokens file or the client certificate gives it
 */
record Caller(String name, Set<Role> roles) {
    /** Where no credentials are configured, because only this machine reaches the service. */
    static final Caller LOCAL = new Caller("local", EnumSet.allOf(Role.class));

    boolean may(Role role) {
        return roles.contains(role);
    }

    /** @throws Problem the caller may not */
    void need(Role role, String what) {
        if (!may(role)) {
            throw new Problem(
                    ProblemKind.ROLE,
                    name + " does not have the role '" + role.label() + "', which " + what + " needs");
        }
    }
}
