# shellcheck shell=sh
# environment.sh: what ./tools/demo and ./tools/check share. Sourced by sh, never run.
#
# Both must work from a fresh clone with nothing but sh, git and the package registries, and start
# at once when run again: what was installed is looked for first, and never asked for twice.
#
#   need_packages NAME...                       Debian packages
#   need_venv FOLDER PYTHON REQUIREMENT...      a virtual environment; REQUIREMENT is a pip
#                                               requirement or a requirements file's path
#   debian_python                               prints the path of the system's own CPython
#
# Everything that is made goes into $build.

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=$root/build
mkdir -p "$build"

say() {
    printf '\n==> %s\n' "$*"
}

fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        fail "needs root or sudo for: $*"
    fi
}

# Installs those of the Debian packages that are missing.
need_packages() {
    if ! command -v dpkg-query >/dev/null 2>&1; then
        printf 'No Debian packages here. What these stand for must be installed: %s\n' "$*" >&2
        return 0
    fi
    missing=
    for package in "$@"; do
        case $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) in
        installed) ;;
        *) missing="$missing $package" ;;
        esac
    done
    [ -n "$missing" ] || return 0
    say "installing$missing"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
    # shellcheck disable=SC2086 # words on purpose
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends $missing
}

# Makes the virtual environment FOLDER with PYTHON and the requirements. Its stamp holds what went
# into it: where that is unchanged nothing is done.
need_venv() {
    venv=$1
    venv_python=$2
    shift 2
    wanted=$("$venv_python" -c 'import sys; print(sys.version, sys.executable)')
    for requirement in "$@"; do
        if [ -f "$requirement" ]; then
            wanted="$wanted
$(cat "$requirement")"
        else
            wanted="$wanted
$requirement"
        fi
    done
    if [ -f "$venv/stamp" ] && [ "$(cat "$venv/stamp")" = "$wanted" ]; then
        return 0
    fi
    say "making $venv"
    rm -rf "$venv"
    "$venv_python" -m venv "$venv"
    for requirement in "$@"; do
        shift
        if [ -f "$requirement" ]; then
            set -- "$@" -r "$requirement"
        else
            set -- "$@" "$requirement"
        fi
    done
    if [ $# -gt 0 ]; then
        # Modules are compiled when they are imported, which most never are.
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile "$@"
    fi
    printf '%s\n' "$wanted" >"$venv/stamp"
}

debian_python() {
    if [ -x /usr/bin/python3 ]; then
        echo /usr/bin/python3
    else
        command -v python3
    fi
}
