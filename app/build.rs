//! Turns `locales/<language>/<namespace>.json` into the module `i18n`, so that a key that does not exist does not compile.

use leptos_i18n_build::{Config, FileFormat, ParseOptions, TranslationsInfos, options::CodegenOptions};
use std::{env, path::PathBuf};

const NAMESPACES: [&str; 7] = ["common", "fault", "delivery", "auth", "settings", "help", "inbox"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=locales");
    let options = ParseOptions::new().file_format(FileFormat::Json).interpolate_display(true);
    let config = Config::new("pt-BR")?.add_locales(["en", "es"])?.add_namespaces(NAMESPACES)?.parse_options(options);
    let infos = TranslationsInfos::parse(config)?;
    infos.emit_diagnostics();
    let attributes = "#![allow(missing_docs, unused_qualifications, clippy::all)]".parse()?;
    let codegen = CodegenOptions::new().top_level_attributes(Some(attributes)).gen_docs(false);
    infos.generate_i18n_module_with_options(PathBuf::from(env::var("OUT_DIR")?).join("i18n"), codegen)?;
    Ok(())
}
