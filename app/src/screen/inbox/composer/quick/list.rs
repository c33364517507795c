//! The list of quick replies over the editor, and asking for their parameters.

use super::super::typed::lines::TypedLines;
use super::Quick;
use crate::api::reply::replies;
use crate::fault;
use crate::i18n::*;
use crate::part::*;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::text::plain;
use model::{Fault, Page, QuickReply, ReplyQuery, ReplyScope, asked_parameters};
use std::cell::RefCell;

/// Lines that are shown; more are found by typing more.
const SHOWN: usize = 50;
/// A search on the server waits this long for the next letter.
const PAUSE_MS: u32 = 150;

thread_local! {
    /// The first page, and how often replies had changed when it was asked for.
    static KNOWN: RefCell<Option<(u32, Page<QuickReply>)>> = const { RefCell::new(None) };
}

/// What the list has to say besides its lines.
#[derive(Clone, Debug, PartialEq)]
enum Face {
    Loading,
    Failed(Fault),
    Here,
}

/// The list and the dialog of parameters.
#[component]
pub fn QuickReplies() -> impl IntoView {
    let i18n = use_i18n();
    let quick: Quick = expect_context();
    let store = quick.pane.store;
    let face = RwSignal::new(Face::Loading);
    let page = RwSignal::new(Page::<QuickReply> { items: Vec::new(), next: None });
    // What the server found for a text, when the first page is not all.
    let searched = RwSignal::new(None::<(String, Vec<QuickReply>)>);
    let turn = StoredValue::new(0_u32);
    let load = move || {
        let version = store.replies_changed.get_untracked();
        if let Some(known) = KNOWN.with_borrow(|known| known.as_ref().filter(|(v, _)| *v == version).map(|(_, page)| page.clone())) {
            page.set(known);
            return face.set(Face::Here);
        }
        // What is known stays on screen until the newer one is here.
        if face.with_untracked(|f| *f != Face::Here) {
            face.set(Face::Loading);
        }
        spawn_local(async move {
            let answer = replies(ReplyQuery::default()).await;
            if store.replies_changed.try_get_untracked() != Some(version) {
                return;
            }
            match answer {
                Ok(first) => {
                    KNOWN.set(Some((version, first.clone())));
                    let _ = page.try_set(first);
                    let _ = face.try_set(Face::Here);
                }
                Err(refused) => drop(face.try_set(Face::Failed(store.hear(refused)))),
            }
        });
    };
    let open = Memo::new(move |_| quick.list.is_open());
    effect(move || {
        store.replies_changed.track();
        if open.get() {
            load();
        }
    });
    effect(move || {
        let text = quick.list.asked.with(|q| q.as_ref().map(|q| q.trim().to_owned()).unwrap_or_default());
        let asked = turn.get_value().wrapping_add(1);
        turn.set_value(asked);
        if text.is_empty() || page.with(|p| p.next.is_none()) {
            return;
        }
        spawn_local(async move {
            gloo_timers::future::TimeoutFuture::new(PAUSE_MS).await;
            if turn.try_get_value() != Some(asked) {
                return;
            }
            let answer = replies(ReplyQuery { text: text.clone(), ..ReplyQuery::default() }).await;
            // A failed search leaves what the first page has.
            if let (Some(true), Ok(found)) = (turn.try_get_value().map(|t| t == asked), answer) {
                searched.set(Some((text, found.items)));
            }
        });
    });
    effect(move || {
        let text = quick.list.asked.with(|q| q.as_ref().map(|q| q.trim().to_owned()));
        let found = match text {
            None => Vec::new(),
            Some(text) => {
                let more = searched.with(|s| s.as_ref().filter(|(of, _)| *of == text).map(|(_, found)| found.clone()));
                let mut found = page.with(|p| ranked(&p.items, &text));
                found.extend(
                    more.unwrap_or_default().into_iter().filter(|r| !page.with_untracked(|p| p.items.iter().any(|x| x.id == r.id))),
                );
                found.truncate(SHOWN);
                found
            }
        };
        quick.list.show(found);
    });
    let none = move || {
        let text = quick.list.asked.get()?;
        let all = page.with(|p| p.items.is_empty());
        // A sentence that happens to begin with a slash is no search any more.
        (quick.list.found.with(Vec::is_empty) && (all || !text.contains(' '))).then(|| match all {
            true => t_string!(i18n, reply.nothing).to_string(),
            false => t_string!(i18n, reply.no_match, text = text.as_str()).to_string(),
        })
    };
    let shown =
        Memo::new(move |_| open.get() && (quick.list.found.with(|f| !f.is_empty()) || face.get() != Face::Here || none().is_some()));
    view! {
        <Show when=move || shown.get()>
            // A press on it must not take the cursor out of the text.
            <div class="quick" on:mousedown=|event| event.prevent_default()>
                {move || match face.get() {
                    Face::Loading => view! { <SkeletonRows count=2/> }.into_any(),
                    Face::Failed(why) => view! { <Trouble fault=Signal::stored(why) retry=move |()| load()/> }.into_any(),
                    Face::Here => view! {
                        <TypedLines typed=quick.list face=line take=move |reply| quick.pick(reply)
                            label=Signal::derive(move || t_string!(i18n, reply.title).to_string())/>
                        <p class="quick-none" role="status">{none}</p>
                    }.into_any(),
                }}
                <footer class="quick-foot">
                    <span class="quick-hint">{t!(i18n, reply.hint)}</span>
                    <a href="/replies">{t!(i18n, reply.manage)}</a>
                </footer>
            </div>
        </Show>
        {move || quick.asking.get().map(|reply| view! { <Ask quick reply/> })}
    }
}

