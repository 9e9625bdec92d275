#!/bin/sh
# The steps of docker/Dockerfile, by name: one RUN each. Runs in the builder stage only.
#
#   install.sh start|bootstrap|numpy|scipy|torch|tensorrt|requirements|clean-up
#   install.sh run COMMAND…     a step of one's own, between these: COMMAND with the same settings for its pip or uv
#
# Where packages come from: the mirror at MIRROR_URL; else the wheels in the folder beside this script; else the indexes.
#
# From the environment, as the Dockerfile's build arguments: PYTHON, MIRROR_URL, PRESET, BOOTSTRAP, *_VERSION,
# TORCH_INDEX_URL. Versions that are not given are the preset's: a mirror and an export have them in its requirements,
# else they are read from its preset.json. A version may be a specifier, as <2.
set -euf

here=/opt/airlock
folder=$here/folder # that of the preset
venv=/opt/venv
constraints=$here/constraints.txt
requirements=$here/requirements.txt
wheels=$here/wheels

say() { printf 'airlock: %s\n' "$*"; }
die() { printf 'airlock: error: %s\n' "$*" >&2; exit 1; }

step=${1:-}
PYTHON=${PYTHON:-python3}
MIRROR_URL=${MIRROR_URL:-}
while :; do case $MIRROR_URL in */) MIRROR_URL=${MIRROR_URL%/} ;; *) break ;; esac; done
PRESET=${PRESET:-}
BOOTSTRAP=${BOOTSTRAP:-}
NUMPY_VERSION=${NUMPY_VERSION:-}
SCIPY_VERSION=${SCIPY_VERSION:-}
TORCH_VERSION=${TORCH_VERSION:-}
TORCHVISION_VERSION=${TORCHVISION_VERSION:-}
TORCHAUDIO_VERSION=${TORCHAUDIO_VERSION:-}
TENSORRT_VERSION=${TENSORRT_VERSION:-}
TORCH_INDEX_URL=${TORCH_INDEX_URL:-}

command -v "$PYTHON" >/dev/null \
    || die "the base image has no $PYTHON: give a base image with Python, or its interpreter's path as PYTHON."

# take_defaults: NAME=VALUE a line, for the arguments that are not given
take_defaults() {
    # shellcheck disable=SC2034 # eval reads value
    while IFS='=' read -r name value; do
        case $name in
            BOOTSTRAP) [ "$BOOTSTRAP" != preset ] || BOOTSTRAP=$value ;;
            *_VERSION | TORCH_INDEX_URL) eval "[ -n \"\$$name\" ] || $name=\$value" ;;
        esac
    done <"$here/arguments"
}

# --- one source for this step, and for every pip that it starts -------------------------------------------------

# "off" switches the cache off in every version of pip, "1" breaks pip before 19.
export PIP_NO_CACHE_DIR=off
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore PIP_PROGRESS_BAR=off

# What the base image sets for pip or uv would win over, or add to, what is set here. Certificates stay.
forget_settings() {
    for name in $(env | sed -n 's/^\(\(PIP\|UV\)_[A-Z0-9_]*\)=.*/\1/p'); do
        case $name in
            PIP_CERT | PIP_CLIENT_CERT | PIP_NO_CACHE_DIR | PIP_DISABLE_PIP_VERSION_CHECK | PIP_NO_INPUT) ;;
            PIP_ROOT_USER_ACTION | PIP_PROGRESS_BAR) ;;
            *) unset "$name" ;;
        esac
    done
    export PIP_CONFIG_FILE=/dev/null UV_NO_CONFIG=1 UV_NO_CACHE=1
    # per-user settings, ~/.netrc among them, and caches
    export HOME=$here/home XDG_CACHE_HOME=$here/home/.cache XDG_CONFIG_HOME=$here/home/.config
}

