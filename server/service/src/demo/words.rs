//! Names and sentences that look Brazilian: 5,000 words, used as often as words of a language are (Zipf).

use super::chance::Chance;

/// Words of the vocabulary.
pub(super) const VOCABULARY: usize = 5_000;
/// Finer than the rarest word's share, so that every word occurs.
const DRAWS: usize = 1 << 17;

/// The most frequent ones, most frequent first.
const COMMON: &str = "de o que a e do para com um não uma é em no os da se por mais as dos como mas ao ele das à seu sua ou quando muito nos já eu também só pelo \
pela até isso ela entre depois sem mesmo aos seus quem nas me esse eles você essa num nem suas meu às minha numa pelos qual nós lhe deles essas esses pelas este \
pedido entrega prazo produto obrigado obrigada bom dia boa tarde noite olá oi tudo bem favor pagamento boleto cartão pix nota fiscal endereço compra loja site troca \
devolução garantia estoque tamanho cor preço desconto frete grátis rastreio código transportadora atraso chegou recebi enviar enviei foto comprovante cadastro senha \
conta acesso sistema erro tela aplicativo suporte técnico atendente gerente equipe horário hoje amanhã ontem semana mês ano segunda terça quarta quinta sexta sábado \
domingo manhã cliente empresa contrato plano mensalidade assinatura fatura vencimento valor total parcela juros cancelar cancelamento renovar orçamento proposta \
quantidade unidade caixa peça modelo marca novo nova usado defeito conserto visita instalação agendar agenda confirmar confirmado aguardar aguardo retorno resposta \
dúvida problema solução resolver resolvido certo perfeito ótimo excelente claro sim pode posso consegue consigo preciso gostaria quero queria saber verificar ver falar \
ligar telefone número mensagem email documento cpf cnpj nome completo rua bairro cidade estado cep casa apartamento bloco porta portaria vizinho motorista mercado café \
açúcar arroz feijão leite pão bolo festa presente aniversário criança família mãe pai filho filha irmão amigo amiga vestido camisa calça sapato tênis bolsa azul preto \
branco vermelho verde amarelo rosa grande médio pequeno promoção oferta catálogo link página vídeo áudio imagem arquivo planilha relatório reunião projeto";

const HEADS: [&str; 28] = [
    "ca", "me", "ti", "lo", "ru", "bra", "cre", "fi", "gro", "pla", "ve", "so", "du", "ma", "pre", "tra", "li", "con", "des", "ar", "en",
    "im", "per", "re", "sa", "ja", "no", "vi",
];
const MIDDLES: [&str; 24] = [
    "ra", "li", "men", "to", "ve", "ni", "ca", "du", "ri", "ta", "ce", "gi", "mo", "pa", "ssa", "lha", "nho", "rro", "be", "fe", "ju",
    "qui", "zi", "ção",
];
const TAILS: [&str; 20] = [
    "do", "da", "mento", "dade", "ção", "vel", "dor", "ria", "ndo", "ar", "er", "ir", "oso", "osa", "inho", "inha", "ista", "agem",
    "ência", "ões",
];

const FIRST: [&str; 48] = [
    "Ana",
    "Bruno",
    "Camila",
    "Daniel",
    "Eduarda",
    "Felipe",
    "Gabriela",
    "Henrique",
    "Isabela",
    "João",
    "Karina",
    "Lucas",
    "Mariana",
    "Nicolas",
    "Olívia",
    "Paulo",
    "Queila",
    "Rafael",
    "Sofia",
    "Thiago",
    "Úrsula",
    "Vitor",
    "Wesley",
    "Ximena",
    "Yasmin",
    "Zélia",
    "Antônio",
    "Beatriz",
    "Caio",
    "Débora",
    "Emanuel",
    "Fernanda",
    "Gustavo",
    "Helena",
    "Igor",
    "Júlia",
    "Leandro",
    "Luana",
    "Marcos",
    "Natália",
    "Otávio",
    "Patrícia",
    "Rogério",
    "Simone",
    "Tatiane",
    "Valéria",
    "William",
    "Alessandra",
];
const LAST: [&str; 40] = [
    "Silva",
    "Souza",
    "Oliveira",
    "Santos",
    "Pereira",
    "Lima",
    "Carvalho",
    "Ferreira",
    "Rodrigues",
    "Almeida",
    "Costa",
    "Gomes",
    "Martins",
    "Araújo",
    "Melo",
    "Barbosa",
    "Ribeiro",
    "Alves",
    "Cardoso",
    "Teixeira",
    "Rocha",
    "Dias",
    "Moreira",
    "Nunes",
    "Correia",
    "Vieira",
    "Monteiro",
    "Mendes",
    "Freitas",
    "Barros",
    "Cavalcanti",
    "Duarte",
    "Campos",
    "Moura",
    "Peixoto",
    "Azevedo",
    "Nogueira",
    "Farias",
    "Pinto",
    "Batista",
];
/// Brazilian area codes.
const AREAS: [u64; 16] = [11, 19, 21, 27, 31, 41, 47, 48, 51, 61, 62, 71, 81, 85, 91, 98];

