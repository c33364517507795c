//! One quick reply: alias, text, parameters, whom it is for.

use super::super::settings::list::use_go;
use super::file::{Carried, FileOf};
use crate::api::reply::{delete_reply, save_reply};
use crate::i18n::*;
use crate::live::use_store;
use crate::part::*;
use crate::session::use_session;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::*;

/// Creates a reply (`stored` is none, or the one to copy) or changes one. Who may not change it reads it.
#[component]
pub(super) fn ReplyForm(stored: Option<QuickReply>, copy: bool) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let session = use_session();
    let toasts = use_toasts();
    let go = use_go();
    let id = stored.as_ref().filter(|_| !copy).map(|r| r.id);
    let is_new = id.is_none();
    let (me, is_admin) = untrack(|| (session.with(|me| me.user_id), session.is_admin()));
    let may = is_new || stored.as_ref().is_some_and(|r| r.may_change(me, is_admin));
    let of = |read: fn(&QuickReply) -> String| RwSignal::new(stored.as_ref().map(read).unwrap_or_default());
    let alias = of(|r| r.alias.clone());
    if copy {
        alias.update(|a| *a = text::shorten(&tu_string!(i18n, reply.copy_of, alias = a.as_str()).to_string(), limit::ALIAS_MAX - 1));
    }
    let body = of(|r| r.text.clone());
    let scope = RwSignal::new(stored.as_ref().map_or(ReplyScope::Me, |r| r.scope).word().to_owned());
    let teams = RwSignal::new(stored.as_ref().map(|r| r.team_ids.clone()).unwrap_or_default());
    let archived = RwSignal::new(stored.as_ref().is_some_and(|r| r.archived && !copy));
    let carried = Carried::new(stored.as_ref().filter(|_| !copy).and_then(|r| r.file.clone()));
    if let Some(from) = stored.as_ref().filter(|r| copy && r.file.is_some()) {
        carried.copy(from.id);
    }
    let of_scope = move || scope.read().parse().unwrap_or(ReplyScope::Me);
    let form = Form::new(move || ReplyDraft {
        id,
        scope: of_scope(),
        team_ids: if of_scope() == ReplyScope::Teams { teams.get() } else { Vec::new() },
        alias: alias.get(),
        text: body.get(),
        file_id: carried.file.with(|f| f.as_ref().map(|f| f.id)),
        archived: archived.get(),
    });
    let changed = move || store.replies_changed.update(|n| *n += 1);
    let save = {
        let go = go.clone();
        Callback::new(move |()| {
            if carried.is_busy() {
                return toasts.fail(tu_string!(i18n, file.busy).to_string());
            }
            let go = go.clone();
            form.save(ReplyDraft::check, save_reply, move |saved: QuickReply| {
                changed();
                if is_new {
                    toasts.say(tu_string!(i18n, reply.added).to_string());
                    go(format!("/replies/{}", saved.id));
                }
            });
        })
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        save.run(());
    };
    let (asking, busy) = (RwSignal::new(false), RwSignal::new(false));
    let leave = go.clone();
    let delete = move |()| {
        let Some(id) = id.filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        let leave = leave.clone();
        spawn_local(async move {
            let answer = delete_reply(id).await;
            if busy.try_set(false).is_some() {
                return;
            }
            asking.set(false);
            match answer {
                Ok(()) => {
                    form.keep();
                    toasts.say(tu_string!(i18n, reply.deleted).to_string());
                    changed();
                    leave("/replies".to_owned());
                }
                Err(refused) => form.faults().take(&refused.0),
            }
        });
    };
    let duplicate = move |()| {
        if let Some(id) = id.filter(|_| may_leave()) {
            form.keep();
            go(format!("/replies/new?copy={id}"));
        }
    };
    let scope_name = move |scope: ReplyScope| match scope {
        ReplyScope::Me => t_string!(i18n, reply.me),
        ReplyScope::Teams => t_string!(i18n, reply.teams),
        ReplyScope::All => t_string!(i18n, reply.all),
    };
    let scopes = Signal::derive(move || ReplyScope::ALL.iter().map(|s| Choice::new(s.word(), scope_name(*s))).collect::<Vec<_>>());
    let heading = move || match alias.get() {
        n if n.trim().is_empty() => t_string!(i18n, reply.new).to_string(),
        n => n,
    };
    let owner = stored.as_ref().map(|r| r.owner_id).filter(|owner| *owner != me && !copy);
    let whose = move || owner.map(|owner| t_string!(i18n, reply.made_by, name = store.member_name(owner)).to_string());
    if !may {
        return view! {
            <article class="form">
                <h2 dir="auto">{heading}</h2>
                <p class="field-hint">{whose}</p>
                <p class="reply-text" dir="auto">{move || body.get()}</p>
                {carried.file.get_untracked().map(|file| view! {
                    <p><a href=format!("/media/{}", file.id) target="_blank" rel="noopener"><bdi>{file.file_name}</bdi></a></p>
                })}
                <div class="form-foot"><Button icon="copy" press=duplicate>{t!(i18n, reply.duplicate)}</Button></div>
            </article>
        }
        .into_any();
    }
    view! {
        <form class="form" method="post" novalidate on:submit=submit>
            <h2 dir="auto">{heading}</h2>
            {move || whose().map(|whose| view! { <p class="field-hint">{whose}</p> })}
            <TextField name="alias" max=limit::ALIAS_MAX as u32 value=alias autofocus=is_new label=move || t_string!(i18n, reply.alias).to_string()
                hint=move || t_string!(i18n, reply.alias_hint).to_string()/>
            <TextArea name="text" value=body rows=6 max=limit::TEXT_MAX as u32 label=move || t_string!(i18n, reply.text).to_string()
                hint=move || t_string!(i18n, reply.text_hint).to_string()/>
            <Parameters text=body/>
            <FileOf carried/>
            <Radios name="scope" value=scope choices=scopes label=move || t_string!(i18n, reply.scope).to_string()/>
            <Show when=move || of_scope() == ReplyScope::Teams><Teams teams is_admin/></Show>
            <FormFoot form fresh=is_new>
                {(!is_new).then(|| view! {
                    <span class="form-gap"></span>
                    <Button kind=Kind::Ghost icon="copy" press=duplicate.clone()>{t!(i18n, reply.duplicate)}</Button>
                    <Button kind=Kind::Ghost icon="archive" press=move |()| { archived.update(|a| *a = !*a); save.run(()) }>
                        {move || if archived.get() { t_string!(i18n, reply.unarchive) } else { t_string!(i18n, reply.archive) }}
                    </Button>
                    <Button kind=Kind::Ghost icon="trash" press=move |()| asking.set(true)>{t!(i18n, reply.delete)}</Button>
                })}
            </FormFoot>
        </form>
        <Confirm open=asking danger=true busy press=delete title=move || t_string!(i18n, reply.delete_title).to_string()
            text=move || t_string!(i18n, reply.delete_text).to_string() label=move || t_string!(i18n, reply.delete).to_string()/>
    }
    .into_any()
}

