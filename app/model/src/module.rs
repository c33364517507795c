//! Optional parts of the product (HP-3): an admin switches them on and off. What is off is on no screen, and whoever asks for
//! it all the same is refused.

use crate::{Features, Millis, words};
use serde::{Deserialize, Serialize};

words! {
    /// An optional part.
    pub enum Module {
        InternalChat = "INTERNAL_CHAT",
        Distribution = "DISTRIBUTION",
        SafetyDelay = "SAFETY_DELAY",
        QuickReplies = "QUICK_REPLIES",
        Merging = "MERGING",
        Watching = "WATCHING",
    }
}

impl Module {
    /// Whether a new account has it.
    pub const fn is_on_at_first(self) -> bool {
        !matches!(self, Module::InternalChat | Module::Distribution)
    }
}

impl Features {
    /// Whether the part is on.
    pub fn has(&self, module: Module) -> bool {
        match module {
            Module::InternalChat => self.internal_chat,
            Module::Distribution => self.distribution,
            other => self.off & other.bit() == 0,
        }
    }

    /// The same with a part switched.
    pub fn with(mut self, module: Module, on: bool) -> Features {
        match module {
            Module::InternalChat => self.internal_chat = on,
            Module::Distribution => self.distribution = on,
            other if on => self.off &= !other.bit(),
            other => self.off |= other.bit(),
        }
        self
    }
}

impl Module {
    /// Its place in [`Features::off`], which is stored nowhere.
    const fn bit(self) -> i64 {
        1 << self as i64
    }
}

/// A part as admins see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleState {
    pub module: Module,
    pub on: bool,
    /// When it was switched last; none: never.
    pub since: Option<Millis>,
    /// Who switched it.
    pub by: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hp_3_each_part_is_switched_alone() {
        for module in Module::ALL {
            let first = Features::default();
            assert_eq!(first.has(*module), module.is_on_at_first());
            let turned = first.with(*module, !first.has(*module));
            for other in Module::ALL {
                assert_eq!(turned.has(*other) != first.has(*other), other == module, "{module} and {other}");
            }
            assert_eq!(turned.with(*module, first.has(*module)), first);
        }
    }
}
