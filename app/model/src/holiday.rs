//! Brazil's holidays: those of the nation, and those of each state. An account takes them as special dates (HR-6).
//!
//! Names are proper names and stay in Portuguese. Cities have more; an admin adds them.

use crate::words;
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

words! {
    /// States of Brazil, and the Federal District.
    pub enum BrState {
        Ac = "AC", Al = "AL", Ap = "AP", Am = "AM", Ba = "BA", Ce = "CE", Df = "DF", Es = "ES", Go = "GO", Ma = "MA", Mt = "MT",
        Ms = "MS", Mg = "MG", Pa = "PA", Pb = "PB", Pr = "PR", Pe = "PE", Pi = "PI", Rj = "RJ", Rn = "RN", Rs = "RS", Ro = "RO",
        Rr = "RR", Sc = "SC", Sp = "SP", Se = "SE", To = "TO",
    }
}

/// A holiday of one year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holiday {
    /// Such as `2026-12-25`.
    pub date: String,
    pub name: &'static str,
    /// Many companies work: the law leaves it to them, or to their city.
    pub optional: bool,
    /// Of the state, not of the nation.
    pub of_state: bool,
}

/// When in the year.
#[derive(Clone, Copy)]
enum When {
    /// Month and day.
    On(i8, i8),
    /// Days after Easter Sunday.
    Easter(i32),
    /// The Sunday from then on.
    Sunday(i8, i8),
}

use When::{Easter, On, Sunday};

const NATION: &[(When, &str, bool)] = &[
    (On(1, 1), "Confraternização Universal", false),
    (Easter(-48), "Carnaval (segunda-feira)", true),
    (Easter(-47), "Carnaval", true),
    (Easter(-2), "Sexta-feira Santa", false),
    (On(4, 21), "Tiradentes", false),
    (On(5, 1), "Dia do Trabalho", false),
    (Easter(60), "Corpus Christi", true),
    (On(9, 7), "Independência do Brasil", false),
    (On(10, 12), "Nossa Senhora Aparecida", false),
    (On(11, 2), "Finados", false),
    (On(11, 15), "Proclamação da República", false),
    (On(12, 25), "Natal", false),
];

const ZUMBI: (When, &str) = (On(11, 20), "Dia Nacional de Zumbi e da Consciência Negra");
/// Since this year the whole nation keeps it.
const ZUMBI_NATIONAL: i16 = 2024;

fn of_state(state: BrState) -> &'static [(When, &'static str)] {
    use BrState::*;
    match state {
        Ac => &[
            (On(1, 23), "Dia do Evangélico"),
            (On(6, 15), "Aniversário do Acre"),
            (On(9, 5), "Dia da Amazônia"),
            (On(11, 17), "Tratado de Petrópolis"),
        ],
        Al => &[(On(6, 24), "São João"), (On(6, 29), "São Pedro"), (On(9, 16), "Emancipação política de Alagoas"), ZUMBI],
        Ap => &[(On(3, 19), "São José"), (On(7, 25), "São Tiago"), (On(10, 5), "Criação do Amapá"), ZUMBI],
        Am => &[(On(9, 5), "Elevação do Amazonas a província"), ZUMBI, (On(12, 8), "Nossa Senhora da Conceição")],
        Ba => &[(On(7, 2), "Independência da Bahia")],
        Ce => &[(On(3, 19), "São José"), (On(3, 25), "Data Magna do Ceará")],
        Df => &[(On(4, 21), "Fundação de Brasília"), (On(11, 30), "Dia do Evangélico")],
        Es => &[(Easter(8), "Nossa Senhora da Penha")],
        Go => &[(On(7, 26), "Fundação da Cidade de Goiás")],
        Ma => &[(On(7, 28), "Adesão do Maranhão à Independência")],
        Mt => &[ZUMBI],
        Ms => &[(On(10, 11), "Criação de Mato Grosso do Sul")],
        Mg => &[(On(4, 21), "Data Magna de Minas Gerais")],
        Pa => &[(On(8, 15), "Adesão do Pará à Independência")],
        Pb => &[(On(8, 5), "Fundação da Paraíba")],
        Pr => &[(On(12, 19), "Emancipação do Paraná")],
        Pe => &[(On(3, 6), "Data Magna de Pernambuco")],
        Pi => &[(On(3, 13), "Batalha do Jenipapo"), (On(10, 19), "Dia do Piauí")],
        Rj => &[(On(4, 23), "São Jorge"), ZUMBI],
        Rn => &[(On(10, 3), "Mártires de Cunhaú e Uruaçu")],
        Rs => &[(On(9, 20), "Revolução Farroupilha")],
        Ro => &[(On(1, 4), "Criação de Rondônia"), (On(6, 18), "Dia do Evangélico")],
        Rr => &[(On(10, 5), "Criação de Roraima")],
        Sc => &[(Sunday(8, 11), "Data Magna de Santa Catarina"), (Sunday(11, 25), "Santa Catarina de Alexandria")],
        Sp => &[(On(7, 9), "Revolução Constitucionalista")],
        Se => &[(On(7, 8), "Emancipação política de Sergipe")],
        To => &[(On(3, 18), "Autonomia do Tocantins"), (On(9, 8), "Nossa Senhora da Natividade"), (On(10, 5), "Criação do Tocantins")],
    }
}

