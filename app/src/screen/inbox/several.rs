//! What is done with several chosen conversations (AB-5): the bar, the questions, the progress, and what failed.

mod ask;

use super::layout::use_panes;
use super::row::name_of;
use super::select::{Selection, use_selection};
use crate::api::Answer;
use crate::api::several::*;
use crate::fault;
use crate::i18n::*;
use crate::live::{Store, use_store};
use crate::part::*;
use ask::{AskConclude, AskTransfer};
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::*;

/// Conversations of one call: between two calls the progress moves.
const AT_ONCE: usize = 10;

/// What is done.
#[derive(Clone, Debug, PartialEq)]
enum Deed {
    Transfer(TransferDraft),
    Conclude(ConcludeDraft),
    Mark { read: bool },
    TakeBack,
}

impl Deed {
    async fn call(&self, ids: Vec<ConversationId>) -> Answer<Vec<Outcome>> {
        match self {
            Deed::Transfer(draft) => transfer_several(ids, draft.clone()).await,
            Deed::Conclude(draft) => conclude_several(ids, *draft).await,
            Deed::Mark { read } => mark_several(ids, *read).await,
            Deed::TakeBack => take_back_several(ids).await,
        }
    }

    /// The way back, when there is one.
    fn undo(&self) -> Option<Deed> {
        match self {
            Deed::Transfer(_) => Some(Deed::TakeBack),
            Deed::Mark { read } => Some(Deed::Mark { read: !read }),
            Deed::Conclude(_) | Deed::TakeBack => None,
        }
    }
}

/// One that could not be.
#[derive(Clone, Debug, PartialEq)]
struct Failed {
    id: ConversationId,
    name: String,
    fault: Fault,
}

/// How far it is.
#[derive(Clone, Debug, PartialEq)]
struct Run {
    deed: Deed,
    total: usize,
    done: usize,
    runs: bool,
    failed: Vec<Failed>,
}

/// What the bar shares with its dialogs.
#[derive(Clone, Copy)]
struct Acting {
    selection: Selection,
    store: Store,
    run: RwSignal<Option<Run>>,
    /// The chosen ones that the list still shows, in its order.
    chosen: Memo<Vec<Conversation>>,
    stopped: StoredValue<bool>,
    toasts: Toasts,
    i18n: leptos_i18n::I18nContext<Locale>,
}

impl Acting {
    fn ids(self) -> Vec<ConversationId> {
        self.chosen.with_untracked(|c| c.iter().map(|c| c.id).collect())
    }

    fn name(self, id: ConversationId) -> String {
        let row = self.store.row(id);
        untrack(|| match row {
            Some(row) => row.with_untracked(|r| name_of(self.i18n, &r.contact_name, r.contact_phone.as_deref())),
            None => t_string!(self.i18n, working.select.gone).to_string(),
        })
    }

    /// Does it with all of them, some at a time.
    fn go(self, deed: Deed, ids: Vec<ConversationId>) {
        if ids.is_empty() || self.run.with_untracked(|r| r.as_ref().is_some_and(|r| r.runs)) {
            return;
        }
        // The way back is only for those that were changed.
        let changes = |id: &ConversationId| match deed {
            Deed::Mark { read } => self.store.row(*id).is_none_or(|row| row.with_untracked(|r| (r.unread > 0) == read)),
            _ => true,
        };
        let changed: Vec<ConversationId> = ids.iter().copied().filter(changes).collect();
        let names: Vec<(ConversationId, String)> = ids.iter().map(|id| (*id, self.name(*id))).collect();
        if let Deed::Mark { read } = deed {
            self.selection.marked(&ids, read);
        }
        self.stopped.set_value(false);
        self.run.set(Some(Run { deed: deed.clone(), total: ids.len(), done: 0, runs: true, failed: Vec::new() }));
        spawn_local(async move {
            let mut failed: Vec<Failed> = Vec::new();
            let mut done: Vec<ConversationId> = Vec::new();
            let mut broken: Option<Fault> = None;
            for part in names.chunks(AT_ONCE) {
                if self.stopped.try_get_value().unwrap_or(true) {
                    break;
                }
                let name = |id: ConversationId| part.iter().find(|(i, _)| *i == id).map(|(_, n)| n.clone()).unwrap_or_default();
                let answer = match &broken {
                    Some(fault) => Err(fault.clone()),
                    None => deed.call(part.iter().map(|(id, _)| *id).collect()).await.map_err(|refused| self.store.hear(refused)),
                };
                match answer {
                    Ok(outcomes) => {
                        for Outcome { id, fault } in outcomes {
                            match fault {
                                Some(fault) => failed.push(Failed { id, name: name(id), fault }),
                                None => done.push(id),
                            }
                        }
                    }
                    // Without the server the others fail the same way.
                    Err(fault) => {
                        failed.extend(part.iter().map(|(id, name)| Failed { id: *id, name: name.clone(), fault: fault.clone() }));
                        broken = Some(fault);
                    }
                }
                let now = (done.len(), failed.clone());
                let _ = self.run.try_update(|run| {
                    if let Some(run) = run {
                        run.done = now.0;
                        run.failed = now.1;
                    }
                });
            }
            self.ended(&deed, done, changed, failed);
        });
    }

