/*
 * A wall clock that another program moves. Preloaded (LD_PRELOAD) into a dynamically linked program, glibc or musl, it answers
 * every question for the wall time from the file $WALLCLOCK_FILE: three signed 64-bit integers in the machine's byte order.
 * The first is the wall time in nanoseconds since 1970; 0 means the real time. The other two hasten the monotonic clocks: from
 * the second, a time of CLOCK_MONOTONIC in nanoseconds, they run on as many times as fast as the third says; 0 means the real
 * pace. The file is mapped once and read anew each time, so that a move is seen at once.
 *
 * Timers and relative waits are left alone: they go on at the real pace. A wait until a point of the wall time or of a hastened
 * clock (pthread_cond_timedwait, sem_timedwait and their like) is given to the C library as the point of the real time that is
 * as far away; otherwise a program that "waits until now plus one second" in 2019 would not wait at all.
 *
 * It does not work for programs that are linked statically, and for those that ask the kernel without the C library (Go without
 * cgo). Whether it took hold is for the suite to prove, by what the program says.
 *
 * It is linked against nothing (-nostdlib), so that one build loads under any C library; what it calls is found in the program's
 * own.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL

typedef const volatile _Atomic int64_t cell_t;

/* Where the file is mapped. Two threads may map it at once in the beginning; either mapping will do. */
static _Atomic(cell_t *) cell;
static _Atomic int looked;

static cell_t *map(void)
{
  if (!looked) {
    const char *file = getenv("WALLCLOCK_FILE");
    long descriptor = file == NULL ? -1 : syscall(SYS_openat, AT_FDCWD, file, O_RDONLY | O_CLOEXEC, 0);
    if (descriptor >= 0) {
      void *page = mmap(NULL, 3 * sizeof(int64_t), PROT_READ, MAP_SHARED, (int)descriptor, 0);
      if (page != MAP_FAILED) cell = page;
      close((int)descriptor);
    }
    looked = 1;
  }
  return cell;
}

static int64_t nanoseconds(struct timespec time)
{
  return time.tv_sec * SECOND + time.tv_nsec;
}

/* Rounded down, also before 1970. */
static struct timespec timespec_of(int64_t time)
{
  int64_t fraction = time % SECOND;
  if (fraction < 0) fraction += SECOND;
  return (struct timespec){.tv_sec = (time - fraction) / SECOND, .tv_nsec = fraction};
}

/* The kernel's own clocks, by system call: the C library's function is this one. */
static int64_t kernel(clockid_t id)
{
  struct timespec time;
  syscall(SYS_clock_gettime, id, &time);
  return nanoseconds(time);
}

/* The time that the suite has set, or 0. */
static int64_t set_time(void)
{
  cell_t *mapped = map();
  return mapped == NULL ? 0 : *mapped;
}

static int64_t now(void)
{
  int64_t set = set_time();
  return set != 0 ? set : kernel(CLOCK_REALTIME);
}

/* How far the monotonic clocks are ahead of the kernel's. */
static int64_t hastened(void)
{
  cell_t *mapped = map();
  int64_t factor = mapped == NULL ? 0 : mapped[2];
  int64_t passed = factor == 0 ? 0 : kernel(CLOCK_MONOTONIC) - mapped[1];
  return passed > 0 ? passed * (factor - 1) : 0;
}

static int is_monotonic(clockid_t id)
{
  return id == CLOCK_MONOTONIC || id == CLOCK_MONOTONIC_RAW || id == CLOCK_MONOTONIC_COARSE || id == CLOCK_BOOTTIME;
}

/* ---- Questions for the time ---- */

/* Not __clock_gettime, by which glibc's own parts ask each other: they wait by the kernel's time and must know it. */
int clock_gettime(clockid_t id, struct timespec *time)
{
  if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE) {
    *time = timespec_of(now());
    return 0;
  }
  int result = (int)syscall(SYS_clock_gettime, id, time);
  if (result == 0 && is_monotonic(id)) *time = timespec_of(nanoseconds(*time) + hastened());
  return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
  struct timespec exact = timespec_of(now());
  time->tv_sec = exact.tv_sec;
  time->tv_usec = exact.tv_nsec / 1000;
  if (zone != NULL) *(struct timezone *)zone = (struct timezone){0, 0};
  return 0;
}

