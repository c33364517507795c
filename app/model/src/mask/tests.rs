use super::*;
use proptest::prelude::*;

fn all() -> Masks {
    Mask::HIDING.iter().fold(Masks::NONE, |masks, mask| masks.with(*mask, true))
}

fn only(mask: Mask) -> Masks {
    Masks::NONE.with(mask, true)
}

#[test]
fn sv_2_values_look_as_the_specification_says() {
    assert_eq!(phone("+5511987654321"), "+55 11 9****-**21");
    assert_eq!(document("123.456.789-09"), "***.456.***-**");
    for (number, shown) in [
        ("5511987654321", "+55 11 9****-**21"),
        ("+551133334444", "+55 11 ****-**44"),
        ("+14155550123", "+14 ****-**23"),
        ("+442079460958", "+44 ****-**58"),
        ("(11) 98765-4321", "11 ****-**21"),
        ("\u{200f}+55 11 98765-4321", "+55 11 9****-**21"),
        ("١٢٣٤٥٦٧٨٩٠", "١٢ ****-**٩٠"),
        ("1234567", "****"),
        ("unknown", "****"),
        ("", ""),
    ] {
        assert_eq!(phone(number), shown, "{number}");
    }
    assert_eq!(document("12345678909"), "***.456.***-**");
    assert_eq!(document("11.222.333/0001-81"), "**.222.***/****-**");
    assert_eq!((document("1234"), document("")), ("****".into(), String::new()));
    for (address, shown) in [
        ("maria.silva@loja.com.br", "m****@loja.com.br"),
        ("a@loja.com", "****@loja.com"),
        ("5511987654321@s.whatsapp.net", "****@s.whatsapp.net"),
        ("maria@11987654321.com", "m****@****"),
        ("maria", "****"),
        (" ", ""),
    ] {
        assert_eq!(email(address), shown, "{address}");
    }
    for (called, shown) in [
        ("Maria Silva", "M**** S****"),
        ("  joão  d'Ávila ", "j**** d****"),
        ("محمد علي", "م**** ع****"),
        ("🙂", "🙂"),
        ("Loja 24", "L**** ****"),
        ("Ana Maria de Souza Lima", "A**** M**** d**** S****"),
        ("", ""),
    ] {
        assert_eq!(name(called, only(Mask::Name)), shown, "{called}");
    }
}

#[test]
fn sv_1_each_switch_hides_its_own_only() {
    let note = "Maria, cpf 123.456.789-09, maria@loja.com, (11) 98765-4321";
    assert_eq!(text(note, Masks::NONE), note);
    assert_eq!(text(note, only(Mask::Document)), "Maria, cpf ***.456.***-**, maria@loja.com, ***.876.***-**");
    assert_eq!(text(note, only(Mask::Email)), "Maria, cpf 123.456.789-09, m****@loja.com, (11) 98765-4321");
    assert_eq!(text(note, only(Mask::Phone)), "Maria, cpf 123.456.789-09, maria@loja.com, 11 ****-**21");
    assert_eq!(text(note, all()), "Maria, cpf ***.456.***-**, m****@loja.com, 11 ****-**21");
    // A number that may be either shows nothing of itself.
    assert_eq!(text("12345678909", all()), "****");
    assert_eq!(text("CNPJ 11.222.333/0001-81", all()), "CNPJ **.222.***/****-**");
    assert_eq!(text("12.ABC.345/01DE-35", all()), "**.ABC.***/****-**");
    // A name that is a number is one.
    assert_eq!(name("+55 11 98765-4321", only(Mask::Phone)), "+55 11 9****-**21");
    assert_eq!(name("+55 11 98765-4321", only(Mask::Name)), "+55 11 98765-4321");
    // Dates, amounts and orders are no numbers of people.
    for plain in ["2026-11-21 14:30", "21/11/2026 14:30", "R$ 1.234,56", "pedido 48211", "01310-100", ""] {
        assert_eq!(text(plain, only(Mask::Phone)), plain);
    }
}

#[test]
fn sv_1_switches_are_bits_and_none_is_on_at_first() {
    assert!(Masks::default().is_none() && !Masks::default().hide());
    let masks = only(Mask::SearchName);
    assert!(masks.has(Mask::SearchName) && !masks.has(Mask::Name) && !masks.hide());
    assert!(all().hide() && all().with(Mask::Phone, false).hide());
    assert_eq!(Masks(u32::MAX).tidy().0, (1 << Mask::ALL.len()) - 1);
    assert!(!all().may_reveal(Mask::Phone) && all().with(Mask::Reveal, true).may_reveal(Mask::Phone));
    assert!(!only(Mask::Reveal).may_reveal(Mask::Phone), "nothing is hidden");
    assert!(!Masks(u32::MAX).may_reveal(Mask::Export), "nothing is shown by that");
}

