/* Makes every fsync and fdatasync take longer, as on a slower disk: preload it (LD_PRELOAD).
 *
 * SLOWSYNC names a file that holds the extra microseconds, a 32-bit number in the machine's own
 * order. It is mapped, so one write to it slows down every program that has this preloaded.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static const volatile uint32_t *extra;
static int (*sync_all)(int), (*sync_data)(int);

__attribute__((constructor)) static void prepare(void) {
    const char *path = getenv("SLOWSYNC");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    sync_all = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    sync_data = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    if (file < 0) return;
    void *mapped = mmap(NULL, sizeof *extra, PROT_READ, MAP_SHARED, file, 0);
    if (mapped != MAP_FAILED) extra = mapped;
    close(file);
}

static void wait_longer(void) {
    uint32_t micros = extra ? *extra : 0;
    struct timespec pause = {micros / 1000000, micros % 1000000 * 1000L};
    if (micros) nanosleep(&pause, NULL);
}

int fsync(int file) {
    wait_longer();
    return sync_all(file);
}

int fdatasync(int file) {
    wait_longer();
    return sync_data(file);
}
