import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemCode } from '../model/errors.js';

/** Who runs here, for whoever finds what was locked. */
export const self = (): { readonly process: number; readonly host: string; readonly space: string } => ({
  process: process.pid,
  host: hostname(),
  space: processSpace(),
});

/** Variables as they are now. */
export const environment = (): Readonly<Record<string, string | undefined>> => process.env;

/** Whether a process of this machine runs. Signal 0 is not sent: it asks whether it could be (kill(2)). */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return systemCode(error) !== 'ESRCH';
  }
}

/** Linux: the PID namespace. Elsewhere processes are numbered for the whole machine. */
function processSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
