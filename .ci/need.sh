# shellcheck shell=bash disable=SC2034
# What the other scripts need on the machine. Each function returns at once when the thing is there, else gets it and says so.
# Source lib.sh first.

# as_root COMMAND…: runs it with the rights to install packages; false where there are none.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif have sudo && sudo -n true 2>/dev/null; then
    sudo "$@"
  else
    return 1
  fi
}

# apt_install PACKAGE…: false where there is no apt or no right to use it.
apt_install() {
  have apt-get || return 1
  say "Installing with apt: $*"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null 2>&1 && return
  as_root apt-get update -q >/dev/null 2>&1 || true
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null
}

# cargo_tool CRATE VERSION FOLDER [FLAG…]: puts the binaries of a crate into FOLDER/bin; flags go to `cargo install`.
cargo_tool() {
  local crate=$1 version=$2 folder=$3
  shift 3
  if have cargo-binstall && cargo binstall --no-confirm --quiet --root "$folder" "$crate@$version"; then return; fi
  say "Building $crate $version once, into $folder (a few minutes)"
  # Outside of the repository, so that its flags do not apply.
  (cd "$TOOLS" && env -u RUSTFLAGS CARGO_TARGET_DIR="$TOOLS/build" CARGO_INCREMENTAL=0 \
    cargo install --quiet --root "$folder" "$@" "$crate@$version") ||
    fail "$crate $version could not be built." "Its messages are above. It comes from crates.io; check that cargo can reach it."
  rm -rf "$TOOLS/build"
}

need_rust() {
  local wanted
  have cargo || fail "Rust is missing." "Install rustup (https://rustup.rs), then run this again."
  have cc || have gcc || have clang || apt_install gcc libc6-dev || fail "A C compiler is missing." "On Debian: sudo apt-get install gcc libc6-dev"
  rustc --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 && cargo fmt --version >/dev/null 2>&1 && return
  wanted=$(sed -n 's/^channel = "\(.*\)"/\1/p' "$ROOT/rust-toolchain.toml")
  have rustup || fail "rustc, clippy and rustfmt $wanted are needed." "Install rustup (https://rustup.rs), then run this again."
  say "Installing Rust $wanted"
  rustup toolchain install "$wanted" --profile minimal --component clippy,rustfmt ||
    fail "Rust $wanted could not be installed." "Try: rustup toolchain install $wanted"
}

need_wasm_target() {
  need_rust
  local lib cached stamp
  lib=$(rustc --print sysroot)/lib/rustlib/$TRIPLE/lib
  if ! compgen -G "$lib/libstd-*.rlib" >/dev/null; then
    say "Adding the $TRIPLE target to $(rustc --version)"
    if ! have rustup || ! rustup target add "$TRIPLE"; then
      cached=$TOOLS/$TRIPLE-$(rustc -vV | sed -n 's/^commit-hash: //p')
      if ! compgen -G "$cached/libstd-*.rlib" >/dev/null; then
        say "rustup could not: building the target from Rust's own source instead (one to two minutes)"
        build_wasm_target "$cached"
      fi
      mkdir -p "$lib"
      cp "$cached"/*.rlib "$lib/"
    fi
  fi
  # Cargo does not notice another standard library of the same version: what was compiled against it has to go.
  stamp=$(cd "$lib" && printf '%s ' lib{std,core}-*.rlib)
  if [ "$(cat "$TARGET/$TRIPLE.std" 2>/dev/null || printf %s "$stamp")" != "$stamp" ]; then rm -rf "${TARGET:?}/$TRIPLE"; fi
  mkdir -p "$TARGET"
  printf %s "$stamp" >"$TARGET/$TRIPLE.std"
}

# build_wasm_target FOLDER: the standard library for Wasm, from the source of exactly this compiler.
build_wasm_target() (
  set -euo pipefail
  to=$1
  sysroot=$(rustc --print sysroot)
  work=$(mktemp -d "$TOOLS/wasm-target.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  library=$sysroot/lib/rustlib/src/rust/library
  if [ ! -e "$library/Cargo.lock" ]; then
    if [ -n "${PROSA_RUST_SRC:-}" ]; then
      unpack_rust_src "$work" "$PROSA_RUST_SRC"
    else
      fetch_rust_src "$work"
    fi
    mkdir -p "$(dirname "$library")"
    rm -rf "$library"
    mv "$work/library" "$library"
  fi
  mkdir -p "$work/crate/src"
  : >"$work/crate/src/lib.rs"
  printf '[package]\nname = "scratch_of_wasm_target"\nversion = "0.0.0"\nedition = "2024"\n[workspace]\n' >"$work/crate/Cargo.toml"
  cd "$work/crate"
  # With the bitcode in the libraries, as rustup's have it: link-time optimisation needs it.
  env -u CARGO_BUILD_TARGET RUSTFLAGS='-C embed-bitcode=yes' RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$work/out" RUSTC="$sysroot/bin/rustc" \
    "$sysroot/bin/cargo" build --quiet --release -Z build-std=std,panic_abort --target "$TRIPLE" ||
    fail "The $TRIPLE target could not be built." "With internet, this is all it takes: rustup target add $TRIPLE"
  mkdir -p "$work/made"
  find "$work/out/$TRIPLE/release/deps" -name '*.rlib' ! -name 'libscratch_of_wasm_target*' -exec cp {} "$work/made/" \;
  rm -rf "$to"
  mv "$work/made" "$to"
)

# unpack_rust_src WORK SOURCE: SOURCE is the folder `library` of Rust's source, or a folder or an archive that holds it.
unpack_rust_src() {
  local work=$1 source=$2 found
  if [ ! -d "$source" ]; then
    mkdir "$work/src"
    tar -xf "$source" -C "$work/src"
    source=$work/src
  fi
  if [ -e "$source/std/Cargo.toml" ]; then
    found=$source
  else
    # Rust's source holds other folders of that name, deeper, for its tests.
    found=$(find "$source" -path '*/library/std/Cargo.toml' | awk '{ print length($0), $0 }' | sort -n | head -n 1 | cut -d' ' -f2-)
    found=${found%/std/Cargo.toml}
  fi
  [ -e "$found/Cargo.lock" ] || fail "$source holds no folder 'library' of Rust's source."
  cp -r "$found" "$work/library"
}

