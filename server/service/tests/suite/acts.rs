//! Random acts of several people and contacts, for the tests that compare two ways of knowing the same.

use crate::payload;
use crate::world::*;
use model::*;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use service::{Cx, Error, conversation, inbound, message};

/// A workspace with three teams, seven people and templates.
pub struct Play<'w> {
    pub w: &'w World,
    /// Admin, agents, a supervisor, and somebody without a team.
    pub people: Vec<Cx>,
    pub teams: Vec<TeamId>,
    templates: Vec<Template>,
    random: StdRng,
}

impl<'w> Play<'w> {
    pub async fn new(w: &'w World, seed: u64) -> Play<'w> {
        let team = w.new_team("Equipe", Restriction::Team).await;
        let user = w.new_team("Individual", Restriction::User).await;
        let templates = w
            .templates(&[
                payload::template("a", "UTILITY", "Olá"),
                payload::template("b", "UTILITY", "Oi {{1}}"),
                payload::template("c", "MARKETING", "Oferta"),
            ])
            .await;
        let people = vec![
            w.admin.clone(),
            w.agent("Ana Souza", w.team).await,
            w.member("Bia Reis", Role::Agent, &[(w.team, true, false), (team, true, false)]).await,
            w.member("Caio Nunes", Role::Agent, &[(team, true, false), (user, true, false)]).await,
            w.agent("Davi Melo", user).await,
            w.member("Eva Lima", Role::Agent, &[(user, false, true), (w.team, false, true)]).await,
            w.member("Fora Daqui", Role::Agent, &[]).await,
        ];
        Play { w, people, teams: vec![w.team, team, user], templates, random: StdRng::seed_from_u64(seed) }
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of.choose(&mut self.random).unwrap().clone()
    }

    async fn any_conversation(&mut self) -> Option<ConversationId> {
        let rows: Vec<(i64,)> = self.w.rows("select id from conversation order by id").await;
        rows.choose(&mut self.random).map(|(id,)| ConversationId(*id))
    }

    async fn any_message(&mut self, which: &str) -> Option<(i64, Option<String>)> {
        let rows: Vec<(i64, Option<String>)> = self.w.rows(&format!("select id, external_id from message where {which} order by id")).await;
        rows.choose(&mut self.random).cloned()
    }

    /// One act; many are refused, none may break.
    pub async fn act(&mut self) {
        let w = self.w;
        let cx = {
            let people = self.people.clone();
            self.pick(&people)
        };
        let phone = format!("551198765060{}", self.random.random_range(0..5));
        let Some(c) = self.any_conversation().await else {
            w.says(&phone, "primeira").await;
            return;
        };
        let n = w.fresh();
        let outcome = match self.random.random_range(0..24) {
            0..4 => {
                w.says(&phone, &format!("mensagem {n}")).await;
                Ok(())
            }
            4..7 => {
                // From the queue, or from whom the screen shows.
                let seen = if self.random.random_bool(0.5) { w.conversation(c).await.assignee_id } else { None };
                conversation::assume(&cx, c, seen).await.map(drop)
            }
            7..10 => message::send(&cx, c, text_draft(&format!("k{n}"), &format!("resposta {n}"))).await.map(drop),
            10 => {
                let draft = SendDraft {
                    client_id: format!("n{n}"),
                    what: SendWhat::Note { text: "nota".into() },
                    reply_to: None,
                    mentions: Vec::new(),
                };
                message::send(&cx, c, draft).await.map(drop)
            }
            11 => {
                let teams = self.teams.clone();
                let to = TransferTo::Team { team_id: self.pick(&teams) };
                conversation::transfer(&cx, c, TransferDraft { to, note: "veja".into(), stop_bot: false, anyway: false }).await.map(drop)
            }
            12 => {
                let (people, teams) = (self.people.clone(), self.teams.clone());
                let to = TransferTo::Person { user_id: self.pick(&people).user, team_id: self.random.random_bool(0.5).then(|| teams[0]) };
                conversation::transfer(&cx, c, TransferDraft { to, note: String::new(), stop_bot: true, anyway: false }).await.map(drop)
            }
            13..15 => conversation::conclude(&cx, c, ConcludeDraft::default()).await.map(drop),
            15..17 => conversation::mark_read(&cx, c).await,
            17 => conversation::mark_unread(&cx, c).await,
            18 => {
                let templates = self.templates.clone();
                let fill = filled(&self.pick(&templates), &[("body.1", "x")]);
                conversation::restart(&cx, c, &format!("r{n}"), fill).await.map(drop)
            }
            19 => {
                w.send_out().await;
                Ok(())
            }
            20 => {
                let statuses = ["sent", "delivered", "read"];
                let status = self.pick(&statuses);
                if let Some((_, Some(id))) = self.any_message("direction = 'OUT' and external_id is not null").await {
                    let item = match self.random.random_bool(0.2) {
                        true => payload::failed(&id, 131026, w.desk.now(), None),
                        false => payload::status(&id, status, w.desk.now(), None),
                    };
                    w.inbound(&payload::statuses(NUMBER, vec![item])).await;
                }
                Ok(())
            }
            21 => match self.any_message("status in ('FAILED', 'WAIT_REPLY')").await {
                Some((id, _)) => message::retry(&cx, MessageId(id)).await.or(message::cancel(&cx, MessageId(id)).await).map(drop),
                None => Ok(()),
            },
            22 => {
                if let Some((_, Some(id))) = self.any_message("external_id is not null").await {
                    let thumb = payload::reaction(&phone, &format!("wamid.RE{n}"), w.desk.now(), &id, "👍");
                    w.inbound(&payload::one(NUMBER, vec![thumb])).await;
                }
                Ok(())
            }
            _ => {
                let by = [SECOND, MINUTE, 13 * HOUR];
                w.pass(self.pick(&by));
                Ok(())
            }
        };
        match outcome {
            Ok(()) | Err(Error::Fault(_)) => {}
            Err(broken) => panic!("{broken}"),
        }
    }

    /// Several acts at the same time.
    pub async fn at_once(&mut self) {
        let w = self.w;
        let mut work: Vec<std::pin::Pin<Box<dyn Future<Output = service::Result<()>>>>> = Vec::new();
        for _ in 0..6 {
            let (n, people) = (w.fresh(), self.people.clone());
            let (cx, c) = (self.pick(&people), self.any_conversation().await);
            let phone = format!("551198765060{}", self.random.random_range(0..5));
            let Some(c) = c else { continue };
            work.push(match self.random.random_range(0..7) {
                0 => Box::pin(async move {
                    let body = payload::one(NUMBER, vec![payload::text(&phone, &format!("wamid.C{n}"), w.desk.now(), "ao mesmo tempo")]);
                    inbound::receive(&w.desk, ChannelKind::WhatsApp, body.to_string().into_bytes()).await?;
                    inbound::turn(&w.desk).await.map(drop)
                }),
                1 => Box::pin(async move { conversation::assume(&cx, c, None).await.map(drop) }),
                2 => Box::pin(async move { message::send(&cx, c, text_draft(&format!("k{n}"), "junto")).await.map(drop) }),
                3 => Box::pin(async move { conversation::conclude(&cx, c, ConcludeDraft::default()).await.map(drop) }),
                4 => Box::pin(async move { conversation::mark_read(&cx, c).await }),
                5 => Box::pin(async move { service::outbox::turn(&w.desk).await.map(drop) }),
                _ => {
                    let to = TransferTo::Team {
                        team_id: {
                            let teams = self.teams.clone();
                            self.pick(&teams)
                        },
                    };
                    Box::pin(async move {
                        conversation::transfer(&cx, c, TransferDraft { to, note: String::new(), stop_bot: false, anyway: false })
                            .await
                            .map(drop)
                    })
                }
            });
        }
        for outcome in futures::future::join_all(work).await {
            match outcome {
                Ok(()) | Err(Error::Fault(_)) => {}
                // A deadlock that the database resolved: the person tries again.
                Err(busy) if busy.is_transient() => {}
                Err(broken) => panic!("{broken}"),
            }
        }
    }
}
