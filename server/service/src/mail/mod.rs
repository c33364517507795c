//! E-mail: to an SMTP server, or into a folder for whoever tries Prosa out.

mod words;

pub(crate) use words::{Letter, Subject};

use crate::Result;
use lettre::message::{Mailbox, header::ContentType};
use lettre::{AsyncFileTransport, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use model::Fault;
use std::time::Duration;

/// How long the server has for one letter.
const PATIENCE: Duration = Duration::from_secs(20);
/// What a URL of a folder begins with.
const FOLDER: &str = "file:";

/// The way that letters go; none where nothing is configured.
pub struct Mail(Option<Post>);

struct Post {
    from: Mailbox,
    way: Way,
}

enum Way {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Folder(AsyncFileTransport<Tokio1Executor>),
}

impl Mail {
    /// Reads the two settings; nothing is connected yet. The text says what is wrong with which of them: true is the sender.
    ///
    /// # Errors
    /// When the address of the server, or the sender, cannot be used.
    pub fn open(url: &str, from: &str) -> std::result::Result<Mail, (bool, String)> {
        if url.trim().is_empty() {
            return Ok(Mail(None));
        }
        let from = from.trim().parse().map_err(|e| (true, format!("{from:?} is not a sender ({e})")))?;
        let way = match url.trim().strip_prefix(FOLDER) {
            Some(folder) if !folder.is_empty() => {
                std::fs::create_dir_all(folder).map_err(|e| (false, format!("the folder {folder} cannot be made: {e}")))?;
                Way::Folder(AsyncFileTransport::new(folder))
            }
            // The URL may hold a password: what is wrong with it is not repeated.
            _ => {
                let smtp =
                    AsyncSmtpTransport::<Tokio1Executor>::from_url(url.trim()).map_err(|_| (false, "is not understood".to_owned()))?;
                Way::Smtp(smtp.timeout(Some(PATIENCE / 2)).build())
            }
        };
        Ok(Mail(Some(Post { from, way })))
    }

    /// Whether letters can be sent.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Sends a letter, and waits until the server has taken it.
    ///
    /// # Errors
    /// [`Fault::NotDelivered`]; the cause is in the log, without the letter.
    pub(crate) async fn send(&self, to: &str, letter: &Letter) -> Result<()> {
        let Some(post) = &self.0 else { return Err(Fault::NotDelivered.into()) };
        let sent = tokio::time::timeout(PATIENCE, post.send(to, letter)).await;
        sent.unwrap_or_else(|_| Err("the server did not answer in time".to_owned())).map_err(|why| {
            tracing::warn!(why, "an e-mail could not be sent");
            Fault::NotDelivered.into()
        })
    }
}

impl Post {
    async fn send(&self, to: &str, letter: &Letter) -> std::result::Result<(), String> {
        let to: lettre::Address = to.parse().map_err(|_| "the address is not one".to_owned())?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject.clone())
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.clone())
            .map_err(|e| e.to_string())?;
        match &self.way {
            Way::Smtp(way) => way.send(message).await.map(drop).map_err(|e| e.to_string()),
            Way::Folder(way) => way.send(message).await.map(drop).map_err(|e| e.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_for_mail_say_which_of_them_is_wrong() {
        assert!(!Mail::open("", "").unwrap().is_on());
        assert!(Mail::open("smtp://mail.example:587?tls=required", "").is_err_and(|(sender, _)| sender));
        assert!(
            Mail::open("http://mail.example", "prosa@mail.example").is_err_and(|(sender, why)| !sender && !why.contains("mail.example"))
        );
        assert!(Mail::open("file:", "prosa@mail.example").is_err());
    }

    #[tokio::test]
    async fn letters_go_into_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        let mail = Mail::open(&format!("file:{}", dir.path().join("mail").display()), "Prosa <prosa@mail.example>").unwrap();
        let letter = Letter::new(model::Language::En, &Subject::Code { code: "012345" });
        mail.send("ana@loja.example", &letter).await.unwrap();
        assert!(mail.send("nobody", &letter).await.is_err());
        let files: Vec<_> = std::fs::read_dir(dir.path().join("mail")).unwrap().map(|f| f.unwrap().path()).collect();
        assert_eq!(files.len(), 1);
        let text = std::fs::read_to_string(&files[0]).unwrap();
        assert!(text.contains("To: ana@loja.example") && text.contains("012345"), "{text}");
    }
}