/// The parameters that stand in the text, and what becomes of each.
#[component]
fn Parameters(text: RwSignal<String>) -> impl IntoView {
    let i18n = use_i18n();
    move || {
        let found: Vec<(String, bool)> =
            text.with(|t| parameters(t).into_iter().map(|name| (name.to_owned(), KNOWN_PARAMETERS.contains(&name))).collect());
        (!found.is_empty()).then(|| {
            view! {
                <ul class="reply-parameters" aria-label=move || t_string!(i18n, reply.parameters).to_string()>
                    {found.into_iter().map(|(name, known)| view! {
                        <li>
                            <code>{format!("[{name}]")}</code>" "
                            {move || if known { t_string!(i18n, reply.known) } else { t_string!(i18n, reply.asked) }}
                        </li>
                    }).collect_view()}
                </ul>
            }
        })
    }
}

/// The teams it is for: one's own, for admins all.
#[component]
fn Teams(teams: RwSignal<Vec<TeamId>>, is_admin: bool) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let faults = use_context::<Faults>();
    let offered = move || {
        store.workspace.with(|w| {
            let Some(w) = w else { return Vec::new() };
            let mine =
                |id: &TeamId| is_admin || w.seen.pending.contains(id) || w.seen.supervised.contains(id) || teams.with(|t| t.contains(id));
            w.teams.iter().filter(|t| mine(&t.id)).map(|t| (t.id, t.name.clone())).collect::<Vec<_>>()
        })
    };
    let flip = move |id: TeamId| {
        teams.update(|all| match all.iter().position(|t| *t == id) {
            Some(at) => drop(all.remove(at)),
            None => all.push(id),
        });
        teams.update(|all| all.sort_unstable());
        if let Some(faults) = faults {
            faults.touched("team_ids");
        }
    };
    let wrong = move || faults.and_then(|f| f.of("team_ids")).map(|wrong| crate::fault::say_wrong(i18n, wrong));
    view! {
        <fieldset class="field field-several" class:wrong=move || wrong().is_some()>
            <legend class="field-label">{t!(i18n, reply.which_teams)}</legend>
            <For each=offered key=Clone::clone let((id, name))>
                <label class="check">
                    <input type="checkbox" name="team_ids" prop:checked=move || teams.with(|t| t.contains(&id)) on:change=move |_| flip(id)/>
                    <span class="check-text"><bdi>{name}</bdi></span>
                </label>
            </For>
            <div class="field-fault" aria-live="polite">{wrong}</div>
        </fieldset>
    }
}
