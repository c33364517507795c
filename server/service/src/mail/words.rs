//! What letters say, in the reader's language. A code and a link each stand in a line of their own.

use model::{Dangerous, Language};

/// A letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Letter {
    pub subject: String,
    pub text: String,
}

/// What a letter is about.
pub(crate) enum Subject<'a> {
    /// To sign in.
    Code {
        code: &'a str,
    },
    /// Before something that matters (AC-8).
    StepUp {
        code: &'a str,
        action: Dangerous,
    },
    /// To finish a first access (AC-3).
    Terms {
        code: &'a str,
    },
    /// US-1.
    Invitation {
        account: &'a str,
        by: &'a str,
        link: &'a str,
        days: i64,
    },
    Reset {
        link: &'a str,
        minutes: i64,
    },
    /// The password is another one now.
    Changed,
    /// An admin took the second factor away (AC-7).
    FactorGone {
        account: &'a str,
    },
}

fn act(action: Dangerous, language: Language) -> &'static str {
    use Dangerous::*;
    use Language::*;
    match (action, language) {
        (CompleteMany, PtBr) => "concluir muitos atendimentos de uma vez",
        (CompleteMany, En) => "conclude many conversations at once",
        (CompleteMany, Es) => "concluir muchas atenciones a la vez",
        (ImportContacts, PtBr) => "importar contatos",
        (ImportContacts, En) => "import contacts",
        (ImportContacts, Es) => "importar contactos",
        (RemoveChannel, PtBr) => "remover um canal",
        (RemoveChannel, En) => "remove a channel",
        (RemoveChannel, Es) => "quitar un canal",
        (ActivatePaidApp, PtBr) => "ativar um app pago",
        (ActivatePaidApp, En) => "activate a paid app",
        (ActivatePaidApp, Es) => "activar una app de pago",
    }
}

impl Letter {
    /// Writes the letter.
    pub fn new(language: Language, about: &Subject) -> Letter {
        let (subject, text) = match language {
            Language::PtBr => portuguese(about),
            Language::En => english(about),
            Language::Es => spanish(about),
        };
        Letter { subject, text }
    }
}

fn portuguese(about: &Subject) -> (String, String) {
    let own = "Se não foi você, ignore este e-mail e não passe o código a ninguém.";
    match about {
        Subject::Code { code } => {
            (format!("{code} é o seu código da Prosa"), format!("Seu código para entrar na Prosa:\n\n{code}\n\nEle vale por 10 minutos e uma só vez.\n{own}\n"))
        }
        Subject::StepUp { code, action } => (
            format!("{code} confirma a sua ação na Prosa"),
            format!("Seu código para {}:\n\n{code}\n\nEle vale por 10 minutos e uma só vez.\n{own}\n", act(*action, Language::PtBr)),
        ),
        Subject::Terms { code } => (
            format!("{code} conclui o seu primeiro acesso"),
            format!("Seu código para concluir o primeiro acesso à Prosa:\n\n{code}\n\nEle vale por 10 minutos e uma só vez.\n{own}\n"),
        ),
        Subject::Invitation { account, by, link, days } => (
            format!("{by} convidou você para {account} na Prosa"),
            format!("{by} convidou você para atender em {account}.\n\nAceite o convite aqui:\n{link}\n\nO link vale por {days} dias, uma só vez, e só para este endereço.\n"),
        ),
        Subject::Reset { link, minutes } => (
            "Nova senha da Prosa".into(),
            format!("Escolha uma nova senha aqui:\n{link}\n\nO link vale por {minutes} minutos e uma só vez.\nSe não foi você que pediu, ignore este e-mail: sua senha continua a mesma.\n"),
        ),
        Subject::Changed => (
            "Sua senha da Prosa mudou".into(),
            "Sua senha da Prosa foi trocada e os outros acessos foram encerrados.\nSe não foi você, peça uma nova senha na página de entrada e avise quem administra a conta.\n".into(),
        ),
        Subject::FactorGone { account } => (
            "Seu segundo fator da Prosa foi removido".into(),
            format!("Quem administra {account} removeu o seu segundo fator. Ao entrar, configure um novo no seu perfil.\n"),
        ),
    }
}