/// The nation's holidays of a year and, if one is named, those of a state; by date, each date once.
pub fn holidays(year: i16, state: Option<BrState>) -> Vec<Holiday> {
    let zumbi = (year >= ZUMBI_NATIONAL).then_some((ZUMBI.0, ZUMBI.1, false));
    let nation = NATION.iter().copied().chain(zumbi).map(|(when, name, optional)| (when, name, optional, false));
    let state = state.map(of_state).unwrap_or_default().iter().map(|(when, name)| (*when, *name, false, true));
    let mut all: Vec<Holiday> = nation
        .chain(state)
        .filter_map(|(when, name, optional, of_state)| Some(Holiday { date: written(date(year, when)?), name, optional, of_state }))
        .collect();
    // The nation's stands first, and stays.
    all.sort_by(|a, b| (&a.date, a.of_state).cmp(&(&b.date, b.of_state)));
    all.dedup_by(|b, a| a.date == b.date);
    all
}

/// As `2026-12-25`.
fn written(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
}

fn date(year: i16, when: When) -> Option<Date> {
    match when {
        On(month, day) => Date::new(year, month, day).ok(),
        Easter(days) => easter(year)?.checked_add(days.days()).ok(),
        Sunday(month, day) => {
            let date = Date::new(year, month, day).ok()?;
            if date.weekday() == Weekday::Sunday { Some(date) } else { date.nth_weekday(1, Weekday::Sunday).ok() }
        }
    }
}

/// Easter Sunday by the Gregorian rule: the Sunday after the full moon that follows the beginning of spring.
fn easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (golden, century, of_century) = (y % 19, y / 100, y % 100);
    // How far the moon of the tables has moved by leap days left out and by its own correction.
    let moon = (19 * golden + century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - moon - of_century % 4) % 7;
    let late = (golden + 11 * moon + 22 * weekday) / 451;
    let days = moon + weekday - 7 * late + 114;
    Date::new(year, i8::try_from(days / 31).ok()?, i8::try_from(days % 31 + 1).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn of(year: i16, state: Option<BrState>) -> Vec<(String, &'static str)> {
        holidays(year, state).into_iter().map(|h| (h.date, h.name)).collect()
    }

    #[test]
    fn hr_6_easter_is_where_the_church_says() {
        for (year, month, day) in [(1961, 4, 2), (2000, 4, 23), (2008, 3, 23), (2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2038, 4, 25)] {
            assert_eq!(easter(year), Date::new(year, month, day).ok(), "{year}");
        }
        for year in 1900..2300 {
            assert_eq!(easter(year).unwrap().weekday(), Weekday::Sunday);
        }
    }

    #[test]
    fn hr_6_the_nations_holidays_of_2026() {
        let found = holidays(2026, None);
        let sure: Vec<&str> = found.iter().filter(|h| !h.optional).map(|h| h.date.as_str()).collect();
        assert_eq!(
            sure,
            [
                "2026-01-01",
                "2026-04-03",
                "2026-04-21",
                "2026-05-01",
                "2026-09-07",
                "2026-10-12",
                "2026-11-02",
                "2026-11-15",
                "2026-11-20",
                "2026-12-25"
            ]
        );
        let optional: Vec<&str> = found.iter().filter(|h| h.optional).map(|h| h.date.as_str()).collect();
        assert_eq!(optional, ["2026-02-16", "2026-02-17", "2026-06-04"]);
    }

    #[test]
    fn hr_6_the_twentieth_of_november_is_the_nations_since_2024() {
        let is_there = |year, state| holidays(year, state).iter().any(|h| h.date.ends_with("-11-20"));
        assert!(!is_there(2023, None) && is_there(2024, None) && is_there(2023, Some(BrState::Rj)));
        let once = of(2026, Some(BrState::Rj)).into_iter().filter(|(date, _)| date == "2026-11-20").count();
        assert_eq!(once, 1);
    }

    #[test]
    fn hr_6_states_add_their_own() {
        assert!(of(2026, Some(BrState::Sp)).contains(&("2026-07-09".into(), "Revolução Constitucionalista")));
        assert!(of(2026, Some(BrState::Es)).contains(&("2026-04-13".into(), "Nossa Senhora da Penha")));
        // In 2026 the 11th of August is a Tuesday, in 2024 it was a Sunday.
        assert!(of(2026, Some(BrState::Sc)).iter().any(|(date, _)| date == "2026-08-16"));
        assert!(of(2024, Some(BrState::Sc)).iter().any(|(date, _)| date == "2024-08-11"));
        // One date, two reasons: the nation's.
        assert!(of(2026, Some(BrState::Mg)).contains(&("2026-04-21".into(), "Tiradentes")));
        for state in BrState::ALL {
            let dates: Vec<String> = holidays(2026, Some(*state)).into_iter().map(|h| h.date).collect();
            assert_eq!(dates.iter().collect::<BTreeSet<_>>().len(), dates.len(), "{state}");
        }
    }
}
