//! Reading JSON, small: what the browser does with all that the server says.
//!
//! Derived code exists once more for each deserializer that reads a type, and what serde_json and serde's own buffer
//! need of it (arrays in the place of objects, a sentence for each way to be wrong) is the larger part of a client.
//! Here the text becomes a [`Value`], of which objects are read as objects only, and what cannot be read is
//! [`Unreadable`] without a word: the text is the server's own.

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde_json::{Number, Value, map};
use std::{fmt, vec};

/// The text is not JSON, or says something that this build does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not readable")]
pub struct Unreadable;

impl Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Unreadable
    }
}

/// Reads a value from JSON.
pub fn from_json<T: DeserializeOwned>(json: &[u8]) -> Result<T, Unreadable> {
    T::deserialize(parse(json)?)
}

fn parse(json: &[u8]) -> Result<Tree, Unreadable> {
    serde_json::from_slice(json).map(Tree).map_err(|_| Unreadable)
}

/// A parsed text, or a part of it.
pub(crate) struct Tree(pub(crate) Value);

macro_rules! numbers {
    ($($method:ident $visit:ident $as:ident),+ $(,)?) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
            visitor.$visit(self.number().as_ref().and_then(Number::$as).ok_or(Unreadable)?)
        }
    )+ };
}

impl Tree {
    fn number(self) -> Option<Number> {
        if let Value::Number(number) = self.0 { Some(number) } else { None }
    }
}

impl<'de> Deserializer<'de> for Tree {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(is) => visitor.visit_bool(is),
            Value::Number(number) => match number.as_i64() {
                Some(number) => visitor.visit_i64(number),
                None => visitor.visit_f64(number.as_f64().ok_or(Unreadable)?),
            },
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            Value::Object(members) => visitor.visit_map(Members::of(members)),
        }
    }

    numbers! {
        deserialize_i8 visit_i64 as_i64, deserialize_i16 visit_i64 as_i64, deserialize_i32 visit_i64 as_i64, deserialize_i64 visit_i64 as_i64,
        deserialize_u8 visit_u64 as_u64, deserialize_u16 visit_u64 as_u64, deserialize_u32 visit_u64 as_u64, deserialize_u64 visit_u64 as_u64,
        deserialize_f32 visit_f64 as_f64, deserialize_f64 visit_f64 as_f64,
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if let Value::Bool(is) = self.0 { visitor.visit_bool(is) } else { Err(Unreadable) }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if let Value::String(text) = self.0 { visitor.visit_str(&text) } else { Err(Unreadable) }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if let Value::String(text) = self.0 { visitor.visit_string(text) } else { Err(Unreadable) }
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if let Value::Null = self.0 { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if let Value::Array(items) = self.0 { visitor.visit_seq(Items(items.into_iter())) } else { Err(Unreadable) }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if let Value::Object(members) = self.0 { visitor.visit_map(Members::of(members)) } else { Err(Unreadable) }
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_map(visitor)
    }

    /// A word by itself, or an object in which the member `name` is the word and the others are what it carries; see
    /// [`tagged!`].
    fn deserialize_enum<V: Visitor<'de>>(self, name: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Unreadable> {
        let word = match &self.0 {
            Value::String(word) => word.clone(),
            Value::Object(members) => members.get(name).and_then(Value::as_str).ok_or(Unreadable)?.to_owned(),
            _ => return Err(Unreadable),
        };
        visitor.visit_enum(Choice { word, carried: self })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! { char bytes byte_buf unit unit_struct tuple_struct }
}

struct Items(vec::IntoIter<Value>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unreadable> {
        self.0.next().map(|item| seed.deserialize(Tree(item))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Members {
    rest: map::IntoIter,
    value: Value,
}

impl Members {
    fn of(members: map::Map<String, Value>) -> Self {
        Members { rest: members.into_iter(), value: Value::Null }
    }
}

impl<'de> MapAccess<'de> for Members {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unreadable> {
        let Some((key, value)) = self.rest.next() else { return Ok(None) };
        self.value = value;
        seed.deserialize(Tree(Value::String(key))).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Unreadable> {
        seed.deserialize(Tree(self.value.take()))
    }
}

struct Choice {
    word: String,
    carried: Tree,
}

impl<'de> EnumAccess<'de> for Choice {
    type Error = Unreadable;
    type Variant = Tree;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Tree), Unreadable> {
        Ok((seed.deserialize(Tree(Value::String(self.word)))?, self.carried))
    }
}

impl<'de> VariantAccess<'de> for Tree {
    type Error = Unreadable;

    fn unit_variant(self) -> Result<(), Unreadable> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Unreadable> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Unreadable> {
        Err(Unreadable)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_map(visitor)
    }
}

/// Makes an enum that in JSON is an object with its variant's name in the member `$tag`.
///
/// What serde derives for such an enum reads everything into a buffer of its own and then a second time, with code of its
/// own for every type below. The browser does without: there the enum is read as one that is not tagged, by the derived
/// code for a mirror of it, to which [`Tree`] hands the tag as the word. The mirror bears the tag as its name, so that
/// [`Tree`] knows it. (`tt` and not `literal`, because the schema's derive reads the attribute as it is written.)
macro_rules! tagged {
    ($tag:tt: $(#[$meta:meta])* pub enum $name:ident { $($body:tt)* }) => {
        $(#[$meta])*
        #[derive(serde::Serialize)]
        #[cfg_attr(not(target_family = "wasm"), derive(serde::Deserialize))]
        #[serde(tag = $tag, rename_all = "snake_case")]
        pub enum $name { $($body)* }

        #[cfg(any(test, target_family = "wasm"))]
        $crate::json::mirrored! { $tag $name $($body)* }
    };
}

/// The second half of [`tagged!`]: the mirror has the variants without their attributes, which are other derives'.
#[cfg(any(test, target_family = "wasm"))]
macro_rules! mirrored {
    ($tag:tt $name:ident $(
        $(#[$_:meta])* $variant:ident $(($inner:ty))? $({ $($(#[$meta:meta])* $field:ident: $type:ty),* $(,)? })?
    ),* $(,)?) => {
        const _: () = {
            type Whole = $name;
            #[derive(serde::Deserialize)]
            #[serde(remote = "Whole", rename = $tag, rename_all = "snake_case")]
            enum Mirror { $( $variant $(($inner))? $({ $($(#[$meta])* $field: $type),* })? ),* }

            #[cfg(target_family = "wasm")]
            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    Mirror::deserialize(deserializer)
                }
            }

            #[cfg(test)]
            impl $crate::json::tests::ByMirror for $name {
                fn by_mirror(tree: $crate::json::Tree) -> Result<Self, $crate::json::Unreadable> {
                    Mirror::deserialize(tree)
                }
            }
        };
    };
}

#[cfg(any(test, target_family = "wasm"))]
pub(crate) use mirrored;
pub(crate) use tagged;

#[cfg(test)]
pub(crate) mod tests;