    fn ended(self, deed: &Deed, done: Vec<ConversationId>, changed: Vec<ConversationId>, failed: Vec<Failed>) {
        if !done.is_empty() {
            let i18n = self.i18n;
            let count = done.len();
            let said = untrack(|| match deed {
                Deed::Transfer(_) => t_string!(i18n, working.select.done_transfer, count = count).to_string(),
                Deed::Conclude(_) => t_string!(i18n, working.select.done_conclude, count = count).to_string(),
                Deed::Mark { read: true } => t_string!(i18n, working.select.done_read, count = count).to_string(),
                Deed::Mark { read: false } => t_string!(i18n, working.select.done_unread, count = count).to_string(),
                Deed::TakeBack => t_string!(i18n, working.select.done_back, count = count).to_string(),
            });
            let back: Vec<ConversationId> = done.into_iter().filter(|id| changed.contains(id)).collect();
            match deed.undo().filter(|_| !back.is_empty()) {
                Some(undo) => self.toasts.undo(i18n, said, move || self.go(undo.clone(), back.clone())),
                None => self.toasts.say(said),
            }
        }
        if failed.is_empty() {
            let _ = self.run.try_set(None);
            self.selection.end();
        } else {
            self.selection.keep(failed.iter().map(|f| f.id));
            let _ = self.run.try_update(|run| {
                if let Some(run) = run {
                    run.runs = false;
                    run.failed = failed;
                }
            });
        }
    }
}

