/**
 * Scripts in front of the real `bird` and `birdc`, for `FaultSite`: they are told by files what to do, and tell by files
 * what they have done.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tools } from './tools.js';

/**
 * Writes `bird` and `birdc` into `dir`.
 *
 * - `bird.failures`, `birdc.failures`: so many calls fail from now on.
 * - `birdc.fails`: while it is there, all of them fail.
 * - `bird.hold`: while it is there, checks wait; `bird.held` is there once one does.
 * - `hold`: while it is there, reloads wait; `held` has the process id of the one that does.
 * - `seen/`: when it is there, each reload copies the files of `config/` to a numbered folder in it.
 * - `reloads`: a line for each reload that has ended.
 */
export async function writeFaultScripts(dir: string): Promise<void> {
  const { bird, birdc } = tools.bird2;
  const head = `#!/bin/sh
cd '${dir}' || exit 1
# Whether this call is one of those that are to fail.
fails() {
  [ -e "$1.fails" ] && return
  left=$(cat "$1.failures" 2>/dev/null) && [ "$left" -gt 0 ] && echo $((left - 1)) >"$1.failures"
}
`;
  const birdScript = `${head}
case " $* " in
*" -p "*)
  while [ -e bird.hold ]; do touch bird.held; sleep 0.02; done
  if fails bird; then echo "cannot allocate memory" >&2; exit 1; fi
  ;;
esac
exec '${bird}' "$@"
`;
  // The pauses while recording give another generation time to come between two files, if anything would let it.
  const birdcScript = `${head}
case "$*" in
*configure) ;;
*) exec '${birdc}' "$@" ;;
esac
if fails birdc; then
  echo 'Unable to connect to server control socket: Connection refused' >&2
  echo 1 >>reloads
  exit 1
fi
if [ -d seen ]; then
  next=seen/$(ls seen | wc -l)
  mkdir "$next"
  for file in config/*.cfg; do cp "$file" "$next/"; sleep 0.02; done
fi
if [ -e hold ]; then
  echo $$ >held.new && mv held.new held
  while [ -e hold ]; do sleep 0.02; done
  rm held
fi
'${birdc}' "$@"
status=$?
echo $status >>reloads
exit $status
`;
  await writeFile(join(dir, 'bird'), birdScript, { mode: 0o755 });
  await writeFile(join(dir, 'birdc'), birdcScript, { mode: 0o755 });
}
