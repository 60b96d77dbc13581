package io.weir.reassemble;

/** Whose bytes win where segments that still wait overlap. */
public enum OverlapPolicy {
    LINUX,
    FIRST,
    LAST,
    BSD,
    BSD_RIGHT,
    WINDOWS,
    SOLARIS,
    OLD_LINUX,
    IRIX,
    HPUX10,
    HPUX11,
    VISTA,
    MACOS
}
