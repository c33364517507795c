//! Single sign-on: an account's people come in by their company's own identity provider (OpenID Connect).

use crate::{Check, Fault, Role, TeamId, Wrong, limit, words};
use serde::{Deserialize, Serialize};

words! {
    /// Why a sign-on was refused, for the page that says so.
    pub enum SsoRefusal {
        /// The account has none, or it is switched off.
        Off = "off",
        /// The provider said no, or the person did there.
        Denied = "denied",
        /// It took too long, or was begun in another browser.
        Expired = "expired",
        /// The provider was not reached.
        Unreachable = "unreachable",
        /// What the provider answered does not hold.
        Invalid = "invalid",
        /// The provider does not vouch for the e-mail.
        Unverified = "unverified",
        /// The e-mail's domain is none of those allowed.
        Domain = "domain",
        /// Nobody here has this e-mail, and nobody is made.
        Unknown = "unknown",
        /// The person with this e-mail comes in as somebody else there.
        Linked = "linked",
    }
}

/// How an account's people come in by their company's identity provider.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sso {
    /// Which one it is; a draft with an older one is refused.
    pub version: i64,
    pub enabled: bool,
    /// The name in its address, `/sso/<slug>`; empty = the account's id is.
    pub slug: String,
    /// The provider's address, exactly as it calls itself.
    pub issuer: String,
    pub client_id: String,
    /// Only written: empty keeps the stored one.
    #[serde(default)]
    pub secret: String,
    /// What the button says; empty = a text of ours.
    pub button: String,
    /// Of e-mails that may come in; empty = all.
    pub domains: Vec<String>,
    /// Whoever comes for the first time becomes a member with this role; none: only members come in.
    pub newcomers: Option<Role>,
    /// Team of who comes for the first time; none = the default team.
    pub team_id: Option<TeamId>,
    /// Members who are no admins come in by it alone.
    pub only: bool,
}

/// The same with what is to be entered at the provider.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SsoSettings {
    pub sso: Sso,
    pub has_secret: bool,
    /// To which the provider sends people back.
    pub callback: String,
    /// Where signing in begins.
    pub start: String,
}

/// What the sign-in page offers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SsoDoor {
    /// The only account with a provider: its name in the address, and what the button says.
    pub one: Option<(String, String)>,
    /// Several accounts have one: the person says which.
    pub several: bool,
}

impl Sso {
    /// What the form and the server check. Whether the provider exists is asked by the server alone.
    pub fn check(&self) -> Result<(), Fault> {
        let mut check = Check::default();
        check.that(self.slug.is_empty() || is_slug(&self.slug), "slug", Wrong::NotAllowed);
        let long = |text: &str| text.chars().count() > limit::SSO_TEXT_MAX;
        check.that(!long(&self.issuer), "issuer", Wrong::TooLong).that(!long(&self.client_id), "client_id", Wrong::TooLong);
        check.that(!long(&self.secret), "secret", Wrong::TooLong);
        if self.enabled {
            check.text(&self.issuer, "issuer", limit::SSO_TEXT_MAX).text(&self.client_id, "client_id", limit::SSO_TEXT_MAX);
        }
        check.that(self.button.chars().count() <= limit::TAG_NAME_MAX, "button", Wrong::TooLong);
        check.that(self.domains.len() <= limit::SSO_DOMAINS_MAX, "domains", Wrong::TooMany);
        check.that(self.domains.iter().all(|d| is_domain(d)), "domains", Wrong::NotAllowed);
        if let Some(role) = self.newcomers {
            // Anybody with an account at a public provider would come in.
            check.that(!self.domains.is_empty(), "domains", Wrong::Required).that(role != Role::Admin, "newcomers", Wrong::NotAllowed);
        }
        check.that(!self.only || self.enabled, "only", Wrong::NotAllowed);
        check.done()
    }