/// A vocabulary with its frequencies.
pub(super) struct Words {
    words: Vec<String>,
    draws: Vec<u16>,
}

impl Words {
    /// The vocabulary; always the same.
    pub fn new() -> Words {
        let mut words: Vec<String> = Vec::with_capacity(VOCABULARY);
        let mut known = std::collections::HashSet::new();
        for w in COMMON.split_whitespace() {
            if known.insert(w.to_owned()) {
                words.push(w.to_owned());
            }
        }
        let mut chance = Chance::new(2026, 1, 0);
        while words.len() < VOCABULARY {
            let mut w = chance.pick(&HEADS).to_string();
            for _ in 0..chance.below(3) {
                w.push_str(chance.pick::<&str>(&MIDDLES));
            }
            w.push_str(chance.pick::<&str>(&TAILS));
            if known.insert(w.clone()) {
                words.push(w);
            }
        }
        Words { draws: draws(words.len()), words }
    }

    /// The word of a rank, 0 the most frequent.
    #[cfg(test)]
    pub fn word(&self, rank: usize) -> &str {
        &self.words[rank]
    }

    /// A message of 1 to about 45 words, most of them short.
    pub fn sentence(&self, chance: &mut Chance) -> String {
        let n = match chance.below(10) {
            0 => 1 + chance.below(3),
            1..=6 => 4 + chance.below(9),
            7 | 8 => 10 + chance.below(15),
            _ => 20 + chance.below(26),
        };
        let mut text = String::with_capacity(n as usize * 7);
        for i in 0..n {
            if i > 0 {
                text.push_str(if chance.below(14) == 0 { ", " } else { " " });
            }
            let word = &self.words[usize::from(self.draws[chance.below(DRAWS as i64) as usize])];
            if i == 0 {
                text.extend(word.chars().take(1).flat_map(char::to_uppercase));
                text.extend(word.chars().skip(1));
            } else {
                text.push_str(word);
            }
        }
        match chance.below(8) {
            0 => text.push_str(&format!(" {}", 10_000 + chance.below(90_000))),
            1 | 2 => text.push('?'),
            3 => text.push('!'),
            _ => text.push('.'),
        }
        text
    }
}

/// Ranks, each as often as Zipf's law with Mandelbrot's shift says, the rarest at least once. Whole numbers only, so
/// that every machine makes the same list.
fn draws(words: usize) -> Vec<u16> {
    let weight = |rank: u64| 1_000_000_000u64 / (rank * 10 + 27);
    let total: u64 = (0..words as u64).map(weight).sum();
    let spare = (DRAWS - words) as u64;
    let mut draws: Vec<u16> = Vec::with_capacity(DRAWS);
    for rank in 0..words {
        let n = 1 + weight(rank as u64) * spare / total;
        draws.extend(std::iter::repeat_n(rank as u16, n as usize));
    }
    // Rounding leaves a few places: they go to the most frequent word.
    draws.resize(DRAWS, 0);
    draws
}

/// A person's name.
pub(super) fn name(chance: &mut Chance) -> String {
    let (first, middle, last) = (*chance.pick(&FIRST), *chance.pick(&LAST), *chance.pick(&LAST));
    if chance.percent(55) || middle == last { format!("{first} {last}") } else { format!("{first} {middle} {last}") }
}

/// The digits of the `n`-th mobile number of a seed, never the same one for two `n` below 80 million.
pub(super) fn mobile(seed: u64, n: u64) -> String {
    const EACH: u64 = 40_000_000;
    let start = Chance::new(seed, 2, 0).next() % EACH;
    // 7,654,321 has no factor in common with 40 million: every number comes once before the first comes again.
    let number = 60_000_000 + (start + n.wrapping_mul(7_654_321)) % EACH;
    let area = AREAS[((start + n / EACH) % AREAS.len() as u64) as usize];
    format!("55{area}9{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vocabulary_is_used_as_a_language_is() {
        let words = Words::new();
        assert_eq!(words.words.len(), VOCABULARY);
        assert_eq!(words.draws.len(), DRAWS);
        let of = |rank: usize| words.draws.iter().filter(|d| usize::from(**d) == rank).count();
        assert!(of(0) > 5 * of(40) && of(40) > 5 * of(1_000), "{} {} {}", of(0), of(40), of(1_000));
        assert!(of(VOCABULARY - 1) >= 1);
        assert_eq!(words.word(0), "de");
    }

    #[test]
    fn mobiles_are_valid_and_differ() {
        let all: std::collections::HashSet<String> = (0..50_000).map(|n| mobile(3, n)).collect();
        assert_eq!(all.len(), 50_000);
        for m in all.iter().take(200) {
            assert_eq!(crate::phone::typed(&format!("+{m}")).unwrap().digits(), m);
        }
    }
}