# fetch_rust_src WORK: Debian carries the source of the newer compilers as the package rust-src. It is only unpacked, never
# installed (it would not stand beside rustup), with a package list of our own, so that the machine's stays as it is.
fetch_rust_src() {
  local work=$1 release mirror suite version options
  local help=("Any of these helps: 'rustup target add $TRIPLE' with internet; 'rustup component add rust-src';"
    "or the folder 'library' of Rust's source of the same version (or an archive of it) named in PROSA_RUST_SRC.")
  release=$(rustc --version | cut -d' ' -f2)
  if ! have apt-get || ! have dpkg-deb; then fail "The source of rustc $release is needed to build the $TRIPLE target." "${help[@]}"; fi
  # shellcheck disable=SC2016
  mirror=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 2>/dev/null | awk '$1 == "Debian" { print $2; exit }')
  mirror=${mirror:-http://deb.debian.org/debian/}
  mkdir -p "$work"/apt/{lists/partial,cache/archives/partial}
  : >"$work/apt/sources.list"
  for suite in trixie-backports forky sid; do
    printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$mirror" "$suite" >>"$work/apt/sources.list"
  done
  options=(-q -o "Dir::Etc::SourceList=$work/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$work/apt/lists"
    -o "Dir::Cache=$work/apt/cache" -o APT::Get::List-Cleanup=0 -o Acquire::Languages=none -o APT::Sandbox::User=root)
  say "Fetching Debian's rust-src for $release from $mirror"
  apt-get "${options[@]}" update >/dev/null 2>&1 || true
  version=$(apt-cache "${options[@]}" madison rust-src 2>/dev/null | awk -F'|' -v want="$release+" '{ gsub(/ /, "", $2) } index($2, want) == 1 { print $2; exit }')
  [ -n "$version" ] || fail "Debian has no rust-src of version $release." "${help[@]}"
  (cd "$work" && apt-get "${options[@]}" download "rust-src=$version" >/dev/null) || fail "Debian's rust-src $version could not be fetched." "${help[@]}"
  dpkg-deb -x "$work"/rust-src_*.deb "$work/deb"
  unpack_rust_src "$work" "$work/deb/usr/src/rustc-$release"
}

# Sets WASM_BINDGEN. Its version must be that of the crate in Cargo.lock.
need_wasm_bindgen() {
  local version folder
  version=$(locked_version wasm-bindgen)
  folder=$TOOLS/wasm-bindgen-$version
  WASM_BINDGEN=$folder/bin/wasm-bindgen
  [ -x "$WASM_BINDGEN" ] && return
  if [ "$(wasm-bindgen --version 2>/dev/null)" = "wasm-bindgen $version" ]; then
    WASM_BINDGEN=$(command -v wasm-bindgen)
    return
  fi
  need_rust
  cargo_tool wasm-bindgen-cli "$version" "$folder"
}

