//! Conversations whose window has closed, and those that are over.

use super::*;

/// Served, but the window has closed: only a template goes.
pub(super) fn expired() -> Vec<Scene> {
    let again = TemplateContent {
        name: "retomar_atendimento".into(),
        language: "pt_BR".into(),
        category: TemplateCategory::Utility.word().into(),
        buttons: vec!["Sim, continuar".into(), "Agora não".into()],
        ..TemplateContent::default()
    };
    vec![
        scene(
            whats("Patrícia Gomes", "5511954321098"),
            Shop,
            Sales,
            vec![
                (31 * HOUR, In("Oi! O café especial de Minas volta quando?")),
                (30 * HOUR + 55, Assumed(Admin)),
                (30 * HOUR + 54, Out(Admin, "Oi, Patrícia! A nova safra chega até o fim do mês. Aviso você assim que entrar.", Read)),
                (30 * HOUR + 50, In("Ótimo, vou esperar!")),
                (30 * HOUR + 49, Seen),
            ],
        ),
        scene(
            whats("Sandra Melo", "5521987651234"),
            Shop,
            Sales,
            vec![
                (6 * DAY, In("Boa noite, o moedor elétrico está em promoção?")),
                (6 * DAY - 5, Assumed(Ana)),
                (6 * DAY - 6, Out(Ana, "Boa noite, Sandra! Está sim, R$ 289,00 até domingo.", Read)),
                (6 * DAY - 20, In("Vou pensar e aviso. Obrigada!")),
                (5 * DAY, Concluded(Ana)),
                (75, Restarted(Ana)),
                (74, Template(Ana, "Olá Sandra, aqui é da Loja Exemplo. Podemos continuar o seu atendimento?", again.clone())),
                (73, Out(Ana, "A promoção do moedor voltou hoje, com 10% de desconto no Pix.", WaitReply)),
            ],
        ),
        scene(
            whats("Jorge Nascimento", "5511943210987"),
            Shop,
            Finance,
            vec![
                (130, Started(Carla)),
                (129, Template(Carla, "Olá Jorge, aqui é da Loja Exemplo. Podemos continuar o seu atendimento?", again)),
            ],
        ),
        scene(
            whats("Helena Vasques", "5531977665544"),
            Shop,
            Finance,
            vec![
                (27 * HOUR, In("Bom dia, o boleto de maio veio com o valor errado.")),
                (26 * HOUR + 50, Assumed(Carla)),
                (
                    26 * HOUR + 45,
                    Out(
                        Carla,
                        "Bom dia, Helena! Desculpe o transtorno. Posso gerar outro com o valor certo. Qual vencimento prefere?",
                        Read,
                    ),
                ),
                (
                    26 * HOUR + 30,
                    InWith(
                        MessageKind::Answer,
                        "Dia 10",
                        Content::Answer {
                            id: "vencimento-10".into(),
                            title: "Dia 10".into(),
                            description: "Vencimento no dia 10 de cada mês".into(),
                        },
                    ),
                ),
                (26 * HOUR + 20, Out(Carla, "Pronto! O novo boleto vence dia 10 e já está no seu e-mail.", Sent)),
            ],
        ),
    ]
}

