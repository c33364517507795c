//! Areas of the program that a first visit to the inbox does not need: the browser fetches each when it is first shown,
//! or when it has nothing else to do. The server draws them like everything else.

use leptos::prelude::*;
use model::ConversationId;

/// What an area draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Login,
    Setup,
    /// Joining by an invitation, a new password, the documents, what is done first, and the part of the profile that is about these.
    Invite,
    Reset,
    Terms,
    Welcome,
    Security,
    Profile,
    Settings,
    Archive,
    /// The live board and reports.
    Board,
    /// What the search for a text finds.
    Results(RwSignal<String>),
    /// The palette and the sheet of shortcuts.
    Palette,
    /// The panel of the list's filters.
    Filter,
    /// The menu of the person who is signed in.
    Me,
    /// What notifications do when they come, and what asks why one is away; the list of notifications.
    Alerts,
    Bell,
    /// The internal chat.
    Talk,
    /// The open conversation, and the contact beside it.
    Thread(Memo<ConversationId>),
    Contact(Memo<ConversationId>),
    /// Past conversations of the contact beside the conversation, its files, and its form.
    History,
    Files,
    EditContact,
    /// The photo of the contact beside the conversation.
    ContactPhoto,
    /// Two contacts become one.
    MergeContact,
    /// What is hidden of the contact.
    Reveal,
    /// Quick replies over the composer, and their own page.
    Quick,
    /// What is offered while one types, and all emoji.
    Suggest,
    Emoji(RwSignal<Option<String>>),
    Replies,
    /// The dialogs over a conversation.
    Sheets,
    /// The dialog of a new conversation.
    Start,
    /// What is done with several chosen conversations.
    Several,
    /// The templates in the place of the composer.
    Templates,
}

/// The files into which the areas are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum File {
    Door,
    Office,
    Tools,
    Conversation,
    Sheets,
}

impl Part {
    fn file(self) -> File {
        match self {
            Part::Login | Part::Setup | Part::Invite | Part::Reset | Part::Terms | Part::Welcome | Part::Security => File::Door,
            Part::Profile | Part::Settings | Part::Replies | Part::Archive | Part::Board => File::Office,
            Part::Results(_) | Part::Palette | Part::Filter | Part::Me | Part::Alerts | Part::Bell => File::Tools,
            Part::Thread(_) | Part::Contact(_) => File::Conversation,
            Part::Sheets
            | Part::Start
            | Part::Several
            | Part::Templates
            | Part::History
            | Part::Files
            | Part::EditContact
            | Part::ContactPhoto
            | Part::MergeContact
            | Part::Reveal
            | Part::Quick
            | Part::Suggest
            | Part::Talk
            | Part::Emoji(_) => File::Sheets,
        }
    }
}

fn door(part: Part) -> AnyView {
    use crate::screen::auth::{InviteScreen, LoginScreen, ResetScreen, SecurityCard, SetupScreen, TermsScreen, WelcomeScreen};
    match part {
        Part::Invite => view! { <InviteScreen/> }.into_any(),
        Part::Reset => view! { <ResetScreen/> }.into_any(),
        Part::Terms => view! { <TermsScreen/> }.into_any(),
        Part::Welcome => view! { <WelcomeScreen/> }.into_any(),
        Part::Security => view! { <SecurityCard/> }.into_any(),
        Part::Login => view! { <LoginScreen/> }.into_any(),
        _ => view! { <SetupScreen/> }.into_any(),
    }
}

fn office(part: Part) -> AnyView {
    use crate::screen::{profile::ProfileScreen, replies::RepliesScreen, settings::SettingsLayout};
    match part {
        Part::Profile => view! { <ProfileScreen/> }.into_any(),
        Part::Replies => view! { <RepliesScreen/> }.into_any(),
        Part::Archive => view! { <crate::screen::archive::ArchiveScreen/> }.into_any(),
        Part::Board => view! { <crate::screen::board::BoardScreen/> }.into_any(),
        _ => view! { <SettingsLayout/> }.into_any(),
    }
}

