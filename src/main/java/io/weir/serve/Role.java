package io.weir.serve;

import java.util.Locale;

/** What somebody may do. */
enum Role {
    /** See that streams exist, between whom, and how they went. */
    METADATA,
    /** See the bytes of streams. Includes {@link #METADATA}. */
    PAYLOAD,
    /** Start, stop and filter the capture, upload captures. Includes {@link #METADATA}. */
    CONTROL;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
