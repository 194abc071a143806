/* Watches, and disturbs as it is told, everything a process writes below one folder. Loaded in front of the C library
 * (LD_PRELOAD) by the campaigns; no part of what ships. Every call goes to the kernel directly, so that nothing here
 * depends on how the C library finds its own functions.
 *
 * VATSALYA_CALLS_DIR    the folder, canonical; what lies outside is not looked at
 * VATSALYA_CALLS_ORDER  a file outside of it: what the process writes there is a mark in the log, or an order
 * VATSALYA_CALLS_LOG    where every call is recorded with its bytes, if anywhere
 *
 * An order is a line: "!off", "!kill K", "!tear K" (writes half, then dies), "!fail K ERRNO once" or "!fail K ERRNO on"
 * (this call, or this and every later one that a disk in that state refuses), or "!full K": from this call on there is
 * room for nothing but what is given back by removing and shortening. K counts from the order on. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MARK, CREATE, WRITE, TRUNCATE, SYNC, RENAME, UNLINK, MKDIR, RMDIR };
enum { OFF, KILL, TEAR, FAIL_ONCE, FAIL_ON, FULL };
/* A new name takes a block. */
enum { BLOCK = 4096 };

static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
static char folder[PATH_MAX], orders[PATH_MAX];
static size_t folder_length;
static int log_fd = -1, mode = OFF, fault, ready;
static uint64_t count, target;
/* What a full disk has room for. */
static int64_t room;

static void setup(void) {
    if (ready) return;
    ready = 1;
    const char *dir = getenv("VATSALYA_CALLS_DIR"), *order = getenv("VATSALYA_CALLS_ORDER"),
               *log = getenv("VATSALYA_CALLS_LOG");
    if (dir) folder_length = (size_t)snprintf(folder, sizeof folder, "%s", dir);
    if (order) snprintf(orders, sizeof orders, "%s", order);
    if (log) log_fd = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int below(const char *path) {
    return folder_length && !strncmp(path, folder, folder_length) &&
           (path[folder_length] == '/' || path[folder_length] == 0);
}

/* The path of an open file; empty where it has none. */
static void path_of(int fd, char *into) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, into, PATH_MAX - 1);
    into[length < 0 ? 0 : length] = 0;
}

static void absolute(int dirfd, const char *path, char *into) {
    if (path[0] == '/') { snprintf(into, PATH_MAX, "%s", path); return; }
    char base[PATH_MAX];
    if (dirfd == AT_FDCWD) { if (!getcwd(base, sizeof base)) base[0] = 0; }
    else path_of(dirfd, base);
    if (snprintf(into, PATH_MAX, "%s/%s", base, path) >= PATH_MAX) into[0] = 0;
}

static void record(int op, const char *path, const char *other, uint64_t offset, const void *data, uint64_t length) {
    if (log_fd < 0) return;
    struct { uint32_t op, path, other, zero; uint64_t offset, length; } head = {
        (uint32_t)op, (uint32_t)strlen(path), other ? (uint32_t)strlen(other) : 0, 0, offset, length};
    struct iovec parts[4] = {{&head, sizeof head}, {(void *)path, head.path},
                             {(void *)(other ? other : ""), head.other}, {(void *)data, data ? length : 0}};
    if (!data) head.length = 0;
    syscall(SYS_writev, log_fd, parts, 4);
}

static void die(void) {
    syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
    _exit(137);
}

/* What a disk in this state refuses: a full one still deletes, syncs and shortens; a read-only one does not. */
static int refused_from_now_on(int op, int grows) {
    if (fault == ENOSPC) return op == CREATE || op == MKDIR || (op == WRITE && grows) || (op == TRUNCATE && grows);
    return op != MARK;
}

/* What was removed or shortened is room again. */
static void give_back(int64_t bytes) {
    if (mode == FULL && count >= target && bytes > 0) room += bytes;
}

/* Counts a call. Returns the error it is to fail with, or 0; `torn` says that half is to be written before dying. */
static int next(int op, int64_t grows, int *torn) {
    *torn = 0;
    count++;
    if (mode == OFF || count < target) return 0;
    if (mode == KILL && count == target) die();
    if (mode == TEAR && count == target) { if (op != WRITE) die(); *torn = 1; return 0; }
    if (mode == FAIL_ONCE && count == target) return fault;
    if (mode == FAIL_ON && refused_from_now_on(op, grows > 0)) return fault;
    if (mode == FULL) {
        int64_t takes = op == CREATE || op == MKDIR ? BLOCK : grows;
        if (takes > room) return ENOSPC;
        if (takes > 0) room -= takes;
    }
    return 0;
}