fn tools(part: Part) -> AnyView {
    use crate::screen::alert::{Alerts, BellList};
    use crate::screen::inbox::view::ViewCommands;
    use crate::{
        frame::command::MoreCommands, frame::me::MyMenu, frame::status::AwayDialog, part::Palette, screen::inbox::filter::FilterPanel,
        screen::inbox::search::Results,
    };
    match part {
        Part::Results(text) => view! { <Results text/> }.into_any(),
        Part::Filter => view! { <FilterPanel/> }.into_any(),
        Part::Me => view! { <MyMenu/> }.into_any(),
        Part::Alerts => view! { <Alerts/><AwayDialog/> }.into_any(),
        Part::Bell => view! { <BellList/> }.into_any(),
        _ => view! { <MoreCommands/><ViewCommands/><Palette/> }.into_any(),
    }
}

fn conversation(part: Part) -> AnyView {
    use crate::screen::inbox::{panel::ContactPanel, thread::Thread};
    match part {
        Part::Thread(id) => view! { <Thread id/> }.into_any(),
        Part::Contact(id) => view! { <ContactPanel id/> }.into_any(),
        _ => ().into_any(),
    }
}

fn sheets(part: Part) -> AnyView {
    use crate::screen::inbox::composer::{emoji::EmojiPicker, quick::list::QuickReplies, suggest::list::SuggestList};
    use crate::screen::inbox::panel::{
        edit::EditContact, files::Files, history::History, merge::MergeContact, photo::ContactPhoto, reveal::RevealDialog,
    };
    use crate::screen::inbox::{composer::Closed, several::SeveralBar, start::StartDialog, thread::Sheets};
    match part {
        Part::Start => view! { <StartDialog/> }.into_any(),
        Part::Several => view! { <SeveralBar/> }.into_any(),
        Part::Templates => view! { <Closed/> }.into_any(),
        Part::Quick => view! { <QuickReplies/> }.into_any(),
        Part::Suggest => view! { <SuggestList/> }.into_any(),
        Part::Emoji(picked) => view! { <EmojiPicker picked/> }.into_any(),
        Part::History => view! { <History/> }.into_any(),
        Part::Files => view! { <Files/> }.into_any(),
        Part::EditContact => view! { <EditContact/> }.into_any(),
        Part::ContactPhoto => view! { <ContactPhoto/> }.into_any(),
        Part::MergeContact => view! { <MergeContact/> }.into_any(),
        Part::Reveal => view! { <RevealDialog/> }.into_any(),
        Part::Talk => view! { <crate::screen::talk::TalkPanel/> }.into_any(),
        _ => view! { <Sheets/> }.into_any(),
    }
}

/// The split points. Everything that only these functions reach is in a file of its own.
#[cfg(not(feature = "ssr"))]
mod far {
    use super::{AnyView, File, Part};
    use leptos::wasm_split::{SplitLoaderError, wasm_split};
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    type Drawn = Result<AnyView, SplitLoaderError>;

    /// Fetches an area, with what it looks like; at once when it is here. Whether it came.
    pub(super) async fn fetch(file: File) -> bool {
        match file {
            File::Door => fetch_door().await.is_ok(),
            File::Office => {
                let styles = crate::live::web::styles("office.css");
                fetch_office().await.is_ok() && styles.await
            }
            File::Tools => fetch_tools().await.is_ok(),
            File::Conversation => fetch_conversation().await.is_ok(),
            File::Sheets => fetch_sheets().await.is_ok(),
        }
    }

