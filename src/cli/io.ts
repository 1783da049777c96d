import type { Readable, Writable } from 'node:stream';

/** What a stream tells of the terminal that it may be. */
interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What a command may use of the process that it runs in. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable & Terminal;
  readonly stdout: Writable;
  readonly stderr: Writable & Terminal;
  /** Aborted by SIGINT or SIGTERM, with the exit code as its reason. */
  readonly interrupt: AbortSignal;
  /** Does what SIGINT does, where a terminal hands Ctrl-C over as a key. */
  readonly pressedCtrlC: () => void;
  /** Says which exit code the process is to end with. */
  readonly exit: (code: number) => void;
}
