//! Optional parts of the product (HP-3): what is off refuses, and open pages learn of it.

use crate::world::*;
use model::*;
use service::{Cx, contact, conversation, delay, distribution, feature, reply, talk};

fn off(module: Module) -> Fault {
    Fault::ModuleOff { module }
}

async fn state(w: &World, module: Module) -> ModuleState {
    feature::modules(&w.admin).await.unwrap().into_iter().find(|m| m.module == module).unwrap()
}

/// What the part's functions answer.
async fn tried(w: &World, boss: &Cx, cx: &Cx, module: Module) -> Vec<Option<Fault>> {
    fn of<T>(answer: service::Result<T>) -> Option<Fault> {
        answer.err().map(service::Error::into_fault)
    }
    let c = w.says("5511987650077", "oi").await;
    match module {
        Module::InternalChat => vec![of(talk::open(cx, TalkWith::Everybody).await)],
        Module::Distribution => vec![of(distribution::setup(boss).await)],
        Module::SafetyDelay => vec![of(delay::save(boss, SafetyDelay { enabled: true, seconds: 5 }).await)],
        Module::QuickReplies => vec![
            of(reply::list(cx, &ReplyQuery::default()).await),
            of(reply::get(cx, ReplyId(1)).await),
            of(reply::delete(cx, ReplyId(1)).await),
            of(reply::take_file(cx, ReplyId(1)).await),
        ],
        Module::Merging => vec![of(conversation::merge(cx, c.id, c.id).await), of(contact::duplicates(cx, c.contact_id).await)],
        Module::Watching => vec![of(conversation::watch(cx, c.id, cx.user, true).await)],
    }
}

both! {
    async fn hp_3_what_is_off_refuses_and_what_is_on_does_not(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        for module in Module::ALL.iter().copied() {
            feature::switch(&w.admin, module, false).await.unwrap();
            let (boss, hers) = (w.cx(w.admin.user).await, w.cx(ana.user).await);
            let found = tried(w, &boss, &hers, module).await;
            assert!(found.iter().all(|f| *f == Some(off(module))), "{module}: {found:?}");
            feature::switch(&w.admin, module, true).await.unwrap();
            let (boss, hers) = (w.cx(w.admin.user).await, w.cx(ana.user).await);
            let found = tried(w, &boss, &hers, module).await;
            assert!(found.iter().all(|f| *f != Some(off(module))), "{module}: {found:?}");
        }
    }

    async fn hp_3_switching_is_for_admins_written_down_and_told(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        assert_eq!(fault(feature::switch(&ana, Module::Watching, false).await), Fault::Forbidden);
        assert_eq!(fault(feature::modules(&ana).await), Fault::Forbidden);
        assert_eq!(state(w, Module::Watching).await, ModuleState { module: Module::Watching, on: true, since: None, by: String::new() });
        w.pass(HOUR);
        let mut news = w.desk.listen(w.account);
        let account = feature::switch(&w.admin, Module::Watching, false).await.unwrap();
        assert!(!account.features.has(Module::Watching) && account.features.has(Module::Merging));
        let told: Vec<String> = std::iter::from_fn(|| news.try_recv().ok()).map(|n| format!("{n:?}")).collect();
        assert!(told.iter().any(|n| n.contains("Setup")), "open pages fetch the account again: {told:?}");
        let now = state(w, Module::Watching).await;
        assert_eq!((now.on, now.since, now.by.is_empty()), (false, Some(w.desk.now()), false));
        // The same once more is no deed.
        feature::switch(&w.admin, Module::Watching, false).await.unwrap();
        assert_eq!(w.number("select count(*) from audit where action = 'module.off'").await, 1);
        feature::switch(&w.admin, Module::Watching, true).await.unwrap();
        assert_eq!(w.number("select count(*) from audit where action = 'module.on'").await, 1);
    }

    async fn hp_3_without_the_safety_delay_what_is_sent_leaves_at_once(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        delay::save(&w.admin, SafetyDelay { enabled: true, seconds: 10 }).await.unwrap();
        feature::switch(&w.admin, Module::SafetyDelay, false).await.unwrap();
        assert_eq!(w.cx(ana.user).await.seat.delay.wait(), None);
        // What was set comes back with it.
        feature::switch(&w.admin, Module::SafetyDelay, true).await.unwrap();
        assert_eq!(w.cx(ana.user).await.seat.delay.wait(), Some(10 * SECOND));
    }
}
