/** What a process costs, read from Linux's /proc. */
import { readFileSync } from 'node:fs';

/** CPU time so far, in seconds. */
export interface CpuSeconds {
  /** Of the process itself. */
  readonly own: number;
  /** Of all that it has started, and what that has started: `bird -p`, `birdc`, the shell that starts them. */
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
  const { own, waitedFor } = cpuTimes(pid);
  const running = childrenOf(pid).map((child) => cpuOf(child));
  const ofRunning = running.reduce((sum, cpu) => sum + cpu.own + cpu.children, 0);
  return { own, children: waitedFor + ofRunning };
}

function cpuTimes(pid: number): { readonly own: number; readonly waitedFor: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The second field is the program's name in brackets, and may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const seconds = (first: number): number =>
    (Number(fields[first]) + Number(fields[first + 1])) / TICKS_A_SECOND;
  return { own: seconds(11), waitedFor: seconds(13) };
}

/** The children of the main thread: programs are started by no other. */
function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

/** The memory of a running process. */
export function memoryOf(pid: number): MemoryMib {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const mib = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1024;
  return { rss: mib('VmRSS'), peak: mib('VmHWM') };
}