static void take_order(const char *text, size_t length) {
    char line[128], word[16] = "", how[16] = "";
    unsigned long long at = 0;
    int number = 0;
    snprintf(line, sizeof line, "%.*s", (int)(length < 127 ? length : 127), text);
    sscanf(line, "!%15s %llu %d %15s", word, &at, &number, how);
    mode = !strcmp(word, "full") ? FULL : !strcmp(word, "kill") ? KILL : !strcmp(word, "tear") ? TEAR : strcmp(word, "fail") ? OFF
         : strcmp(how, "on") ? FAIL_ONCE : FAIL_ON;
    fault = number;
    room = 0;
    target = at;
    count = 0;
}

#define BEGIN(op, grows)                                                              \
    int torn_ = 0;                                                                    \
    pthread_mutex_lock(&one);                                                         \
    int error_ = next(op, grows, &torn_);                                             \
    if (error_) { pthread_mutex_unlock(&one); errno = error_; return -1; }
#define END(answer) do { int kept_ = errno; pthread_mutex_unlock(&one); errno = kept_; return (answer); } while (0)

static int opened(int dirfd, const char *path, int flags, mode_t permissions) {
    setup();
    char whole[PATH_MAX];
    absolute(dirfd, path, whole);
    if (!below(whole) || (flags & O_ACCMODE) == O_RDONLY || (flags & O_TMPFILE) == O_TMPFILE)
        return (int)syscall(SYS_openat, dirfd, path, flags, permissions);
    struct stat there;
    int exists = !fstatat(dirfd, path, &there, 0);
    if (!exists && !(flags & O_CREAT)) return (int)syscall(SYS_openat, dirfd, path, flags, permissions);
    if (exists && !(flags & O_TRUNC)) {
        /* Opening to write changes nothing, but a disk that went read-only refuses it. */
        if (mode == FAIL_ON && fault == EROFS && count >= target) { errno = EROFS; return -1; }
        return (int)syscall(SYS_openat, dirfd, path, flags, permissions);
    }
    BEGIN(exists ? TRUNCATE : CREATE, 0)
    int fd = (int)syscall(SYS_openat, dirfd, path, flags, permissions);
    if (fd >= 0 && exists) give_back(there.st_size);
    if (fd >= 0) record(exists ? TRUNCATE : CREATE, whole, NULL, 0, NULL, 0);
    END(fd);
}

#define OPEN(name, parameters, dirfd)                                                 \
    int name parameters {                                                             \
        mode_t permissions = 0;                                                       \
        if (flags & (O_CREAT | O_TMPFILE)) {                                          \
            va_list rest;                                                             \
            va_start(rest, flags);                                                    \
            permissions = va_arg(rest, mode_t);                                       \
            va_end(rest);                                                             \
        }                                                                             \
        return opened(dirfd, path, flags, permissions);                               \
    }
OPEN(open, (const char *path, int flags, ...), AT_FDCWD)
OPEN(open64, (const char *path, int flags, ...), AT_FDCWD)
OPEN(openat, (int at, const char *path, int flags, ...), at)
OPEN(openat64, (int at, const char *path, int flags, ...), at)

static ssize_t written(int fd, const void *data, size_t length, int64_t offset) {
    setup();
    char path[PATH_MAX];
    path_of(fd, path);
    if (orders[0] && !strcmp(path, orders)) {
        pthread_mutex_lock(&one);
        if (length && *(const char *)data == '!') take_order(data, length);
        else record(MARK, "", NULL, count, data, length);
        END(syscall(SYS_write, fd, data, length));
    }
    if (!below(path))
        return offset < 0 ? syscall(SYS_write, fd, data, length) : syscall(SYS_pwrite64, fd, data, length, offset);
    struct stat there = {0};
    fstat(fd, &there);
    int64_t at = offset;
    if (at < 0) at = syscall(SYS_fcntl, fd, F_GETFL) & O_APPEND ? there.st_size : syscall(SYS_lseek, fd, 0, SEEK_CUR);
    BEGIN(WRITE, at + (int64_t)length - there.st_size)
    size_t now = torn_ ? length / 2 : length;
    ssize_t done = offset < 0 ? syscall(SYS_write, fd, data, now) : syscall(SYS_pwrite64, fd, data, now, offset);
    if (torn_) die();
    if (done > 0) record(WRITE, path, NULL, (uint64_t)at, data, (uint64_t)done);
    END(done);
}

