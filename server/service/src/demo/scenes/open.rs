//! Conversations that are open: waiting, or served by somebody.

use super::*;

/// Nobody has taken them yet.
pub(super) fn waiting() -> Vec<Scene> {
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
pub(super) fn served() -> Vec<Scene> {
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
            JOANA_PRADO,
            Branch,
            Support,
            vec![
                (5 * HOUR, In("Quem recebe a entrega aqui é o zelador, vou mandar o contato.")),
                (5 * HOUR - 1, InWith(MessageKind::Contact, "Marcos Oliveira", Content::Contacts { cards: vec![card] })),
                (4 * HOUR + 50, Assumed(Bruno)),
                (4 * HOUR + 49, Out(Bruno, "Perfeito, Joana. Já passei para a transportadora.", Read)),
                (4 * HOUR + 30, In("👍")),
                (4 * HOUR + 29, Seen),
            ],
        ),
        scene(
            ANA_SOUZA,
            Branch,
            Finance,
            vec![
                (7 * HOUR, In("Segue o comprovante do Pix.")),
                (7 * HOUR - 1, InFile(DOCUMENT, "Comprovante do pedido 2187")),
                (6 * HOUR + 50, Assumed(Carla)),
                (6 * HOUR + 48, Out(Carla, "Recebido, Ana, obrigada! Vou confirmar com o banco.", Read)),
                (6 * HOUR + 10, Refused(Carla, "Ana, o pagamento foi confirmado. O pedido sai hoje!", undeliverable())),
            ],
        ),
    ]
}

fn undeliverable() -> Problem {
    Problem { reason: DeliveryProblem::Undeliverable, code: Some(131_026), detail: "Message undeliverable".into() }
}

/// What the admin serves, so that the first person who signs in has something to do.
pub(super) fn by_admin() -> Vec<Scene> {
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