/// Those that fit, the best first: the alias begins with it, the alias has it, the text has it.
fn ranked(all: &[QuickReply], text: &str) -> Vec<QuickReply> {
    let wanted = plain(text);
    let mut found: Vec<(u8, &QuickReply)> = all
        .iter()
        .filter_map(|r| {
            let alias = plain(&r.alias);
            let rank = if alias.starts_with(&wanted) {
                0
            } else if alias.contains(&wanted) {
                1
            } else if plain(&r.text).contains(&wanted) {
                2
            } else {
                return None;
            };
            Some((rank, r))
        })
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, r)| r.clone()).collect()
}

/// A line: the reply's name, whom it is for, its file, and its text.
fn line(reply: QuickReply) -> AnyView {
    let file = reply.file.map(|f| f.file_name);
    view! {
        <span class="quick-alias"><bdi>{reply.alias}</bdi><Icon name=scope_icon(reply.scope) small=true/>
            {file.map(|name| view! { <span class="quick-file"><Icon name="attach" small=true/><bdi>{name}</bdi></span> })}</span>
        <span class="quick-text" dir="auto">{reply.text}</span>
    }
    .into_any()
}

/// Whom a reply is for, as an icon.
pub fn scope_icon(scope: ReplyScope) -> &'static str {
    match scope {
        ReplyScope::Me => "lock",
        ReplyScope::Teams => "team",
        ReplyScope::All => "building",
    }
}

/// Asks for the parameters that only a person knows, and shows what comes of them.
#[component]
fn Ask(quick: Quick, reply: QuickReply) -> impl IntoView {
    let i18n = use_i18n();
    let open = RwSignal::new(true);
    let fields: Vec<(String, RwSignal<String>)> =
        asked_parameters(&reply.text).into_iter().map(|name| (name.to_owned(), RwSignal::new(String::new()))).collect();
    let (fields, reply) = (StoredValue::new(fields), StoredValue::new(reply));
    let tried = RwSignal::new(false);
    let values = move || fields.with_value(|all| all.iter().map(|(name, value)| (name.clone(), value.get())).collect::<Vec<_>>());
    let insert = move || {
        let values = untrack(values);
        if values.iter().any(|(_, value)| value.trim().is_empty()) {
            return tried.set(true);
        }
        open.set(false);
        // The dialog gives the focus back first.
        request_animation_frame(move || {
            if let Some(reply) = reply.try_get_value() {
                quick.insert(&reply, &values);
            }
            let _ = quick.asking.try_set(None);
        });
    };
    let preview = move || {
        let known: Vec<(String, String)> = values().into_iter().filter(|(_, value)| !value.trim().is_empty()).collect();
        reply.with_value(|reply| quick.filled(reply, &known))
    };
    let footer = move || {
        view! {
            <Button press=move |()| { open.set(false); quick.asking.set(None) }>{t!(i18n, common.act.cancel)}</Button>
            <Button kind=Kind::Primary press=move |()| insert()>{t!(i18n, reply.insert)}</Button>
        }
    };
    let escaped = move |()| {
        if open.get_untracked() {
            quick.asking.set(None);
        }
    };
    view! {
        <Dialog open title=move || reply.with_value(|r| r.alias.clone()) footer closed=Callback::new(escaped)>
            <form class="quick-ask" on:submit=move |event: SubmitEvent| { event.prevent_default(); insert() }>
                {fields.with_value(|all| all.iter().cloned().enumerate().map(|(n, (name, value))| {
                    let wrong = move || tried.get() && value.with(|v| v.trim().is_empty());
                    view! {
                        <div class="field" class:wrong=wrong>
                            <label class="field-label" for=format!("quick-value-{n}")><bdi>{name}</bdi></label>
                            <input class="input" id=format!("quick-value-{n}") dir="auto" maxlength="500" autocomplete="off" autofocus={n == 0}
                                aria-invalid=move || wrong().then_some("true") aria-describedby=format!("quick-value-{n}-fault")
                                prop:value=move || value.get() on:input=move |event| value.set(event_target_value(&event))/>
                            <div class="field-fault" id=format!("quick-value-{n}-fault") aria-live="polite">
                                {move || wrong().then(|| fault::say_wrong(i18n, model::Wrong::Required))}
                            </div>
                        </div>
                    }
                }).collect_view())}
                // Enter in a field inserts.
                <button type="submit" hidden=true></button>
                <p class="quick-preview" dir="auto">{preview}</p>
            </form>
        </Dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{ReplyId, UserId};

    #[test]
    fn qr_2_what_is_typed_filters_and_the_alias_counts_more_than_the_text() {
        let reply = |id, alias: &str, text: &str| QuickReply {
            id: ReplyId(id),
            owner_id: UserId(1),
            scope: ReplyScope::Me,
            team_ids: vec![],
            alias: alias.into(),
            text: text.into(),
            file: None,
            archived: false,
        };
        let all = [reply(1, "endereço", "Rua do preço justo"), reply(2, "o preço", "Custa dez"), reply(3, "Preço", "Custa vinte")];
        let found = |text| ranked(&all, text).iter().map(|r| r.id.0).collect::<Vec<_>>();
        assert_eq!(found("preco"), [3, 2, 1]);
        assert_eq!(found(""), [1, 2, 3]);
        assert_eq!(found("xyz"), [0; 0]);
    }
}