ssize_t write(int fd, const void *data, size_t length) { return written(fd, data, length, -1); }
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return written(fd, data, length, offset); }
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) { return written(fd, data, length, offset); }

ssize_t writev(int fd, const struct iovec *parts, int number) {
    setup();
    char path[PATH_MAX];
    path_of(fd, path);
    if (!below(path) && strcmp(path, orders)) return syscall(SYS_writev, fd, parts, number);
    ssize_t all = 0;
    for (int i = 0; i < number; i++) {
        ssize_t done = written(fd, parts[i].iov_base, parts[i].iov_len, -1);
        if (done < 0) return all ? all : done;
        all += done;
    }
    return all;
}

static int shortened(int fd, int64_t length) {
    setup();
    char path[PATH_MAX];
    path_of(fd, path);
    if (!below(path)) return (int)syscall(SYS_ftruncate, fd, length);
    struct stat there = {0};
    fstat(fd, &there);
    BEGIN(TRUNCATE, length - there.st_size)
    int done = (int)syscall(SYS_ftruncate, fd, length);
    if (!done) give_back(there.st_size - length);
    if (!done) record(TRUNCATE, path, NULL, (uint64_t)length, NULL, 0);
    END(done);
}

int ftruncate(int fd, off_t length) { return shortened(fd, length); }
int ftruncate64(int fd, off64_t length) { return shortened(fd, length); }

static int synced(int fd, long call) {
    setup();
    char path[PATH_MAX];
    path_of(fd, path);
    if (!below(path)) return (int)syscall(call, fd);
    BEGIN(SYNC, 0)
    /* The campaigns model a power cut from the record; the machine's own disk need not be waited for. */
    record(SYNC, path, NULL, 0, NULL, 0);
    END(0);
}

int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

int renameat(int from_at, const char *from, int to_at, const char *to) {
    setup();
    char old[PATH_MAX], new[PATH_MAX];
    absolute(from_at, from, old);
    absolute(to_at, to, new);
    if (!below(new)) return (int)syscall(SYS_renameat2, from_at, from, to_at, to, 0);
    struct stat replaced = {0};
    fstatat(to_at, to, &replaced, AT_SYMLINK_NOFOLLOW);
    BEGIN(RENAME, 0)
    int done = (int)syscall(SYS_renameat2, from_at, from, to_at, to, 0);
    if (!done) record(RENAME, old, new, 0, NULL, 0);
    if (!done) give_back(replaced.st_size);
    END(done);
}

int rename(const char *from, const char *to) { return renameat(AT_FDCWD, from, AT_FDCWD, to); }

int unlinkat(int at, const char *path, int flags) {
    setup();
    char whole[PATH_MAX];
    absolute(at, path, whole);
    if (!below(whole)) return (int)syscall(SYS_unlinkat, at, path, flags);
    int op = flags & AT_REMOVEDIR ? RMDIR : UNLINK;
    struct stat there;
    /* Removing what is not there changes nothing. */
    if (fstatat(at, path, &there, AT_SYMLINK_NOFOLLOW)) return (int)syscall(SYS_unlinkat, at, path, flags);
    BEGIN(op, 0)
    int done = (int)syscall(SYS_unlinkat, at, path, flags);
    if (!done) record(op, whole, NULL, 0, NULL, 0);
    if (!done) give_back(there.st_size + BLOCK);
    END(done);
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int mkdirat(int at, const char *path, mode_t permissions) {
    setup();
    char whole[PATH_MAX];
    absolute(at, path, whole);
    struct stat there;
    if (!below(whole) || !fstatat(at, path, &there, 0)) return (int)syscall(SYS_mkdirat, at, path, permissions);
    BEGIN(MKDIR, 0)
    int done = (int)syscall(SYS_mkdirat, at, path, permissions);
    if (!done) record(MKDIR, whole, NULL, 0, NULL, 0);
    END(done);
}

int mkdir(const char *path, mode_t permissions) { return mkdirat(AT_FDCWD, path, permissions); }

/* Copies that would pass by the calls above: whoever asks falls back to reading and writing. */
ssize_t copy_file_range(int from, off64_t *at, int to, off64_t *into, size_t length, unsigned flags) {
    (void)from, (void)at, (void)to, (void)into, (void)length, (void)flags;
    errno = ENOSYS;
    return -1;
}
