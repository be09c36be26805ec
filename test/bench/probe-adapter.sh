#!/bin/sh
# Becomes birdkeeper for a harness of fault probes that drives any daemon which renders a file and runs a command.
#
# The harness says by environment what to use:
#   BENCH_ETCD    etcd's URL
#   BENCH_OUT     the file to render
#   BENCH_RELOAD  command to run after a change: stands for BIRD loading the file
#   BENCH_CHECK   command that judges a candidate, given its path; the real `bird -p` when it isn't set
#   BENCH_WORK    a scratch folder, kept over restarts of the daemon
#
# birdkeeper writes three files: bird.cfg and the two that it includes. BENCH_LAYOUT says where:
#   direct (default)  all three in the folder of BENCH_OUT, which is the output directory, as in production
#   linked            in a folder of their own; BENCH_OUT is a link to bird.cfg there, and its folder holds nothing else
# A harness that takes the included files for leftovers needs "linked"; one that removes BENCH_OUT and wants it back
# needs "direct": the link is not birdkeeper's.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

if [ -n "${BENCH_MULTI:-}" ]; then
  echo "probe-adapter: birdkeeper renders Calico's files only; test/e2e/one-generation.test.ts has this probe" >&2
  exit 2
fi
case ${BENCH_LAYOUT:-direct} in
direct) output=$(dirname -- "$BENCH_OUT") ;;
linked)
  output=$BENCH_WORK/config
  mkdir -p -- "$output"
  ln -sfn -- "$output/bird.cfg" "$BENCH_OUT"
  ;;
*)
  echo "probe-adapter: BENCH_LAYOUT is direct or linked, and not \"$BENCH_LAYOUT\"" >&2
  exit 2
  ;;
esac

exec node "$here/../../dist/main.js" run --role node --node probe-node --ip 10.254.0.1 \
  --datastore etcd3 --etcd-endpoints "$BENCH_ETCD" \
  --output-dir "$output" --state-dir "$BENCH_WORK/state" \
  --bird "$here/stand-in-bird.sh" --birdc "$here/stand-in-birdc.sh" --bird-socket "$BENCH_WORK/bird.ctl" \
  --listen off --log-format json
