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
            /// A page of the settings, or one of them, that was found by its words: its place among what was found.
            Setting(usize),
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
                    CommandId::Setting(_) => CommandGroup::Settings,
                }
            }

            /// `mod+k` (Ctrl, on a Mac ⌘), `shift+e`, `/`, or `g i` for one after the other; empty = palette only.
            ///
            /// Keys without `mod` do nothing while something is being typed.
            pub const fn keys(self) -> &'static str {
                match self {
                    $(CommandId::$name => concat!($($keys)?),)*
                    CommandId::ApplyView(_) | CommandId::Setting(_) => "",
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
    /// It comes back into the list before its time.
    Wake: Conversation "shift+s";
    ConcludeClassified: Conversation "shift+e";
    /// Without the closing message.
    ConcludeSilent: Conversation;
    /// How I prefer to conclude.
    Preference: Conversation;
    /// Why it was concluded.
    Classify: Conversation "shift+c";
    /// It does not close by itself, or does again.
    Pause: Conversation;
    /// I hear of what happens in it, or do no more.
    Watch: Conversation "shift+w";
    AskToWatch: Conversation;
    /// It is shown to a colleague.
    Share: Conversation;
    CopyLink: Conversation "shift+l";
    CopyProtocol: Conversation;
    EditContact: Conversation "shift+p";
    /// The contact is archived, or brought back.
    ArchiveContact: Conversation;
    /// The contact is blocked, or not any more.
    BlockContact: Conversation;
    AddTag: Conversation "#";
    Start: Conversation "shift+n";
    Write: Message "r";
    Note: Message "n";
    /// Messages are chosen.
    Pick: Message "m";
    /// The last message is called back.
    Recall: Message "z";
    /// To the newest message.
    Latest: Message "shift+g";
    // The message that has the focus.
    Answer: Message "a";
    React: Message "l";
    Forward: Message "shift+f";
    Copy: Message "c";
    Edit: Message "w";
    Delete: Message "delete";
    Details: Message "d";
    /// Its file at full size.
    View: Message "o";
    // What is being written.
    Bold: Writing "mod+b";
    Italic: Writing "mod+i";
    Strike: Writing "mod+shift+x";
    Code: Writing "mod+shift+c";
    Bullets: Writing "mod+shift+l";
    Numbers: Writing "mod+shift+o";
    Quote: Writing "mod+>";
    AttachFile: Writing "shift+a";
    AttachDocument: Writing;
    Record: Writing "shift+v";
    Emoji: Writing ":";
    QuickReply: Writing "q";
    Sticker: Writing;
    Card: Writing;
    Place: Writing;
    Question: Writing;
    /// Another template while the first waits for an answer.
    Template: Writing;
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
    /// Latest or oldest first.
    Order: View "shift+o";
    Views: View "v";
    /// Conversations are chosen.
    Select: View;
    SelectOne: View "x";
    // Every page.
    GoInbox: Go "g i";
    GoSettings: Go "g s";
    GoArchive: Go "g a";
    /// The live board of who leads.
    GoBoard: Go "g d";
    GoProfile: Go "g p";
    GoReplies: Go "g r";
    Bell: Go "g b";
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
    // What I do now.
    StatusOnline: Account "y o";
    StatusAway: Account "y a";
    StatusOffline: Account "y f";
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