fn english(about: &Subject) -> (String, String) {
    let own = "If it was not you, ignore this e-mail and give the code to nobody.";
    match about {
        Subject::Code { code } => {
            (format!("{code} is your Prosa code"), format!("Your code to sign in to Prosa:\n\n{code}\n\nIt is valid for 10 minutes, once.\n{own}\n"))
        }
        Subject::StepUp { code, action } => (
            format!("{code} confirms what you do in Prosa"),
            format!("Your code to {}:\n\n{code}\n\nIt is valid for 10 minutes, once.\n{own}\n", act(*action, Language::En)),
        ),
        Subject::Terms { code } => (
            format!("{code} completes your first access"),
            format!("Your code to complete your first access to Prosa:\n\n{code}\n\nIt is valid for 10 minutes, once.\n{own}\n"),
        ),
        Subject::Invitation { account, by, link, days } => (
            format!("{by} invited you to {account} on Prosa"),
            format!("{by} invited you to serve customers in {account}.\n\nAccept the invitation here:\n{link}\n\nThe link is valid for {days} days, once, and for this address only.\n"),
        ),
        Subject::Reset { link, minutes } => (
            "A new Prosa password".into(),
            format!("Choose a new password here:\n{link}\n\nThe link is valid for {minutes} minutes, once.\nIf you did not ask for it, ignore this e-mail: your password stays the same.\n"),
        ),
        Subject::Changed => (
            "Your Prosa password has changed".into(),
            "Your Prosa password was changed, and your other sign-ins have ended.\nIf it was not you, ask for a new password on the sign-in page and tell who runs the account.\n".into(),
        ),
        Subject::FactorGone { account } => (
            "Your second factor for Prosa was removed".into(),
            format!("Who runs {account} removed your second factor. After signing in, set up a new one in your profile.\n"),
        ),
    }
}

fn spanish(about: &Subject) -> (String, String) {
    let own = "Si no fuiste tú, ignora este correo y no le des el código a nadie.";
    match about {
        Subject::Code { code } => {
            (format!("{code} es tu código de Prosa"), format!("Tu código para entrar en Prosa:\n\n{code}\n\nVale por 10 minutos y una sola vez.\n{own}\n"))
        }
        Subject::StepUp { code, action } => (
            format!("{code} confirma tu acción en Prosa"),
            format!("Tu código para {}:\n\n{code}\n\nVale por 10 minutos y una sola vez.\n{own}\n", act(*action, Language::Es)),
        ),
        Subject::Terms { code } => (
            format!("{code} completa tu primer acceso"),
            format!("Tu código para completar el primer acceso a Prosa:\n\n{code}\n\nVale por 10 minutos y una sola vez.\n{own}\n"),
        ),
        Subject::Invitation { account, by, link, days } => (
            format!("{by} te invitó a {account} en Prosa"),
            format!("{by} te invitó a atender en {account}.\n\nAcepta la invitación aquí:\n{link}\n\nEl enlace vale por {days} días, una sola vez y solo para esta dirección.\n"),
        ),
        Subject::Reset { link, minutes } => (
            "Nueva contraseña de Prosa".into(),
            format!("Elige una nueva contraseña aquí:\n{link}\n\nEl enlace vale por {minutes} minutos y una sola vez.\nSi no lo pediste tú, ignora este correo: tu contraseña sigue igual.\n"),
        ),
        Subject::Changed => (
            "Tu contraseña de Prosa cambió".into(),
            "Tu contraseña de Prosa fue cambiada y tus otros accesos terminaron.\nSi no fuiste tú, pide una nueva contraseña en la página de entrada y avisa a quien administra la cuenta.\n".into(),
        ),
        Subject::FactorGone { account } => (
            "Se quitó tu segundo factor de Prosa".into(),
            format!("Quien administra {account} quitó tu segundo factor. Al entrar, configura uno nuevo en tu perfil.\n"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_and_a_link_stand_in_lines_of_their_own() {
        for language in Language::ALL {
            for action in Dangerous::ALL {
                let letter = Letter::new(*language, &Subject::StepUp { code: "012345", action: *action });
                assert!(letter.text.lines().any(|l| l == "012345") && letter.text.contains(act(*action, *language)));
            }
            let link = "https://prosa.example/invite/x";
            let letter = Letter::new(*language, &Subject::Invitation { account: "Loja", by: "Ana", link, days: 7 });
            assert!(letter.text.lines().any(|l| l == link) && letter.subject.contains("Loja"));
        }
    }
}
