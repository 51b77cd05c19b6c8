/** What the suite's process holds after a run, when it has nothing to do. */
export interface Usage {
  /** The exit code of the run. */
  readonly code: number;
  /** Live objects and buffers after a garbage collection, in bytes. */
  readonly heapBytes: number;
  readonly residentBytes: number;
  /** Open file descriptors. */
  readonly files: number;
  /** What keeps Node's event loop alive: sockets, timers, the channel to whoever asked. */
  readonly handles: number;
}

/** One run of a soak. */
export interface Sample extends Usage {
  /** From 1. */
  readonly run: number;
  /** `random:SEED`. */
  readonly order: string;
  readonly durationMs: number;
  /** Processes that came of the suite's and are there when nothing is done, orphans included. */
  readonly processes: number;
  /** What the run said, in words, and otherwise than the first one; undefined where it said the same. */
  readonly deviation: string | undefined;
}
