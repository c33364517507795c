//! The conversations of the demo workspace. What customers and agents say is in Portuguese, the product's first language.
//!
//! The WhatsApp conversations that are open and within their window belong to the people whom the Graph simulator knows,
//! so that whoever practises finds them on its phone.

use super::scene::{Crew, Line, Person, Sample, Say, Scene, Via, Who};
use Crew::{Finance, Sales, Support};
use MessageStatus::{Delivered, Read, Sent, WaitReply};
use Say::*;
use Via::{Branch, Shop, Site};
use Who::{Admin, Ana, Bruno, Carla};
use model::*;

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

// The simulator's own sample files: small, and ours.
const PHOTO: Sample = Sample {
    kind: MessageKind::Image,
    mime: "image/jpeg",
    file_name: "",
    bytes: include_bytes!("../../../graph-sim/assets/samples/photo.jpg"),
};
const VOICE: Sample = Sample {
    kind: MessageKind::Audio,
    mime: "audio/ogg",
    file_name: "",
    bytes: include_bytes!("../../../graph-sim/assets/samples/voice.ogg"),
};
const VIDEO: Sample = Sample {
    kind: MessageKind::Video,
    mime: "video/mp4",
    file_name: "",
    bytes: include_bytes!("../../../graph-sim/assets/samples/video.mp4"),
};
const STICKER: Sample = Sample {
    kind: MessageKind::Sticker,
    mime: "image/webp",
    file_name: "",
    bytes: include_bytes!("../../../graph-sim/assets/samples/sticker.webp"),
};
const DOCUMENT: Sample = Sample {
    kind: MessageKind::Document,
    mime: "application/pdf",
    file_name: "comprovante.pdf",
    bytes: include_bytes!("../../../graph-sim/assets/samples/document.pdf"),
};

const NOBODY: Person = Person { name: "", wa_id: "", bsuid: "", username: "", email: "", annotation: "", blocked: false };
// The people of the simulator's phone.
const ANA_SOUZA: Person = Person {
    name: "Ana Souza",
    wa_id: "5511987654321",
    email: "ana.souza@exemplo.example",
    annotation: "Cliente desde 2021. Prefere retirar na loja.",
    ..NOBODY
};
const BRUNO_LIMA: Person = Person { name: "Bruno Lima", wa_id: "5521998765432", ..NOBODY };
const CARLA_DIAS: Person = Person { name: "Carla Dias", wa_id: "553198765432", ..NOBODY };
const JOANA_PRADO: Person = Person { name: "Joana Prado", bsuid: "BR.13491208655302741918", username: "joana.p", ..NOBODY };
const DIEGO: Person = Person { name: "Diego México", wa_id: "5215512345678", ..NOBODY };

fn whats(name: &'static str, wa_id: &'static str) -> Person {
    Person { name, wa_id, ..NOBODY }
}

fn visitor(name: &'static str) -> Person {
    Person { name, ..NOBODY }
}

fn scene(who: Person, via: Via, team: Crew, lines: Vec<(i64, Say)>) -> Scene {
    Scene { who, via, team, lines: lines.into_iter().map(|(ago, say)| Line { ago, say }).collect() }
}

/// The scripts of the first account.
pub(super) fn shop() -> Vec<Scene> {
    [waiting(), served(), by_admin(), expired(), concluded()].into_iter().flatten().collect()
}

/// Nobody has taken them yet.
fn waiting() -> Vec<Scene> {
    vec![
        scene(
            ANA_SOUZA,
            Shop,
            Sales,
            vec![(4, In("Oi, boa tarde! Vocês ainda têm a caneca azul de 350 ml?")), (3, In("Queria duas, para presente 🎁"))],
        ),
        scene(
            visitor("Marina Castro"),
            Site,
            Support,
            vec![
                (11, In("Olá! Meu pedido 1042 aparece como entregue, mas não chegou nada aqui.")),
                (10, In("Já falei com a portaria e com os vizinhos.")),
                (9, In("Conseguem verificar com a transportadora?")),
            ],
        ),
        scene(
            CARLA_DIAS,
            Branch,
            Support,
            vec![(27, InFile(PHOTO, "Chegou assim, com a tampa trincada 😕")), (26, In("O pedido é o 2210, recebi hoje cedo."))],
        ),
        scene(visitor("Visitante do site"), Site, Finance, vec![(95, In("Vocês parcelam no boleto?"))]),
        scene(
            whats("Rodrigo Peixoto", "5511976543210"),
            Shop,
            Support,
            vec![
                (26 * HOUR, In("Bom dia! Quero trocar a prensa francesa por uma cafeteira italiana, dá?")),
                (25 * HOUR + 50, Assumed(Bruno)),
                (25 * HOUR + 48, Out(Bruno, "Bom dia, Rodrigo! Dá sim, a troca é com o pessoal de vendas. Vou passar você para lá.", Read)),
                (25 * HOUR + 47, ToTeam(Bruno, Sales)),
                (25 * HOUR + 40, In("Tá bom, obrigado. Fico no aguardo.")),
            ],
        ),
        scene(
            whats("Lúcia Fernandes", "5531991234567"),
            Branch,
            Support,
            vec![
                (29 * HOUR, In("A máquina parou de ligar depois da última limpeza.")),
                (29 * HOUR - 2, In("Ainda está na garantia, comprei em março.")),
            ],
        ),
    ]
}