if [ -n "$MIRROR_URL" ]; then
    kind=mirror
    why="MIRROR_URL is given"
    [ -n "$PRESET" ] || die "MIRROR_URL is given but PRESET is not: add --build-arg PRESET=NAME."
    source="the mirror at MIRROR_URL, and nothing else"
    forget_settings
    mirror_host=$("$PYTHON" "$here/mirror.py" host "$MIRROR_URL") || exit 1
    # In the environment, not as options: so they reach the pips that pip starts to build an sdist.
    export PIP_INDEX_URL="$MIRROR_URL/preset/$PRESET/simple/"
    export PIP_EXTRA_INDEX_URL='' PIP_FIND_LINKS=''
    export UV_DEFAULT_INDEX="$PIP_INDEX_URL"
    # pip skips a plain http index that is not on loopback unless told to trust its host. For https it would switch
    # off the check of the certificate.
    case $MIRROR_URL in http://*) export PIP_TRUSTED_HOST="$mirror_host" ;; esac
    # A dead mirror must not hold up the build: 2 tries, 30 s of silence each.
    export PIP_RETRIES=1 PIP_DEFAULT_TIMEOUT=30
    # The mirror is asked directly even if the build has a proxy.
    no_proxy="$mirror_host${no_proxy:+,$no_proxy}${NO_PROXY:+,$NO_PROXY}"
    NO_PROXY=$no_proxy
    export no_proxy NO_PROXY
elif [ -n "$(find "$wheels" -name '*.whl' -o -name '*.tar.gz' -o -name '*.zip' 2>/dev/null | head -n 1)" ]; then
    kind=wheels
    why="MIRROR_URL is empty, and artifacts/$PRESET/wheels has wheels"
    source="the wheels of artifacts/$PRESET/wheels, and nothing else"
    forget_settings
    export PIP_NO_INDEX=1 PIP_FIND_LINKS="$wheels" UV_OFFLINE=1 UV_FIND_LINKS="$wheels"
else
    kind=online
    why="MIRROR_URL is empty, and artifacts/$PRESET/wheels has no wheels"
    source="the package indexes, directly"
fi
exported=$wheels/airlock-$PRESET
is_exported() { [ "$kind" = wheels ] && [ -f "$exported.constraints.txt" ] && [ -f "$exported.requirements.txt" ]; }
# has_all: whether the source comes with constraints, and with requirements of all that the preset asks for
has_all() { [ "$kind" = mirror ] || is_exported; }
# has_lock: whether these are of its lock, so that nothing else can be had
has_lock() { has_all && [ ! -f "$here/unlocked" ]; }
if ! has_all; then
    "$PYTHON" "$here/preset.py" arguments "$folder" >"$here/arguments" \
        || die "presets/$PRESET/preset.json cannot be read, see above: \`airlock preset validate $PRESET\` says what is wrong with it."
    take_defaults
fi

# --- helpers ----------------------------------------------------------------------------------------------------

mirror_answers() {
    "$PYTHON" "$here/mirror.py" check "$MIRROR_URL" "$PRESET" || exit 1
}

# pip_install ARGUMENT…
pip_install() {
    say "$step: pip install $* from $source"
    log=$here/pip.log
    rm -f "$log.done"
    { "$venv/bin/python" -m pip install --constraint "$constraints" "$@" 2>&1 && : >"$log.done"; } | tee "$log"
    [ ! -f "$log.done" ] || return 0
    [ -z "$MIRROR_URL" ] || mirror_answers # says so and ends the build if that is why
    # The second is what pip says of one project of which there is no file that the constraints admit.
    lacking=$(sed -n -e 's/^ERROR: No matching distribution found for \(.*\)/\1/p' \
        -e 's/^ERROR: Cannot install \([^ ]*\) because these package versions have conflicting.*/\1/p' "$log" | head -n 1)
    if [ "$kind" = mirror ]; then
        [ -z "$lacking" ] || die "step $step failed: the mirror has no file of $lacking that this Python can take; \`airlock check $PRESET\` at the mirror names what is missing, and \`airlock sync $PRESET\` fetches it."
        die "step $step failed, see pip's message above; \`airlock check $PRESET\` at the mirror says whether it has all that the preset needs."
    elif [ "$kind" = wheels ]; then
        die "step $step failed, see pip's message above; if artifacts/$PRESET/wheels lacks ${lacking:-something}, \`airlock export $PRESET --as wheels --to artifacts/$PRESET/wheels\` fills it from a store that has all."
    fi
    # pip only warns of what it passes over, and then says that there is no such version.
    untrusted=$(sed -n 's/.*repository located at \([^ ]*\) is not a trusted or secure host.*/\1/p' "$log" | head -n 1)
    [ -z "$untrusted" ] || die "step $step failed, for pip passes over the index at $untrusted, as its address is plain http: give that mirror's address as MIRROR_URL, or use https, or set PIP_TRUSTED_HOST=$untrusted beside the index's address in the base image."
    die "step $step failed, see pip's message above."
}

