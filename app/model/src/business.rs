//! What contacts see of the company on a network (PR-4): kept by the network, changed from here.

use crate::{Check, Fault, Wrong, words};
use serde::{Deserialize, Serialize};

words! {
    /// What the company does, by the names of WhatsApp.
    #[derive(Default)]
    pub enum Vertical {
        /// Not said, or something that we have no word for.
        #[default]
        Undefined = "UNDEFINED",
        Other = "OTHER",
        Auto = "AUTO",
        Beauty = "BEAUTY",
        Apparel = "APPAREL",
        Edu = "EDU",
        Entertain = "ENTERTAIN",
        EventPlan = "EVENT_PLAN",
        Finance = "FINANCE",
        Grocery = "GROCERY",
        Govt = "GOVT",
        Hotel = "HOTEL",
        Health = "HEALTH",
        Nonprofit = "NONPROFIT",
        ProfServices = "PROF_SERVICES",
        Retail = "RETAIL",
        Travel = "TRAVEL",
        Restaurant = "RESTAURANT",
        NotABiz = "NOT_A_BIZ",
    }
}

/// The company's profile as contacts see it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BusinessProfile {
    /// The display name. Only the network changes it, after a review.
    pub name: String,
    /// Another one when the photo is another one; empty for none.
    pub photo: String,
    /// The line below the name.
    pub about: String,
    pub address: String,
    pub description: String,
    pub email: String,
    /// At most [`BusinessProfile::WEBSITES_MAX`], each with `http://` or `https://`.
    pub websites: Vec<String>,
    pub vertical: Vertical,
}

/// What is to change of a [`BusinessProfile`]; `None` leaves a field as the network has it, so that two people who change
/// different fields do not undo each other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BusinessProfileDraft {
    pub about: Option<String>,
    pub address: Option<String>,
    pub description: Option<String>,
    pub email: Option<String>,
    pub websites: Option<Vec<String>>,
    pub vertical: Option<Vertical>,
}

impl BusinessProfile {
    /// Characters of each field, as the network counts them.
    pub const ABOUT_MAX: usize = 139;
    pub const ADDRESS_MAX: usize = 256;
    pub const DESCRIPTION_MAX: usize = 512;
    pub const EMAIL_MAX: usize = 128;
    pub const WEBSITE_MAX: usize = 256;
    pub const WEBSITES_MAX: usize = 2;

    /// What has become another one since `before`.
    pub fn changes(&self, before: &BusinessProfile) -> BusinessProfileDraft {
        let text = |now: &str, was: &str| (now.trim() != was.trim()).then(|| now.trim().to_owned());
        BusinessProfileDraft {
            about: text(&self.about, &before.about),
            address: text(&self.address, &before.address),
            description: text(&self.description, &before.description),
            email: text(&self.email, &before.email),
            // Blank ones go along, so that a wrong one is told by its place; `tidy` leaves them out.
            websites: (filled(&self.websites) != filled(&before.websites)).then(|| self.websites.clone()),
            vertical: (self.vertical != before.vertical).then_some(self.vertical),
        }
    }

    /// The profile after this change.
    #[must_use]
    pub fn with(self, change: &BusinessProfileDraft) -> BusinessProfile {
        let text = |now: &Option<String>, was: String| now.clone().unwrap_or(was);
        BusinessProfile {
            about: text(&change.about, self.about),
            address: text(&change.address, self.address),
            description: text(&change.description, self.description),
            email: text(&change.email, self.email),
            websites: change.websites.clone().unwrap_or(self.websites),
            vertical: change.vertical.unwrap_or(self.vertical),
            name: self.name,
            photo: self.photo,
        }
    }
}

