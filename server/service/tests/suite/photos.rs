//! Photos of contacts (03, section 3.8, PR-3).

use crate::world::*;
use model::*;
use service::{avatar, contact, conversation, media, search};

/// A PNG of one colour.
fn png(colour: [u8; 3]) -> Vec<u8> {
    let mut out = Vec::new();
    let picture = image::RgbImage::from_pixel(40, 30, image::Rgb(colour));
    picture.write_to(&mut std::io::Cursor::new(&mut out), image::ImageFormat::Png).unwrap();
    out
}

/// The photo's mark in every place that shows the contact.
async fn marks(w: &World, c: &Conversation) -> Vec<String> {
    let query = ConversationQuery { tab: Tab::Others, filter: Filter::default(), oldest_first: false, after: None, limit: None };
    let listed = conversation::list(&w.admin, &query).await.unwrap().items;
    let opened = conversation::open(&w.admin, c.id).await.unwrap();
    let found = search::contacts(&w.admin, "Pessoa").await.unwrap();
    let all = contact::list(&w.admin, None, None, 10).await.unwrap().items;
    vec![
        listed.iter().find(|r| r.id == c.id).unwrap().contact_photo.clone(),
        opened.conversation.contact_photo,
        opened.contact.photo,
        found[0].photo.clone(),
        all[0].photo.clone(),
    ]
}

both! {
    async fn pr_3_a_contacts_photo_is_seen_replaced_and_removed_with_its_file(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.served(&ana, "5511987654321").await;
        assert_eq!(marks(w, &c).await, ["", "", "", "", ""]);
        assert_eq!(fault(contact::photo(&ana, c.contact_id).await), Fault::Missing);
        let scope = w.desk.system(w.account);
        let before = contact::get(&scope, c.contact_id).await.unwrap();
        let since = service::desk::last_seq(&scope).await.unwrap();
        let hash = contact::save_photo(&ana, c.contact_id, png([200, 30, 30])).await.unwrap();
        assert_eq!(contact::photo(&w.admin, c.contact_id).await.unwrap(), hash);
        let mark = avatar::mark(&hash);
        assert_eq!((mark.len(), marks(w, &c).await), (limit::PHOTO_MARK, vec![mark.clone(); 5]));
        let picture = image::load_from_memory(&w.stored(&hash).await).unwrap();
        assert_eq!((picture.width(), picture.height()), (256, 256));
        // Screens hear of it, and who is changing the contact's data is not disturbed (CP-6).
        let told = service::desk::events_since(&scope, since, 10).await.unwrap();
        assert!(told.iter().any(|e| matches!(&e.change, Change::Conversation { row, .. } if row.contact_photo == mark)));
        assert!(told.iter().any(|e| e.change == Change::Contact { contact_id: c.contact_id }));
        contact::save(&ana, ContactDraft { annotation: "vip".into(), ..ContactDraft::of(&before) }).await.unwrap();
        // The same photo of a colleague of ours keeps the file.
        avatar::save(&ana, png([200, 30, 30])).await.unwrap();
        let second = contact::save_photo(&w.admin, c.contact_id, png([30, 200, 30])).await.unwrap();
        w.pass(2 * HOUR);
        media::clean(&w.desk).await.unwrap();
        assert!(w.desk.storage.size(&hash).await.is_ok() && w.desk.storage.size(&second).await.is_ok());
        avatar::remove(&ana).await.unwrap();
        w.pass(2 * HOUR);
        media::clean(&w.desk).await.unwrap();
        assert!(w.desk.storage.size(&hash).await.is_err());
        contact::remove_photo(&ana, c.contact_id).await.unwrap();
        contact::remove_photo(&ana, c.contact_id).await.unwrap();
        assert_eq!(marks(w, &c).await, ["", "", "", "", ""]);
        w.pass(2 * HOUR);
        media::clean(&w.desk).await.unwrap();
        assert!(w.desk.storage.size(&second).await.is_err());
        let audits: Vec<(String,)> = w.rows("select data from audit where action = 'contact.photo' order by id").await;
        assert_eq!(audits.len(), 3, "what changed nothing is no deed");
    }

    async fn pr_3_who_may_change_the_contact_may_choose_its_photo(w) {
        let sales = w.new_team("Vendas", Restriction::Team).await;
        let (ana, other) = (w.agent("Ana Souza", w.team).await, w.agent("Davi Melo", sales).await);
        let c = w.served(&ana, "5511987654321").await;
        assert_eq!(fault(contact::save_photo(&other, c.contact_id, png([1, 2, 3])).await), Fault::Forbidden);
        let files: Vec<(i64,)> = w.rows("select count(*) from stored_file").await;
        assert_eq!(files, [(0,)], "nothing was kept of it");
        contact::save_photo(&ana, c.contact_id, png([1, 2, 3])).await.unwrap();
        assert_eq!(fault(contact::remove_photo(&other, c.contact_id).await), Fault::Forbidden);
        // Who reads contacts sees what they look like.
        assert!(contact::photo(&other, c.contact_id).await.is_ok());
        assert_eq!(fault(contact::save_photo(&ana, ContactId(1), png([1, 2, 3])).await), Fault::Missing);
    }

    async fn pr_3_what_is_no_photo_is_refused(w) {
        let c = w.says("5511987654321", "oi").await;
        let bad = [(b"<svg onload=alert(1)>".to_vec(), Wrong::NotAllowed), (vec![0; limit::PHOTO_MAX + 1], Wrong::TooLong)];
        for (file, wrong) in bad {
            assert_eq!(fault(contact::save_photo(&w.admin, c.contact_id, file).await), Fault::field("photo", wrong));
        }
        assert_eq!(fault(contact::photo(&w.admin, c.contact_id).await), Fault::Missing);
    }

    async fn nx_3_the_contact_that_two_become_has_the_photo_that_there_is_and_undoing_gives_it_back(w) {
        let (kept, other) = (w.says("5511987654321", "oi").await.contact_id, w.says("5511912345678", "oi").await.contact_id);
        let hash = contact::save_photo(&w.admin, other, png([10, 20, 200])).await.unwrap();
        let scope = w.desk.system(w.account);
        let of = async |id| contact::get(&scope, id).await.unwrap();
        let draft = async || ContactMergeDraft::suggest(&of(kept).await, &of(other).await);
        let one = contact::merge(&w.admin, draft().await).await.unwrap();
        assert_eq!((one.photo, contact::photo(&w.admin, kept).await.unwrap()), (avatar::mark(&hash), hash.clone()));
        let merge = contact::merges(&w.admin, kept).await.unwrap()[0].id;
        contact::undo_merge(&w.admin, merge).await.unwrap();
        assert_eq!((of(kept).await.photo, of(other).await.photo), (String::new(), avatar::mark(&hash)));
        // One's own is not given up, and that of the other goes with it.
        let own = contact::save_photo(&w.admin, kept, png([200, 20, 10])).await.unwrap();
        assert_eq!(contact::merge(&w.admin, draft().await).await.unwrap().photo, avatar::mark(&own));
        w.pass(limit::MERGE_MILLIS);
        contact::sweep_merges(&w.desk).await.unwrap();
        w.pass(2 * HOUR);
        media::clean(&w.desk).await.unwrap();
        assert!(w.desk.storage.size(&own).await.is_ok() && w.desk.storage.size(&hash).await.is_err());
    }
}