# pinned NAME VERSION: prints NAME==VERSION and a blank, or nothing if there is no version; VERSION may be a specifier as <2
pinned() {
    case $2 in
        '') ;;
        [\<\>=!~]*) printf '%s%s ' "$1" "$2" ;;
        *) printf '%s==%s ' "$1" "$2" ;;
    esac
}

# agrees NAME VERSION: ends the build where the lock that comes with the source has another version, which pip would call a conflict
agrees() {
    locked=$(sed -n "s/^$1==\([^ ;]*\).*/\1/p" "$constraints" | tr '\n' ' ')
    [ -n "$2" ] && [ -n "$locked" ] && has_lock || return 0
    # shellcheck disable=SC2086 # a list of versions
    ! "$venv/bin/python" "$here/preset.py" admits "$2" $locked || return 0
    die "step $step: $1 $2 is asked for, and the lock of preset $PRESET has ${locked% }: set the version in its preset.json and run \`airlock sync $PRESET\`, or leave out the build argument."
}

# those_with_wheels REQUIREMENT…: but for those without a version of which the folder has no wheel
those_with_wheels() {
    for one in "$@"; do
        case $one in
            *[\<\>=!~]*) printf '%s ' "$one" ;;
            *) [ -z "$(find "$wheels" -iname "$one-*.whl")" ] || printf '%s ' "$one" ;;
        esac
    done
}

# tell_installed WORD: says what is installed; `airlock build` reads it
tell_installed() {
    "$venv/bin/python" -m pip list --format=freeze | sed -n "s/^[A-Za-z0-9._-]*==.*/airlock: $1 &/p"
}

# install_pinned NAME VERSION…: those that have a version; skips the step if none has
install_pinned() {
    pins=
    while [ $# -gt 0 ]; do
        agrees "$1" "$2"
        pins="$pins$(pinned "$1" "$2")"
        shift 2
    done
    if [ -z "$pins" ]; then
        if has_all; then
            say "$step: no version given; what the preset has of it comes with its requirements"
        else
            say "$step: the preset has no version of it; skipped"
        fi
        return 0
    fi
    [ -z "$MIRROR_URL" ] || mirror_answers
    # shellcheck disable=SC2086 # a list of requirements
    pip_install $options $pins
}
options=

# --- the steps --------------------------------------------------------------------------------------------------

case $step in
start)
    say "source: $source, because $why"
    [ -n "$PRESET" ] || die "PRESET is empty: add --build-arg PRESET=NAME."
    if [ "$kind" = mirror ]; then
        "$PYTHON" "$here/mirror.py" fetch "$MIRROR_URL" "$PRESET" "$here" || exit 1
    elif is_exported; then
        cp "$exported.constraints.txt" "$constraints"
        cp "$exported.requirements.txt" "$requirements"
        say "preset $PRESET: constraints and requirements are those that were exported with the wheels"
    else
        [ -f "$folder/preset.json" ] || [ -f "$folder/requirements.txt" ] || die "there is no presets/$PRESET in the build context: the context must be the root of the repository, and PRESET a preset in it (\`airlock preset list\`)."
        "$PYTHON" "$here/preset.py" requirements "$folder" >"$requirements"
    fi
    "$PYTHON" -m venv "$venv" \
        || die "$PYTHON -m venv failed: the base image needs Python's venv and ensurepip (python3-venv on Debian and Ubuntu)."
    if ! has_all; then
        pins=$(
            pinned numpy "$NUMPY_VERSION"
            pinned scipy "$SCIPY_VERSION"
            pinned torch "$TORCH_VERSION"
            pinned torchvision "$TORCHVISION_VERSION"
            pinned torchaudio "$TORCHAUDIO_VERSION"
            pinned tensorrt "$TENSORRT_VERSION"
        )
        # shellcheck disable=SC2086 # a list of pins
        "$venv/bin/python" "$here/preset.py" constraints "$folder" $pins >"$constraints"
    fi
    tell_installed present
    say "Python $("$venv/bin/python" -c 'import sys; print(sys.version.split()[0])'), $("$venv/bin/python" -m pip --version | cut -d' ' -f1,2) in $venv"
    ;;
