/**
 * A process that imports this dies by SIGKILL at one of its own calls that change files, before the call or right after it:
 * `KILL_AT=before:7` in the environment says at which. Without it all calls are made, and `callsMade` has their names.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const SYNC = [
  'chmodSync',
  'chownSync',
  'copyFileSync',
  'linkSync',
  'lutimesSync',
  'mkdirSync',
  'openSync',
  'renameSync',
  'rmdirSync',
  'rmSync',
  'symlinkSync',
  'unlinkSync',
  'writeFileSync',
  'writevSync',
] as const;
const PROMISED = ['link', 'mkdir', 'open', 'rm', 'writeFile'] as const;

type Call = (...args: unknown[]) => unknown;

const [side, number] = (process.env.KILL_AT ?? '').split(':');

/** The names of the calls so far, in order. */
export const callsMade: string[] = [];

/** Counts a call; gives what to do once it is done. */
function begin(name: string): () => void {
  const isTheOne = callsMade.push(name) === Number(number);
  const dieIf = (isDying: boolean): void => {
    if (isTheOne && isDying) {
      process.kill(process.pid, 'SIGKILL');
    }
  };
  dieIf(side === 'before');
  return () => dieIf(side === 'after');
}

function changesNothing(name: string, [path, flags]: readonly unknown[]): boolean {
  const isThere = () => fs.lstatSync(String(path), { throwIfNoEntry: false }) !== undefined;
  return (
    (name === 'openSync' && flags === 'r') ||
    (name === 'rmSync' && !isThere()) ||
    (name === 'mkdirSync' && isThere())
  );
}

function replace(object: object, name: string, make: (original: Call) => Call): void {
  Reflect.set(object, name, make(Reflect.get(object, name)));
}

for (const name of SYNC) {
  replace(fs, name, (original) => (...args) => {
    if (changesNothing(name, args)) {
      return original(...args);
    }
    const end = begin(name);
    const result = original(...args);
    end();
    return result;
  });
}
for (const name of PROMISED) {
  replace(fs.promises, name, (original) => async (...args) => {
    const end = begin(name);
    const result = await original(...args);
    end();
    return result;
  });
}
replace(fs, 'fsync', (original) => (descriptor, callback) => {
  const end = begin('fsync');
  return original(descriptor, (...answer: unknown[]) => {
    end();
    (callback as Call)(...answer);
  });
});
syncBuiltinESMExports();