time_t time(time_t *result)
{
  time_t seconds = timespec_of(now()).tv_sec;
  if (result != NULL) *result = seconds;
  return seconds;
}

int timespec_get(struct timespec *time, int base)
{
  if (base != TIME_UTC) return 0;
  *time = timespec_of(now());
  return base;
}

/* ---- Waits until a point of the wall time ---- */

/* The real time that is as far away as `deadline` is for the program. */
static struct timespec really(const struct timespec *deadline)
{
  int64_t set = set_time();
  if (set == 0) return *deadline;
  return timespec_of(nanoseconds(*deadline) - set + kernel(CLOCK_REALTIME));
}

/* A condition variable may have been made for the monotonic clock, and does not say so: the clock that is closer tells. */
static struct timespec really_of_condition(const struct timespec *deadline)
{
  int64_t set = set_time();
  if (set == 0) return *deadline;
  int64_t ahead = hastened();
  int64_t from_set = llabs(nanoseconds(*deadline) - set);
  int64_t from_monotonic = llabs(nanoseconds(*deadline) - ahead - kernel(CLOCK_MONOTONIC));
  return from_monotonic < from_set ? timespec_of(nanoseconds(*deadline) - ahead) : really(deadline);
}

static int valid(const struct timespec *time)
{
  return time != NULL && time->tv_nsec >= 0 && time->tv_nsec < SECOND;
}

/*
 * Before glibc 2.34, dlsym and dlvsym are in a library of their own, which the program need not have, and what they call is in
 * the C library; since then it is the other way round, and musl has dlsym alone. All are weak: what is missing keeps no program
 * from starting.
 */
extern void *dlsym(void *handle, const char *name) __attribute__((weak));
extern void *dlvsym(void *handle, const char *name, const char *version) __attribute__((weak));
extern void *_dl_sym(void *handle, const char *name, void *caller) __attribute__((weak));
extern void *_dl_vsym(void *handle, const char *name, const char *version, void *caller) __attribute__((weak));

/* The function of this name behind this library; "next" is meant from an address of its own. */
static void *next_function(const char *name)
{
  return _dl_sym != NULL ? _dl_sym(RTLD_NEXT, name, (void *)map) : dlsym(RTLD_NEXT, name);
}

#ifdef __x86_64__
/* The same where glibc has it in two versions: before 2.36, RTLD_NEXT finds the older one (glibc bug 14932). */
static void *next_version(const char *name, const char *version)
{
  if (_dl_vsym != NULL) return _dl_vsym(RTLD_NEXT, name, version, (void *)map);
  return dlvsym != NULL ? dlvsym(RTLD_NEXT, name, version) : next_function(name);
}
#endif

#define NEXT(name) ((__typeof__(&name))next_function(#name))

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict deadline)
{
#ifdef __x86_64__
  __typeof__(&pthread_cond_timedwait) next = next_version("pthread_cond_timedwait", "GLIBC_2.3.2");
#else
  __typeof__(&pthread_cond_timedwait) next = NEXT(pthread_cond_timedwait);
#endif
  if (!valid(deadline)) return next(condition, mutex, deadline);
  struct timespec real = really_of_condition(deadline);
  return next(condition, mutex, &real);
}

int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex, const struct timespec *restrict deadline)
{
  __typeof__(&pthread_mutex_timedlock) next = NEXT(pthread_mutex_timedlock);
  if (!valid(deadline)) return next(mutex, deadline);
  struct timespec real = really(deadline);
  return next(mutex, &real);
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict deadline)
{
  __typeof__(&sem_timedwait) next = NEXT(sem_timedwait);
  if (!valid(deadline)) return next(semaphore, deadline);
  struct timespec real = really(deadline);
  return next(semaphore, &real);
}

int cnd_timedwait(cnd_t *restrict condition, mtx_t *restrict mutex, const struct timespec *restrict deadline)
{
  __typeof__(&cnd_timedwait) next = NEXT(cnd_timedwait);
  if (!valid(deadline)) return next(condition, mutex, deadline);
  struct timespec real = really(deadline);
  return next(condition, mutex, &real);
}