/// Somebody serves them, and the contact can be answered freely.
fn served() -> Vec<Scene> {
    let order = Content::Order {
        items: vec![
            OrderItem { product: "CAFE-TORRADO-500G".into(), quantity: 3, price_minor: 4_290, currency: "BRL".into() },
            OrderItem { product: "FILTRO-PAPEL-103".into(), quantity: 2, price_minor: 890, currency: "BRL".into() },
        ],
        text: "Se puder, moído para coador.".into(),
    };
    let place = Content::Location {
        latitude: -23.561_414,
        longitude: -46.655_881,
        name: "Escritório".into(),
        address: "Avenida Paulista, 1578 - Bela Vista, São Paulo".into(),
    };
    let card = ContactCard {
        name: "Marcos Oliveira".into(),
        phones: vec!["+55 31 99888-7766".into()],
        emails: vec!["marcos@condominio.example".into()],
        organisation: "Condomínio Vila Verde".into(),
    };
    vec![
        scene(
            BRUNO_LIMA,
            Shop,
            Sales,
            vec![
                (38, In("Oi! Fiz o pedido pelo catálogo.")),
                (37, InWith(MessageKind::Order, "Se puder, moído para coador.", order)),
                (31, Assumed(Ana)),
                (30, Out(Ana, "Oi, Bruno! Recebi aqui. Três cafés e dois filtros, R$ 146,50 no total. Moagem para coador, certo?", Read)),
                (28, Reply("Isso mesmo!")),
                (27, Out(Ana, "Perfeito. Separo agora e envio ainda hoje. Prefere Pix ou cartão?", Read)),
                (2, In("Pix. Pode mandar a chave?")),
            ],
        ),
        scene(
            JOANA_PRADO,
            Shop,
            Sales,
            vec![
                (3 * HOUR, In("Boa tarde, vocês entregam no meu trabalho?")),
                (3 * HOUR - 6, Assumed(Ana)),
                (3 * HOUR - 7, Out(Ana, "Boa tarde, Joana! Entregamos sim. Qual é o endereço?", Read)),
                (2 * HOUR + 40, InWith(MessageKind::Location, "Escritório", place)),
                (2 * HOUR + 35, Out(Ana, "Anotado! Para lá o frete é grátis e chega amanhã até as 14h.", Read)),
                (2 * HOUR + 34, Reaction("❤️")),
                (2 * HOUR + 33, Seen),
            ],
        ),
        scene(
            visitor("Pedro Tavares"),
            Site,
            Sales,
            vec![
                (55, In("O kit degustação vem com quantos cafés?")),
                (52, Assumed(Ana)),
                (51, Out(Ana, "Olá, Pedro! São quatro pacotes de 100 g, um de cada região.", Read)),
                (49, In("E dá para escolher a torra?")),
                (47, Out(Ana, "Dá sim: clara, média ou escura. Se quiser, já monto o kit para você.", Delivered)),
            ],
        ),
        scene(
            DIEGO,
            Branch,
            Support,
            vec![
                (80, In("Hola, compré una cafetera en la tienda y no entiendo el manual en portugués")),
                (78, Assumed(Bruno)),
                (77, Out(Bruno, "¡Hola, Diego! No hay problema, le ayudo. ¿Qué modelo es?", Read)),
                (74, InFile(VOICE, "")),
                (70, Out(Bruno, "Entendido. Primero llene el depósito hasta la marca y espere la luz verde.", Read)),
                (18, In("Listo, ya salió el café. ¿Cada cuánto la limpio?")),
                (17, In("Uso una o dos veces al día")),
            ],
        ),
        scene(
            visitor("Gustavo Leal"),
            Site,
            Support,
            vec![
                (140, In("Não consigo entrar na minha conta da loja, diz que a senha expirou.")),
                (136, Assumed(Bruno)),
                (135, Out(Bruno, "Oi, Gustavo! Acabei de enviar um link para o seu e-mail. Chegou?", Read)),
                (130, In("Chegou, mas abre uma página em branco.")),
                (128, Note(Bruno, "Mesmo defeito do chamado de ontem: o link abre em branco no Safari. Avisei o time do site.")),
                (126, Out(Bruno, "Obrigado por avisar. Pode tentar em outro navegador enquanto corrigimos?", Read)),
                (60, Note(Carla, "Bruno, o time do site corrigiu às 15h. Pede para ele tentar de novo?")),
            ],
        ),
        scene(
            whats("Fábio Antunes", "5531988776655"),
            Branch,
            Support,
            vec![
                (5 * HOUR, In("Quem recebe a entrega aqui é o zelador, vou mandar o contato.")),
                (5 * HOUR - 1, InWith(MessageKind::Contact, "Marcos Oliveira", Content::Contacts { cards: vec![card] })),
                (4 * HOUR + 50, Assumed(Bruno)),
                (4 * HOUR + 49, Out(Bruno, "Perfeito, Fábio. Já passei para a transportadora.", Read)),
                (4 * HOUR + 30, In("👍")),
                (4 * HOUR + 29, Seen),
            ],
        ),
        scene(
            whats("Elaine Prado", "5511965432109"),
            Branch,
            Finance,
            vec![
                (7 * HOUR, In("Segue o comprovante do Pix.")),
                (7 * HOUR - 1, InFile(DOCUMENT, "Comprovante do pedido 2187")),
                (6 * HOUR + 50, Assumed(Carla)),
                (6 * HOUR + 48, Out(Carla, "Recebido, Elaine, obrigada! Vou confirmar com o banco.", Read)),
                (6 * HOUR + 10, Refused(Carla, "Elaine, o pagamento foi confirmado. O pedido sai hoje!", undeliverable())),
            ],
        ),
    ]
}