impl BusinessProfileDraft {
    /// The form's fields of the websites, by their place.
    pub const WEBSITE_FIELDS: [&'static str; BusinessProfile::WEBSITES_MAX] = ["website_1", "website_2"];

    /// What the form and the server check. The network takes no empty line below the name.
    pub fn check(&self) -> Result<(), Fault> {
        let mut check = Check::default();
        let fits = |text: &str, most: usize| text.chars().count() <= most;
        if let Some(about) = &self.about {
            check.text(about, "about", BusinessProfile::ABOUT_MAX);
        }
        if let Some(address) = &self.address {
            check.that(fits(address, BusinessProfile::ADDRESS_MAX), "address", Wrong::TooLong);
        }
        if let Some(description) = &self.description {
            check.that(fits(description, BusinessProfile::DESCRIPTION_MAX), "description", Wrong::TooLong);
        }
        if let Some(email) = self.email.as_deref().filter(|e| !e.trim().is_empty()) {
            check.that(fits(email, BusinessProfile::EMAIL_MAX), "email", Wrong::TooLong).email(email, "email");
        }
        for (place, website) in self.websites.iter().flatten().enumerate() {
            match Self::WEBSITE_FIELDS.get(place) {
                Some(field) => {
                    let website = website.trim();
                    check.that(fits(website, BusinessProfile::WEBSITE_MAX), field, Wrong::TooLong);
                    check.that(website.is_empty() || is_website(website), field, Wrong::NotAllowed);
                }
                None => {
                    check.that(false, Self::WEBSITE_FIELDS[0], Wrong::TooMany);
                }
            }
        }
        check.done()
    }

    /// As it is sent: without blanks around, and without empty websites.
    #[must_use]
    pub fn tidy(self) -> BusinessProfileDraft {
        let trim = |text: Option<String>| text.map(|t| t.trim().to_owned());
        BusinessProfileDraft {
            about: trim(self.about),
            address: trim(self.address),
            description: trim(self.description),
            email: trim(self.email),
            websites: self.websites.map(|all| filled(&all).into_iter().map(str::to_owned).collect()),
            vertical: self.vertical,
        }
    }

    /// Nothing is to change.
    pub fn is_empty(&self) -> bool {
        *self == BusinessProfileDraft::default()
    }
}

/// Those that are no blanks.
fn filled(websites: &[String]) -> Vec<&str> {
    websites.iter().map(|w| w.trim()).filter(|w| !w.is_empty()).collect()
}

/// An address that a browser opens, with something behind its scheme.
fn is_website(text: &str) -> bool {
    let rest = ["http://", "https://"].iter().find_map(|scheme| {
        let (start, rest) = text.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    });
    rest.is_some_and(|rest| rest.starts_with(char::is_alphanumeric)) && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(draft: &BusinessProfileDraft) -> Vec<(String, Wrong)> {
        match draft.check() {
            Err(Fault::Invalid { fields }) => fields.into_iter().map(|f| (f.field, f.wrong)).collect(),
            Ok(()) => Vec::new(),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn pr_4_only_what_changed_is_sent() {
        let before = BusinessProfile {
            about: "Aberto".into(),
            websites: vec!["https://loja.example".into()],
            vertical: Vertical::Retail,
            ..BusinessProfile::default()
        };
        let same = BusinessProfile {
            about: " Aberto ".into(),
            websites: vec![" ".into(), "https://loja.example ".into()],
            name: "Outro nome".into(),
            ..before.clone()
        };
        assert!(same.changes(&before).is_empty());
        let now = BusinessProfile { address: " Rua A, 1 ".into(), websites: vec![String::new(), String::new()], ..before.clone() };
        let change = now.changes(&before).tidy();
        assert_eq!(
            change,
            BusinessProfileDraft { address: Some("Rua A, 1".into()), websites: Some(Vec::new()), ..BusinessProfileDraft::default() }
        );
        let after = before.clone().with(&change);
        assert_eq!(after, BusinessProfile { address: "Rua A, 1".into(), websites: Vec::new(), ..before });
    }

    #[test]
    fn pr_4_limits_are_told_beside_their_fields() {
        let x = |n: usize| Some("é".repeat(n));
        let right = BusinessProfileDraft {
            about: x(139),
            address: x(256),
            description: x(512),
            email: Some(format!("a@{}.co", "b".repeat(123))),
            websites: Some(vec![format!("https://{}", "a".repeat(248)), "HTTP://Loja.example/a?b".into()]),
            vertical: Some(Vertical::NotABiz),
        };
        assert_eq!(wrong(&right), []);
        let long = BusinessProfileDraft {
            about: x(140),
            address: x(257),
            description: x(513),
            email: Some(format!("a@{}.co", "b".repeat(124))),
            websites: Some(vec![format!("https://{}", "a".repeat(249))]),
            vertical: None,
        };
        let fields = ["about", "address", "description", "email", "website_1"];
        assert_eq!(wrong(&long), fields.map(|f| (f.to_owned(), Wrong::TooLong)));
        let draft = |websites: &[&str]| BusinessProfileDraft {
            websites: Some(websites.iter().map(|w| (*w).to_owned()).collect()),
            ..BusinessProfileDraft::default()
        };
        for bad in ["loja.example", "https://", "https:///x", "ftp://loja.example", "javascript:alert(1)", "https://a b", "httpé//x"] {
            assert_eq!(wrong(&draft(&["", bad])), [("website_2".to_owned(), Wrong::NotAllowed)], "{bad}");
        }
        assert_eq!(wrong(&draft(&["", "", ""])), [("website_1".to_owned(), Wrong::TooMany)]);
        let empty = BusinessProfileDraft { about: Some(" ".into()), email: Some("x".into()), ..BusinessProfileDraft::default() };
        assert_eq!(wrong(&empty), [("about".to_owned(), Wrong::Required), ("email".to_owned(), Wrong::NotAnEmail)]);
        // What may be taken away, may be.
        let none = || Some(String::new());
        let cleared =
            BusinessProfileDraft { address: none(), description: none(), email: none(), websites: Some(Vec::new()), ..Default::default() };
        assert_eq!(wrong(&cleared), []);
    }
}
