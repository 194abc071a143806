/* Keeps no memory from the swap. Loaded in front of the C library (LD_PRELOAD) by the worlds of the simulation, which are about what
 * is said and kept, and in which locking each piece of a vault's memory was half of the time; no part of what ships. */
#include <stddef.h>

int mlock(const void *start, size_t length) {
    (void)start;
    (void)length;
    return 0;
}

int munlock(const void *start, size_t length) {
    (void)start;
    (void)length;
    return 0;
}