fn undeliverable() -> Problem {
    Problem { reason: DeliveryProblem::Undeliverable, code: Some(131_026), detail: "Message undeliverable".into() }
}

/// What the admin serves, so that the first person who signs in has something to do.
fn by_admin() -> Vec<Scene> {
    vec![
        scene(
            visitor("Otávio Ramos"),
            Site,
            Finance,
            vec![
                (48, In("Boa tarde! Preciso da segunda via da nota fiscal do pedido 1987.")),
                (45, Assumed(Admin)),
                (44, Out(Admin, "Boa tarde, Otávio! Claro. Ela vai para o e-mail do cadastro ou para outro?", Read)),
                (41, In("Para o financeiro da empresa, por favor: fiscal@ramos.example")),
                (40, In("E se possível com o número do pedido no assunto.")),
            ],
        ),
        scene(
            BRUNO_LIMA,
            Branch,
            Sales,
            vec![
                (6, In("Oi, aqui é o Bruno. Vocês abrem no sábado?")),
                (5, Assumed(Admin)),
                (5, Out(Admin, "Oi, Bruno! Abrimos sim, das 9h às 14h.", Delivered)),
            ],
        ),
        scene(
            visitor("Renata Aurora"),
            Site,
            Sales,
            vec![
                (4 * HOUR, In("Olá, sou da Café Aurora. Vocês vendem no atacado?")),
                (3 * HOUR + 50, Assumed(Ana)),
                (3 * HOUR + 49, Out(Ana, "Olá, Renata! Vendemos sim, a partir de 20 kg. Vou passar para quem cuida disso.", Read)),
                (3 * HOUR + 48, Note(Ana, "Cliente de atacado, quer preço para 60 kg por mês.")),
                (3 * HOUR + 47, ToPerson(Ana, Admin, Sales)),
                (
                    3 * HOUR + 20,
                    Out(Admin, "Renata, para 60 kg por mês o quilo sai por R$ 52,00, entregue. Quer que eu envie a proposta?", Read),
                ),
                (72, In("Quero, sim! Pode ser em nome da Café Aurora Ltda.")),
            ],
        ),
    ]
}

/// Served, but the window has closed: only a template goes.
fn expired() -> Vec<Scene> {
    let again = TemplateContent {
        name: "retomar_atendimento".into(),
        language: "pt_BR".into(),
        category: TemplateCategory::Utility.word().into(),
        header: String::new(),
        footer: String::new(),
        buttons: vec!["Sim, continuar".into(), "Agora não".into()],
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
fn concluded() -> Vec<Scene> {
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

/// The scripts of the second account.
pub(super) fn branch_office() -> Vec<Scene> {
    vec![
        scene(visitor("Tereza Gonzaga"), Site, Support, vec![(15, In("Bom dia! A filial de Belém já abriu?"))]),
        scene(
            visitor("Raimundo Costa"),
            Site,
            Support,
            vec![
                (70, In("Vocês entregam em Ananindeua?")),
                (66, Assumed(Admin)),
                (65, Out(Admin, "Bom dia, Raimundo! Entregamos sim, em até dois dias.", Read)),
                (30, In("E o valor do frete?")),
            ],
        ),
        scene(
            visitor("Socorro Lima"),
            Site,
            Support,
            vec![
                (3 * DAY, In("Quero saber o horário de funcionamento.")),
                (3 * DAY - 5, Assumed(Admin)),
                (3 * DAY - 6, Out(Admin, "Olá! De segunda a sábado, das 8h às 18h.", Read)),
                (3 * DAY - 30, Concluded(Admin)),
            ],
        ),
    ]
}
