//! The small demo workspace of the first start.

use super::scene::{Counted, Crew, Stage, Via, play};
use super::{Login, PASSWORD, Report, WEBCHAT_KEY, ground, scenes};
use crate::channels::{WebChatConfig, normal_origin};
use crate::desk::{Desk, Work};
use crate::{Result, args, auth, sql_system};
use model::*;
use std::collections::HashMap;

const ZONE: &str = "America/Sao_Paulo";
const SHOP: &str = "Loja Exemplo";
const BRANCH: &str = "Filial Norte";
const WABA: &str = "102290129340398";
/// The simulator's two numbers: id and how it is shown.
const NUMBERS: [(&str, &str); 2] = [("106540352242922", "+55 11 5550-0100"), ("106540352242923", "+55 11 5550-0200")];
const CLOSING: &str = "Obrigado pelo contato, [NOME]! Seu protocolo é [PROTOCOLO]. Precisando, é só chamar. [ATENDENTE]";

/// Why its conversations end; those with a value ask for it.
const REASONS: &[(ReasonCategory, &str, bool)] = &[
    (ReasonCategory::Won, "Venda realizada", true),
    (ReasonCategory::Won, "Problema resolvido", false),
    (ReasonCategory::Lost, "Produto sem estoque", false),
    (ReasonCategory::Lost, "Preço", false),
    (ReasonCategory::Info, "Prazo de entrega", false),
    (ReasonCategory::Info, "Troca e devolução", false),
    (ReasonCategory::Other, "Engano", false),
    (ReasonCategory::Other, "Sem resposta do cliente", false),
];

/// Makes two accounts with people, teams, channels and a couple of dozen conversations in all states, with times
/// relative to now. Everything or nothing; sample files go to the data folder.
///
/// # Errors
/// [`Fault::SetupClosed`] when an account exists: the workspace is for an empty database only.
pub async fn workspace(desk: &Desk) -> Result<Report> {
    let hash = auth::hash_password(desk, PASSWORD.to_owned()).await?;
    let shop: AccountId = desk.seam.id();
    let mut work = desk.system(shop).begin().await?;
    // Whoever sets up at the same moment waits, and finds this account.
    if !work.is_sqlite() {
        work.system().run(sql_system!(postgres "lock table account in exclusive mode"), args![]).await?;
    }
    let any: Option<(i64,)> = work.system().one(sql_system!("select id from account limit 1"), args![]).await?;
    if any.is_some() {
        return Err(Fault::SetupClosed.into());
    }
    let (admin, first) = main_account(&mut work, &hash).await?;
    work.turn_to(desk.seam.id());
    let second = second_account(&mut work, admin).await?;
    work.commit().await?;
    let login = |email: &str, role: &str| Login { email: email.to_owned(), password: PASSWORD, role: role.to_owned() };
    Ok(Report {
        logins: vec![
            login("admin@prosa.example", "admin of Loja Exemplo and of Filial Norte"),
            login("ana@prosa.example", "agent of Vendas"),
            login("bruno@prosa.example", "agent of Suporte"),
            login("carla@prosa.example", "supervisor of Suporte, agent of Financeiro"),
        ],
        accounts: 2,
        contacts: first.0 + second.0,
        conversations: first.1 + second.1,
        messages: first.2 + second.2,
    })
}

async fn main_account(work: &mut Work, hash: &str) -> Result<(UserId, Counted)> {
    ground::account(work, SHOP, ZONE, CLOSING).await?;
    ground::reasons(work, REASONS).await?;
    let sales = ground::team(work, "Vendas", false, Restriction::None).await?;
    let support = ground::team(work, "Suporte", true, Restriction::Team).await?;
    let finance = ground::team(work, "Financeiro", false, Restriction::User).await?;
    let admin = ("Alice Andrade", "Alice", "admin@prosa.example");
    let admin = ground::person(work, admin, hash, Role::Admin, &[(sales, true, false), (finance, true, true)]).await?;
    let ana = ground::person(work, ("Ana Martins", "Ana", "ana@prosa.example"), hash, Role::Agent, &[(sales, true, false)]).await?;
    let bruno =
        ground::person(work, ("Bruno Teixeira", "Bruno", "bruno@prosa.example"), hash, Role::Agent, &[(support, true, false)]).await?;
    let carla = ("Carla Nogueira", "Carla", "carla@prosa.example");
    let carla = ground::person(work, carla, hash, Role::Agent, &[(support, true, true), (finance, true, false)]).await?;

    let [(first, first_shown), (second, second_shown)] = NUMBERS;
    let shop = ground::whatsapp(work, "WhatsApp Vendas", first, WABA, first_shown, Some(sales)).await?;
    let branch = ground::whatsapp(work, "WhatsApp Suporte", second, WABA, second_shown, Some(support)).await?;
    let config = WebChatConfig {
        origins: origins(&work.desk().settings.graph_url),
        greeting: "Olá! Como podemos ajudar?".to_owned(),
        title: "Fale com a Loja Exemplo".to_owned(),
        ..WebChatConfig::default()
    };
    let site = ground::webchat(work, "Chat do site", WEBCHAT_KEY, &config, Some(support)).await?;
    let stage = Stage {
        zone: ZONE,
        people: HashMap::from([("admin", admin), ("ana", ana), ("bruno", bruno), ("carla", carla)]),
        channels: vec![(Via::Shop, shop), (Via::Branch, branch), (Via::Site, site)],
        teams: vec![(Crew::Sales, sales), (Crew::Support, support), (Crew::Finance, finance)],
    };
    Ok((admin, play(work, &stage, scenes::shop()).await?))
}

/// Where the chat may stand: the simulator's shop page, also when it runs on another port of this machine.
fn origins(graph_url: &str) -> Vec<String> {
    let mut origins = vec!["http://127.0.0.1:3010".to_owned(), "http://localhost:3010".to_owned()];
    if let Some(own) = normal_origin(graph_url).filter(|o| o.starts_with("http://127.0.0.1") || o.starts_with("http://localhost"))
        && !origins.contains(&own)
    {
        origins.push(own);
    }
    origins
}

async fn second_account(work: &mut Work, admin: UserId) -> Result<Counted> {
    const ZONE: &str = "America/Belem";
    ground::account(work, BRANCH, ZONE, "").await?;
    let team = ground::team(work, "Atendimento", true, Restriction::None).await?;
    ground::join(work, admin, Role::Admin, &[(team, true, false)]).await?;
    let config = WebChatConfig {
        origins: origins(&work.desk().settings.graph_url),
        greeting: "Olá! Fale com a filial.".to_owned(),
        title: "Filial Norte".to_owned(),
        ..WebChatConfig::default()
    };
    let site = ground::webchat(work, "Chat do site", "demo-webchat-norte", &config, Some(team)).await?;
    let stage = Stage {
        zone: ZONE,
        people: HashMap::from([("admin", admin)]),
        channels: vec![(Via::Site, site)],
        teams: vec![(Crew::Support, team)],
    };
    play(work, &stage, scenes::branch_office()).await
}
