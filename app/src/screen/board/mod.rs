//! The supervisor's live board, its wall mode, and reports (DB-1 to DB-6).

mod cards;
mod people;
mod queue;
mod report;
mod say;
mod talks;
mod wall;

use crate::api;
use crate::i18n::*;
use crate::live::{use_store, web};
use crate::part::*;
use cards::Cards;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;
use model::{Board, BoardTeam, ConversationQuery, Fault, Millis, Tally, TeamId};

/// The board on screen.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    board: RwSignal<Option<Board>>,
    /// The only team that is shown, as its id; empty = all.
    team: RwSignal<String>,
    /// By the clock on the wall, or only while teams are open.
    open_hours: RwSignal<bool>,
    /// The server's clock, each second.
    now: RwSignal<Millis>,
    /// The list of conversations that is looked into.
    into: RwSignal<Option<(String, ConversationQuery)>>,
}

impl Shown {
    /// The teams that are shown. Tracked.
    fn teams(self) -> Vec<BoardTeam> {
        let only = self.team.get().parse::<TeamId>().ok();
        let all = self.board.with(|b| b.as_ref().map(|b| b.teams.clone()).unwrap_or_default());
        all.into_iter().filter(|t| only.is_none_or(|only| t.team_id == only)).collect()
    }

    /// Their sum. Tracked.
    fn sum(self, part: impl Fn(&BoardTeam) -> &Tally) -> Tally {
        let mut sum = Tally::default();
        self.teams().iter().for_each(|team| sum.add(part(team)));
        sum
    }
}

/// The page: the board, `reports` or `wall`.
#[component]
pub fn BoardScreen() -> impl IntoView {
    let i18n = use_i18n();
    let params = use_params_map();
    let store = use_store();
    let page = Memo::new(move |_| params.with(|p| p.get("page").unwrap_or_default()));
    // Known with the workspace; who leads nobody asks the server nothing.
    let leads = Memo::new(move |_| store.workspace.with(|w| w.as_ref().map(|w| w.seen.leads())));
    move || match (leads.get(), page.get().as_str()) {
        (None, _) => view! { <SkeletonRows count=6/> }.into_any(),
        (Some(false), _) => view! {
            <EmptyState page=true icon="lock" title=move || t_string!(i18n, roles.no_section).to_string()
                text=move || t_string!(i18n, roles.no_section_text).to_string()/>
        }
        .into_any(),
        (_, "reports") => view! {
            <Title text=move || t_string!(i18n, board.reports).to_string()/>
            <div class="board"><Head/><report::Reports/></div>
        }
        .into_any(),
        (_, "wall") => view! {
            <Title text=move || t_string!(i18n, board.title).to_string()/>
            <Live wall=true/>
        }
        .into_any(),
        _ => view! {
            <Title text=move || t_string!(i18n, board.title).to_string()/>
            <div class="board"><Head/><Live/></div>
        }
        .into_any(),
    }
}

#[component]
fn Head() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <header class="board-head">
            <h1>{t!(i18n, board.title)}</h1>
            <nav class="board-pages" aria-label=move || t_string!(i18n, board.title).to_string()>
                <A href="/board" exact=true>{t!(i18n, board.live)}</A>
                <A href="/board/reports">{t!(i18n, board.reports)}</A>
                <A href="/board/wall">{t!(i18n, board.wall)}</A>
            </nav>
            <a class="board-help" href="/help/board" rel="external" target="_blank">{t!(i18n, board.help)}</a>
        </header>
    }
}

/// Follows the board while it is on screen.
fn follow(shown: Shown, trouble: RwSignal<Option<Fault>>) {
    let store = use_store();
    effect(move || {
        // What came before the connection: the first sight, and why there is none.
        spawn_local(async move {
            match api::board::live_board().await {
                Ok(board) => {
                    let _ = shown.board.try_update(|here| {
                        here.get_or_insert(board);
                    });
                }
                Err(refused) => {
                    let _ = trouble.try_set(Some(store.hear(refused)));
                }
            }
        });
        store.board.watch(true);
    });
    on_cleanup(move || store.board.watch(false));
    effect(move || {
        if store.board.news.with(Vec::is_empty) {
            return;
        }
        let news = store.board.news.try_update_untracked(std::mem::take).unwrap_or_default();
        shown.board.update(|here| {
            for text in news {
                let Ok(board) = model::from_json::<Board>(text.as_bytes()) else { continue };
                match here {
                    Some(here) => here.apply(board),
                    None if board.whole => *here = Some(board),
                    None => {}
                }
            }
        });
    });
    effect(move || {
        spawn_local(async move {
            while shown.now.try_set(store.server_now()).is_none() {
                web::sleep(1_000).await;
            }
        });
    });
}

/// What happens now.
#[component]
fn Live(#[prop(optional)] wall: bool) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let shown = Shown {
        board: RwSignal::new(None),
        team: RwSignal::new(String::new()),
        open_hours: RwSignal::new(false),
        now: RwSignal::new(0),
        into: RwSignal::new(None),
    };
    let trouble = RwSignal::new(None);
    follow(shown, trouble);
    let here = Memo::new(move |_| shown.board.with(Option::is_some));
    let teams = Signal::derive(move || {
        let known = shown.board.with(|b| b.iter().flat_map(|b| &b.teams).map(|t| t.team_id).collect::<Vec<_>>());
        let all = Choice::new("", t_string!(i18n, board.all_teams).to_string());
        std::iter::once(all).chain(known.into_iter().map(|id| Choice::new(id.to_string(), store.team_name(id)))).collect::<Vec<_>>()
    });
    let team = shown.team;
    move || match (here.get(), trouble.get()) {
        (false, Some(fault)) => view! { <Trouble fault=Signal::stored(fault) retry=move |()| crate::session::go("/board")/> }.into_any(),
        (false, None) => view! { <SkeletonRows count=6/> }.into_any(),
        (true, _) if wall => view! { <wall::Wall shown/> }.into_any(),
        (true, _) => view! {
            <form class="board-filter" on:submit=move |event| event.prevent_default()>
                <Select name="board_team" value=team choices=teams label=move || t_string!(i18n, board.team).to_string()/>
            </form>
            <Cards shown/>
            <cards::Averages shown/>
            <queue::Queues shown/>
            <people::People shown/>
            <talks::Talks shown/>
        }
        .into_any(),
    }
}
