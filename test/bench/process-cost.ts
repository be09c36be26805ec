/** What a process costs, read from Linux's /proc. */
import { readFileSync } from 'node:fs';

/** CPU time so far, in seconds. */
export interface CpuSeconds {
  /** Of the process itself. */
  readonly own: number;
  /** Of the children that it has waited for: `bird -p` and `birdc`. */
  readonly children: number;
}

/** Resident memory in MiB. */
export interface MemoryMib {
  readonly rss: number;
  readonly peak: number;
}

/** Linux counts CPU time in hundredths of a second for user space (`getconf CLK_TCK`). */
const TICKS_A_SECOND = 100;

/** The CPU time of a running process. */
export function cpuOf(pid: number): CpuSeconds {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The second field is the program's name in brackets, and may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const seconds = (first: number): number =>
    (Number(fields[first]) + Number(fields[first + 1])) / TICKS_A_SECOND;
  return { own: seconds(11), children: seconds(13) };
}

/** The memory of a running process. */
export function memoryOf(pid: number): MemoryMib {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const mib = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1024;
  return { rss: mib('VmRSS'), peak: mib('VmHWM') };
}