# Sets WASM_SPLIT, which cuts the Wasm into areas at the split points of app/src/area.rs. Its format is that of the crate
# wasm_split_helpers in Cargo.lock, up to the second number.
need_wasm_split() {
  local version=0.2.4 folder
  folder=$TOOLS/wasm-split-$version
  WASM_SPLIT=$folder/bin/wasm-split-cli
  [ -x "$WASM_SPLIT" ] && return
  need_rust
  cargo_tool wasm_split_cli_support "$version" "$folder" --features build-binary
}

need_node() {
  local hint="Install Node.js 20 or newer with npm (https://nodejs.org; on Debian 13: sudo apt-get install nodejs npm), then run this again."
  if ! have node || ! have npm; then
    apt_install nodejs npm || fail "Node.js is missing: it bundles styles and the chat widget." "$hint"
  fi
  [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || fail "Node.js $(node --version) is too old." "$hint"
}

# need_npm FOLDER…: the packages of its package-lock.json.
need_npm() {
  local folder want
  need_node
  for folder in "$@"; do
    want=$(hash_of "$folder/package-lock.json")
    [ "$(cat "$folder/node_modules/.prosa" 2>/dev/null)" = "$want" ] && continue
    say "Installing the npm packages of $folder/"
    (cd "$folder" && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --prefer-offline --loglevel=error) ||
      fail "npm ci failed in $folder/." "Its messages are above. Behind a mirror, set npm's registry: npm config set registry <address>"
    echo "$want" >"$folder/node_modules/.prosa"
  done
}

# Sets and exports PROSA_CHROMIUM.
need_chromium() {
  local name
  if [ -n "${PROSA_CHROMIUM:-}" ]; then
    [ -x "$PROSA_CHROMIUM" ] || fail "PROSA_CHROMIUM=$PROSA_CHROMIUM is not a program."
    return
  fi
  for name in chromium chromium-browser google-chrome-stable google-chrome; do
    if have "$name"; then
      PROSA_CHROMIUM=$(command -v "$name")
      export PROSA_CHROMIUM
      return
    fi
  done
  apt_install chromium || fail "Chromium is missing: the end-to-end tests run in it." \
    "On Debian: sudo apt-get install chromium. Or name any Chromium or Chrome in PROSA_CHROMIUM."
  PROSA_CHROMIUM=$(command -v chromium)
  export PROSA_CHROMIUM
}

# Sets PG_BIN, the folder of initdb and pg_ctl.
need_postgres() {
  find_postgres && return
  apt_install postgresql && find_postgres && return
  fail "PostgreSQL is missing: the tests run on it too." "On Debian: sudo apt-get install postgresql. Its initdb and pg_ctl are used, not its service."
}
find_postgres() {
  local folder
  for folder in "$(pg_config --bindir 2>/dev/null)" $(compgen -G '/usr/lib/postgresql/*/bin' | sort -rV) "$(dirname "$(command -v pg_ctl || echo /none/x)")"; do
    if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ]; then
      PG_BIN=$folder
      return
    fi
  done
  return 1
}

# The tests of two processes use it where it can be had; they say so where it cannot.
need_nats() {
  if have nats-server || [ -x /usr/sbin/nats-server ]; then return; fi
  apt_install nats-server || warn "nats-server could not be installed: news by NATS is NOT tested. On Debian: sudo apt-get install nats-server"
}

# cargo-nextest runs the tests in parallel; `cargo test` stands in for it where it cannot be had quickly.
need_nextest() {
  cargo nextest --version >/dev/null 2>&1 && return
  [ -x "$TOOLS/nextest/bin/cargo-nextest" ] && PATH=$TOOLS/nextest/bin:$PATH && return
  if have cargo-binstall && cargo binstall --no-confirm --quiet --root "$TOOLS/nextest" cargo-nextest; then
    PATH=$TOOLS/nextest/bin:$PATH
    return
  fi
  note "cargo-nextest is not installed: cargo test is used, which takes longer. To have it: cargo install --locked cargo-nextest"
  return 1
}

# Sets CARGO_DENY; false where it cannot be had. Built without optimisation: it runs for a second, and building it otherwise takes long.
need_cargo_deny() {
  local version=0.20.2 folder
  folder=$TOOLS/cargo-deny-$version
  CARGO_DENY=$folder/bin/cargo-deny
  [ -x "$CARGO_DENY" ] && return
  if have cargo-deny; then
    CARGO_DENY=$(command -v cargo-deny)
    return
  fi
  need_rust
  (cargo_tool cargo-deny "$version" "$folder" --locked --debug)
}
