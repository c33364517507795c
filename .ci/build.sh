# shellcheck shell=bash
# The parts of .ci/build. Source lib.sh and need.sh first. MODE is dev or release.

# Where wasm-bindgen's output of MODE is kept.
bindgen_folder() { printf '%s/bindgen/%s\n' "$TARGET" "$1"; }

# build_wasm MODE: the app as Wasm with its JavaScript: compiled by cargo, cut into areas, bound to JavaScript by
# wasm-bindgen and, for release, made small by wasm-opt.
build_wasm() {
  local mode=$1 profile=dev folder=debug out work key tool file
  need_wasm_target
  need_wasm_bindgen
  need_wasm_split
  [ "$mode" = release ] && profile=wasm-release folder=wasm-release
  # As a cdylib alone: with the rlib beside it cargo would leave out link-time optimisation.
  cargo rustc -p app --lib --features browser --target "$TRIPLE" --profile "$profile" --crate-type cdylib -- -C link-arg=--emit-relocs
  out=$(bindgen_folder "$mode")
  # In a folder of its own until it is done: files of two builds at once do not fit together.
  work=$out.$$
  rm -rf "$work"
  mkdir -p "$work/parts"
  cp "$TARGET/$TRIPLE/$folder/app.wasm" "$work/app.wasm"
  key="$(hash_of "$work/app.wasm") $WASM_BINDGEN $WASM_SPLIT $(hash_of "$ROOT/.ci/build.sh")"
  if [ "$(cat "$out.key" 2>/dev/null)" = "$key" ]; then
    rm -rf "$work"
    return
  fi
  "$WASM_SPLIT" --target web --out-name app "$work/app.wasm" "$work/parts"
  # What the areas need of the first module stays visible, under the names that the splitter gave it.
  "$WASM_BINDGEN" --target web --no-typescript --keep-lld-exports --no-demangle --out-name app --out-dir "$work/out" "$work/parts/app.wasm"
  rm "$work/parts/app.wasm"
  mv "$work/parts"/* "$work/out/"
  if [ "$mode" = release ]; then
    tool=$(wasm_opt)
    say "Shrinking the Wasm with $("$tool" --version)"
    for file in "$work/out"/*.wasm; do
      # The features are those of the target's default; the files no longer name them after wasm-bindgen.
      # The lowest kilobyte of memory is the end of the stack: nothing has an address there.
      "$tool" --low-memory-unused --merge-similar-functions -Oz --strip-debug --strip-producers --enable-bulk-memory --enable-multivalue --enable-mutable-globals \
        --enable-nontrapping-float-to-int --enable-reference-types --enable-sign-ext "$file" -o "$file.small" 2> >(grep -v 'unknown name subsection' >&2)
      mv "$file.small" "$file"
    done
  fi
  rm -rf "$out" "$out.key"
  mv "$work/out" "$out"
  echo "$key" >"$out.key"
  rm -rf "$work"
}

# The machine's own wasm-opt when new enough (old ones write modules that browsers refuse), else npm's, which is slower.
wasm_opt() {
  local version
  version=$(wasm-opt --version 2>/dev/null | sed -n 's/^wasm-opt version \([0-9]*\).*/\1/p')
  if [ "${version:-0}" -ge 123 ]; then
    command -v wasm-opt
  else
    need_npm app >&2
    printf '%s\n' "$ROOT/app/node_modules/.bin/wasm-opt"
  fi
}

# build_site MODE: everything under $SITE, around the Wasm that was built last in MODE.
build_site() {
  local from
  from=$(bindgen_folder "$1")
  need_npm app
  [ -e "$from.key" ] || fail "The Wasm of mode $1 was not built yet." "Run: .ci/build wasm --$1"
  node .ci/site.mjs "--$1" --wasm "$from" --out "$SITE"
}

# build_server MODE: prosa and graph-sim.
build_server() {
  need_rust
  if [ "$1" = release ]; then
    cargo build --release -p server -p graph-sim
  else
    cargo build -p server -p graph-sim
  fi
}