/// The bar below the list, while conversations are being chosen or something is done with them.
#[component]
pub fn SeveralBar() -> impl IntoView {
    let i18n = use_i18n();
    let (panes, store, selection) = (use_panes(), use_store(), use_selection());
    let toasts = use_toasts();
    let order = move || super::list::shown_order(store, panes.tab.get());
    let chosen = Memo::new(move |_| {
        let rows = order().into_iter().filter(|id| selection.has(*id)).filter_map(|id| store.row(id));
        rows.map(|row| row.get()).collect::<Vec<Conversation>>()
    });
    let acting = Acting { selection, store, run: RwSignal::new(None), chosen, stopped: StoredValue::new(false), toasts, i18n };
    let (transfers, concludes) = (RwSignal::new(false), RwSignal::new(false));
    let count = Memo::new(move |_| chosen.with(Vec::len));
    let says = move || match count.get() {
        0 => t_string!(i18n, working.select.none).to_string(),
        1 => t_string!(i18n, working.select.one).to_string(),
        limit::SEVERAL_MAX => t_string!(i18n, working.select.most, count = limit::SEVERAL_MAX).to_string(),
        count => t_string!(i18n, working.select.count, count = count).to_string(),
    };
    // Why a deed is not to be had: nothing is chosen, or none of it is theirs to decide. What of it is not is told of each.
    let why = move |may: fn(&Seen, &Conversation) -> bool| {
        Signal::derive(move || {
            let allowed = store.workspace.with(|w| w.as_ref().is_some_and(|w| chosen.with(|c| c.iter().any(|c| may(&w.seen, c)))));
            match count.get() {
                0 => Some(t_string!(i18n, working.select.why_none).to_string()),
                _ if !allowed => Some(t_string!(i18n, working.select.why_not).to_string()),
                _ => None,
            }
        })
    };
    let runs = Memo::new(move |_| acting.run.with(|r| r.as_ref().is_some_and(|r| r.runs)));
    let shown = move || selection.is_on() || acting.run.with(Option::is_some);
    view! {
        <div class="several" role="region" aria-label=move || t_string!(i18n, working.select.bar).to_string() hidden=move || !shown()>
            <div class="several-head">
                <span class="several-count" role="status">{says}</span>
                <IconButton small=true icon="check-double" label=move || t_string!(i18n, working.select.all).to_string()
                    press=move |()| selection.add(&untrack(order))/>
                <IconButton small=true icon="x" label=move || t_string!(i18n, working.select.end).to_string()
                    press=move |()| { acting.stopped.set_value(true); acting.run.set(None); selection.end() }/>
            </div>
            {move || runs.get().then(|| view! { <Progress acting/> })}
            {move || (!runs.get()).then(|| view! { <Failures acting/> })}
            <div class="several-acts" hidden=move || runs.get()>
                <Show when=move || panes.tab.get() == Tab::Mine>
                    <IconButton icon="check" why=why(|_, _| true) label=move || t_string!(i18n, working.select.read).to_string()
                        press=move |()| acting.go(Deed::Mark { read: true }, acting.ids())/>
                    <IconButton icon="mail" why=why(|_, _| true) label=move || t_string!(i18n, working.select.unread).to_string()
                        press=move |()| acting.go(Deed::Mark { read: false }, acting.ids())/>
                </Show>
                <Button small=true icon="transfer" why=why(|seen, c| seen.may(Act::Transfer, &c.access())) press=move |()| transfers.set(true)>
                    {t!(i18n, working.select.transfer)}
                </Button>
                <Button small=true icon="conclude" why=why(|seen, c| seen.may(Act::Conclude, &c.access())) press=move |()| concludes.set(true)>
                    {t!(i18n, working.select.conclude)}
                </Button>
            </div>
            <AskTransfer open=transfers acting/>
            <AskConclude open=concludes acting/>
        </div>
    }
}

/// How far it is, with a way to stop.
#[component]
fn Progress(acting: Acting) -> impl IntoView {
    let i18n = acting.i18n;
    let far = Memo::new(move |_| acting.run.with(|r| r.as_ref().map_or((0, 0), |r| (r.done + r.failed.len(), r.total))));
    let says = move || {
        let (done, total) = far.get();
        t_string!(i18n, working.select.running, done = done, total = total).to_string()
    };
    view! {
        <div class="several-run">
            <progress max=move || far.get().1.to_string() value=move || far.get().0.to_string() aria-label=says></progress>
            <span>{says}</span>
            <Button small=true press=move |()| acting.stopped.set_value(true)>{t!(i18n, working.select.stop)}</Button>
        </div>
    }
}

/// What could not be done, and why, one by one.
#[component]
fn Failures(acting: Acting) -> impl IntoView {
    let i18n = acting.i18n;
    move || {
        let run = acting.run.get().filter(|r| !r.failed.is_empty())?;
        let (deed, failed) = (run.deed, run.failed);
        let ids: Vec<ConversationId> = failed.iter().map(|f| f.id).collect();
        let title = match failed.len() {
            1 => t_string!(i18n, working.select.failed_one).to_string(),
            count => t_string!(i18n, working.select.failed, count = count).to_string(),
        };
        Some(view! {
            <div class="several-failed" role="alert">
                <p>{title}</p>
                <ul>
                    {failed.into_iter().map(|f| view! { <li><b dir="auto">{f.name}</b>" "{fault::say(i18n, &f.fault)}</li> }).collect_view()}
                </ul>
                <div class="several-again">
                    <Button small=true icon="refresh" press=move |()| acting.go(deed.clone(), ids.clone())>{t!(i18n, working.select.retry)}</Button>
                    <Button small=true press=move |()| acting.run.set(None)>{t!(i18n, working.select.close)}</Button>
                </div>
            </div>
        })
    }
}
