//! The conversations of the demo workspace. What customers and agents say is in Portuguese, the product's first language.
//!
//! The WhatsApp conversations that are open and within their window belong to the people whom the Graph simulator knows,
//! so that whoever practises finds them on its phone.

mod open;
mod past;

use super::scene::{Crew, Line, Person, Sample, Say, Scene, Via, Who};
use Crew::{Finance, Sales, Support};
use MessageStatus::{Delivered, Read, Sent, WaitReply};
use Say::*;
use Via::{Branch, Shop, Site};
use Who::{Admin, Ana, Bruno, Carla};
use model::*;

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

// The simulator's own sample files: small, and ours.
const PHOTO: Sample = Sample {
    kind: MessageKind::Image,
    mime: "image/jpeg",
    file_name: "",
    bytes: include_bytes!("../../../../graph-sim/assets/samples/photo.jpg"),
};
const VOICE: Sample = Sample {
    kind: MessageKind::Audio,
    mime: "audio/ogg",
    file_name: "",
    bytes: include_bytes!("../../../../graph-sim/assets/samples/voice.ogg"),
};
const VIDEO: Sample = Sample {
    kind: MessageKind::Video,
    mime: "video/mp4",
    file_name: "",
    bytes: include_bytes!("../../../../graph-sim/assets/samples/video.mp4"),
};
const STICKER: Sample = Sample {
    kind: MessageKind::Sticker,
    mime: "image/webp",
    file_name: "",
    bytes: include_bytes!("../../../../graph-sim/assets/samples/sticker.webp"),
};
const DOCUMENT: Sample = Sample {
    kind: MessageKind::Document,
    mime: "application/pdf",
    file_name: "comprovante.pdf",
    bytes: include_bytes!("../../../../graph-sim/assets/samples/document.pdf"),
};

const NOBODY: Person = Person { name: "", wa_id: "", bsuid: "", username: "", email: "", annotation: "", blocked: false };
// The people of the simulator's phone.
const ANA_SOUZA: Person = Person {
    name: "Ana Souza",
    wa_id: "5511987654321",
    email: "ana.souza@exemplo.example",
    annotation: "Cliente desde 2021. Prefere retirar na loja.",
    ..NOBODY
};
const BRUNO_LIMA: Person = Person { name: "Bruno Lima", wa_id: "5521998765432", ..NOBODY };
const CARLA_DIAS: Person = Person { name: "Carla Dias", wa_id: "553198765432", ..NOBODY };
const JOANA_PRADO: Person = Person { name: "Joana Prado", bsuid: "BR.13491208655302741918", username: "joana.p", ..NOBODY };
const DIEGO: Person = Person { name: "Diego México", wa_id: "5215512345678", ..NOBODY };

fn whats(name: &'static str, wa_id: &'static str) -> Person {
    Person { name, wa_id, ..NOBODY }
}

fn visitor(name: &'static str) -> Person {
    Person { name, ..NOBODY }
}

fn scene(who: Person, via: Via, team: Crew, lines: Vec<(i64, Say)>) -> Scene {
    Scene { who, via, team, lines: lines.into_iter().map(|(ago, say)| Line { ago, say }).collect() }
}

/// The scripts of the first account.
pub(super) fn shop() -> Vec<Scene> {
    [open::waiting(), open::served(), open::by_admin(), past::expired(), past::concluded()].into_iter().flatten().collect()
}

/// The scripts of the second account.
pub(super) fn branch_office() -> Vec<Scene> {
    vec![
        scene(visitor("Tereza Gonzaga"), Site, Support, vec![(15, In("Bom dia! A filial de Belém já abriu?"))]),
        scene(
            visitor("Raimundo Costa"),
            Site,
            Support,
            vec![
                (70, In("Vocês entregam em Ananindeua?")),
                (66, Assumed(Admin)),
                (65, Out(Admin, "Bom dia, Raimundo! Entregamos sim, em até dois dias.", Read)),
                (30, In("E o valor do frete?")),
            ],
        ),
        scene(
            visitor("Socorro Lima"),
            Site,
            Support,
            vec![
                (3 * DAY, In("Quero saber o horário de funcionamento.")),
                (3 * DAY - 5, Assumed(Admin)),
                (3 * DAY - 6, Out(Admin, "Olá! De segunda a sábado, das 8h às 18h.", Read)),
                (3 * DAY - 30, Concluded(Admin)),
            ],
        ),
    ]
}
