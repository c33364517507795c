//! Every command of the product: under which heading it stands, and its keys. They stand together, so that no key means two
//! things.

use super::CommandGroup;
use model::ViewId;

macro_rules! table {
    ($($(#[$about:meta])* $name:ident: $group:ident $($keys:literal)?;)*) => {
        /// Which command it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum CommandId {
            $($(#[$about])* $name,)*
            /// A saved view is applied.
            ApplyView(ViewId),
        }

        impl CommandId {
            /// All that have a place in the table.
            #[cfg(test)]
            const ALL: &[CommandId] = &[$(CommandId::$name),*];

            /// Its heading.
            pub const fn group(self) -> CommandGroup {
                match self {
                    $(CommandId::$name => CommandGroup::$group,)*
                    CommandId::ApplyView(_) => CommandGroup::Views,
                }
            }

            /// `mod+k` (Ctrl, on a Mac ⌘), `shift+e`, `/`, or `g i` for one after the other; empty = palette only.
            ///
            /// Keys without `mod` do nothing while something is being typed.
            pub const fn keys(self) -> &'static str {
                match self {
                    $(CommandId::$name => concat!($($keys)?),)*
                    CommandId::ApplyView(_) => "",
                }
            }
        }
    };
}

table! {
    // The open conversation.
    Assume: Conversation "i";
    Transfer: Conversation "t";
    Conclude: Conversation "e";
    Restart: Conversation "shift+r";
    MarkUnread: Conversation "u";
    Snooze: Conversation "s";
    Pin: Conversation "b";
    /// The contact is merged with another.
    Merge: Conversation;
    Start: Conversation "shift+n";
    Write: Message "r";
    Note: Message "n";
    /// Messages are chosen.
    Pick: Message "m";
    /// The last message is called back.
    Recall: Message "z";
    /// To the newest message.
    Latest: Message "shift+g";
    Panel: View "p";
    // The list.
    Search: Go "/";
    TabNew: Go "g n";
    TabMine: Go "g m";
    TabOthers: Go "g o";
    TabDone: Go "g c";
    ListNext: Go "j";
    ListPrevious: Go "k";
    Filter: View "f";
    Views: View "v";
    /// Conversations are chosen.
    Select: View;
    SelectOne: View "x";
    // Every page.
    GoInbox: Go "g i";
    GoSettings: Go "g s";
    GoArchive: Go "g a";
    GoProfile: Go "g p";
    GoHelp: Go "g h";
    Talk: Go "g t";
    Palette: View "mod+k";
    Shortcuts: View "?";
    ThemeLight: View;
    ThemeDark: View;
    ThemeSystem: View;
    LanguagePt: View;
    LanguageEn: View;
    LanguageEs: View;
    SignOut: Account;
}

#[cfg(test)]
mod tests {
    use super::CommandId;

    fn pressed() -> impl Iterator<Item = (CommandId, &'static str)> {
        CommandId::ALL.iter().map(|id| (*id, id.keys())).filter(|(_, keys)| !keys.is_empty())
    }

    #[test]
    fn no_keys_mean_two_things() {
        for (one, keys) in pressed() {
            for (other, others) in pressed().filter(|(other, _)| *other != one) {
                assert_ne!(keys, others, "{one:?} and {other:?}");
                // The first of two keys would never wait for the second.
                assert_ne!(Some(keys), others.split_once(' ').map(|(first, _)| first), "{one:?} and the first key of {other:?}");
            }
        }
    }

    #[test]
    fn keys_are_written_as_they_are_pressed() {
        for (id, keys) in pressed() {
            assert!(keys.split(' ').count() <= 2, "{id:?}");
            for chord in keys.split(' ') {
                let parts: Vec<&str> = chord.split('+').collect();
                let (key, with) = parts.split_last().unwrap();
                let order = ["mod", "alt", "shift"].map(|m| with.iter().position(|w| *w == m));
                assert!(order.iter().flatten().is_sorted() && order.iter().flatten().count() == with.len(), "{id:?}: {chord}");
                let letter = key.chars().count() > 1 || key.chars().all(char::is_alphabetic);
                assert!(key.to_lowercase() == *key && (letter || !with.contains(&"shift")), "{id:?}: {chord}");
            }
        }
    }
}
