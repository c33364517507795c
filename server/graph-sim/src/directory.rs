//! People: how a number, a BSUID or a username leads to a contact.

use crate::ids;
use crate::state::{Contact, Data};

/// ASCII digits of a text.
pub fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// True for what cannot be a phone number: a letter or a dot in it.
pub fn is_user_id(text: &str) -> bool {
    text.contains('.') || text.chars().any(char::is_alphabetic)
}

/// The number as given and the spellings that WhatsApp takes for the same: Brazil's ninth digit, Mexico's 1 after 52.
pub fn variants(number: &str) -> Vec<String> {
    let mut all = vec![number.to_owned()];
    if !number.is_ascii() {
        return all;
    }
    if number.starts_with("55") {
        let bytes = number.as_bytes();
        if number.len() == 13 && bytes[4] == b'9' {
            all.push(format!("{}{}", &number[..4], &number[5..]));
        } else if number.len() == 12 && matches!(bytes[4], b'6'..=b'9') {
            all.push(format!("{}9{}", &number[..4], &number[4..]));
        }
    } else if number.starts_with("521") && number.len() == 13 {
        all.push(format!("52{}", &number[3..]));
    } else if number.starts_with("52") && number.len() == 12 {
        all.push(format!("521{}", &number[2..]));
    }
    all
}

/// Applies Meta's rule for a number without `+`: a bare national number gets the country code of the business in front.
///
/// `own` are the digits of the sending number. Known people and numbers that are already international stay as they are.
pub fn with_country_prefix(to: &str, own: &str) -> String {
    let number = digits(to);
    if to.trim_start().starts_with('+') {
        return number;
    }
    let country = country_code(own);
    if number.starts_with(country) && number.len() >= own.len().saturating_sub(1) {
        return number;
    }
    let national = match country {
        // An area code and a subscriber: 11 digits with the ninth digit, or 10.
        "55" => number.len() == 10 || (number.len() == 11 && number.as_bytes().get(2) == Some(&b'9')),
        _ => number.len() <= 10,
    };
    if national || number.len() < 10 { format!("{country}{number}") } else { number }
}

/// Country code at the start of an international number; the few that the demo needs, else two digits.
fn country_code(number: &str) -> &str {
    if number.starts_with('1') || number.starts_with('7') {
        &number[..1]
    } else if number.starts_with("35") || number.starts_with("59") {
        number.get(..3).unwrap_or(number)
    } else {
        number.get(..2).unwrap_or(number)
    }
}

/// ISO country of a number for its BSUID.
fn country(number: Option<&str>) -> &'static str {
    match number {
        Some(n) if n.starts_with("52") => "MX",
        Some(n) if n.starts_with("54") => "AR",
        Some(n) if n.starts_with("351") => "PT",
        Some(n) if n.starts_with('1') => "US",
        _ => "BR",
    }
}

impl Data {
    /// A contact key by number (any spelling), BSUID, `@username` or key.
    pub fn find_contact(&self, who: &str) -> Option<&str> {
        let who = who.trim();
        if let Some(key) = self.contacts.get_key_value(who).map(|(k, _)| k) {
            return Some(key);
        }
        if is_user_id(who) {
            return self.index.get(who).map(String::as_str);
        }
        let number = digits(who);
        variants(&number).iter().find_map(|v| self.index.get(v)).map(String::as_str)
    }

    /// A contact key by number or BSUID; the contact is made when it is not there.
    pub fn contact_or_new(&mut self, who: &str, name: Option<&str>) -> String {
        if let Some(key) = self.find_contact(who) {
            return key.to_owned();
        }
        let mut contact = Contact { name: name.unwrap_or_default().to_owned(), ..Contact::default() };
        if let Some(username) = who.strip_prefix('@') {
            contact.username = Some(username.to_owned());
            contact.bsuid_only = true;
        } else if is_user_id(who) {
            contact.user_id = who.to_owned();
            contact.bsuid_only = true;
        } else {
            contact.wa_id = Some(digits(who));
        }
        self.add_contact(contact)
    }

    /// Adds a contact, filling in key and BSUID, and gives its key.
    pub fn add_contact(&mut self, mut contact: Contact) -> String {
        self.contacts_made += 1;
        contact.key = format!("c{}", self.contacts_made);
        if contact.user_id.is_empty() {
            contact.user_id = ids::bsuid(country(contact.wa_id.as_deref()));
        }
        let key = contact.key.clone();
        self.contacts.insert(key.clone(), contact);
        self.index_contact(&key);
        key
    }

    /// Changes a contact and keeps the index right.
    pub fn edit_contact(&mut self, key: &str, edit: impl FnOnce(&mut Contact)) -> Option<Contact> {
        let contact = self.contacts.get_mut(key)?;
        edit(contact);
        let contact = contact.clone();
        self.index.retain(|_, k| k != key);
        self.index_contact(key);
        Some(contact)
    }

    /// Puts every address of a contact into the index.
    pub fn index_contact(&mut self, key: &str) {
        let Some(contact) = self.contacts.get(key) else { return };
        let mut addresses = contact.aliases.clone();
        addresses.extend(contact.wa_id.clone());
        addresses.push(contact.user_id.clone());
        addresses.extend(contact.username.as_ref().map(|u| format!("@{u}")));
        for address in addresses {
            self.index.insert(address, key.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ninth_digit_and_mexico_lead_to_one_person() {
        let mut data = Data::default();
        let carla = data.contact_or_new("553198765432", Some("Carla"));
        let diego = data.contact_or_new("5215512345678", Some("Diego"));
        assert_eq!(data.find_contact("+55 31 99876-5432"), Some(carla.as_str()));
        assert_eq!(data.find_contact("+52 55 1234 5678"), Some(diego.as_str()));
        assert_eq!(data.find_contact("551133334444"), None);
        // A landline is never given a ninth digit.
        assert_eq!(variants("551133334444"), ["551133334444"]);
    }

    #[test]
    fn bare_national_numbers_get_the_business_country() {
        let own = "551155500100";
        assert_eq!(with_country_prefix("11987654321", own), "5511987654321");
        assert_eq!(with_country_prefix("+16315551234", own), "16315551234");
        assert_eq!(with_country_prefix("16315551234", own), "16315551234");
        assert_eq!(with_country_prefix("5511987654321", own), "5511987654321");
        // The wrong prefix that Meta would apply too: a foreign national number becomes Brazilian.
        assert_eq!(with_country_prefix("6315551234", own), "556315551234");
        assert_eq!(with_country_prefix("6315551234", "16505551111"), "16315551234");
    }

    #[test]
    fn a_person_is_found_by_every_address() {
        let mut data = Data::default();
        let key = data.add_contact(Contact { username: Some("joana.p".into()), bsuid_only: true, ..Contact::default() });
        let id = data.contacts[&key].user_id.clone();
        assert_eq!(data.find_contact("@joana.p"), Some(key.as_str()));
        assert_eq!(data.find_contact(&id), Some(key.as_str()));
        data.edit_contact(&key, |c| c.user_id = "BR.1".into());
        assert_eq!(data.find_contact(&id), None);
        assert_eq!(data.find_contact("BR.1"), Some(key.as_str()));
    }
}
