#!/bin/sh
# Answers like the birdc of a running BIRD 2.0.12 whose `configure` is $BENCH_RELOAD. For probe-adapter.sh.
#
# A failure of $BENCH_RELOAD is answered as birdc answers when BIRD is away: the text on standard error, status 1.
# $BENCH_WORK/stand-in keeps when this BIRD "started" and was last reconfigured, over restarts of the daemon.
set -u
state=$BENCH_WORK/stand-in
mkdir -p -- "$state"

socket=$BENCH_WORK/bird.ctl codes=
while getopts 's:vrl' option; do
  case $option in
  s) socket=$OPTARG ;;
  v) codes=yes ;;
  *) ;;
  esac
done
shift $((OPTIND - 1))

# say CODE SEPARATOR TEXT: a line as birdc prints it, with the code if -v was given.
say() {
  if [ -n "$codes" ]; then printf '%s%s%s\n' "$1" "$2" "$3"; else printf '%s\n' "$3"; fi
}

now() { date '+%Y-%m-%d %H:%M:%S.%3N'; }

[ -f "$state/started" ] || now >"$state/started"
[ -f "$state/configured" ] || cp -- "$state/started" "$state/configured"

say 0001 ' ' 'BIRD 2.0.12 ready.'
case $* in
'configure check'*) say 0020 ' ' 'Configuration OK' ;;
'configure status'*) say 0003 ' ' 'Configuration: no changes' ;;
configure*)
  if ! output=$(sh -c "$BENCH_RELOAD" 2>&1); then
    echo "Unable to connect to server control socket ($socket): Connection refused ($output)" >&2
    exit 1
  fi
  now >"$state/configured"
  say 0002 - "Reading configuration from $BENCH_OUT"
  say 0003 ' ' 'Reconfigured'
  ;;
'show status'*)
  say 1000 - 'BIRD 2.0.12'
  say 1011 - 'Router ID is 10.254.0.1'
  indent=${codes:+     }
  printf '%sCurrent server time is %s\n' "$indent" "$(now)"
  printf '%sLast reboot on %s\n' "$indent" "$(cat "$state/started")"
  printf '%sLast reconfiguration on %s\n' "$indent" "$(cat "$state/configured")"
  say 0013 ' ' 'Daemon is up and running'
  ;;
'show protocols'*) say 2002 - 'Name       Proto      Table      State  Since         Info' ;;
*)
  say 9001 ' ' 'syntax error, unexpected CF_SYM_UNDEFINED'
  exit 1
  ;;
esac
