//! One's own profile (03, section 3.8).

use crate::world::*;
use model::*;
use service::{auth, avatar, media, people};

fn draft(name: &str, email: &str, password: &str) -> ProfileDraft {
    ProfileDraft { name: name.into(), nickname: "Aninha".into(), email: email.into(), password: password.into() }
}

/// A small PNG of one colour.
fn png(colour: [u8; 3]) -> Vec<u8> {
    let mut out = Vec::new();
    let picture = image::RgbImage::from_pixel(40, 30, image::Rgb(colour));
    picture.write_to(&mut std::io::Cursor::new(&mut out), image::ImageFormat::Png).unwrap();
    out
}

both! {
    async fn pr_1_a_person_changes_their_own_name_and_with_the_password_their_email(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let seq = service::desk::last_seq(&w.desk.system(w.account)).await.unwrap();
        auth::save_profile(&ana, draft(" Ana Maria ", "ana.souza@loja.example", "")).await.unwrap();
        let me = auth::me(&w.cx(ana.user).await).await.unwrap();
        assert_eq!((me.name.as_str(), me.nickname.as_str()), ("Ana Maria", "Aninha"));
        assert_eq!(w.cx(ana.user).await.seat.name, "Ana Maria", "colleagues' sockets know it, too");
        let events = service::desk::events_since(&w.desk.system(w.account), seq, 10).await.unwrap();
        assert!(events.iter().any(|e| e.change == Change::Setup { what: SetupKind::Members }));
        // Another e-mail is another way in.
        let other = |password| draft("Ana Maria", "Ana.Maria@loja.example", password);
        assert_eq!(fault(auth::save_profile(&ana, other("")).await), Fault::field("password", Wrong::Required));
        assert_eq!(fault(auth::save_profile(&ana, other("errada errada")).await), Fault::field("password", Wrong::NotAllowed));
        auth::save_profile(&ana, other(PASSWORD)).await.unwrap();
        auth::sign_in(&w.desk, "ana.maria@loja.example", PASSWORD, &visitor()).await.unwrap();
        assert_eq!(fault(auth::sign_in(&w.desk, "ana.souza@loja.example", PASSWORD, &visitor()).await.map(drop)), Fault::BadCredentials);
        let taken = draft("Ana Maria", "alice@loja.example", PASSWORD);
        assert_eq!(fault(auth::save_profile(&ana, taken).await), Fault::field("email", Wrong::Taken));
        assert!(matches!(fault(auth::save_profile(&ana, draft("", "x", "")).await), Fault::Invalid { fields } if fields.len() == 2));
    }

    async fn pr_1_guessing_the_password_takes_longer_and_longer(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let wrong = || draft("Ana", "outra@loja.example", "errada errada");
        for _ in 0..5 {
            assert_eq!(fault(auth::save_profile(&ana, wrong()).await), Fault::field("password", Wrong::NotAllowed));
        }
        assert!(matches!(fault(auth::save_profile(&ana, wrong()).await), Fault::Throttled { .. }));
    }

    async fn pr_2_a_photo_is_seen_by_colleagues_and_removed_with_its_file(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        assert_eq!(fault(avatar::find(&bia, ana.user).await), Fault::Missing);
        let hash = avatar::save(&ana, png([200, 30, 30])).await.unwrap();
        assert_eq!(avatar::find(&bia, ana.user).await.unwrap(), hash);
        let kept = w.stored(&hash).await;
        let picture = image::load_from_memory(&kept).unwrap();
        assert_eq!((picture.width(), picture.height()), (256, 256));
        let mark = people::members(&bia).await.unwrap().into_iter().find(|m| m.user_id == ana.user).unwrap().photo;
        assert!(mark.len() == 16 && hash.starts_with(&mark));
        assert_eq!(auth::me(&ana).await.unwrap().photo, mark);
        // Two people with the same picture: the file stays until the last one leaves it.
        avatar::save(&bia, png([200, 30, 30])).await.unwrap();
        avatar::save(&ana, png([30, 200, 30])).await.unwrap();
        w.pass(2 * HOUR);
        media::clean(&w.desk).await.unwrap();
        assert!(w.desk.storage.size(&hash).await.is_ok());
        avatar::remove(&bia).await.unwrap();
        w.pass(2 * HOUR);
        media::clean(&w.desk).await.unwrap();
        assert!(w.desk.storage.size(&hash).await.is_err());
        avatar::remove(&ana).await.unwrap();
        assert_eq!(fault(avatar::find(&bia, ana.user).await), Fault::Missing);
        assert_eq!(auth::me(&ana).await.unwrap().photo, "");
    }

    async fn pr_2_what_is_no_photo_is_refused(w) {
        let bad = [(b"<svg onload=alert(1)>".to_vec(), Wrong::NotAllowed), (vec![0; limit::PHOTO_MAX + 1], Wrong::TooLong)];
        for (file, wrong) in bad {
            assert_eq!(fault(avatar::save(&w.admin, file).await), Fault::field("photo", wrong));
        }
    }
}