#[test]
fn sv_3_what_was_left_alone_is_what_it_was() {
    let (stored, shown) = ("VIP\ncpf 123.456.789-09\nfim", "VIP\ncpf ***.456.***-**\nfim");
    assert_eq!(meant(shown, stored, shown), Ok(stored.to_owned()));
    assert_eq!(meant("Nova\ncpf ***.456.***-**", stored, shown), Ok("Nova\ncpf 123.456.789-09".into()));
    assert_eq!(meant("cpf ***.456.***-** x", stored, shown), Err(Wrong::NotAllowed));
    assert_eq!(meant("cpf 111", stored, shown), Ok("cpf 111".into()));
    assert_eq!(meant("", stored, shown), Ok(String::new()));
    // Nothing was hidden: stars are stars.
    assert_eq!(meant("**a**", "a", "a"), Ok("**a**".into()));
    // Two that look alike.
    let (stored, shown) = ("123.456.789-09\n987.456.321-00", "***.456.***-**\n***.456.***-**");
    assert_eq!(meant(&format!("{shown}\nx"), stored, shown), Ok(format!("{stored}\nx")));
    assert_eq!(meant("***.456.***-**", stored, shown), Err(Wrong::NotAllowed));
}

#[test]
fn sv_3_long_numbers_are_not_searched_for() {
    let blocked = only(Mask::SearchDocument);
    for number in ["123.456.789-09", "12345678909", "123 456", "123456"] {
        assert!(is_blocked_number(number, blocked) && is_blocked_number(&format!("cpf {number} x"), only(Mask::SearchPhone)), "{number}");
        assert!(!is_blocked_number(number, all()));
    }
    assert!(!is_blocked_number("pedido 48211", blocked) && !is_blocked_number("", blocked));
}

#[test]
fn sv_4_a_reason_is_needed_and_bounded() {
    let draft = |reason: &str| RevealDraft { contact_id: ContactId(1), what: Mask::Phone, reason: reason.into() }.check();
    assert!(draft("").is_err() && draft("  a ").is_err() && draft(&"x".repeat(limit::REVEAL_REASON_MAX + 1)).is_err());
    assert_eq!(draft("Entrega devolvida"), Ok(()));
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

proptest! {
    #[test]
    fn sv_2_hiding_twice_changes_nothing(value in "\\PC*|[+(]{0,2}[0-9 ().*/@a-z\u{200f}\n-]{0,40}", bits in 0u32..16) {
        let masks = Masks(bits);
        let once = text(&value, masks);
        prop_assert_eq!(text(&once, masks), once.clone());
        let called = name(&value, masks);
        prop_assert_eq!(name(&called, masks), called.clone());
        prop_assert_eq!(phone(&phone(&value)), phone(&value));
        prop_assert_eq!(document(&document(&value)), document(&value));
        prop_assert_eq!(email(&email(&value)), email(&value));
    }

    #[test]
    fn sv_2_a_number_cannot_be_made_out_again(number in "[0-9]{8,15}", plus in any::<bool>(), around in "[a-z]{0,5}", bits in 1u32..16) {
        let value = format!("{}{number}", if plus { "+" } else { "" });
        let hidden = phone(&value);
        prop_assert!(digits(&hidden).len() <= number.len() / 2 + 1, "{} {}", value, hidden);
        prop_assert!(!hidden.contains(&number[2..6]), "{} {}", value, hidden);
        // In a text, with whatever is written before and after it.
        let masks = Masks(bits).with(Mask::Phone, true);
        if plus || number.len() >= 10 {
            let shown = text(&format!("{around} {value}{around}"), masks);
            prop_assert!(!shown.contains(&number[..]));
        }
    }

    #[test]
    fn sv_2_a_document_shows_three_signs_only(number in "[0-9]{11}|[0-9]{14}", dotted in any::<bool>()) {
        let value = match (dotted, number.len()) {
            (true, 11) => format!("{}.{}.{}-{}", &number[..3], &number[3..6], &number[6..9], &number[9..]),
            (true, _) => format!("{}.{}.{}/{}-{}", &number[..2], &number[2..5], &number[5..8], &number[8..12], &number[12..]),
            _ => number.clone(),
        };
        prop_assert_eq!(digits(&document(&value)).len(), 3);
        let shown = text(&format!("cpf:{value}."), only(Mask::Document));
        prop_assert!(digits(&shown).len() <= 3, "{}", shown);
        prop_assert!(digits(&text(&value, all())).len() <= 4);
    }

    #[test]
    fn sv_2_an_address_keeps_one_letter_of_its_owner(local in "[a-z0-9.]{2,20}", host in "[a-z]{2,10}\\.com", around in "[ ,;(]") {
        let address = format!("{local}@{host}");
        let shown = text(&format!("{around}{address}{around}"), only(Mask::Email));
        prop_assert!(!shown.contains(&address));
        prop_assert_eq!(email(&address).split('@').next().map(|l| l.chars().filter(|c| *c != '*').count() <= 1), Some(true));
    }

    #[test]
    fn sv_2_a_name_keeps_first_letters_only(called in "[A-Z][a-z]{1,9}( [A-Z][a-z]{1,9}){0,5}") {
        let shown = name(&called, only(Mask::Name));
        for word in called.split(' ') {
            prop_assert!(!shown.contains(word), "{} in {}", word, shown);
        }
    }

    #[test]
    fn sv_3_leaving_a_value_alone_never_changes_it(stored in "[a-z0-9 .@\n-]{0,60}", bits in 0u32..16) {
        let shown = text(&stored, Masks(bits));
        prop_assert_eq!(meant(&shown, &stored, &shown), Ok(if shown == stored { shown } else { stored }));
    }
}