/// Over.
pub(super) fn concluded() -> Vec<Scene> {
    let poll = Content::Unsupported { type_name: "poll_creation".into(), reason: "131051: Message type unknown".into() };
    vec![
        scene(
            ANA_SOUZA,
            Shop,
            Sales,
            vec![
                (8 * DAY, In("Oi! A loja da Paulista tem a caneca branca?")),
                (8 * DAY - 4, Assumed(Ana)),
                (8 * DAY - 5, Out(Ana, "Oi, Ana! Tem sim, e dá para retirar hoje.", Read)),
                (8 * DAY - 12, In("Maravilha, passo aí às 18h.")),
                (8 * DAY - 13, Out(Ana, "Combinado, deixo reservada no seu nome!", Read)),
                (8 * DAY - 200, Concluded(Ana)),
            ],
        ),
        scene(
            whats("Vera Lúcia Campos", "5511932109876"),
            Shop,
            Sales,
            vec![
                (5 * HOUR + 20, In("Boa tarde, meu pedido chegou e está lindo!")),
                (5 * HOUR + 15, Assumed(Ana)),
                (5 * HOUR + 14, Out(Ana, "Que bom, Vera! Obrigada por contar 💛", Read)),
                (5 * HOUR + 13, Reaction("🥰")),
                (5 * HOUR + 12, InFile(STICKER, "")),
                (3 * HOUR, Concluded(Ana)),
            ],
        ),
        scene(
            visitor("Isadora Pires"),
            Site,
            Support,
            vec![
                (6 * HOUR, In("Como troco o endereço de entrega?")),
                (6 * HOUR - 3, Assumed(Bruno)),
                (
                    6 * HOUR - 4,
                    Out(Bruno, "Olá, Isadora! Em Minha conta, Endereços. Se o pedido ainda não saiu, vale para ele também.", Read),
                ),
                (6 * HOUR - 9, In("Consegui, obrigada!")),
                (6 * HOUR - 10, Concluded(Bruno)),
            ],
        ),
        scene(
            whats("Nelson Batista", "5531966554433"),
            Branch,
            Support,
            vec![
                (2 * DAY, InWith(MessageKind::Unsupported, "", poll)),
                (2 * DAY - 2, In("Mandei uma enquete do grupo da família, vocês ajudam a decidir o presente? 😂")),
                (2 * DAY - 10, Assumed(Bruno)),
                (2 * DAY - 11, Out(Bruno, "Oi, Nelson! A enquete não abre por aqui, mas o campeão de presentes é o kit degustação.", Read)),
                (2 * DAY - 20, In("Fechado, vou comprar pelo site.")),
                (2 * DAY - 40, Concluded(Bruno)),
            ],
        ),
        scene(
            whats("Roberto Siqueira", "5521976540987"),
            Shop,
            Support,
            vec![
                (12 * DAY, In("Olha o barulho que o moedor está fazendo")),
                (12 * DAY - 1, InFile(VIDEO, "")),
                (12 * DAY - 15, Assumed(Carla)),
                (
                    12 * DAY - 17,
                    Out(Carla, "Roberto, isso é a rebarba presa na mó. Pode desligar da tomada e passar o pincel que veio na caixa?", Read),
                ),
                (12 * DAY - 45, In("Resolveu! Obrigado demais.")),
                (12 * DAY - 60, Concluded(Carla)),
            ],
        ),
        scene(
            whats("Cláudia Reis", "5511921098765"),
            Branch,
            Finance,
            vec![
                (30 * DAY, In("Preciso cancelar a assinatura mensal do café.")),
                (30 * DAY - 8, Assumed(Carla)),
                (30 * DAY - 9, Out(Carla, "Claro, Cláudia. Posso perguntar o motivo?", Read)),
                (30 * DAY - 14, In("Vou viajar por três meses.")),
                (30 * DAY - 16, Out(Carla, "Então deixo pausada, sem cobrança, até você voltar. Pode ser?", Read)),
                (30 * DAY - 20, In("Melhor ainda, obrigada!")),
                (30 * DAY - 25, Concluded(Carla)),
            ],
        ),
        scene(
            visitor("Marina Castro"),
            Site,
            Sales,
            vec![
                (20 * DAY, In("O frete para Campinas demora quanto?")),
                (20 * DAY - 3, Assumed(Ana)),
                (20 * DAY - 4, Out(Ana, "Olá, Marina! De dois a três dias úteis.", Read)),
                (20 * DAY - 9, In("Ótimo, vou fechar o pedido.")),
                (20 * DAY - 90, Concluded(Ana)),
            ],
        ),
        scene(
            Person {
                name: "Número suspeito",
                wa_id: "5511900001111",
                blocked: true,
                annotation: "Bloqueado: mensagens com links falsos.",
                ..NOBODY
            },
            Shop,
            Support,
            vec![
                (9 * DAY, In("PARABÉNS!!! Você ganhou um prêmio, clique no link para receber")),
                (9 * DAY - 30, Assumed(Bruno)),
                (9 * DAY - 31, Note(Bruno, "Golpe. Contato bloqueado.")),
                (9 * DAY - 32, Concluded(Bruno)),
            ],
        ),
    ]
}