bootstrap)
    [ -z "$MIRROR_URL" ] || mirror_answers
    if [ "$BOOTSTRAP" = preset ] && has_lock; then
        BOOTSTRAP=$(sed -n 's/^\(pip\|setuptools\|wheel\)==.*/\1/p' "$constraints" | sort -u | tr '\n' ' ')
    elif [ "$BOOTSTRAP" = preset ]; then
        BOOTSTRAP="pip setuptools wheel"
    fi
    # separated by blanks or commas; a comma before an operator is one within a specifier, as in pip>=22,<23
    BOOTSTRAP=$(printf '%s' "$BOOTSTRAP" | sed 's/,\([^<>=!~]\)/ \1/g')
    # shellcheck disable=SC2086 # a list of requirements
    [ "$kind" != wheels ] || has_all || BOOTSTRAP=$(those_with_wheels $BOOTSTRAP)
    if [ -n "${BOOTSTRAP## }" ]; then
        # shellcheck disable=SC2086 # a list of requirements
        pip_install --upgrade $BOOTSTRAP
    else
        say "$step: the preset has none, or BOOTSTRAP is empty; skipped"
    fi
    say "$step: what installs the rest is $("$venv/bin/python" -m pip --version | cut -d' ' -f1,2)"
    ;;
numpy)
    install_pinned numpy "$NUMPY_VERSION"
    ;;
scipy)
    install_pinned scipy "$SCIPY_VERSION"
    ;;
torch)
    if [ "$kind" = online ] && [ -n "$TORCH_INDEX_URL" ]; then
        if grep -q '^# pylock.toml' "$constraints"; then
            # The lock pins what torch requires as the default index has it; PyTorch's has few versions of these.
            export PIP_EXTRA_INDEX_URL="${PIP_EXTRA_INDEX_URL:+$PIP_EXTRA_INDEX_URL }$TORCH_INDEX_URL"
            source="TORCH_INDEX_URL and the package indexes, directly"
        else
            export PIP_INDEX_URL="$TORCH_INDEX_URL"
            source="TORCH_INDEX_URL, directly"
        fi
        # as with MIRROR_URL: who gives a plain http address means it
        case $TORCH_INDEX_URL in
            http://*)
                torch_host=$("$PYTHON" "$here/mirror.py" host "$TORCH_INDEX_URL") || exit 1
                export PIP_TRUSTED_HOST="${PIP_TRUSTED_HOST:+$PIP_TRUSTED_HOST }$torch_host"
                ;;
        esac
    fi
    install_pinned torch "$TORCH_VERSION" torchvision "$TORCHVISION_VERSION" torchaudio "$TORCHAUDIO_VERSION"
    ;;
tensorrt)
    # Without a lock it is the sdist, whose setup.py runs pip: an isolated build has none from pip 25.3 on.
    has_lock || options=--no-build-isolation
    install_pinned tensorrt "$TENSORRT_VERSION"
    ;;
requirements)
    [ -z "$MIRROR_URL" ] || mirror_answers
    if grep -q '^[[:space:]]*[^#[:space:]]' "$requirements"; then
        pip_install --requirement "$requirements"
    else
        say "$step: the preset's requirements.txt is empty; skipped"
    fi
    ;;
run)
    shift
    # in the environment, as COMMAND may be anything that starts a pip or uv
    export PIP_CONSTRAINT="$constraints" UV_CONSTRAINT="$constraints" VIRTUAL_ENV="$venv" PATH="$venv/bin:$PATH"
    [ -z "$MIRROR_URL" ] || mirror_answers
    say "$step: $* from $source"
    "$@" || die "step $step failed, see above: $*"
    ;;
clean-up)
    "$venv/bin/python" -m pip check || die "what was installed does not fit together, see above."
    # pip writes down where a package came from only if that was a direct address
    find "$venv" -name direct_url.json -exec rm -f {} +
    rm -rf "${here:?}/home"
    found=$(grep -rlF -e "$wheels" "$venv" --include=RECORD --include='*.json' --include='*.cfg' || :)
    [ -z "$found" ] || die "the folder of wheels is left in $found."
    if [ -n "$MIRROR_URL" ]; then
        found=$(grep -rlF -e "${MIRROR_URL#*://}" "$venv" || :)
        [ -z "$found" ] || die "the mirror's address is left in $found."
    fi
    found=$(find "$venv" -name '*.whl' -o -name pip.conf)
    [ -z "$found" ] || say "note: left in the image: $found"
    tell_installed installed
    say "$(du -sh "$venv" | cut -f1) in $venv"
    ;;
*)
    die "usage: install.sh start|bootstrap|numpy|scipy|torch|tensorrt|requirements|clean-up, or run COMMAND"
    ;;
esac
