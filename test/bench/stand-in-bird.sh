#!/bin/sh
# The real BIRD, save that `bird -p` is judged by $BENCH_CHECK where that is set. For probe-adapter.sh.
set -u
PATH=$PATH:/usr/sbin:/sbin

parses= file= previous=
for argument in "$@"; do
  case $argument in -p) parses=yes ;; esac
  case $previous in -c) file=$argument ;; esac
  previous=$argument
done
if [ -n "$parses" ] && [ -n "$file" ] && [ -n "${BENCH_CHECK:-}" ]; then
  exec sh -c "$BENCH_CHECK \"\$1\"" sh "$file"
fi
exec bird "$@"