    /// Draws a part of an area that is here: then the future is ready at once.
    pub(super) fn draw(part: Part) -> Option<AnyView> {
        let drawn = pin!(async {
            match part.file() {
                File::Door => door(part).await,
                File::Office => office(part).await,
                File::Tools => tools(part).await,
                File::Conversation => conversation(part).await,
                File::Sheets => sheets(part).await,
            }
        });
        match drawn.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(drawn) => drawn.ok(),
            Poll::Pending => None,
        }
    }

    #[wasm_split(door, wasm_split_path = ::leptos::wasm_split, preload(fetch_door), fallible)]
    fn door(part: Part) -> Drawn {
        Ok(super::door(part))
    }

    #[wasm_split(office, wasm_split_path = ::leptos::wasm_split, preload(fetch_office), fallible)]
    fn office(part: Part) -> Drawn {
        Ok(super::office(part))
    }

    #[wasm_split(tools, wasm_split_path = ::leptos::wasm_split, preload(fetch_tools), fallible)]
    fn tools(part: Part) -> Drawn {
        Ok(super::tools(part))
    }

    #[wasm_split(conversation, wasm_split_path = ::leptos::wasm_split, preload(fetch_conversation), fallible)]
    fn conversation(part: Part) -> Drawn {
        Ok(super::conversation(part))
    }

    #[wasm_split(sheets, wasm_split_path = ::leptos::wasm_split, preload(fetch_sheets), fallible)]
    fn sheets(part: Part) -> Drawn {
        Ok(super::sheets(part))
    }
}

/// Draws a part of an area, once that is here. A failed fetch says so, with a way to try again.
#[cfg(not(feature = "ssr"))]
#[component]
pub fn Area(part: Part) -> impl IntoView {
    use crate::api::Refused;
    use crate::part::{Fetched, SkeletonRows, Trouble};
    use model::Fault;

    let fetched = Fetched::new(move || async move { far::fetch(part.file()).await.then_some(()).ok_or(Refused(Fault::Offline)) });
    // What stands over the page shows nothing until it is there.
    let is_over = matches!(
        part,
        Part::Sheets
            | Part::Start
            | Part::Several
            | Part::Palette
            | Part::EditContact
            | Part::ContactPhoto
            | Part::MergeContact
            | Part::Reveal
            | Part::Quick
            | Part::Suggest
            | Part::Alerts
            | Part::Talk
    );
    move || {
        let drawn = match fetched.get() {
            None if is_over => return ().into_any(),
            None => return view! { <SkeletonRows/> }.into_any(),
            Some(here) => here.ok().and_then(|()| far::draw(part)),
        };
        drawn.unwrap_or_else(|| view! { <Trouble fault=Fault::Offline retry=move |()| fetched.refetch()/> }.into_any())
    }
}

/// Draws a part of an area.
#[cfg(feature = "ssr")]
#[component]
pub fn Area(part: Part) -> impl IntoView {
    match part.file() {
        File::Door => door(part),
        File::Office => office(part),
        File::Tools => tools(part),
        File::Conversation => conversation(part),
        File::Sheets => sheets(part),
    }
}

/// Draws a part of an area from when it is first wanted: then it stays, such as a dialog that is closed and opened again.
#[component]
pub fn Later(part: Part, #[prop(into)] wanted: Signal<bool>) -> impl IntoView {
    let ever = Memo::new(move |before| before == Some(&true) || wanted.get());
    view! { <Show when=move || ever.get()><Area part/></Show> }
}

/// Whether the page of this address is of the office, which has styles of its own.
pub(crate) fn is_office(path: &str) -> bool {
    ["/settings", "/profile", "/replies", "/board"].iter().any(|area| path.starts_with(area)) || path == "/archive"
}

/// Fetches what the page of this address needs, so that it can be drawn at once.
#[cfg(feature = "browser")]
pub(crate) async fn get_ready(path: &str) {
    let file = match path {
        "/login" | "/setup" | "/welcome" | "/terms" => File::Door,
        path if path.starts_with("/invite/") || path.starts_with("/reset") => File::Door,
        path if is_office(path) => File::Office,
        path if path.starts_with("/inbox/") => File::Conversation,
        _ => return,
    };
    // Without it the page says so itself.
    let _ = far::fetch(file).await;
}

/// Fetches the rest of the inbox after its first sight: search, menus, conversations and dialogs open at once, also
/// without a network.
#[cfg(feature = "browser")]
pub(crate) async fn get_inbox() {
    // What fails here is fetched again when it is needed.
    let _ = far::fetch(File::Tools).await;
    let _ = far::fetch(File::Conversation).await;
    let _ = far::fetch(File::Sheets).await;
}
