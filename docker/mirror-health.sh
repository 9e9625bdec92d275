#!/bin/bash
# The image's health check: whether the server of this container answers at /health. Needs no program but bash.
# AIRLOCK_HEALTH_PORT is the port that it listens on, 3143 unless it is given.
set -eu
exec 3<>"/dev/tcp/127.0.0.1/${AIRLOCK_HEALTH_PORT:-3143}"
printf 'GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
IFS=' ' read -r -t 4 _ status _ <&3
[ "$status" = 200 ]
