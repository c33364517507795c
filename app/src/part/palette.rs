//! The command palette (`Ctrl/⌘ K`) and the sheet of shortcuts (`?`).

use super::{Command, CommandGroup, CommandId, Dialog, Kbd, effect, id_into_sight, may_leave, use_commands};
use crate::i18n::*;
use crate::screen::settings::find::find;
use crate::session::use_session;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use leptos_router::hooks::use_navigate;
use model::text::plain;

fn heading(i18n: I18nContext<Locale>, group: CommandGroup) -> String {
    match group {
        CommandGroup::Conversation => t_string!(i18n, common.palette.conversation),
        CommandGroup::Message => t_string!(i18n, common.palette.message),
        CommandGroup::Writing => t_string!(i18n, command.writing),
        CommandGroup::Go => t_string!(i18n, common.palette.go),
        CommandGroup::View => t_string!(i18n, common.palette.view),
        CommandGroup::Views => t_string!(i18n, working.view.title),
        CommandGroup::Account => t_string!(i18n, common.palette.account),
        CommandGroup::Settings => t_string!(i18n, common.nav.settings),
    }
    .to_string()
}

/// Both dialogs; once per page.
#[component]
pub fn Palette() -> impl IntoView {
    let i18n = use_i18n();
    let commands = use_commands();
    view! {
        <Dialog open=commands.palette title=move || t_string!(i18n, common.palette.title).to_string() class="palette">
            <Finder/>
        </Dialog>
        <Dialog open=commands.sheet title=move || t_string!(i18n, common.palette.shortcuts).to_string() wide=true>
            <Sheet/>
        </Dialog>
    }
}

#[component]
fn Finder() -> impl IntoView {
    let i18n = use_i18n();
    let commands = use_commands();
    let text = RwSignal::new(String::new());
    let chosen = RwSignal::new(0_usize);
    let session = use_session();
    // Pages of the settings, and single ones.
    let settings = Memo::new(move |_| find(i18n, session, &text.get()));
    let navigate = use_navigate();
    let found = Memo::new_with_compare(
        move |_| {
            let wanted = plain(&text.get());
            let more = settings.get().into_iter().enumerate().map(|(n, one)| Command {
                id: CommandId::Setting(n),
                label: Signal::stored(one.on.map_or(one.label.clone(), |page| format!("{} · {page}", one.label))),
                when: Signal::stored(true),
                run: Callback::new(|()| ()),
            });
            commands
                .now()
                .into_iter()
                .filter(|c| c.id != CommandId::Palette)
                .filter(|c| {
                    wanted.split_whitespace().all(|w| plain(&c.label.get()).contains(w) || plain(&heading(i18n, c.id.group())).contains(w))
                })
                .chain(more)
                .collect::<Vec<Command>>()
        },
        |_, _| true,
    );
    let run = Callback::new(move |command: Command| {
        let path = match command.id {
            CommandId::Setting(n) => settings.with_untracked(|all| all.get(n).map(|one| one.path.clone())),
            _ => None,
        };
        commands.palette.set(false);
        if let Some(path) = path {
            let navigate = navigate.clone();
            request_animation_frame(move || {
                if may_leave() {
                    navigate(&path, leptos_router::NavigateOptions::default());
                }
            });
            return;
        }
        // After the dialog has given the focus back.
        request_animation_frame(move || command.run.run(()));
    });
    let on_key = move |event: KeyboardEvent| {
        let count = found.with(Vec::len);
        if count == 0 {
            return;
        }
        let now = chosen.get_untracked().min(count - 1);
        match event.key().as_str() {
            "ArrowDown" => chosen.set((now + 1) % count),
            "ArrowUp" => chosen.set((now + count - 1) % count),
            "Enter" => {
                if let Some(command) = found.with_untracked(|f| f.get(now).cloned()) {
                    run.run(command);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    // The chosen one stays in sight.
    effect(move || id_into_sight(format!("palette-{}", chosen.get())));
    view! {
        <input class="input palette-input" type="text" role="combobox" autofocus=true autocomplete="off" spellcheck="false"
            aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list"
            aria-activedescendant=move || format!("palette-{}", chosen.get())
            aria-label=move || t_string!(i18n, common.palette.placeholder).to_string()
            placeholder=move || t_string!(i18n, common.palette.placeholder).to_string()
            on:input=move |event| { text.set(event_target_value(&event)); chosen.set(0) }
            on:keydown=on_key/>
        <ul class="palette-list" id="palette-list" role="listbox" aria-label=move || t_string!(i18n, common.palette.title).to_string()>
            {move || {
                let mut last = None;
                found.get().into_iter().enumerate().map(|(n, command)| {
                    let group = command.id.group();
                    let title = (last.replace(group) != Some(group)).then(|| heading(i18n, group));
                    let (label, keys) = (command.label, command.id.keys());
                    view! {
                        {title.map(|t| view! { <li class="palette-group" role="presentation">{t}</li> })}
                        <li class="palette-item" id=format!("palette-{n}") role="option"
                            aria-selected=move || if chosen.get() == n { "true" } else { "false" }
                            on:pointermove=move |_| chosen.set(n) on:click=move |_| run.run(command.clone())>
                            <span>{move || label.get()}</span>
                            {(!keys.is_empty()).then(|| view! { <Kbd keys/> })}
                        </li>
                    }
                }).collect_view()
            }}
        </ul>
        {move || found.with(Vec::is_empty).then(|| {
            let text = text.get();
            view! { <p class="palette-empty" role="status">{t_string!(i18n, common.palette.empty, text = text).to_string()}</p> }
        })}
    }
}

#[component]
fn Sheet() -> impl IntoView {
    let i18n = use_i18n();
    let commands = use_commands();
    let groups = move || {
        let mut groups: Vec<(CommandGroup, Vec<Command>)> = Vec::new();
        for command in commands.now().into_iter().filter(|c| !c.id.keys().is_empty()) {
            match groups.last_mut() {
                Some((group, list)) if *group == command.id.group() => list.push(command),
                _ => groups.push((command.id.group(), vec![command])),
            }
        }
        groups
    };
    view! {
        <div class="sheet" tabindex="0" autofocus=true>
            {move || groups().into_iter().map(|(group, list)| view! {
                <section>
                    <h3>{heading(i18n, group)}</h3>
                    <dl>
                        {list.into_iter().map(|c| view! {
                            <div class="sheet-row">
                                <dt>{move || c.label.get()}</dt>
                                <dd><Kbd keys=c.id.keys()/></dd>
                            </div>
                        }).collect_view()}
                    </dl>
                </section>
            }).collect_view()}
        </div>
    }
}