    /// Whether an e-mail may come in.
    pub fn allows(&self, email: &str) -> bool {
        let Some((_, host)) = email.rsplit_once('@') else { return false };
        self.domains.is_empty() || self.domains.iter().any(|d| d.eq_ignore_ascii_case(host))
    }
}

/// The domains that somebody typed, in small letters and without what separates them.
pub fn sso_domains(typed: &str) -> Vec<String> {
    let words = typed.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'));
    words.map(|w| w.trim_start_matches('@').to_lowercase()).filter(|w| !w.is_empty()).collect()
}

/// A name in an address: letters, digits and hyphens, not a number, which would be an account's id.
fn is_slug(slug: &str) -> bool {
    (3..=40).contains(&slug.len())
        && slug.starts_with(|c: char| c.is_ascii_lowercase())
        && slug.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn is_domain(domain: &str) -> bool {
    domain.len() <= 253
        && domain.contains('.')
        && domain
            .split('.')
            .all(|part| (1..=63).contains(&part.len()) && !part.starts_with('-') && part.chars().all(|c| c.is_alphanumeric() || c == '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sso() -> Sso {
        Sso { enabled: true, issuer: "https://id.example".into(), client_id: "prosa".into(), ..Sso::default() }
    }

    fn wrong(sso: &Sso) -> Option<(String, Wrong)> {
        match sso.check() {
            Err(Fault::Invalid { fields }) => fields.into_iter().next().map(|f| (f.field, f.wrong)),
            _ => None,
        }
    }

    #[test]
    fn what_is_set_is_checked_field_by_field() {
        assert_eq!(wrong(&sso()), None);
        assert_eq!(wrong(&Sso::default()), None, "nothing is set at first");
        assert_eq!(wrong(&Sso { issuer: String::new(), ..sso() }), Some(("issuer".into(), Wrong::Required)));
        assert_eq!(wrong(&Sso { client_id: " ".into(), ..sso() }), Some(("client_id".into(), Wrong::Required)));
        for bad in ["1", "ab", "-ab", "Loja", "loja/x", "lójá", "123"] {
            assert_eq!(wrong(&Sso { slug: bad.into(), ..sso() }), Some(("slug".into(), Wrong::NotAllowed)), "{bad}");
        }
        assert_eq!(wrong(&Sso { slug: "loja-2".into(), ..sso() }), None);
        for bad in ["loja", "loja..example", "@loja.example", "a b.example", "-a.example"] {
            assert_eq!(wrong(&Sso { domains: vec![bad.into()], ..sso() }), Some(("domains".into(), Wrong::NotAllowed)), "{bad}");
        }
        let open = Sso { newcomers: Some(Role::Agent), ..sso() };
        assert_eq!(wrong(&open), Some(("domains".into(), Wrong::Required)), "not everybody of a public provider");
        let closed = Sso { domains: vec!["loja.example".into()], ..open };
        assert_eq!(wrong(&closed), None);
        assert_eq!(wrong(&Sso { newcomers: Some(Role::Admin), ..closed }), Some(("newcomers".into(), Wrong::NotAllowed)));
        assert_eq!(wrong(&Sso { only: true, enabled: false, ..sso() }), Some(("only".into(), Wrong::NotAllowed)));
    }

    #[test]
    fn domains_are_whole_hosts() {
        let sso = Sso { domains: sso_domains(" Loja.Example, @outra.example;\n"), ..sso() };
        assert_eq!(sso.domains, ["loja.example", "outra.example"]);
        assert!(sso.allows("ana@loja.example") && sso.allows("ANA@LOJA.EXAMPLE"));
        for no in [
            "ana@evil-loja.example",
            "ana@loja.example.evil.example",
            "ana@sub.loja.example",
            "loja.example",
            "ana@loja.example@evil.example",
        ] {
            assert!(!sso.allows(no), "{no}");
        }
        assert!(Sso::default().allows("a@b.example"));
    }
}
