//! Turns `locales/<language>/<namespace>.json` into the module `i18n`, so that a key that does not exist does not compile.
//! A key or variable that one language has and another lacks stops the build too.

use leptos_i18n_build::{Config, FileFormat, ParseOptions, TranslationsInfos, options::CodegenOptions};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

const FIRST: &str = "pt-BR";
const OTHERS: [&str; 2] = ["en", "es"];
const NAMESPACES: [&str; 33] = [
    "common",
    "fault",
    "delivery",
    "auth",
    "settings",
    "help",
    "inbox",
    "file",
    "contact",
    "reply",
    "closing",
    "alert",
    "message",
    "talk",
    "archive",
    "working",
    "photo",
    "sticker",
    "merge",
    "command",
    "hours",
    "distribution",
    "sla",
    "status",
    "audit",
    "module",
    "find",
    "company",
    "door",
    "board",
    "roles",
    "mask",
    "keys",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=locales");
    for namespace in NAMESPACES {
        compare(namespace)?;
    }
    let options = ParseOptions::new().file_format(FileFormat::Json).interpolate_display(true);
    let config = Config::new(FIRST)?.add_locales(OTHERS)?.add_namespaces(NAMESPACES)?.parse_options(options);
    let infos = TranslationsInfos::parse(config)?;
    infos.emit_diagnostics();
    let attributes = "#![allow(missing_docs, unused_qualifications, clippy::all)]".parse()?;
    let codegen = CodegenOptions::new().top_level_attributes(Some(attributes)).gen_docs(false);
    infos.generate_i18n_module_with_options(PathBuf::from(env::var("OUT_DIR")?).join("i18n"), codegen)?;
    Ok(())
}

/// Keys and the variables of their texts must be the same in every language.
fn compare(namespace: &str) -> Result<(), Box<dyn Error>> {
    let first = texts(FIRST, namespace)?;
    for language in OTHERS {
        let other = texts(language, namespace)?;
        for key in first.keys().chain(other.keys()).collect::<BTreeSet<_>>() {
            match (first.get(key), other.get(key)) {
                (Some(a), Some(b)) if a == b => {}
                (Some(_), Some(_)) => println!("cargo::error={namespace}.{key}: the variables differ between {FIRST} and {language}"),
                (Some(_), None) => println!("cargo::error={namespace}.{key} is missing in {language}"),
                _ => println!("cargo::error={namespace}.{key} is in {language} but not in {FIRST}"),
            }
        }
    }
    Ok(())
}

/// Each key of a file with the variables of its text.
fn texts(language: &str, namespace: &str) -> Result<BTreeMap<String, BTreeSet<String>>, Box<dyn Error>> {
    let path = Path::new("locales").join(language).join(namespace).with_extension("json");
    let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let value = serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut found = BTreeMap::new();
    collect(&value, String::new(), &mut found);
    Ok(found)
}

fn collect(value: &Value, key: String, found: &mut BTreeMap<String, BTreeSet<String>>) {
    match value {
        Value::Object(parts) => {
            for (name, part) in parts {
                let key = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
                collect(part, key, found);
            }
        }
        Value::String(text) => {
            let variables = text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(name, _)| name.trim().to_owned());
            found.insert(key, variables.collect());
        }
        _ => println!("cargo::error={key} is neither a text nor a group"),
    }
}
